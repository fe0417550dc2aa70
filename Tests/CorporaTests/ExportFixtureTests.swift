import Foundation
import Testing

@testable import Corpora

/// What is written for other tools is, byte for byte, what their own readers accepted
/// (`Scripts/check-exports`), and is read back to equal posts.
@Suite struct ExportFixtureTests {
  static let folder =
    ((#filePath as NSString).deletingLastPathComponent as NSString)
    .appendingPathComponent("../Fixtures/exports")

  static let marks: [Post.ID: ReviewMark] = [
    "gull-1": ReviewMark(
      state: "accepted", isAccepted: true, annotator: "ann", time: 1_764_450_000_000),
    "family": ReviewMark(
      state: "suggested", isSuggestion: true, annotator: "ann", time: 1_764_450_001_500),
    "pair/2": ReviewMark(
      state: "rejected", isRejected: true, note: "two \"teams\"", annotator: "bo",
      time: 1_764_450_002_000),
    "plain": ReviewMark(state: "untouched"),
    "quoted": ReviewMark(
      state: "edited", isSkipped: true, isFlagged: true, annotator: "bo", time: 1_764_450_003_000),
  ]

  private func posts(_ format: DataFormat) throws -> [Post] {
    try Dataset.open("\(Self.folder)/posts.jsonl", strict: true).posts.map { post in
      var post = post
      if format.lacks(post) != nil, format != .brat { post.relations = [] }
      if format == .mnre { post.mentions = [] }
      return post
    }.filter { format.lacks($0) == nil }
  }

  @Test(arguments: DataFormat.writable, [false, true])
  func writesWhatTheToolsAccepted(_ format: DataFormat, withStates: Bool) throws {
    guard !withStates || format.carriesState else { return }
    let request = DataFormat.WritingRequest(marks: withStates ? Self.marks : [:])
    let documents = try format.files(of: posts(format), stem: format.name, request)
    #expect(documents.count == (format == .brat ? 11 : 1))
    for document in documents {
      let path = Self.folder + (withStates ? "/states/" : "/") + document.name
      #expect(document.bytes == (try contents(path)), "\(document.name)")
    }
  }

  @Test func doccanoHasNoIdsWithoutRelations() throws {
    let posts = try posts(.doccano).map { post in
      var post = post
      post.relations = []
      return post
    }
    #expect(
      try DataFormat.doccano.bytes(of: posts) == contents("\(Self.folder)/doccano-labels.jsonl"))
  }

  /// Formats that keep ids, words, labels and pictures.
  @Test(arguments: [DataFormat.jsonLines, .doccano, .prodigy, .labelStudio, .csv], [false, true])
  func areReadBackToEqualPosts(_ format: DataFormat, withStates: Bool) throws {
    let file = "\(format.name).\(format.fileExtension)"
    let again = try Dataset.open(
      Self.folder + (withStates ? "/states/" : "/") + file, strict: true)
    #expect(again.files[0].format == format && again.findings.isEmpty)
    for (post, back) in zip(try posts(format), again.posts) {
      #expect(post.id == back.id && post.imageID == back.imageID)
      #expect(post.tokens.map { Array($0.text.utf8) } == back.tokens.map { Array($0.text.utf8) })
      #expect(post.mentions == back.mentions && post.relations == back.relations)
      if format != .csv {
        let known = back.attributes.filter { $0.key != SpanRecord.answerName }
        #expect(post.attributes == known)
      }
    }
    #expect(again.posts.count == 5)
    let same = try DatasetWriter.bytes(of: again.files[0], in: again, edited: [:]).bytes
    #expect(same == (try contents("\(again.root)/\(file)")))
  }

  /// What nobody accepted is not told as right.
  @Test func answersAreThoseOfPeople() throws {
    let prodigy = try Dataset.open("\(Self.folder)/states/prodigy.jsonl")
    #expect(
      prodigy.posts.map { $0.attributes["answer"] } == [nil, nil, "reject", nil, "ignore"])
    let lines = String(decoding: try contents("\(Self.folder)/states/prodigy.jsonl"), as: UTF8.self)
      .split(separator: "\n")
    #expect(
      lines.map { $0.contains("\"answer\":\"accept\"") } == [true, false, false, false, false])
    let tasks = String(
      decoding: try contents("\(Self.folder)/states/label-studio.json"), as: UTF8.self
    ).split(separator: "\n")
    #expect(tasks[2].contains("\"annotations\":[],\"predictions\":[{\"model_version\""))
    #expect(tasks[3].contains("\"was_cancelled\":true"))
  }
}
