import Corpora
import Encoders
import Tensors
import Traces

/// A trained multimodal entity expert with its tokenizer. The regions come from a `RegionSource`,
/// which the folder names.
///
/// Forward passes only, the text encoder with packed weights; may be used from several threads at
/// once.
package struct PictureTaggerModel<Head: PictureTaggerHead>: Expert {
  /// The `system` of such a folder.
  package static var system: String { Head.system }

  /// What `config.json` says of the head, under `expert`.
  package struct Configuration: Sendable, Hashable, Codable {
    /// Its tags.
    package var scheme: TagScheme
    /// How the tags stand at pieces.
    package var labels: LabelScheme
    /// Pieces of the longest input; what is behind it gets the tag O.
    package var longest: Int
    /// Its switches.
    package var options: Head.Options
    /// The name of the region source's folder, beside this one.
    package var pictures: String
    /// N and C of the regions.
    package var regions: [Int]

    /// A configuration by its parts.
    package init(
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

  /// What it is, what it sees and where it came from.
  package let card: ModelCard
  /// How the head reads.
  package let configuration: Configuration
  /// Cuts words into pieces.
  package let tokenizer: Tokenizer
  let engine: any StatesSource
  let head: Head

  /// A model of a trained network.
  package init(
    name: String, _ network: consuming PictureTagger<Head>, tokenizer: Tokenizer,
    _ configuration: Configuration, folder: String? = nil
  ) {
    var card = ModelCard(
      name: name, system: Self.system, task: .entities, sights: [.grid(configuration.pictures)],
      labels: configuration.scheme.types)
    card.regionSize = configuration.regions[1]
    card.switches = configuration.options.switches
    self.card = folder.map { card.reading($0) } ?? card
    self.configuration = configuration
    self.tokenizer = tokenizer
    head = network.head
    engine = network.statesSource
  }

  /// A post as the network reads it.
  ///
  /// - Parameter tags: gold tags, one per word; those of the training.
  package static func item(
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

  func item(_ words: [String], _ regions: PictureRegions) -> PicturedPieces {
    Self.item(
      words, regions, tags: [Int](repeating: 0, count: words.count), tokenizer: tokenizer,
      configuration)
  }

  /// Words with an unknown piece.
  package func unknownCount(of words: [String]) -> Int { tokenizer.unknownCount(of: words) }

  /// Labels of many posts.
  package func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    try labels(posts.map { ($0.words, try $0.grid(configuration.pictures)) }, asking)
  }

  /// Labels of many texts with their regions.
  ///
  /// - Throws: `EncoderInputError`.
  package func labels(
    _ posts: [(words: [String], regions: PictureRegions)], _ asking: Asking = Asking()
  ) throws(EncoderInputError) -> [Labels] {
    let items = posts.map { item($0.words, $0.regions) }
    let (chain, states) = (head.crf.chain, head.sizes.states)
    return zip(items, try head.emissions(items, engine)).map { item, emissions in
      chain.labels(
        emissions, states.scheme, words: item.wordCount, steps: item.text.words,
        tagOf: states.tagOf, asking)
    }
  }

  /// The answer for one post with everything it shows.
  package func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    .mentions(try predict(post.words, try post.grid(configuration.pictures), taps))
  }

  /// The answer for one text and its regions with everything it shows (MODELS §9).
  ///
  /// - Throws: `EncoderInputError` when tokenizer or regions do not fit.
  package func predict(
    _ words: [String], _ regions: PictureRegions, _ taps: Taps = [:]
  ) throws(EncoderInputError) -> Prediction {
    let item = item(words, regions)
    let probe = Probe(
      hasPicture: !regions.isMissing, looks: configuration.options.usesPicture,
      substituting: taps)
    let emissions = try head.emissions([item], engine, probe).first ?? []
    return Prediction(
      expert: name, scheme: configuration.scheme, words: words.count,
      head.crf.chain.decode(
        emissions, scheme: configuration.scheme, steps: item.text.words,
        tagOf: head.sizes.states.tagOf), probe.trace)
  }
}
