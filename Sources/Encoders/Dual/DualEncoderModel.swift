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
}
