import Corpora
import Extractors
import Tensors
import TestSupport
import Testing
import Traces

@testable import Inspection

/// Before and after, side by side, worked out by hand.
@Suite("Before and after") struct AnswerDifferenceTests {
  private let post = Post(
    id: "p", tokens: ["Ada", "met", "Mr", "Rook", "in", "Tarn"].map { Token($0) }, imageID: "p",
    mentions: [], split: .dev, source: SourceLocation(file: "f", line: 1))

  private func answer(
    _ mentions: [(Range<Int>, EntityType, Float?)], gate: Float? = nil
  ) -> Answer {
    var trace = Trace()
    if let gate {
      trace.append(
        Signal(
          name: "gate", caption: "",
          kind: .scalar(low: 0, high: 1, threshold: nil, percentile: nil),
          tensor: Tensor(scalar: gate)))
    }
    return Answer(
      expert: "e", seesPicture: true,
      .mentions(
        Prediction(
          expert: "e",
          mentions: mentions.map { ScoredMention(EntityMention($0, $1), confidence: $2) },
          labels: [], marginals: [], path: [], trace: trace)))
  }

  private func differences(
    _ before: Answer, _ after: Answer?, _ changes: [String]
  ) throws -> AnswerDifference {
    let interventions = try changes.map { try PostChange($0) }.interventions
    var changed = post
    for case .editWord(let place, let word) in interventions {
      changed = try changed.editing(place, word)
    }
    for case .dropWords(let places) in interventions { changed = try changed.dropping(places) }
    return try #require(
      WhatIfAnswer(
        interventions: interventions, post: post, changed: changed,
        before: PostAnalysis(post: "p", answers: [before]),
        after: PostAnalysis(post: "p", answers: after.map { [$0] } ?? [])
      ).differences.first)
  }

  @Test func mentionsAreMatchedByTheirWords() throws {
    // Without "met", Rook is one place earlier, and Tarn too.
    let found = try differences(
      answer([(0..<1, .person, 0.9), (3..<4, .person, 0.5), (5..<6, .location, 0.8)], gate: 0.5),
      answer(
        [(0..<1, .person, 0.9), (1..<3, .person, 0.6), (4..<5, .organization, 0.7)], gate: 0.25),
      ["drop 1"])
    let rows = found.rows.map { ($0.subject, $0.before?.label, $0.after?.label) }
    #expect(rows.count == 5)
    #expect(rows[0] == (.mention("Ada"), "PER", "PER") && found.rows[0].isSame)
    #expect(rows[1] == (.mention("Mr Rook"), nil, "PER"))
    #expect(rows[2] == (.mention("Rook"), "PER", nil))
    #expect(rows[3] == (.mention("Tarn"), "LOC", "ORG"))
    #expect(found.rows[4].before?.number == 0.5 && found.rows[4].after?.number == 0.25)
    #expect(!found.isSame)
  }

  @Test func whatIsLeftOutIsGone() throws {
    let found = try differences(
      answer([(0..<1, .person, 0.9), (3..<4, .person, 0.5)]), answer([(1..<2, .person, 0.5)]),
      ["drop 0", "drop 2"])
    #expect(found.rows.map(\.subject) == [.mention("Ada"), .mention("Rook")])
    #expect(found.rows[0].after == nil && found.rows[1].isSame)
  }

  @Test func theSameToTheLastBitIsTheSame() throws {
    let one = answer([(0..<1, .person, 0.9)], gate: .nan)
    #expect(try differences(one, one, ["blank"]).isSame)
    let two = answer([(0..<1, .person, Float(0.9).nextUp)], gate: .nan)
    #expect(!(try differences(one, two, ["blank"]).isSame))
    let none = try differences(one, nil, ["blank"])
    #expect(none.rows.allSatisfy { $0.after == nil })
    let failed = Answer(expert: "e", seesPicture: true, .failed("e: no"))
    #expect(try differences(one, failed, ["blank"]).failure == "e: no")
  }

  // MARK: What cannot be taken

  private func check(_ answers: [Answer]) -> ChangeCheck {
    var analysis = PostAnalysis(post: "p", answers: answers)
    analysis.members = answers.map {
      PostAnalysis.Member(name: $0.expert, task: .entities, seesPicture: $0.seesPicture)
    }
    return ChangeCheck(post, analysis, lackOfPicture: nil) { _ in nil }
  }

  private func tapped(_ expert: String, _ name: String, high: Float, sees: Bool) -> Answer {
    var trace = Trace()
    let probe = Probe(hasPicture: true)
    _ = probe.tap(name, Tensor(scalar: 0.5)) {
      Signal(
        name: name, caption: "", kind: .scalar(low: 0, high: high, threshold: nil, percentile: nil),
        tensor: $0)
    }
    for signal in probe.trace.signals { trace.append(signal) }
    return Answer(
      expert: expert, seesPicture: sees,
      .mentions(
        Prediction(expert: expert, mentions: [], labels: [], marginals: [], path: [], trace: trace))
    )
  }

  /// One expert's range is not another's: who can take a value is given it.
  @Test func eachExpertIsAskedForItself() throws {
    let check = check([
      tapped("narrow", "gate", high: 1, sees: false), tapped("wide", "gate", high: 2, sees: true),
      tapped("other", "lamp", high: 1, sees: true),
    ])
    let changes: [Intervention] = [.set(tap: "gate", .constant(1.5)), .blankPicture]
    try check.check(changes)
    let refusals = check.refusals(changes)
    #expect(refusals.map(\.expert) == ["narrow", "narrow", "other"])
    #expect(
      refusals[0].sentence
        == "narrow reads the text alone; drop or edit words to change what it sees")
    #expect(
      refusals[1].sentence == "narrow is not given it: gate goes from 0.0 to 1.0; 1.5 is outside")
    #expect(refusals[2].sentence == "other has no gate; lamp of it can be set")
    // What nobody can take is refused whole.
    #expect(throws: InterventionError.self) { try check.check([.set(tap: "gate", .constant(3))]) }
    #expect(throws: InterventionError.self) { try check.check([.regions([.whole])]) }
  }

  @Test(arguments: [
    (["edit 0 Ada"], "as it stands"), (["edit 1 x", "drop 1"], "edited and left out"),
    (["drop 0,1,2,3,4,5"], "without any word"), (["swap p"], "the post itself"),
    (["without", "blank"], "nothing else can be done with it"),
  ])
  func whatChangesNothingIsRefused(_ lines: [String], _ words: String) throws {
    let changes = try lines.map { try PostChange($0) }.interventions
    do {
      try check([tapped("e", "gate", high: 1, sees: true)]).check(changes)
      Issue.record("taken: \(lines)")
    } catch { #expect(error.description.contains(words), "\(error)") }
  }
}
