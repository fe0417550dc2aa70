import Corpora
import Encoders
import Foundation
import Tensors
import Traces

/// A trained MTB with its tokenizer: what a model folder of the system `mtb` holds.
///
/// Forward passes only, with packed weights; may be used from several threads at once.
public struct MTBModel: Sendable {
  /// The `system` of such a folder.
  public static let system = "mtb"

  /// What `config.json` says of the head, under `expert`.
  public struct Configuration: Sendable, Hashable, Codable {
    /// Its labels.
    public var scheme: RelationScheme
    /// The control tokens around head and tail.
    public var markers: RelationMarkers
    /// Pieces of the longest input.
    public var longest: Int

    /// A configuration by its parts.
    public init(scheme: RelationScheme, markers: RelationMarkers, longest: Int) {
      self.scheme = scheme
      self.markers = markers
      self.longest = longest
    }
  }

  /// A label with its probability.
  public struct Answer: Sendable, Hashable {
    /// The most probable label.
    public let label: String
    /// Probability of each label, in the order of the scheme.
    public let probabilities: [Float]
    /// Mentions of the pair that the encoder did not read, because they lie behind its last
    /// position; the answer then rests on the rest of the text.
    public let cutOff: [PairPart]

    /// The answer of one score per label.
    init(_ logits: [Float], _ scheme: RelationScheme, cutOff: [PairPart]) {
      self.cutOff = cutOff
      let most = logits.max() ?? 0
      let powers = logits.map { exp($0 - most) }
      let sum = powers.reduce(0, +)
      label = scheme.labels[MTBHead.best(logits)]
      probabilities = powers.map { $0 / sum }
    }

    /// The probabilities for the views that show any model's.
    func signal(_ scheme: RelationScheme) -> Signal {
      Signal(
        name: "relation/probabilities", caption: "probability of each relation",
        kind: .distribution(labels: scheme.labels),
        tensor: Tensor([probabilities.count], probabilities))
    }
  }

  /// The folder's name.
  public let name: String
  /// How the head reads.
  public let configuration: Configuration
  /// Cuts words into pieces; knows the markers.
  public let tokenizer: Tokenizer
  let engine: BERTEngine
  let head: MTBHead

  /// A model of a trained network.
  public init(
    name: String, _ network: consuming MTB, tokenizer: Tokenizer, _ configuration: Configuration
  ) {
    self.name = name
    self.configuration = configuration
    self.tokenizer = tokenizer
    head = network.head
    engine = BERTEngine(network.encoder)
  }

  /// The markers of a base, which then knows them.
  ///
  /// - Throws: `TokenizerError` when the vocabulary is full.
  public static func addMarkers(
    to base: inout TextBase, _ generator: inout SeededGenerator
  ) throws -> RelationMarkers {
    let pieces = RelationMarkers.pieces(for: base.tokenizer)
    return RelationMarkers(pieces: pieces, ids: try base.addControlTokens(pieces, &generator))
  }

  /// The pairs of a post as the network reads them; labels that the scheme does not know are left
  /// out.
  public static func pairs(
    of post: Post, tokenizer: Tokenizer, _ configuration: Configuration
  ) -> [MarkedPair] {
    let words = post.tokens.map(\.text)
    return post.relations.compactMap { relation in
      configuration.scheme.index(of: relation.label).map { label in
        configuration.markers.markedPair(
          words, head: relation.head, tail: relation.tail, label: label, tokenizer,
          longest: configuration.longest)
      }
    }
  }

  /// The answer for pairs of token ranges in one text.
  ///
  /// - Throws: `EncoderInputError` when the tokenizer does not fit the encoder.
  public func predict(
    _ words: [String], pairs: [(head: Range<Int>, tail: Range<Int>)]
  ) throws(EncoderInputError) -> [Answer] {
    let items = pairs.map { pair in
      configuration.markers.markedPair(
        words, head: pair.head, tail: pair.tail, label: -1, tokenizer,
        longest: configuration.longest)
    }
    return zip(try head.logits(items, engine), items).map {
      Answer($0, configuration.scheme, cutOff: $1.cutOff)
    }
  }

  /// The answers for the pairs of many posts.
  ///
  /// - Throws: `EncoderInputError`.
  public func answers(
    _ posts: [(words: [String], pairs: [TokenPair])]
  ) throws(EncoderInputError) -> [[Answer]] {
    let items = posts.map { post in
      post.pairs.map { pair in
        configuration.markers.markedPair(
          post.words, head: pair.head, tail: pair.tail, label: -1, tokenizer,
          longest: configuration.longest)
      }
    }
    let all = items.flatMap { $0 }
    var rest = zip(try head.logits(all, engine), all).map {
      Answer($0, configuration.scheme, cutOff: $1.cutOff)
    }[...]
    return items.map { own in
      defer { rest = rest.dropFirst(own.count) }
      return Array(rest.prefix(own.count))
    }
  }
}
