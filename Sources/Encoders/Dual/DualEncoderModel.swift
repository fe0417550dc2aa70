import Foundation
import Pictures
import Tensors
import Traces

/// A dual encoder with what it needs to read posts: its vocabulary and picture recipe. What a
/// folder such as `clip-harbor` holds.
package struct DualEncoderModel: Sendable {
  /// The folder's name.
  package let name: String
  /// The two towers.
  package var encoder: DualEncoder
  /// What the text tower reads; the experts share it.
  package let words: Vocabulary
  /// How pictures become the picture tower's input.
  package let recipe: PictureRecipe
  /// A fingerprint of the weights; nil for a model that no folder holds.
  package let fingerprint: String?
  /// The picture tower with packed kernels where it was opened in a low precision; float32 keeps to
  /// the tape, on which published numbers were made.
  private let lowPictures: ResNetEngine?

  /// A model by its parts.
  package init(
    name: String, encoder: DualEncoder, words: Vocabulary, recipe: PictureRecipe,
    fingerprint: String? = nil
  ) {
    self.fingerprint = fingerprint
    self.name = name
    self.encoder = encoder
    self.words = words
    self.recipe = recipe
    lowPictures = Precision.ofOpening == .float32 ? nil : ResNetEngine(encoder.pictures)
  }

  /// Unit vectors of pictures prepared by the recipe.
  ///
  /// - Throws: `EncoderInputError` for another size.
  package func encode(
    prepared: [(pixels: [Float], seen: ImageRegion)]
  ) throws(EncoderInputError) -> [[Float]] {
    // As many at once as a few hundred megabytes hold.
    let maps = encoder.configuration.pictures.mapNumbers(side: recipe.side)
    let batch = max(1, (1 << 27) / max(1, maps))
    var result: [[Float]] = []
    for start in stride(from: 0, to: prepared.count, by: batch) {
      result += try encodeAtOnce(Array(prepared[start..<min(prepared.count, start + batch)]))
    }
    return result
  }

  /// Unit vectors of the places of a prepared picture: N×D.
  ///
  /// - Throws: as `encode(prepared:)`.
  package func patches(
    _ prepared: (pixels: [Float], seen: ImageRegion)
  ) throws(EncoderInputError) -> Tensor {
    guard prepared.pixels.count == 3 * recipe.side * recipe.side else {
      throw .pictures(
        shape: [prepared.pixels.count], expected: "3×\(recipe.side)×\(recipe.side) numbers")
    }
    let tape = Tape()
    let value = tape[encoder.patches(regions: try regions([prepared], tape), tape)]
    return value.reshaped(Array(value.shape.dropFirst()))
  }

  /// What the picture tower gives in front of its projection, B×N×C.
  private func regions(
    _ prepared: [(pixels: [Float], seen: ImageRegion)], _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    let shape = [prepared.count, 3, recipe.side, recipe.side]
    let pixels = Tensor(shape, prepared.flatMap(\.pixels))
    guard let lowPictures else { return encoder.pictures.regions(tape.constant(pixels), tape) }
    return tape.constant(try lowPictures(pixels))
  }

  private func encodeAtOnce(
    _ prepared: [(pixels: [Float], seen: ImageRegion)]
  ) throws(EncoderInputError) -> [[Float]] {
    let tape = Tape()
    let value = tape[encoder.picture(regions: try regions(prepared, tape), tape)]
    let width = value.count / prepared.count
    return prepared.indices.map { Array(value.array[($0 * width)..<(($0 + 1) * width)]) }
  }

  /// Unit vectors of sentences.
  package func encode(texts: [[String]]) -> [[Float]] {
    guard !texts.isEmpty else { return [] }
    let longest = texts.map(\.count).max() ?? 1
    var numbers = [Int](repeating: 0, count: texts.count * longest)
    for (i, text) in texts.enumerated() {
      for (t, token) in text.enumerated() {
        numbers[i * longest + t] = words[WordForms.word(token)]
      }
    }
    let tape = Tape()
    let value = tape[encoder.text(numbers, shape: [texts.count, longest], tape)]
    let width = value.count / texts.count
    return texts.indices.map { Array(value.array[($0 * width)..<(($0 + 1) * width)]) }
  }

  /// What each word adds to direction · t by the gradient: its vector times the gradient there, a
  /// number per word. Against a word whose vector is zero.
  ///
  /// - Parameter direction: D numbers.
  package func gradientTimesInput(words tokens: [String], toward direction: [Float]) -> [Float] {
    guard !tokens.isEmpty else { return [] }
    let numbers = tokens.map { words[WordForms.word($0)] }
    let shape = [1, tokens.count]
    let plain = Tape()
    let vectors = plain[
      encoder.words(numbers.map { $0 == 0 ? -1 : $0 }, shape: shape, plain)]
    let tape = Tape(recording: true, training: false)
    let input = tape.input(vectors)
    let unit = encoder.text(input, of: numbers, shape: shape, tape)
    return tape.gradientTimesInput(input, less: vectors.array.map { _ in 0 }, unit, direction)
      .sums(of: vectors.count / tokens.count)
  }

  /// What each pixel of a prepared picture adds to direction · v by the gradient: its distance from
  /// the picture's mean colour times the gradient there, side × side numbers, row by row.
  package func gradientTimesInput(
    prepared: (pixels: [Float], seen: ImageRegion), toward direction: [Float]
  ) -> [Float] {
    let tape = Tape(recording: true, training: false)
    let input = tape.input(Tensor([1, 3, recipe.side, recipe.side], prepared.pixels))
    let unit = encoder.picture(input, tape)
    return tape.gradientTimesInput(
      input, less: prepared.pixels.channelMeans(3), unit, direction
    ).sumOverChannels(3)
  }
}
