import Corpora
import Encoders
import Foundation
import Tensors
import Traces

/// A trained mega-lite with its tokenizer: what a model folder of the system `mega-lite` holds.
///
/// Forward passes only, the text encoder with packed weights; may be used from several threads at
/// once.
public struct MEGALiteModel: Sendable {
  /// The `system` of such a folder.
  public static let system = "mega-lite"

  /// What `config.json` says of the head, under `expert`.
  public struct Configuration: Sendable, Hashable, Codable {
    /// Its labels and markers, as MTB's.
    public var text: MTBModel.Configuration
    /// Its switches.
    public var options: MEGALiteOptions
    /// The name of the region source's folder, beside this one.
    public var pictures: String
    /// N and C of the regions.
    public var regions: [Int]
    /// What must stand beside every number made with the model, e.g. that its regions leak.
    public var mark: String?

    /// A configuration by its parts.
    public init(
      text: MTBModel.Configuration, options: MEGALiteOptions, pictures: String, regions: [Int]
    ) {
      self.text = text
      self.options = options
      self.pictures = pictures
      self.regions = regions
    }
  }

  /// The folder's name.
  public let name: String
  /// How the head reads.
  public let configuration: Configuration
  /// Cuts words into pieces; knows the markers.
  public let tokenizer: Tokenizer
  let engine: BERTEngine
  let head: MEGALiteHead

  /// A model of a trained network.
  public init(
    name: String, _ network: consuming MEGALite, tokenizer: Tokenizer,
    _ configuration: Configuration
  ) {
    self.name = name
    self.configuration = configuration
    self.tokenizer = tokenizer
    head = network.head
    engine = BERTEngine(network.encoder)
  }

  /// The pairs of a post as the network reads them; labels that the scheme does not know are left
  /// out.
  public static func pairs(
    of post: Post, _ regions: PictureRegions, tokenizer: Tokenizer,
    _ configuration: Configuration
  ) -> [PicturedPair] {
    // One at a time: each may have objects of its own.
    let shown = Objects(regions, configuration.options)
    return post.relations.flatMap { relation in
      var one = post
      one.relations = [relation]
      return MTBModel.pairs(of: one, tokenizer: tokenizer, configuration.text).map {
        shown.pair($0, TokenPair(head: relation.head, tail: relation.tail))
      }
    }
  }

  /// What the pairs of one post look at.
  private struct Objects {
    let regions: PictureRegions
    /// The same for all pairs; nil: each has its own.
    let shared: PictureRegions?

    init(_ regions: PictureRegions, _ options: MEGALiteOptions) {
      self.regions = regions
      shared = options.objects == .grid ? regions.objects : nil
    }

    func pair(_ marked: MarkedPair, _ pair: TokenPair) -> PicturedPair {
      if let shared {
        var result = PicturedPair(marked, objects: shared)
        result.gridPlaces = regions.objectPlaces
        return result
      }
      let boxes = regions.boxes?.boxes(head: pair.head, tail: pair.tail) ?? []
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

  /// The answer for one pair with everything it shows (MODELS §9).
  ///
  /// - Parameter substitutions: values to put in place at named taps (interventions).
  /// - Throws: `EncoderInputError` when tokenizer or regions do not fit.
  public func predict(
    _ words: [String], _ pair: TokenPair, _ regions: PictureRegions,
    substituting substitutions: [String: @Sendable (Tensor) -> Tensor] = [:]
  ) throws(EncoderInputError) -> (answer: MTBModel.Answer, trace: Trace) {
    let probe = Probe(hasPicture: !regions.isMissing, substituting: substitutions)
    let objects = Objects(regions, configuration.options)
    var item = item(words, pair, objects)
    item.pieces = item.ids.map { tokenizer.piece($0) ?? "piece \($0)" }
    let logits = try head.logits([item], engine, probe).first ?? []
    let answer = MTBModel.Answer(
      logits, configuration.text.scheme, cutOff: item.pair.cutOff)
    probe.show(answer.signal(configuration.text.scheme))
    return (answer, probe.trace)
  }

  /// The answers for the pairs of many posts.
  ///
  /// - Throws: `EncoderInputError`.
  public func answers(
    _ posts: [(words: [String], pairs: [TokenPair], regions: PictureRegions)]
  ) throws(EncoderInputError) -> [[MTBModel.Answer]] {
    let items = posts.map { post in
      let objects = Objects(post.regions, configuration.options)
      return post.pairs.map { item(post.words, $0, objects) }
    }
    let all = items.flatMap { $0 }
    var rest = zip(try head.logits(all, engine), all).map {
      MTBModel.Answer($0, configuration.text.scheme, cutOff: $1.pair.cutOff)
    }[...]
    return items.map { own in
      defer { rest = rest.dropFirst(own.count) }
      return Array(rest.prefix(own.count))
    }
  }
}

/// Two token ranges of a text between which a relation is asked for.
public struct TokenPair: Sendable, Hashable {
  /// Where the relation begins.
  public let head: Range<Int>
  /// Where it ends.
  public let tail: Range<Int>

  /// A pair of half-open ranges.
  public init(head: Range<Int>, tail: Range<Int>) {
    self.head = head
    self.tail = tail
  }
}
