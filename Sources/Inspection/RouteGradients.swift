import Extractors
import Routing
import Tensors

/// What each word and region adds to p by the router's gradient, gradient × input, beside what
/// occlusion says: the second is measured, the first is its tangent, and how far they agree tells
/// how far either can be trusted.
package struct RouteGradients: Sendable, Hashable {
  /// One per word that the encoder reads, in p: the words' vectors times ∂p/∂vector. Nil where the
  /// encoder cannot tell its pieces apart by words.
  package let tokens: [Float]?
  /// One per region of the grid, in p: the distance of its pixels from the picture's mean colour,
  /// which is what occlusion puts there, times ∂p/∂pixel.
  package let regions: [Float]
  /// Spearman's ρ of the words' effects by gradient and by occlusion; nil for fewer than three
  /// words and where either is the same for all.
  package let tokenAgreement: Float?
  /// The same of the regions.
  package let regionAgreement: Float?

  /// Numbers beside the effects of occlusion.
  init(
    tokens: [Float]?, regions: [Float], besides effects: [RouteExplanation.Effect],
    _ regionEffects: [RouteExplanation.Effect]
  ) {
    self.tokens = tokens
    self.regions = regions
    tokenAgreement = tokens.flatMap { Self.agreement($0, effects) }
    regionAgreement = Self.agreement(regions, regionEffects)
  }

  private static func agreement(
    _ values: [Float], _ effects: [RouteExplanation.Effect]
  ) -> Float? {
    let count = min(values.count, effects.count)
    return RankStatistics.spearman(
      zip(values.prefix(count), effects).map { (Double($0), Double($1.contribution)) }
    ).map { Float($0) }
  }
}

extension RouteOcclusion {
  /// Gradient × input of p at the post as it is.
  ///
  /// - Returns: nil where the encoder has no gradient.
  /// - Throws: what the encoder throws; one that keeps its weights in another layout reads them
  ///   again.
  func gradients() throws -> RouteGradients? {
    let x = zip(text, vector).map { $0 * $1 }
    let p = Self.sigmoid(whole)
    // ∂p/∂x; x = t ⊙ v, so that the gradient at t is ∂p/∂x ⊙ v and the reverse.
    let slopes = router.slopes(x).map { $0 * p * (1 - p) }
    let words = try dual.gradientTimesInput(
      words: Array(tokens.prefix(dual.longestText)), toward: zip(slopes, vector).map { $0 * $1 })
    guard
      let pixels = try dual.gradientTimesInput(
        prepared: picture, toward: zip(slopes, text).map { $0 * $1 })
    else { return nil }
    return RouteGradients(
      tokens: words, regions: Self.cells(pixels, side: dual.side), besides: tokenEffects,
      regionEffects)
  }

  /// Sums over the cells of the grid of side × side numbers, row by row.
  static func cells(_ pixels: [Float], side: Int) -> [Float] {
    var sums = [Float](repeating: 0, count: grid * grid)
    guard pixels.count == side * side else { return sums }
    for y in 0..<side {
      for x in 0..<side { sums[y * grid / side * grid + x * grid / side] += pixels[y * side + x] }
    }
    return sums
  }
}
