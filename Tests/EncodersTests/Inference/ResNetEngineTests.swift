import Tensors
import Testing

@testable import Encoders

@Suite("A residual network's engine")
struct ResNetEngineTests {
  @Test(arguments: [ResNet.Configuration.LayerType.basic, .bottleneck])
  func givesWhatTheTapeGives(type: ResNet.Configuration.LayerType) throws {
    var generator = SeededGenerator(seed: 5)
    var network = ResNet(
      .init(embeddingSize: 20, hiddenSizes: [24, 44, 72], depths: [2, 1, 2], layerType: type),
      &generator)
    // Statistics as a trained network has them.
    network.visitParameters("") { name, parameter in
      if name.hasSuffix("running_var") {
        for i in 0..<parameter.value.count { parameter.value.array[i] = generator.uniform(0.5, 2) }
      } else if name.contains("normalization") {
        for i in 0..<parameter.value.count { parameter.value.array[i] += generator.uniform(-1, 1) }
      }
    }
    let engine = ResNetEngine(network)
    for (height, width) in [(64, 64), (56, 40), (37, 75)] {
      let pixels = Tensor(
        [2, 3, height, width],
        (0..<(6 * height * width)).map { Float($0 * 37 % 101) / 50 - 1 })
      let tape = Tape()
      let expected = tape[network.regions(tape.constant(pixels), tape)]
      let found = try engine(pixels)
      #expect(found.shape == expected.shape)
      let scale = max(1, expected.array.map(abs).max() ?? 1)
      let worst = zip(found.array, expected.array).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst < 1e-5 * scale, "\(height)×\(width)")
      #expect(try engine(pixels) == found)
    }
    #expect(throws: EncoderInputError.self) { _ = try engine(Tensor([1, 3, 8, 8])) }
    #expect(throws: EncoderInputError.self) { _ = try engine(Tensor([3, 64, 64])) }
  }
}
