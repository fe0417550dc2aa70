import Corpora
import Encoders
import Foundation
import Tensors
import Traces

/// A trained mega-lite with its tokenizer: what a model folder of the system `mega-lite` holds.
///
/// Forward passes only, the text encoder with packed weights; may be used from several threads at
/// once.
package struct MEGALiteModel: Expert {
  /// The `system` of such a folder.
  package static let system = "mega-lite"

  /// What `config.json` says of the head, under `expert`.
  package struct Configuration: Sendable, Hashable, Codable {
    /// Its labels and markers.
    package var text: PairReading
    /// Its switches.
    package var options: MEGALiteOptions
    /// The name of the region source's folder, beside this one.
    package var pictures: String
    /// N and C of the regions.
    package var regions: [Int]
    /// What must stand beside every number made with the model, e.g. that its regions leak.
    package var mark: String?

    /// A configuration by its parts.
    package init(
      text: PairReading, options: MEGALiteOptions, pictures: String, regions: [Int]
    ) {
      self.text = text
      self.options = options
      self.pictures = pictures
      self.regions = regions
    }
  }

  /// What it is, what it sees and where it came from.
  package let card: ModelCard
  /// How the head reads.
  package let configuration: Configuration
  /// Cuts words into pieces; knows the markers.
  package let tokenizer: Tokenizer
  let engine: BERTEngine
  let head: MEGALiteHead

  /// A model of a trained network.
  package init(
    name: String, _ network: consuming MEGALite, tokenizer: Tokenizer,
    _ configuration: Configuration, folder: String? = nil
  ) {
    var card = ModelCard(
      name: name, system: Self.system, task: .relations,
      sights: [.grid(configuration.pictures)]
        + (configuration.options.objects == .boxes ? [.boxes] : []),
      labels: configuration.text.scheme.labels)
    card.regionSize = configuration.regions[1]
    card.switches = configuration.options.switches
    card.mark = configuration.mark
    self.card = folder.map { card.reading($0) } ?? card
    self.configuration = configuration
    self.tokenizer = tokenizer
    head = network.head
    engine = BERTEngine(network.encoder)
  }

  /// The pairs of a post as the network reads them; labels that the scheme does not know are left
  /// out.
  package static func pairs(
    of post: Post, _ regions: PictureRegions, boxes: PairBoxes.OfPost?, tokenizer: Tokenizer,
    _ configuration: Configuration
  ) -> [PicturedPair] {
    // One at a time: each may have objects of its own.
    let shown = Objects(regions, boxes, configuration.options)
    return post.relations.flatMap { relation in
      var one = post
      one.relations = [relation]
      return configuration.text.pairs(of: one, tokenizer: tokenizer).map {
        shown.pair($0, TokenPair(head: relation.head, tail: relation.tail))
      }
    }
  }

  /// What the pairs of one post look at.
  private struct Objects {
    let regions: PictureRegions
    let boxes: PairBoxes.OfPost?
    /// The same for all pairs; nil: each has its own.
    let shared: PictureRegions?

    init(_ regions: PictureRegions, _ boxes: PairBoxes.OfPost?, _ options: MEGALiteOptions) {
      self.regions = regions
      self.boxes = boxes
      shared = options.objects == .grid ? regions.objects : nil
    }

    func pair(_ marked: MarkedPair, _ pair: TokenPair) -> PicturedPair {
      if let shared {
        var result = PicturedPair(marked, objects: shared)
        result.gridPlaces = regions.objectPlaces
        return result
      }
      let boxes = boxes?.boxes(head: pair.head, tail: pair.tail) ?? []
      return PicturedPair(
        marked, objects: regions.objects(in: boxes),
        places: PictureRegions.largest(boxes).map(PictureRegions.place))
    }
  }

  private func item(_ words: [String], _ pair: TokenPair, _ objects: Objects) -> PicturedPair {
    objects.pair(
      configuration.text.markers.markedPair(
        words, head: pair.head, tail: pair.tail, label: -1, tokenizer,
        longest: configuration.text.longest), pair)
  }

  /// Words with an unknown piece.
  package func unknownCount(of words: [String]) -> Int { tokenizer.unknownCount(of: words) }

  private func objects(_ post: SeenPost) throws -> Objects {
    if needsBoxes, post.boxes == nil { throw ExpertError.noBoxes(expert: name) }
    return Objects(
      try post.grid(configuration.pictures), post.boxes, configuration.options)
  }

  /// Labels of the pairs of many posts.
  package func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    let items = try posts.map { post in
      let objects = try objects(post)
      return post.pairs.map { item(post.words, $0, objects) }
    }
    return try answers(zip(posts.map(\.pairs), items).map { ($0, $1) }).map { .relations($0) }
  }

  /// The answer for one post. Alignment and objects of the first 64 pairs are shown, each of which
  /// is a pass of its own: enough for posts as people write them. The pairs behind them are
  /// answered together.
  package func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    let objects = try objects(post)
    let traced = try post.pairs.prefix(64).map { try predict(post.words, $0, objects, taps) }
    let rest = Array(post.pairs.dropFirst(64))
    let others = try answers([(rest, rest.map { item(post.words, $0, objects) })]).first ?? []
    return .relations(
      RelationAnswers(
        expert: name, labels: configuration.text.scheme.labels, answers: traced + others))
  }

  /// The answer for one pair with everything it shows (MODELS §9).
  ///
  /// - Throws: `EncoderInputError` when tokenizer or regions do not fit.
  package func predict(
    _ words: [String], _ pair: TokenPair, _ regions: PictureRegions,
    boxes: PairBoxes.OfPost? = nil, _ taps: Taps = [:]
  ) throws(EncoderInputError) -> RelationAnswer {
    try predict(words, pair, Objects(regions, boxes, configuration.options), taps)
  }

  private func predict(
    _ words: [String], _ pair: TokenPair, _ objects: Objects, _ taps: Taps
  ) throws(EncoderInputError) -> RelationAnswer {
    let probe = Probe(
      hasPicture: !objects.regions.isMissing, looks: configuration.options.usesPicture,
      substituting: taps)
    var item = item(words, pair, objects)
    item.pieces = item.ids.map { tokenizer.piece($0) ?? "piece \($0)" }
    let logits = try head.logits([item], engine, probe).first ?? []
    return RelationAnswer(
      pair, logits: logits, configuration.text.scheme, cutOff: item.pair.cutOff,
      trace: probe.trace, isShown: true)
  }

  /// The answers for the pairs of many texts.
  ///
  /// - Throws: `EncoderInputError`.
  private func answers(
    _ posts: [(pairs: [TokenPair], items: [PicturedPair])]
  ) throws(EncoderInputError) -> [[RelationAnswer]] {
    var logits = try head.logits(posts.flatMap(\.items), engine)[...]
    return posts.map { post in
      defer { logits = logits.dropFirst(post.items.count) }
      return zip(zip(post.pairs, post.items), logits).map {
        RelationAnswer(
          $0.0, logits: $1, configuration.text.scheme, cutOff: $0.1.pair.cutOff)
      }
    }
  }
}
