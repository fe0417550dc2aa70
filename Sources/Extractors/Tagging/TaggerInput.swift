import Corpora
import Encoders
import Pictures
import Tensors
import Traces

/// One post as a tagger takes it: words, and what the picture encoder made of its picture.
package struct TaggerInput: Sendable {
  /// Words, never empty.
  package var tokens: [String]
  /// N×C regions of the picture (7×7 rows, row-major); zeros when there is no picture.
  package var regions: Tensor
  /// The part of the source picture that the regions cover; nil when there is no picture.
  package var seen: ImageRegion?
  /// Makes the picture's pixels, 3×S×S, for networks that learn along with the tagger; nil for
  /// those that do not.
  var pixels: (@Sendable () -> Tensor)?
  /// Gold tag indices, for training.
  package var tags: [Int]
  /// Whether the picture adds to the text, where the dataset says so.
  package var imageAdds: Bool?

  /// An input by its parts.
  package init(
    tokens: [String], regions: Tensor, seen: ImageRegion?, tags: [Int] = [],
    imageAdds: Bool? = nil
  ) {
    self.tokens = tokens
    self.regions = regions
    self.seen = seen
    self.tags = tags
    self.imageAdds = imageAdds
  }
}

extension TaggerInput {
  /// A post by what a region source saw of its picture: zeros where there is none.
  package init(
    tokens: [String], _ regions: PictureRegions, tags: [Int] = [], imageAdds: Bool? = nil
  ) {
    self.init(
      tokens: tokens, regions: regions.isMissing ? Tensor(regions.shape) : regions.tensor,
      seen: regions.isMissing ? nil : regions.seen, tags: tags, imageAdds: imageAdds)
  }
}

/// A batch of inputs side by side.
package struct TaggerBatch {
  /// Words and characters as numbers, padded to the longest input.
  package let words: WordBatch
  /// B×N×C.
  package private(set) var regions: Tensor
  /// Gold tags of each input; empty where there are none.
  package let tags: [[Int]]
  /// Whether the picture adds to the text: 1, 0, or −1 where nobody said.
  package let imageAdds: [Int]
  /// The picture rectangle of the first input, for signals of single posts.
  package let seen: ImageRegion
  /// The words of all inputs.
  let tokens: [[String]]
  /// What makes each picture's pixels, and which there are.
  private var makers: [(@Sendable () -> Tensor)?]
  /// 1 for each input with a picture, else 0.
  private(set) var hasPicture: Tensor
  /// The words of the first input, for signals of single posts.
  var firstTokens: [String] { tokens.first ?? [] }

  /// Stacks inputs; all have regions of the same shape.
  package init(_ inputs: [TaggerInput], words: Vocabulary, characters: Vocabulary) {
    self.words = WordBatch(inputs.map(\.tokens), words: words, characters: characters)
    var stacked: [Float] = []
    stacked.reserveCapacity(inputs.reduce(0) { $0 + $1.regions.count })
    for input in inputs { stacked += input.regions.array }
    regions = Tensor([inputs.count] + (inputs.first?.regions.shape ?? [0, 0]), stacked)
    tags = inputs.map(\.tags)
    imageAdds = inputs.map { $0.imageAdds.map { $0 ? 1 : 0 } ?? -1 }
    seen = inputs.first?.seen ?? .whole
    tokens = inputs.map(\.tokens)
    makers = inputs.map(\.pixels)
    hasPicture = Tensor([inputs.count], inputs.map { $0.seen == nil ? 0 : 1 })
  }

  /// Pixels B×3×S×S of networks that learn along, made now: kept ones of all posts would not fit.
  /// Zeros where there is no picture.
  func pixels(side: Int) -> Tensor {
    var result = Tensor([makers.count, 3, side, side])
    let size = 3 * side * side
    for (i, make) in makers.enumerated() where hasPicture.array[i] != 0 {
      guard let pixels = make?(), pixels.count == size else { continue }
      result.array.replaceSubrange((i * size)..<((i + 1) * size), with: pixels.array)
    }
    return result
  }

  /// Inputs in their order, as many side by side as are scored at once.
  static func batches(
    _ inputs: [TaggerInput], words: Vocabulary, characters: Vocabulary
  ) -> [TaggerBatch] {
    let size = TaggerInference.batch
    return stride(from: 0, to: inputs.count, by: size).map { start in
      TaggerBatch(
        Array(inputs[start..<min(inputs.count, start + size)]), words: words,
        characters: characters)
    }
  }

  /// As if no post had a picture.
  mutating func hidePictures() {
    regions = Tensor(regions.shape)
    hasPicture = Tensor(hasPicture.shape)
  }
}

/// A trainable tagger: a network that scores tags, and the CRF that reads the scores.
package protocol Tagger: ParameterContainer {
  /// What distinguishes one of the system from another.
  associatedtype Options: WordTaggerOptions
  /// The `system` of its model folders.
  static var system: String { get }
  /// A network with random weights.
  init(_ sizes: TaggerSizes, _ options: Options, tags: Int, _ generator: inout SeededGenerator)
  /// The CRF over the tags.
  var crf: CRF { get }
  /// What turns words into vectors.
  var words: WordEncoder { get set }
  /// B×T×K emissions, showing what it does on the probe.
  func emissions(_ batch: TaggerBatch, _ tape: Tape, _ probe: Probe?) -> Tape.Variable
  /// The training loss, a scalar.
  func loss(_ batch: TaggerBatch, _ tape: Tape) -> Tape.Variable
  /// A parameter's share of the learning rate: what was learned before moves more slowly.
  var rateShare: @Sendable (String) -> Float { get }
  /// Takes over what another network learned before its tags.
  ///
  /// - Throws: `TrainingError.otherPretraining` when it was built otherwise.
  mutating func takeOver(_ other: Self, from name: String) throws(TrainingError)
  /// Most words that have a vector.
  static var mostWords: Int { get }
  /// Puts published vectors in the place of first ones, of all that turns words into vectors.
  mutating func take(_ vectors: WordVectors, _ words: Vocabulary)
  /// Reads what its folder keeps in folders of its own.
  ///
  /// - Throws: what opening them throws.
  mutating func readParts(of folder: String) throws
  /// Writes these; the same network without them.
  ///
  /// - Throws: `ModelFolderError`, `DurableFileError`.
  func keepingParts(in folder: String) throws -> Self
}

extension Tagger {
  package mutating func take(_ vectors: WordVectors, _ words: Vocabulary) {
    self.words.take(vectors, words)
  }
  package mutating func readParts(of folder: String) throws {}
  package func keepingParts(in folder: String) throws -> Self { self }
  package var rateShare: @Sendable (String) -> Float { { _ in 1 } }
  package mutating func takeOver(_ other: Self, from name: String) throws(TrainingError) {
    throw .otherPretraining(name: name, system: Self.system)
  }
  package static var mostWords: Int { .max }
}

extension Tagger {
  /// The tagger's decision and confidences for one batch.
  ///
  /// - Returns: per post the Viterbi path, the T×K marginals, and the mentions with their
  ///   confidence.
  package func decode(emissions: Tensor, lengths: [Int], scheme: TagScheme) -> [DecodedTags] {
    let (times, k) = (emissions.shape[1], emissions.shape[2])
    let chain = crf.chain
    return lengths.enumerated().map { i, n in
      chain.decode(
        Array(emissions.array[(i * times * k)..<((i * times + n) * k)]), scheme: scheme)
    }
  }
}
