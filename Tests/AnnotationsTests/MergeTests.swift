import Foundation
import Testing

@testable import Annotations
@testable import Corpora

/// Stores that may not be written, and edits that went elsewhere meanwhile.
@Suite struct MergeTests {
  private func setting(
    _ type: EntityType, _ post: Post, _ history: inout EditHistory, by name: String = "a"
  ) throws -> Step {
    let edit = try #require(Edit.setting(type, over: 0..<1, in: history.annotated(post)))
    return try history.apply(edit, to: post, by: name)
  }

  @Test func aStoreThatMayNotBeWrittenIsReadAndItsEditsMergeLater() throws {
    try withFolder { folder in
      let (dataset, path) = try StoreTests().edited(folder)
      let environment = ["XDG_STATE_HOME": "\(folder)/state", "HOME": folder]
      func location() throws -> StoreLocation {
        try .resolve(dataset: dataset, environment: environment)
      }
      #expect(try location().path == path)
      chmod(path, 0o444)
      let aside = try location()
      #expect(aside.reason == .stateFolder)
      #expect(aside.unwritable == path)
      // Nothing was edited since: reading reads what is there.
      #expect(try StoredAnnotations(at: aside, over: dataset).history.steps.count == 2)
      #expect(throws: StoreError.unwritable(path)) { try AnnotationStore(path: path) }
      do {
        var (store, history, findings) = try AnnotationStore.open(aside, over: dataset)
        #expect(history.steps.count == 2)
        #expect(findings.isEmpty)
        try store.append(try setting(.miscellaneous, dataset.posts[0], &history))
        let taken = history.undo(by: "a")
        try store.append(try #require(taken))
        try store.append(try setting(.organization, dataset.posts[0], &history))
      }
      let read = try StoredAnnotations(at: aside, over: dataset)
      #expect(read.history.steps.count == 5)
      #expect(read.history.annotated(dataset.posts[0]).mentions.first?.type == .organization)

      chmod(path, 0o600)
      let again = try location()
      #expect(again.path == path)
      let opened = try StoredAnnotations(at: again, over: dataset)
      #expect(opened.history.steps.count == 2)
      guard case .elsewhere(aside.path, 3, let command)? = opened.findings.first else {
        Issue.record("\(opened.findings)")
        return
      }
      #expect(command == "twinlens annotations merge '\(dataset.path)'")
    }
  }

  /// Nobody has accepted labels that he or she did not see, in whatever order stores are joined;
  /// taking such an acceptance back changes nothing.
  @Test func whoDidNotSeeAnEditHasNotAcceptedIt() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let post = dataset.posts[0]
      var ada = EditHistory()
      let edit = try #require(Edit.setting(.organization, over: 0..<1, in: post))
      try ada.apply(edit, to: post, by: "ada", at: 1)
      var bo = EditHistory()
      try bo.apply(try #require(.reviewing(post, from: .untouched)), to: post, by: "bo", at: 2)
      for stores in [[ada.steps, bo.steps], [bo.steps, ada.steps]] {
        let union = StepMerge.union(stores, over: dataset)
        var (history, findings) = EditHistory.replaying(union.steps, over: dataset)
        #expect(findings.isEmpty)
        #expect(history.labels(of: post).review == .edited)
        #expect(history.labels(of: post).annotator == "ada")
        let labels = history.annotated(post)
        _ = history.undo(by: "bo")
        #expect(history.annotated(post) == labels)
        #expect(history.labels(of: post).review == .edited)
        // Who sees them can accept them.
        try history.apply(try #require(.reviewing(post, from: .edited)), to: post, by: "bo", at: 9)
        #expect(history.labels(of: post).review == .reviewed)
      }
    }
  }

  @Test func historiesThatWentTheirOwnWaysAreJoined() throws {
    try withFolder { folder in
      let dataset = try openSmall(folder)
      let (one, two) = (dataset.posts[0], dataset.posts[1])
      var common = EditHistory()
      _ = try setting(.location, one, &common)
      var (ours, theirs) = (common, common)
      _ = try setting(.miscellaneous, one, &ours)
      _ = try setting(.organization, one, &theirs, by: "b")
      _ = try setting(.person, two, &theirs, by: "b")
      let taken = theirs.undo(by: "b")
      #expect(taken != nil)
      let merged = StepMerge.missing(from: theirs.steps, in: ours, over: dataset)
      #expect(merged.findings.isEmpty)
      #expect(merged.steps.map(\.sequence) == [3, 4, 5])
      #expect(merged.steps.last?.kind == .undo(4))
      let all = ours.steps + merged.steps
      let (history, findings) = EditHistory.replaying(all, over: dataset)
      #expect(findings.isEmpty)
      #expect(history.annotated(one).mentions.first?.type == .organization)
      // Nothing is missing any more, in either direction of asking.
      #expect(StepMerge.missing(from: theirs.steps, in: history, over: dataset).steps.isEmpty)
      #expect(StepMerge.missing(from: ours.steps, in: history, over: dataset).steps.isEmpty)
      #expect(StepMerge.missing(from: all, in: theirs, over: dataset).steps.count == 1)
    }
  }
}
