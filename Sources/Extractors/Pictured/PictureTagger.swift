import Corpora
import Encoders
import Tensors
import Traces

/// What lies on top of the text encoder of a multimodal entity expert: systems differ in this only.
package protocol PictureTaggerHead: ParameterContainer {
  /// Its ablation switches and the like.
  associatedtype Options: PictureTaggerOptions
  /// The `system` of its model folders.
  static var system: String { get }
  /// A head with random weights.
  init(_ sizes: PictureTaggerSizes, _ options: Options, _ generator: inout SeededGenerator)
  /// What it was made for.
  var sizes: PictureTaggerSizes { get }
  /// Whether the loss treats posts by their place in the batch.
  static var readsPlaces: Bool { get }
  /// Pieces to which every text is filled up because the head reads the states of padding, too; nil
  /// where it does not.
  var paddedLength: Int? { get }
  /// Its switches.
  var options: Options { get }
  /// The field over its states.
  var crf: CRF { get }
  /// B×S×K emissions at the CRF's steps, showing what it does on the probe (of the first post).
  func emissions(_ batch: PictureBatch, _ tape: Tape, _ probe: Probe?) -> Tape.Variable
  /// The training loss, a scalar.
  func loss(_ batch: PictureBatch, _ tape: Tape) -> Tape.Variable
}

extension PictureTaggerHead {
  /// Most losses are means over posts.
  package static var readsPlaces: Bool { false }
  /// Most heads read real pieces only.
  package var paddedLength: Int? { nil }
}

/// Switches of a multimodal entity expert.
package protocol PictureTaggerOptions: Sendable, Hashable, Codable {
  /// The reference's.
  init()
  /// False: all regions are zeros.
  var usesPicture: Bool { get }
  /// Whether numbers from a file can be worked with; they come from strangers.
  var isSound: Bool { get }
  /// What is otherwise than usual, by name, for the model card.
  var switches: [String: String] { get }
}

/// What a head must fit.
package struct PictureTaggerSizes: Sendable, Hashable {
  /// Sizes of the text encoder's layers; added layers get the same.
  package var stack: TransformerConfiguration
  /// C of the regions.
  package var regionSize: Int
  /// The tags.
  package var scheme: TagScheme
  /// How they stand at pieces.
  package var labels: LabelScheme

  /// Sizes by their parts.
  package init(
    stack: TransformerConfiguration, regionSize: Int, scheme: TagScheme, labels: LabelScheme
  ) {
    self.stack = stack
    self.regionSize = regionSize
    self.scheme = scheme
    self.labels = labels
  }

  /// The CRF's states.
  var states: TagStates { TagStates(scheme: scheme, labels: labels) }

  /// A layer as the encoder's, norm after the sums.
  var layer: TransformerConfiguration {
    var result = stack
    result.norm = .post
    result.names = .bert
    result.attentionBias = true
    return result
  }

  /// N(0, 0.02²) weights and zero biases, as the references start (MODELS §2.3).
  func linear(_ inputs: Int, _ outputs: Int, _ source: inout WeightSource) -> Linear {
    Linear(inputs, outputs, deviation: 0.02, &source)
  }
}

/// A text encoder with a head that also sees regions, trained end to end; the regions are frozen.
package struct PictureTagger<Head: PictureTaggerHead>: FineTunable {
  /// The encoder, without a pooler.
  package var encoder: BERTModel
  var head: Head
  let prefix: String

  /// A fresh head on an encoder.
  ///
  /// - Parameters:
  ///   - prefix: in front of the encoder's parameters in files.
  ///   - regionSize: C of the regions.
  package init(
    _ encoder: BERTModel, prefix: String, regionSize: Int, scheme: TagScheme, labels: LabelScheme,
    options: Head.Options, _ generator: inout SeededGenerator
  ) {
    self.encoder = encoder
    self.prefix = prefix
    head = Head(
      PictureTaggerSizes(
        stack: encoder.configuration.stack, regionSize: regionSize, scheme: scheme,
        labels: labels), options, &generator)
  }

  /// As its head.
  package static var readsPlaces: Bool { Head.readsPlaces }

  /// What computes the encoder's states: packed weights, or the plain ones where the head reads the
  /// states of padding, which packed weights do not compute.
  var statesSource: any StatesSource {
    guard let padded = head.paddedLength else { return BERTEngine(encoder) }
    Precision.keepsFloat32(because: "its head reads the text encoder's states of padding")
    return PaddedEncoder(encoder: encoder, length: padded)
  }

  /// The head's loss of a batch, one number.
  package func loss(
    _ items: [PicturedPieces], _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    let batch = PictureBatch(
      items, try encoder.states(items, tape, paddedTo: head.paddedLength),
      showsPictures: head.options.usesPicture, tape)
    return head.loss(batch, tape)
  }

  /// Lenient score of the Viterbi paths, with packed weights.
  package func score(_ items: [PicturedPieces]) throws(EncoderInputError) -> EntityScore {
    let engine = statesSource
    let scheme = head.sizes.scheme
    var score = EntityScore()
    for (item, path) in zip(items, try head.paths(items, engine)) {
      score.add(predicted: scheme.mentions(of: path), gold: scheme.mentions(of: item.text.tags))
    }
    return score
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    encoder.visitParameters(prefix + self.prefix, visit)
    head.visitParameters(prefix + FineTuneNames.head, visit)
  }
}

extension PictureTaggerHead {
  /// Emissions S×K of each item, in the order of the items; the probe hears of single posts only.
  func emissions(
    _ items: [PicturedPieces], _ engine: any StatesSource, _ probe: Probe? = nil
  ) throws(EncoderInputError) -> [[Float]] {
    if let odd = items.first(where: { $0.regions.shape.last != sizes.regionSize }) {
      throw .pictures(shape: odd.regions.shape, expected: "regions of \(sizes.regionSize) numbers")
    }
    var result = [[Float]](repeating: [], count: items.count)
    for batch in LengthBatches.sorted(lengths: items.map(\.ids.count), batch: 32) {
      let part = batch.map { items[$0] }
      let tape = Tape()
      let posts = PictureBatch(
        part, tape.constant(try engine.states(part)), showsPictures: options.usesPicture, tape)
      let e = tape[emissions(posts, tape, items.count == 1 ? probe : nil)]
      try EncoderInputError.check(e.array, "the tag scores of \(Self.system)")
      let (steps, k) = (e.shape[1], e.shape[2])
      for (row, i) in batch.enumerated() {
        let start = row * steps * k
        result[i] = Array(e.array[start..<(start + items[i].text.places.count * k)])
      }
    }
    return result
  }

  /// The tag of every word, in the order of the items; O where words were cut off.
  func paths(
    _ items: [PicturedPieces], _ engine: any StatesSource
  ) throws(EncoderInputError) -> [[Int]] {
    let (chain, tagOf) = (crf.chain, sizes.states.tagOf)
    return zip(items, try emissions(items, engine)).map { item, emissions in
      let path = chain.viterbi(emissions)
      let words = item.text.words.map { tagOf[path[$0]] }
      return words + [Int](repeating: 0, count: item.wordCount - words.count)
    }
  }
}
