import Corpora

/// Posts as the router sees them: x = t ⊙ v per post, and what each expert makes of the post.
package struct RouterData: Sendable, Hashable {
  /// Width of an embedding.
  package let dimensions: Int
  /// One stable id per post.
  package let ids: [String]
  /// posts × dimensions, row-major: the product, entry by entry, of the L2-normalised text and
  /// picture embeddings, so that a row sums to their cosine. Zeros where the router is not asked.
  package let x: [Float]
  /// Whether the router is asked about each post; not where there is no picture (`RouterInput`).
  package let isAsked: [Bool]
  /// One pair of counts per post.
  package let counts: [ExpertCounts]
  /// Whether the picture adds to the text, where the dataset knows; one per post.
  package let imageAdds: [Bool?]
  /// How many times each post counts in training; 1 unless it is a correction.
  package let weights: [Float]

  /// Number of posts.
  package var count: Int { ids.count }

  /// Posts of the router by their inputs.
  ///
  /// - Throws: as the initializer over numbers.
  package init(
    dimensions: Int, ids: [String], inputs: [RouterInput], counts: [ExpertCounts],
    imageAdds: [Bool?]? = nil, weights: [Float]? = nil
  ) throws(RoutingError) {
    try self.init(
      dimensions: dimensions, ids: ids,
      x: inputs.flatMap { $0.product ?? [Float](repeating: 0, count: dimensions) },
      isAsked: inputs.map { $0 != .withoutPicture }, counts: counts, imageAdds: imageAdds,
      weights: weights)
  }

  /// Posts of the router. `imageAdds` and `weights` may be left out; without `isAsked` the router
  /// is asked about all.
  ///
  /// - Throws: `RoutingError` when a size disagrees, an embedding is not finite or counts are
  ///   impossible.
  package init(
    dimensions: Int, ids: [String], x: [Float], isAsked: [Bool]? = nil, counts: [ExpertCounts],
    imageAdds: [Bool?]? = nil, weights: [Float]? = nil
  ) throws(RoutingError) {
    let posts = ids.count
    guard (1...Discriminator.largestSize).contains(dimensions) else {
      throw .badSetting(
        name: "dimensions", value: "\(dimensions)", allowed: "1 to \(Discriminator.largestSize)")
    }
    guard x.count.isMultiple(of: dimensions), x.count / dimensions == posts else {
      if posts > 0, x.count.isMultiple(of: posts) {
        throw .wrongDimensions(have: x.count / posts, need: dimensions)
      }
      throw .unequalCounts(what: "embeddings", have: x.count / dimensions, posts: posts)
    }
    guard counts.count == posts else {
      throw .unequalCounts(what: "pairs of counts", have: counts.count, posts: posts)
    }
    if let isAsked, isAsked.count != posts {
      throw .unequalCounts(
        what: "marks of posts without a picture", have: isAsked.count, posts: posts)
    }
    if let imageAdds, imageAdds.count != posts {
      throw .unequalCounts(what: "imageAdds labels", have: imageAdds.count, posts: posts)
    }
    if let weights, weights.count != posts {
      throw .unequalCounts(what: "weights", have: weights.count, posts: posts)
    }
    if let weight = weights?.first(where: { !($0.isFinite && $0 >= 0) }) {
      throw .badSetting(name: "weight of a post", value: "\(weight)", allowed: "0 or more")
    }
    if let bad = x.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(post: ids[bad / dimensions])
    }
    for (id, post) in zip(ids, counts) where !(post.text.isPossible && post.multimodal.isPossible) {
      throw .impossibleCounts(post: id)
    }
    self.dimensions = dimensions
    self.ids = ids
    self.x = x
    self.isAsked = isAsked ?? [Bool](repeating: true, count: posts)
    self.counts = counts
    self.imageAdds = imageAdds ?? [Bool?](repeating: nil, count: posts)
    self.weights = weights ?? [Float](repeating: 1, count: posts)
  }

  /// The embedding of one post.
  package func row(_ index: Int) -> ArraySlice<Float> {
    x[index * dimensions..<(index + 1) * dimensions]
  }

  /// Places of the posts that the router is asked about.
  package var asked: [Int] { ids.indices.filter { isAsked[$0] } }

  /// The inputs of the posts that the router is asked about, row-major.
  package var askedInputs: [Float] {
    isAsked.contains(false) ? asked.flatMap { row($0) } : x
  }

  /// Where posts go: those without a picture to the text expert, the others by their p.
  ///
  /// - Parameter probabilities: p of the posts that the router is asked about, in their order.
  package func routes(_ probabilities: [Float], by rule: DecisionRule = .threshold) -> [Route] {
    spread(rule.routes(probabilities)).map { $0 ?? .text }
  }

  /// One value for each post from those of the posts that the router is asked about; nil for the
  /// others.
  package func spread<T>(_ values: [T]) -> [T?] {
    var result = [T?](repeating: nil, count: count)
    for (place, value) in zip(asked, values) { result[place] = value }
    return result
  }

  /// The posts at some indices, in that order.
  package func subset(_ indices: [Int]) -> RouterData {
    RouterData(
      trusted: dimensions, indices.map { ids[$0] }, indices.flatMap { row($0) },
      indices.map { isAsked[$0] },
      indices.map { counts[$0] }, indices.map { imageAdds[$0] }, indices.map { weights[$0] })
  }

  /// These posts followed by others of the same width.
  package func appending(_ other: RouterData) throws(RoutingError) -> RouterData {
    guard other.dimensions == dimensions else {
      throw .wrongDimensions(have: other.dimensions, need: dimensions)
    }
    return RouterData(
      trusted: dimensions, ids + other.ids, x + other.x, isAsked + other.isAsked,
      counts + other.counts,
      imageAdds + other.imageAdds, weights + other.weights)
  }

  private init(
    trusted dimensions: Int, _ ids: [String], _ x: [Float], _ isAsked: [Bool],
    _ counts: [ExpertCounts],
    _ imageAdds: [Bool?], _ weights: [Float]
  ) {
    self.dimensions = dimensions
    self.ids = ids
    self.x = x
    self.isAsked = isAsked
    self.counts = counts
    self.imageAdds = imageAdds
    self.weights = weights
  }
}

extension MatchCounts {
  /// True for counts that matching can give; the upper bound keeps sums far from overflow.
  var isPossible: Bool {
    let limit = 1 << 24
    return correct >= 0 && correct <= min(predicted, gold) && max(predicted, gold) <= limit
  }
}
