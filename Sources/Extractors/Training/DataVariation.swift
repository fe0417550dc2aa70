import Corpora
import Files
import Tensors

/// What is done to the posts of a table's row, or of a training.
package enum DataVariation: Sendable, Hashable {
  case asItIs
  /// Pictures are exchanged among a share of the posts (Align-Noise, MODELS §7.6).
  case exchangedPictures(Double)
  /// A share of the regions is moved or left out, half each (Aug-Noise).
  case disturbedRegions(Double)
  /// A share of train is learned from.
  case share(Double)
  /// So many pairs of each relation are learned from.
  case pairsOfEach(Int)
  /// Labels of mentions and relations are taken away from train.
  case unlabelled

  /// Where noise is; the paper does not say.
  package enum Place: String, Sendable, CaseIterable {
    case both, train, test

    /// Whether posts of a part of the dataset have it; dev is chosen by as train is learned from.
    func covers(_ split: Split) -> Bool {
      self == .both || (self == .train) == (split == .train || split == .dev)
    }
  }

  /// A name for folders and files; nil for posts as they are.
  package var name: String? {
    switch self {
    case .asItIs: nil
    case .exchangedPictures(let share): "exchanged-\(Int((100 * share).rounded()))"
    case .disturbedRegions(let share): "regions-\(Int((100 * share).rounded()))"
    case .share(let share): "share-\(Int((100 * share).rounded()))"
    case .pairsOfEach(let count): "each-\(count)"
    case .unlabelled: "unlabelled"
    }
  }

  /// What is done, for the recipe of a training; nil for posts as they are.
  package var words: String? {
    func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
    return switch self {
    case .asItIs: nil
    case .exchangedPictures(let share): "pictures of \(percent(share)) of the posts exchanged"
    case .disturbedRegions(let share): "\(percent(share)) of the regions moved or left out"
    case .share(let share): "\(percent(share)) of train"
    case .pairsOfEach(let count): "\(count.counted("pair")) of each relation"
    case .unlabelled: "without labels"
    }
  }

  /// Whether it changes what is seen, not what is learned from.
  package var isNoise: Bool {
    switch self {
    case .exchangedPictures, .disturbedRegions: true
    case .asItIs, .share, .pairsOfEach, .unlabelled: false
    }
  }

  /// The posts that are learned from.
  package func chosen(_ posts: [Post], seed: UInt64) -> [Post] {
    var generator = SeededGenerator(seed: seed, stream: "paper data")
    let order = generator.permutation(posts.count).map { posts[$0] }
    switch self {
    case .asItIs, .exchangedPictures, .disturbedRegions: return posts
    case .unlabelled:
      return posts.map { $0.replacing(tokens: $0.tokens, mentions: [], relations: []) }
    case .share(let share):
      // All of them in their order, so that it is the same training as without.
      guard share < 1 else { return posts }
      return Array(order.prefix(max(1, Int((share * Double(posts.count)).rounded()))))
    case .pairsOfEach(let count):
      var taken: [String: Int] = [:]
      return order.compactMap { post in
        let kept = post.relations.filter { pair in
          guard taken[pair.label, default: 0] < count else { return false }
          taken[pair.label, default: 0] += 1
          return true
        }
        return kept.isEmpty
          ? nil : post.replacing(tokens: post.tokens, mentions: post.mentions, relations: kept)
      }
    }
  }

  /// Posts with it, as a training takes them.
  ///
  /// - Parameter scored: posts that are scored afterwards, with noise of their own.
  package func applied(
    to posts: TrainingPosts, seed: UInt64, scored: [Post] = [], in place: Place = .both
  ) -> TrainingPosts {
    guard let name else { return posts }
    var result = posts.replacing(train: chosen(posts.train, seed: seed), part: name)
    if case .exchangedPictures(let share) = self {
      result.pictures = posts.pictures.exchanged(
        among: (place == .test ? [] : [result.train, result.dev])
          + (place == .train ? [] : [scored]), share: share, seed: seed)
    }
    return result
  }

  /// What is done to the regions of each post that is looked at.
  package func interventions(
    seed: UInt64, in place: Place = .both
  ) -> @Sendable (Post) -> [Intervention] {
    guard case .disturbedRegions(let share) = self else { return { _ in [] } }
    return { place.covers($0.split) ? [.disturbRegions(share: share, seed: seed)] : [] }
  }
}

extension PictureProvider {
  /// The same pictures, those of a share of each list's posts exchanged among themselves, with
  /// their regions: none of them keeps its own, and none gets one of the same name unless more than
  /// half of them share it.
  package func exchanged(among lists: [[Post]], share: Double, seed: UInt64) -> PictureProvider {
    var other: [Post.ID: Post] = [:]
    var generator = SeededGenerator(seed: seed, stream: "exchanged pictures")
    for posts in lists {
      let order = generator.permutation(posts.count).prefix(
        Int((share * Double(posts.count)).rounded())
      ).map { posts[$0] }
      // Posts of one picture side by side, and each gets the picture of one as far on as the most
      // of them are.
      var names: [String] = []
      let groups = Dictionary(grouping: order) { post in post.imageID.map { "i" + $0 } ?? post.id }
      for post in order {
        let name = post.imageID.map { "i" + $0 } ?? post.id
        if groups[name]?.first?.id == post.id { names.append(name) }
      }
      let chosen = names.flatMap { groups[$0] ?? [] }
      let most = groups.values.map(\.count).max() ?? 1
      let step = 2 * most <= chosen.count ? most : 1
      for (i, post) in chosen.enumerated() {
        other[post.id] = chosen[(i + step) % chosen.count]
      }
    }
    let (before, partners) = (self, other)
    var result = PictureProvider(name: "\(name) exchanged \(share) \(seed)") { post, purpose in
      before.picture(partners[post.id] ?? post, purpose)
    }
    result.isByPost = true
    result.boxes = boxes?.exchanged(other.mapValues(\.id))
    return result
  }
}
