import Corpora
import Encoders
import Tensors
import Traces

/// A trained BERT-CRF with its tokenizer: what a model folder of the system `bert-crf` holds.
///
/// Forward passes only, with packed weights; may be used from several threads at once. The sibling
/// of `ExpertModel` for experts that read pieces: those have no word table and no pictures.
public struct BERTCRFModel: Sendable {
  /// The `system` of such a folder.
  public static let system = "bert-crf"

  /// What `config.json` says of the head, under `expert`.
  public struct Configuration: Sendable, Hashable, Codable {
    /// Its tags.
    public var scheme: TagScheme
    /// How the tags stand at pieces.
    public var labels: LabelScheme
    /// Pieces of the longest input; what is behind it gets the tag O.
    public var longest: Int

    /// A configuration by its parts.
    public init(scheme: TagScheme, labels: LabelScheme, longest: Int) {
      self.scheme = scheme
      self.labels = labels
      self.longest = longest
    }
  }

  /// The folder's name.
  public let name: String
  /// How the head reads.
  public let configuration: Configuration
  /// Cuts words into pieces.
  public let tokenizer: Tokenizer
  let engine: BERTEngine
  let head: BERTCRFHead

  /// A model of a trained network.
  public init(
    name: String, _ network: consuming BERTCRF, tokenizer: Tokenizer, longest: Int
  ) {
    self.name = name
    self.tokenizer = tokenizer
    head = network.head
    configuration = Configuration(
      scheme: network.head.scheme, labels: network.head.states.labels, longest: longest)
    engine = BERTEngine(network.encoder)
  }

  /// A post's words as the network reads them.
  ///
  /// - Parameter tags: gold tags, one per word; those of the training.
  public static func pieces(
    _ words: [String], tags: [Int], tokenizer: Tokenizer, _ configuration: Configuration
  ) -> TaggedPieces {
    let encoding = tokenizer.encode(
      words: words,
      options: EncodingOptions(maximumLength: configuration.longest, emptyWords: .unknown))
    return TagStates(scheme: configuration.scheme, labels: configuration.labels)
      .layOut(encoding, tags: tags)
  }

  private func pieces(_ words: [String]) -> TaggedPieces {
    Self.pieces(
      words, tags: [Int](repeating: 0, count: words.count), tokenizer: tokenizer, configuration)
  }

  /// The answer for one post with marginals and confidences.
  ///
  /// - Throws: `EncoderInputError` when the tokenizer does not fit the encoder.
  public func predict(_ words: [String]) throws(EncoderInputError) -> Prediction {
    let item = pieces(words)
    let emissions = try head.emissions([item], engine).first ?? []
    return Prediction(
      system: name, scheme: configuration.scheme, words: words.count,
      head.crf.chain.decode(
        emissions, scheme: configuration.scheme, steps: item.words, tagOf: head.states.tagOf),
      Trace())
  }

  /// Viterbi mentions of many posts, read as asked.
  ///
  /// - Throws: `EncoderInputError`.
  public func mentions(
    _ posts: [[String]], reading: BIO.Reading = .lenient
  ) throws(EncoderInputError) -> [[EntityMention]] {
    let scheme = configuration.scheme
    return try head.paths(posts.map { pieces($0) }, engine).map {
      reading == .strict ? scheme.strictMentions(of: $0) : scheme.mentions(of: $0)
    }
  }
}
