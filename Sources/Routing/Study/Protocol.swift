import Corpora
import Encoders
import Extractors
import Tensors

/// RDS's data protocol (§4.2 of the models' specification): the training posts are shuffled once;
/// the experts learn from D_model, the router from D_split, both are chosen on dev.
public struct RoutingProtocol: Sendable {
  /// D_model: what the experts learn from.
  public let model: [Item]
  /// D_split: what the router learns from.
  public let split: [Item]
  /// What experts and router are chosen on.
  public let dev: [Item]
  /// What the tables are about.
  public let test: [Item]

  /// One post with what was read of it.
  public struct Item: Sendable {
    /// The post with its gold.
    public let post: Post
    /// What experts and router take of it.
    public let read: PostReader.Read

    /// A post and its reading.
    public init(post: Post, read: PostReader.Read) {
      self.post = post
      self.read = read
    }
  }

  /// Share of the training posts that the experts learn from.
  public static let modelShare = 0.8

  /// Divides read posts by their split; `seed` shuffles train.
  public init(_ items: [Item], seed: UInt64) {
    let train = items.filter { $0.post.split == .train }
    var generator = SeededGenerator(seed: seed, stream: "protocol")
    let order = generator.permutation(train.count)
    let cut = Int(Double(train.count) * Self.modelShare)
    model = order[..<cut].map { train[$0] }
    split = order[cut...].map { train[$0] }
    dev = items.filter { $0.post.split == .dev }
    test = items.filter { $0.post.split == .test }
  }

  private init(model: [Item], split: [Item], dev: [Item], test: [Item]) {
    (self.model, self.split, self.dev, self.test) = (model, split, dev, test)
  }

  /// The same division with the posts of each part replaced, as controls need it.
  public func replacingParts(_ replace: ([Item]) -> [Item]) -> RoutingProtocol {
    RoutingProtocol(
      model: replace(model), split: replace(split), dev: replace(dev), test: replace(test))
  }
}

extension [RoutingProtocol.Item] {
  /// The experts' counts on every post against its gold mentions.
  ///
  /// - Throws: `EncoderInputError.notFinite`.
  public func counts(
    text: ExpertModel, multimodal: ExpertModel
  ) throws(EncoderInputError) -> [ExpertCounts] {
    let inputs = map(\.read.input)
    let (u, m) = (try text.mentions(inputs), try multimodal.mentions(inputs))
    return indices.map { i in
      ExpertCounts(
        text: MatchCounts.count(predicted: u[i], gold: self[i].post.mentions),
        multimodal: MatchCounts.count(predicted: m[i], gold: self[i].post.mentions))
    }
  }

  /// The router's view of these posts.
  ///
  /// - Throws: `RoutingError`.
  public func routerData(_ counts: [ExpertCounts]) throws -> RouterData {
    try RouterData(
      dimensions: first?.read.text.count ?? 1, ids: map(\.post.id),
      inputs: map { try RouterInput(text: $0.read.text, picture: $0.read.picture) }, counts: counts,
      imageAdds: map(\.read.input.imageAdds))
  }
}
