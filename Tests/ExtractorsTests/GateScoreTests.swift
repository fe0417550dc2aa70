import Testing

@testable import Extractors

/// How well a gate tells which pictures add (MODELS §2.8.4), against numbers worked out by hand.
@Suite("Scores of a gate")
struct GateScoreTests {
  private func isClose(_ value: Double, _ wanted: Double) -> Bool { abs(value - wanted) < 1e-9 }

  /// Five pictures add, three of them are found; three do not, one is taken to. Two more posts that
  /// nobody judged count nowhere. All four numbers differ, so that none stands for another.
  @Test func fourScoresOfEightPosts() {
    let score = GateScore(
      [0.9, 0.8, 0.7, 0.4, 0.2, 0.6, 0.1, 0.5, 0.99, 0.01],
      adds: [1, 1, 1, 1, 0, 0, 0, 1, -1, -1])
    #expect(score.posts == 8)
    // 5 of 8 are right; a gate of exactly one half does not say that the picture adds.
    #expect(isClose(score.accuracy, 62.5))
    // “Adds”: 3 right, 4 told, 5 true. “Does not”: 2 right, 4 told, 3 true.
    let (adds, not) = (100 * 2 * 3.0 / (4 + 5), 100 * 2 * 2.0 / (4 + 3))
    #expect(isClose(score.positiveF1, adds))
    #expect(isClose(score.macroF1, (adds + not) / 2))
    #expect(isClose(score.weightedF1, (5 * adds + 3 * not) / 8))
    #expect(
      score.told("gate") == [
        "gateAccuracy": score.accuracy, "gateF1": score.weightedF1,
        "gateAddsF1": score.positiveF1, "gateMacroF1": score.macroF1, "gatePosts": 8,
      ])
  }

  /// Nobody's word is no score, and a class that neither is nor is told has none.
  @Test func whatIsMissingIsNotANumberThatIsNone() {
    let none = GateScore([0.9, 0.1], adds: [-1, -1])
    #expect(none.posts == 0 && none.accuracy == 0)
    #expect(none.positiveF1 == 0 && none.macroF1 == 0 && none.weightedF1 == 0)
    let alike = GateScore([0.9, 0.8], adds: [1, 1])
    #expect(alike.accuracy == 100 && alike.positiveF1 == 100 && alike.weightedF1 == 100)
    #expect(alike.macroF1 == 50)
    // All wrong: nothing is right of either class.
    let wrong = GateScore([0.9, 0.1], adds: [0, 1])
    #expect(wrong.accuracy == 0 && wrong.macroF1 == 0 && wrong.weightedF1 == 0)
  }
}
