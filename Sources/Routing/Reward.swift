/// The reward of one split of a batch (RDS eq. 2–6): how much better each expert does on its own
/// set.
///
/// R = α [F(f_m, M) − F(f_u, M)] + (1 − α) [F(f_u, U) − F(f_m, U)], with M = {d = 1}, U = {d = 0},
/// micro-F1 as fractions, and F of the empty set 0. One number per batch, without baseline or
/// normalisation.
package struct Reward: Sendable, Hashable {
  /// F(f_m, M): the multimodal expert on the multimodal set.
  package let multimodalOnMultimodal: Double
  /// F(f_u, M): the text expert on the multimodal set.
  package let textOnMultimodal: Double
  /// F(f_u, U): the text expert on the unimodal set.
  package let textOnText: Double
  /// F(f_m, U): the multimodal expert on the unimodal set.
  package let multimodalOnText: Double
  /// Weight of the multimodal set.
  package let alpha: Double

  /// R.
  package var value: Double {
    alpha * (multimodalOnMultimodal - textOnMultimodal)
      + (1 - alpha) * (textOnText - multimodalOnText)
  }

  /// The reward of actions (true = M) on posts with these counts, one each.
  package init(counts: [ExpertCounts], actions: [Bool], alpha: Double) {
    precondition(
      counts.count == actions.count, "\(actions.count) actions for \(counts.count) posts")
    let table = CountTable(counts, weights: [Float](repeating: 1, count: counts.count))
    self.init(table: table, posts: Array(counts.indices), actions: actions, alpha: alpha)
  }

  init(table: CountTable, posts: some Collection<Int>, actions: [Bool], alpha: Double) {
    // Sums of the four numbers of `CountTable`, for M and for U.
    var m = SIMD4<Double>(repeating: 0)
    var u = m
    for (post, action) in zip(posts, actions) {
      let at = 4 * post
      let numbers = SIMD4(
        table.values[at], table.values[at + 1], table.values[at + 2], table.values[at + 3])
      if action { m += numbers } else { u += numbers }
    }
    func f1(_ correct: Double, _ both: Double) -> Double { both == 0 ? 0 : 2 * correct / both }
    textOnMultimodal = f1(m[0], m[1])
    multimodalOnMultimodal = f1(m[2], m[3])
    textOnText = f1(u[0], u[1])
    multimodalOnText = f1(u[2], u[3])
    self.alpha = alpha
  }
}
