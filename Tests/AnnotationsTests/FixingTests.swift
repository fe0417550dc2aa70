import Foundation
import Testing

@testable import Annotations
@testable import Corpora

/// Irregular tags of a file, fixed as one edit.
@Suite struct FixingTests {
  static let alphabet = ["O", "B-PER", "I-PER", "I-LOC", "E-PER", "x"]

  /// A post read from tags.
  private func post(_ tags: [String], _ reading: BIO.Reading) -> Post {
    Post(
      id: "p", tokens: tags.enumerated().map { Token("w\($0)", originalTag: $1) }, imageID: nil,
      mentions: BIO.mentions(of: tags, reading: reading).mentions, split: .all,
      source: SourceLocation(file: "f", line: 1))
  }

  /// Every sequence of up to four tags: afterwards all tags are regular and say what `conlleval`
  /// reads; undo gives the file's own.
  @Test(arguments: BIO.Reading.allCases) func everySequenceBecomesRegular(reading: BIO.Reading)
    throws
  {
    for length in 1...4 {
      var sequences: [[String]] = [[]]
      for _ in 0..<length { sequences = sequences.flatMap { s in Self.alphabet.map { s + [$0] } } }
      for tags in sequences {
        let base = post(tags, reading)
        let lenient = BIO.mentions(of: tags, reading: .lenient)
        let edit = Edit.fixingTags(in: base, reading: reading)
        #expect((edit == nil) == lenient.irregularities.isEmpty, "\(tags)")
        guard let edit else { continue }
        var history = EditHistory()
        let step = try history.apply(edit, to: base, by: "a", at: 0)
        let fixed = history.annotated(base)
        #expect(fixed.mentions == lenient.mentions, "\(tags)")
        #expect(
          fixed.tagTexts(reading: reading)
            == BIO.tags(of: lenient.mentions, count: length).map(\.text), "\(tags)")
        #expect(fixed.irregularities(reading: reading).isEmpty, "\(tags)")
        #expect(Edit.fixingTags(in: fixed, reading: reading) == nil, "\(tags)")
        let coded = Step.Kind(
          word: step.kind.word, payload: step.kind.payload, undoes: nil, redoes: nil)
        #expect(coded == step.kind, "\(tags)")
        history.undo(by: "a", at: 1)
        #expect(history.annotated(base).tagTexts(reading: reading) == tags, "\(tags)")
      }
    }
  }

  @Test func whatAPersonSaidStays() throws {
    let base = post(["I-PER", "I-PER", "O", "I-LOC"], .lenient)
    var history = EditHistory()
    try history.apply(#require(.setting(.organization, over: 0..<1, in: base)), to: base, by: "a")
    let edit = try #require(
      Edit.fixingTags(in: history.annotated(base), reading: .lenient))
    try history.apply(edit, to: base, by: "a")
    let fixed = history.annotated(base)
    #expect(
      fixed.mentions == [EntityMention(0..<1, .organization), EntityMention(3..<4, .location)])
    #expect(fixed.tagTexts() == ["B-ORG", "O", "O", "B-LOC"])
  }

  /// An export changes the tags that were fixed and nothing else.
  @Test func onlyFixedTagsChangeInTheFile() throws {
    try withFolder { folder in
      try write("IMGID:1\nA\tI-PER\nb\tO\n\nIMGID:2\nC\tI-OTHER\n", to: "\(folder)/train.txt")
      try write(
        #"{"id":"j","tokens":["A"],"tags":["I-PER"],"x":1}"# + "\n", to: "\(folder)/dev.jsonl")
      let dataset = try Dataset.open(folder)
      var history = EditHistory()
      for post in [dataset.posts.first { $0.tokens.count == 2 }, dataset.post(id: "j")] {
        let post = try #require(post)
        let edit = try #require(Edit.fixingTags(in: post, reading: dataset.reading))
        try history.apply(edit, to: post, by: "a")
      }
      try withFolder { out in
        let report = try DatasetWriter.export(
          dataset, edited: history.editedPosts(of: dataset), to: out)
        #expect(report.changedPosts == 2)
        #expect(
          try String(contentsOfFile: "\(out)/train.txt", encoding: .utf8)
            == "IMGID:1\nA\tB-PER\nb\tO\n\nIMGID:2\nC\tI-OTHER\n")
        #expect(
          try String(contentsOfFile: "\(out)/dev.jsonl", encoding: .utf8)
            == #"{"id":"j","tokens":["A"],"tags":["B-PER"],"x":1}"# + "\n")
      }
    }
  }
}
