import Foundation
import Testing

@testable import Annotations
@testable import Corpora

/// Any thousand edits, taken back, give the original bytes; repeated, they give the edited bytes
/// again.
@Suite struct RandomEditsTests {
  @Test(arguments: StoreBackend.all, [UInt64.random(in: 0..<UInt64.max), 1, 2])
  func aThousandEditsCanBeTakenBack(backend: StoreBackend, seed: UInt64) throws {
    try withFolder { folder in
      var random = Random(seed: seed)
      try writeOddDataset(to: folder, seed: seed)
      let dataset = try Dataset.open(folder)
      let place = try backend.place(in: folder)
      var store: (any StepStore)? = try StoreAddress.open(place)
      var history = EditHistory()
      var edits = 0
      var undos = 0
      var restarted = false
      let original = try exported(dataset, history, seed)
      #expect(original == (try files(dataset)), "seed \(seed)")

      while edits < 1000 {
        if random.next(5) == 0, let step = history.undo(by: "b", at: 7) {
          undos += 1
          try store?.append(step)
        } else if random.next(5) == 0, let step = history.redo(by: "b", at: 8) {
          try store?.append(step)
        } else if let edit = randomEdit(&random, dataset, history),
          let post = dataset.post(id: edit.post)
        {
          let before = history.labels(of: post)
          let step = try history.apply(edit, to: post, by: "a", at: Int64(edits))
          try checkInverse(edit, before, history.labels(of: post), post, seed)
          try store?.append(step)
          edits += 1
        }
        if edits >= 500, !restarted {
          restarted = true
          store = nil
          store = try StoreAddress.open(place)
          let read = try #require(try store?.history(over: dataset))
          #expect(read.findings.isEmpty, "seed \(seed)")
          #expect(read.history == history, "seed \(seed)")
          history = read.history
        }
      }
      #expect(undos > 20, "seed \(seed)")
      let edited = try exported(dataset, history, seed)
      #expect(edited != original, "seed \(seed)")
      let states = history.states

      var taken = 0
      while let step = history.undo(by: "c", at: 9) {
        try store?.append(step)
        taken += 1
      }
      #expect(history.states.isEmpty, "seed \(seed)")
      #expect(try exported(dataset, history, seed) == original, "seed \(seed)")
      for _ in 0..<taken {
        let step = history.redo(by: "c", at: 10)
        try store?.append(#require(step, "seed \(seed)"))
      }
      #expect(history.states == states, "seed \(seed)")
      #expect(try exported(dataset, history, seed) == edited, "seed \(seed)")
      store = nil
      let read = try StoreAddress.open(place, access: .readOnly).history(over: dataset)
      #expect(read.history == history, "seed \(seed)")
    }
  }

  /// The labels before, after the edit and after its opposite.
  private func checkInverse(
    _ edit: Edit, _ before: LabelState, _ after: LabelState, _ post: Post, _ seed: UInt64
  ) throws {
    #expect(after.isValid(tokenCount: post.tokens.count), "seed \(seed)")
    #expect(edit.inverted.inverted == edit)
    var back = after
    try back.apply(edit.inverted.action, tokenCount: post.tokens.count, rebase: false)
    #expect(back.mentions == before.mentions, "seed \(seed)")
    if case .review = edit.action { #expect(back.review == before.review, "seed \(seed)") }
  }

  private func randomEdit(
    _ random: inout Random, _ dataset: Dataset, _ history: EditHistory
  ) -> Edit? {
    let base = dataset.posts[random.next(dataset.posts.count)]
    let post = history.annotated(base)
    let type = dataset.labelInventory[random.next(dataset.labelInventory.count)]
    let low = random.next(post.tokens.count)
    let range = low..<min(post.tokens.count, low + 1 + random.next(3))
    let edge = Edit.Edge.allCases[random.next(2)]
    switch random.next(9) {
    case 8: return .fixingTags(in: post, reading: dataset.reading)
    case 0: return .clearing(range, in: post)
    case 1: return .extending(mentionAt: low, edge, in: post)
    case 2: return .shrinking(mentionAt: low, edge, in: post)
    case 3: return .retyping(mentionAt: low, to: type, in: post)
    case 4: return .reviewing(base, from: history.labels(of: base).review)
    case 5 where !post.relations.isEmpty:
      let label = [nil, "None", "/per/per/peer"][random.next(3)]
      return .relating(head: 0..<1, tail: 0..<1, label: label, in: post)
    default: return .setting(type, over: range, in: post)
    }
  }

  private func files(_ dataset: Dataset) throws -> [Data] {
    try dataset.files.map {
      try Data(contentsOf: URL(fileURLWithPath: "\(dataset.root)/\($0.name)"))
    }
  }

  /// The bytes of an export, and a check that they say what the history says.
  private func exported(
    _ dataset: Dataset, _ history: EditHistory, _ seed: UInt64
  ) throws -> [Data] {
    try withFolder { out in
      let edited = history.editedPosts(of: dataset)
      try DatasetWriter.export(dataset, edited: edited, to: out)
      let back = try Dataset.open(out)
      for post in dataset.posts {
        let now = history.annotated(post)
        #expect(back.post(id: post.id)?.mentions == now.mentions, "seed \(seed)")
        #expect(back.post(id: post.id)?.relations == now.relations, "seed \(seed)")
      }
      return try dataset.files.map {
        try Data(contentsOf: URL(fileURLWithPath: "\(out)/\($0.name)"))
      }
    }
  }
}
