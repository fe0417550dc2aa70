/// The cached counts of some posts as numbers that sum fast, each multiplied by the post's weight.
///
/// Per post and expert: correct, and predicted + gold. F1 of any set of posts is 2 Σ correct / Σ
/// (both).
struct CountTable: Sendable {
  /// Four per post: correct and (predicted + gold) of the text expert, then of the multimodal one.
  let values: [Double]
  /// The weights, one per post.
  let weights: [Float]

  var count: Int { weights.count }

  init(_ counts: [ExpertCounts], weights: [Float]) {
    self.weights = weights
    values = zip(counts, weights).flatMap { post, weight in
      [
        post.text.correct, post.text.predicted + post.text.gold,
        post.multimodal.correct, post.multimodal.predicted + post.multimodal.gold,
      ].map { Double($0) * Double(weight) }
    }
  }

  /// Posts that the router is not asked about are the text expert's, whatever p would be: both
  /// answers count as its own, so that no gradient comes from them.
  init(_ data: RouterData) {
    self.init(
      zip(data.counts, data.isAsked).map { counts, isAsked in
        isAsked ? counts : ExpertCounts(text: counts.text, multimodal: counts.text)
      }, weights: data.weights)
  }

  /// Micro-F1 of the union over all posts, a fraction.
  func union(_ routes: [Route]) -> Double {
    var (correct, both) = (0.0, 0.0)
    for (post, route) in routes.enumerated() {
      let at = 4 * post + (route == .multimodal ? 2 : 0)
      correct += values[at]
      both += values[at + 1]
    }
    return both == 0 ? 0 : 2 * correct / both
  }
}
