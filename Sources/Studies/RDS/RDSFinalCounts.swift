import Foundation
import Routing

/// How the experts trained on all of train answered the units of test: all that the tables need of
/// them.
struct RDSFinalCounts: Codable {
  private let ids: [String]
  /// Correct, predicted, gold of each unit.
  private let text: [[Int]]
  private let multimodal: [[Int]]
  private let devText: Double
  private let devMultimodal: Double

  init(ids: [String], _ counts: [ExpertCounts], text: Double, multimodal: Double) {
    self.ids = ids
    func numbers(_ counts: MatchCounts) -> [Int] {
      [counts.correct, counts.predicted, counts.gold]
    }
    self.text = counts.map { numbers($0.text) }
    self.multimodal = counts.map { numbers($0.multimodal) }
    (devText, devMultimodal) = (text, multimodal)
  }

  /// What a file keeps; nil when there is none, or one of other units.
  static func read(_ path: String, of ids: [String]) -> RDSFinalCounts? {
    FileManager.default.contents(atPath: path)
      .flatMap { try? JSONDecoder().decode(RDSFinalCounts.self, from: $0) }
      .flatMap { $0.isSound && $0.ids == ids ? $0 : nil }
  }

  private var isSound: Bool {
    text.count == ids.count && multimodal.count == ids.count
      && (text + multimodal).allSatisfy { $0.count == 3 }
  }

  var counts: [ExpertCounts] {
    func counts(_ numbers: [Int]) -> MatchCounts {
      MatchCounts(correct: numbers[0], predicted: numbers[1], gold: numbers[2])
    }
    return zip(text, multimodal).map { ExpertCounts(text: counts($0), multimodal: counts($1)) }
  }

  var devF1: (text: Double, multimodal: Double) { (devText, devMultimodal) }
}
