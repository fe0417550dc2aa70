import Corpora
import Foundation
import Testing

@testable import Extractors

@Suite("Score sheets")
struct ScoreSheetTests {
  private func rounded(_ counts: ScoreSheet.Counts) -> [Double] {
    [counts.precision, counts.recall, counts.f1].map { ($0 * 100).rounded() / 100 }
  }

  /// Pairs with that many correct, predicted and gold relations; the rest is `None` on both sides.
  private func pairs(_ correct: Int, _ predicted: Int, _ gold: Int)
    -> [[(gold: String, predicted: String)]]
  {
    [[(gold: String, predicted: String)]](repeating: [("a", "a")], count: correct)
      + [[(gold: String, predicted: String)]](
        repeating: [("None", "a")], count: predicted - correct)
      + [[(gold: String, predicted: String)]](repeating: [("a", "None")], count: gold - correct)
      + [[(gold: String, predicted: String)]](repeating: [("None", "None")], count: 100)
  }

  @Test(
    "acceptance 3: the published counts give the published scores",
    arguments: [
      ([558, 628, 640], [88.85, 87.19, 88.01]), ([419, 627, 640], [66.83, 65.47, 66.14]),
    ])
  func published(counts: [Int], scores: [Double]) {
    let sheet = ScoreSheet(relations: pairs(counts[0], counts[1], counts[2]))
    #expect(rounded(sheet.headline) == scores)
    #expect(sheet.none?.counts.correct == 100)
    #expect(sheet.rows.map(\.name) == ["a"])
    #expect(sheet.rows.first?.counts == sheet.headline)
  }

  @Test("acceptance 3: pooling two routes gives the union's score")
  func pooled() {
    let sheet = ScoreSheet(relations: pairs(140, 231, 196) + pairs(279, 396, 444))
    #expect(sheet.headline == ScoreSheet.Counts(correct: 419, predicted: 627, gold: 640))
    #expect(rounded(sheet.headline) == [66.83, 65.47, 66.14])
  }

  @Test("acceptance 2: the supports of Twitter-2015's test set, leniently and strictly")
  func supports() throws {
    // The test file itself is not public here; what is counted is spelled anew: 5,207 mentions, 135
    // of which begin with I-.
    let types = [("PER", 1873), ("LOC", 1720), ("ORG", 860), ("OTHER", 754)]
    var text = ""
    var index = 0
    for (type, count) in types {
      for _ in 0..<count {
        let begin = index % 38 == 0 && index / 38 < 135 ? "I" : "B"
        text += "IMGID:\(index)\nx\tO\ny\t\(begin)-\(type)\nz\tI-\(type)\n\n"
        index += 1
      }
    }
    let path = NSTemporaryDirectory() + "supports-\(UUID().uuidString)"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    for (reading, total) in [(BIO.Reading.lenient, 5207), (.strict, 5072)] {
      let file = try AnswerFile(path: path, task: .ner, reading: reading)
      let matched = try file.matched(with: file, task: .ner)
      let sheet = ScoreSheet(mentions: matched.posts.map { ($0.gold, $0.predicted) })
      #expect(sheet.headline == ScoreSheet.Counts(correct: total, predicted: total, gold: total))
      #expect(sheet.rows.map(\.name) == ["PER", "LOC", "ORG", "MISC"])
      if reading == .lenient {
        #expect(sheet.rows.map(\.counts.gold) == [1873, 1720, 860, 754])
      }
    }
  }

  @Test func theHeadlineIsThatOfEntityScore() {
    let gold = [EntityMention(0..<2, .person), EntityMention(3..<4, .location)]
    let predicted = [
      EntityMention(0..<2, .organization), EntityMention(3..<4, .location),
      EntityMention(5..<6, .location),
    ]
    let sheet = ScoreSheet(mentions: [(gold, predicted), ([], [])])
    #expect(sheet.headline == ScoreSheet.Counts(correct: 1, predicted: 3, gold: 2))
    #expect(sheet.rows.map(\.name) == ["PER", "LOC", "ORG"])
    #expect(sheet.rows[1].counts == ScoreSheet.Counts(correct: 1, predicted: 2, gold: 1))
    #expect(sheet.posts == 2)
  }

  @Test func intervalsHoldTheScoreAndRepeatThemselves() {
    let posts = pairs(150, 200, 300)
    let sheet = ScoreSheet(relations: posts)
    let f1 = sheet.intervals.f1
    #expect(f1.low < sheet.headline.f1 && sheet.headline.f1 < f1.high)
    // Binomial: about ±4 for 150 of 250.
    #expect((4...14).contains(f1.high - f1.low), "\(f1)")
    #expect(ScoreSheet(relations: posts).intervals == sheet.intervals)
    // All posts alike: no choice of them changes anything.
    let same = ScoreSheet(
      relations: [[(gold: String, predicted: String)]](
        repeating: [("a", "a"), ("None", "a")], count: 50))
    #expect(same.intervals.f1.low == same.headline.f1 && same.intervals.f1.high == same.headline.f1)
  }

  @Test func nothingToScoreIsZero() {
    let sheet = ScoreSheet(mentions: [])
    #expect(sheet.headline.f1 == 0 && sheet.rows.isEmpty)
  }
}
