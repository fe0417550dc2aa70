import Foundation
import Pictures
import Tensors
import Traces

/// A dual encoder with what it needs to read posts: its vocabulary and picture recipe. What a folder such as
/// `clip-harbor` holds.
public struct DualEncoderModel: Sendable {
  /// The folder's name.
  public let name: String
  public var encoder: DualEncoder
  public let words: Vocabulary
  public let recipe: PictureRecipe

  /// A model by its parts.
  public init(name: String, encoder: DualEncoder, words: Vocabulary, recipe: PictureRecipe) {
    self.name = name
    self.encoder = encoder
    self.words = words
    self.recipe = recipe
  }

  /// What is known of a picture after encoding it once.
  public struct EncodedPicture: Sendable {
    /// N×C regions of the last map, row-major.
    public let regions: Tensor
    /// D numbers of length 1.
    public let embedding: [Float]
    /// The part of the source picture that was seen.
    public let seen: ImageRegion
  }

  /// N×C of one picture's regions.
  public var regionShape: [Int] {
    let cells = recipe.side / (1 << (encoder.configuration.pictures.hiddenSizes.count + 1))
    return [cells * cells, encoder.configuration.pictures.hiddenSizes.last ?? 0]
  }

  /// Encodes pictures one batch at a time.
  public func encode(_ pictures: [Picture]) -> [EncodedPicture] {
    encode(prepared: pictures.map { recipe.prepare($0) })
  }

  /// Encodes prepared pictures.
  public func encode(prepared: [(pixels: [Float], seen: ImageRegion)]) -> [EncodedPicture] {
    guard !prepared.isEmpty else { return [] }
    let tape = Tape()
    let shape = [prepared.count, 3, recipe.side, recipe.side]
    let pixels = tape.constant(Tensor(shape, prepared.flatMap(\.pixels)))
    let (regions, embeddings) = encoder.picture(pixels, tape)
    let (r, e) = (tape[regions], tape[embeddings])
    let (size, width) = (r.count / prepared.count, e.count / prepared.count)
    return prepared.indices.map { i in
      EncodedPicture(
        regions: Tensor(regionShape, Array(r.array[(i * size)..<((i + 1) * size)])),
        embedding: Array(e.array[(i * width)..<((i + 1) * width)]), seen: prepared[i].seen)
    }
  }

  /// Unit vectors of sentences.
  public func encode(texts: [[String]]) -> [[Float]] {
    guard !texts.isEmpty else { return [] }
    let longest = texts.map(\.count).max() ?? 1
    var numbers = [Int](repeating: 0, count: texts.count * longest)
    for (i, text) in texts.enumerated() {
      for (t, token) in text.enumerated() { numbers[i * longest + t] = words[WordForms.word(token)] }
    }
    let tape = Tape()
    let value = tape[encoder.text(numbers, shape: [texts.count, longest], tape)]
    let width = value.count / texts.count
    return texts.indices.map { Array(value.array[($0 * width)..<(($0 + 1) * width)]) }
  }
}
