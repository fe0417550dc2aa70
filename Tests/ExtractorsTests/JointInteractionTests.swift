import Encoders
import Tensors
import Testing

@testable import Extractors

/// IMM's optional form of its shared attention, in which words and regions see each other
/// (MODELS §6.2, `isaJoint`).
@Suite("IMM's joint attention") struct JointInteractionTests {
  private static let sizes = TransformerConfiguration(
    hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 16, activation: .gelu, norm: .post,
    epsilon: 1e-12, names: .bert)

  private func block(_ norm: TransformerConfiguration.NormPlace, like text: Bool)
    -> InteractionBlock
  {
    var source = WeightSource.random(seed: 5)
    let layer = TransformerLayer(Self.sizes, &source)
    return InteractionBlock(
      layer: layer, feedForward: FeedForward(Self.sizes, from: text ? layer : nil, &source),
      norms: BlockNorms(Self.sizes, &source), norm: norm)
  }

  private func noise(_ shape: [Int], _ seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor(
      shape, (0..<shape.reduce(1, *)).map { _ in generator.uniform(-1, 1) })
  }

  /// With the same feed-forward part for both it is one block over words and regions in a row.
  @Test(arguments: [TransformerConfiguration.NormPlace.pre, .post])
  func itIsABlockOverBoth(norm: TransformerConfiguration.NormPlace) {
    let block = block(norm, like: true)
    let (words, places) = (noise([2, 3, 8], 1), noise([2, 4, 8], 2))
    let real = [true, true, true, true, true, false]
    let tape = Tape()
    let found = block.joint(tape.constant(words), tape.constant(places), real: real, tape)
    var row: [Float] = []
    for item in 0..<2 {
      row += words.array[(item * 24)..<((item + 1) * 24)]
      row += places.array[(item * 32)..<((item + 1) * 32)]
    }
    let keys = (0..<2).flatMap { real[($0 * 3)..<($0 * 3 + 3)] + [true, true, true, true] }
    let whole = tape[
      block.text(tape.constant(Tensor([2, 7, 8], row)), AttentionMask(keys: keys), tape)
    ].array
    let (text, picture) = (tape[found.text], tape[found.picture])
    #expect(text.shape == [2, 3, 8] && picture.shape == [2, 4, 8])
    for item in 0..<2 {
      let expected = Array(whole[(item * 56)..<((item + 1) * 56)])
      let own =
        Array(text.array[(item * 24)..<((item + 1) * 24)])
        + picture.array[(item * 32)..<((item + 1) * 32)]
      #expect(zip(own, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  /// The picture changes the words only where they see each other, and has a feed-forward part of
  /// its own in both forms.
  @Test func wordsSeeRegionsInTheJointFormAlone() {
    let block = block(.pre, like: false)
    let words = noise([1, 3, 8], 1)
    func text(_ places: Tensor, joint: Bool) -> [Float] {
      let tape = Tape()
      return joint
        ? tape[block.joint(tape.constant(words), tape.constant(places), real: nil, tape).text].array
        : tape[block.text(tape.constant(words), AttentionMask(), tape)].array
    }
    let (one, other) = (noise([1, 4, 8], 2), noise([1, 4, 8], 3))
    #expect(text(one, joint: true) != text(other, joint: true))
    #expect(text(one, joint: false) == text(other, joint: false))
  }
}
