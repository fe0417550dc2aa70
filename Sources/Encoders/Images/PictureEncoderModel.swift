import Pictures
import Tensors
import Traces

/// A `ResNet` that was taught to name things, with its recipe: what a folder such as
/// `resnet-harbor` holds, and where the multimodal expert's regions come from (RIVA uses a
/// ResNet-34 taught on ImageNet in the same place).
package struct PictureEncoderModel: Sendable {
  /// The folder's name.
  package let name: String
  /// The network with the head it was trained by.
  package var classifier: PictureClassifier
  /// Names of the classes, in the order of the classifier's outputs.
  package let classes: [String]
  /// How pictures become its input.
  package let recipe: PictureRecipe

  /// A model by its parts.
  package init(
    name: String, classifier: PictureClassifier, classes: [String], recipe: PictureRecipe
  ) {
    self.name = name
    self.classifier = classifier
    self.classes = classes
    self.recipe = recipe
  }

  /// N×C of one picture's regions.
  package var regionShape: [Int] {
    let sizes = classifier.network.configuration.hiddenSizes
    let cells = recipe.side / (1 << (sizes.count + 1))
    return [cells * cells, sizes.last ?? 0]
  }

  /// N×C regions of each prepared picture, row-major.
  package func regions(_ prepared: [(pixels: [Float], seen: ImageRegion)]) -> [Tensor] {
    // As many at once as a few hundred megabytes hold.
    let maps = classifier.network.configuration.mapNumbers(side: recipe.side)
    let batch = max(1, Self.mapsAtOnce / max(1, maps))
    return stride(from: 0, to: prepared.count, by: batch).flatMap { start in
      regionsAtOnce(Array(prepared[start..<min(prepared.count, start + batch)]))
    }
  }

  private static let mapsAtOnce = 1 << 27

  private func regionsAtOnce(
    _ prepared: [(pixels: [Float], seen: ImageRegion)]
  ) -> [Tensor] {
    let tape = Tape()
    let shape = [prepared.count, 3, recipe.side, recipe.side]
    let pixels = tape.constant(Tensor(shape, prepared.flatMap(\.pixels)))
    let value = tape[classifier.network.regions(pixels, tape)]
    let size = value.count / prepared.count
    return prepared.indices.map {
      Tensor(regionShape, Array(value.array[($0 * size)..<(($0 + 1) * size)]))
    }
  }
}

/// A residual network with a linear layer over its mean region.
package struct PictureClassifier: ParameterContainer {
  /// What gives the regions; the head serves training only.
  package private(set) var network: ResNet
  var output: Linear

  /// Random weights.
  package init(
    _ configuration: ResNet.Configuration, classes: Int, _ generator: inout SeededGenerator
  ) {
    network = ResNet(configuration, &generator)
    output = Linear(configuration.hiddenSizes.last ?? 1, classes, &generator)
  }

  /// Pictures B×3×H×W → class scores B×K.
  package func logits(_ pixels: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    output(tape.meanOverMiddle(network.regions(pixels, tape)), tape)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    network.visitParameters(prefix, visit)
    output.visitParameters(prefix + "classifier.", visit)
  }
}
