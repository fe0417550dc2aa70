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
  }

  /// Unit vectors of pictures prepared by the recipe.
  package func encode(prepared: [(pixels: [Float], seen: ImageRegion)]) -> [[Float]] {
    // As many at once as a few hundred megabytes hold.
    let maps = encoder.configuration.pictures.mapNumbers(side: recipe.side)
    let batch = max(1, (1 << 27) / max(1, maps))
    return stride(from: 0, to: prepared.count, by: batch).flatMap { start in
      encodeAtOnce(Array(prepared[start..<min(prepared.count, start + batch)]))
    }
  }

  private func encodeAtOnce(_ prepared: [(pixels: [Float], seen: ImageRegion)]) -> [[Float]] {
    let tape = Tape()
    let shape = [prepared.count, 3, recipe.side, recipe.side]
    let pixels = tape.constant(Tensor(shape, prepared.flatMap(\.pixels)))
    let value = tape[encoder.picture(pixels, tape)]
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
