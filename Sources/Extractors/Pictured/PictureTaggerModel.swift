import Corpora
import Encoders
import Tensors
import Traces

/// A trained UMT.
public typealias UMTModel = PictureTaggerModel<UMTHead>
/// A trained MAF.
public typealias MAFModel = PictureTaggerModel<MAFHead>

/// A trained multimodal entity expert with its tokenizer: what a model folder of the system `umt`
/// or `maf` holds. The regions come from a `RegionSource`, which the folder names.
///
/// Forward passes only, the text encoder with packed weights; may be used from several threads at
/// once.
public struct PictureTaggerModel<Head: PictureTaggerHead>: Sendable {
  /// The `system` of such a folder.
  public static var system: String { Head.system }

  /// What `config.json` says of the head, under `expert`.
  public struct Configuration: Sendable, Hashable, Codable {
    /// Its tags.
    public var scheme: TagScheme
    /// How the tags stand at pieces.
    public var labels: LabelScheme
    /// Pieces of the longest input; what is behind it gets the tag O.
    public var longest: Int
    /// Its switches.
    public var options: Head.Options
    /// The name of the region source's folder, beside this one.
    public var pictures: String
    /// N and C of the regions.
    public var regions: [Int]

    /// A configuration by its parts.
    public init(
      scheme: TagScheme, labels: LabelScheme, longest: Int, options: Head.Options,
      pictures: String, regions: [Int]
    ) {
      self.scheme = scheme
      self.labels = labels
      self.longest = longest
      self.options = options
      self.pictures = pictures
      self.regions = regions
    }
  }

  /// The folder's name.
  public let name: String
  /// How the head reads.
  public let configuration: Configuration
  /// Cuts words into pieces.
  public let tokenizer: Tokenizer
  let engine: any StatesSource
  let head: Head

  /// A model of a trained network.
  public init(
    name: String, _ network: consuming PictureTagger<Head>, tokenizer: Tokenizer,
    _ configuration: Configuration
  ) {
    self.name = name
    self.configuration = configuration
    self.tokenizer = tokenizer
    head = network.head
    engine = network.statesSource
  }

  /// A post as the network reads it.
  ///
  /// - Parameter tags: gold tags, one per word; those of the training.
  public static func item(
    _ words: [String], _ regions: PictureRegions, tags: [Int], tokenizer: Tokenizer,
    _ configuration: Configuration
  ) -> PicturedPieces {
    let encoding = tokenizer.encode(
      words: words,
      options: EncodingOptions(maximumLength: configuration.longest, emptyWords: .unknown))
    return PicturedPieces(
      TagStates(scheme: configuration.scheme, labels: configuration.labels)
        .layOut(encoding, tags: tags), regions)
  }

  private func item(_ words: [String], _ regions: PictureRegions) -> PicturedPieces {
    Self.item(
      words, regions, tags: [Int](repeating: 0, count: words.count), tokenizer: tokenizer,
      configuration)
  }

  /// The answer for one post with everything it shows (MODELS §9).
  ///
  /// - Parameter substitutions: values to put in place at named taps (interventions).
  /// - Throws: `EncoderInputError` when tokenizer or regions do not fit.
  public func predict(
    _ words: [String], _ regions: PictureRegions,
    substituting substitutions: [String: @Sendable (Tensor) -> Tensor] = [:]
  ) throws(EncoderInputError) -> Prediction {
    let item = item(words, regions)
    let probe = Probe(hasPicture: !regions.isMissing, substituting: substitutions)
    let emissions = try head.emissions([item], engine, probe).first ?? []
    return Prediction(
      system: name, scheme: configuration.scheme, words: words.count,
      head.crf.chain.decode(
        emissions, scheme: configuration.scheme, steps: item.text.words,
        tagOf: head.sizes.states.tagOf), probe.trace)
  }

  /// Viterbi mentions of many posts, read as asked.
  ///
  /// - Throws: `EncoderInputError`.
  public func mentions(
    _ posts: [(words: [String], regions: PictureRegions)], reading: BIO.Reading = .lenient
  ) throws(EncoderInputError) -> [[EntityMention]] {
    let scheme = configuration.scheme
    return try head.paths(posts.map { item($0.words, $0.regions) }, engine).map {
      reading == .strict ? scheme.strictMentions(of: $0) : scheme.mentions(of: $0)
    }
  }
}

extension Prediction {
  /// What a piece-wise tagger answers: words behind the longest input are O, surely, since nothing
  /// was read there.
  ///
  /// - Parameter words: words of the post, those that were cut off included.
  init(
    system: String, scheme: TagScheme, words: Int, _ decoded: DecodedTags, _ shown: Trace
  ) {
    let cut = words - decoded.path.count
    let outside = [1] + [Float](repeating: 0, count: scheme.count - 1)
    let marginals = decoded.marginals + [[Float]](repeating: outside, count: cut)
    var trace = shown
    trace.append(
      Signal(
        name: "crf/marginals", caption: "tag probabilities",
        kind: .wordDistributions(labels: scheme.labels),
        tensor: Tensor([marginals.count, scheme.count], marginals.flatMap { $0 })))
    trace.append(
      Signal(
        name: "crf/uncertainty", caption: "1 − largest tag probability", kind: .words,
        tensor: Tensor([marginals.count], marginals.map { 1 - ($0.max() ?? 1) })))
    self.init(
      system: system, mentions: decoded.mentions, labels: scheme.labels, marginals: marginals,
      path: decoded.path + [Int](repeating: 0, count: cut), trace: trace)
  }
}
