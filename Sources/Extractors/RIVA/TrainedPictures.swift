import Encoders
import Tensors

/// A picture network that learns along with what reads its regions (Sun et al. 2020, §4.2: ResNet
/// at 1e-4; MODELS §8.6).
struct TrainedPictures: ParameterContainer, Sendable {
  /// Where its parameters are among those of what holds it.
  static let prefix = "pictures."

  private var network: ResNet
  private let side: Int
  /// Packed weights, of a model that has been read from its folder.
  private var engine: ResNetEngine?

  /// A network of some sizes; its weights come from a folder.
  init(_ sizes: RIVAOptions.TrainedNetwork, _ generator: inout SeededGenerator) {
    network = ResNet(sizes.configuration, &generator)
    network.freezeStatistics()
    side = sizes.side
  }

  /// Begins with a pretrained network.
  mutating func begin(with network: ResNet) {
    self.network = network
    engine = nil
  }

  /// Packs the weights for forward passes.
  mutating func pack() { engine = ResNetEngine(network) }

  /// B×N×C of a batch's pictures.
  func regions(_ batch: TaggerBatch, _ tape: Tape) -> Tape.Variable {
    let pixels = batch.pixels(side: side)
    if let engine, !tape.recording || tape.watchesInputs, let seen = try? engine(pixels) {
      return tape.constant(seen)
    }
    return network.regions(tape.constant(pixels), tape)
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    network.visitParameters(prefix, visit)
    // What was packed is of other weights now.
    engine = nil
  }
}

extension TrainedPictures? {
  /// Scaled regions B×N×C: by the network that learns along, else those of the frozen one.
  func regions(_ batch: TaggerBatch, _ scaling: RegionScaling, _ tape: Tape) -> Tape.Variable {
    let seen =
      self.map { scaling($0.regions(batch, tape), hasPicture: batch.hasPicture, tape) }
      ?? tape.constant(scaling(batch.regions))
    return tape.reading(.regions(view: 0), seen)
  }
}
