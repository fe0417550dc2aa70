import Encoders
import Foundation

/// Whether MAF's measures tell a post's own picture from another's.
enum MatchQuality {
  /// `devMatchAUC` and `devCosineAUC`: the chance that a post scores higher with its own picture
  /// than some post does with a picture of another one; 0.5 tells nothing. Measures that the model
  /// does not have are left out, and both when fewer than two posts have a picture.
  ///
  /// - Throws: `EncoderInputError`.
  static func metrics(
    of model: MAF, on items: [PicturedPieces]
  ) throws(EncoderInputError) -> [String: Double] {
    let seen = items.filter { !$0.regions.isMissing }
    guard seen.count > 1 else { return [:] }
    // Half the list away: never a post's own, and nothing is drawn at random.
    let exchanged = seen.indices.map { i in
      PicturedPieces(seen[i].text, seen[(i + seen.count / 2) % seen.count].regions)
    }
    let own = try model.matches(seen)
    let others = try model.matches(exchanged)
    let labels = [Bool?](repeating: true, count: own.count) + others.map { _ in false }
    func auc(_ score: (MAF.Match) -> Float) -> Double? {
      let scores = (own + others).map(score)
      guard Set(scores).count > 1 else { return nil }
      return RankStatistics.auc(scores: scores, labels: labels)
    }
    var result: [String: Double] = [:]
    result["devMatchAUC"] = auc(\.probability)
    result["devCosineAUC"] = auc(\.cosine)
    return result
  }
}
