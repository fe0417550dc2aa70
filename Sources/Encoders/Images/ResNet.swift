import Tensors

/// A residual network (He et al. 2016), v1, basic or bottleneck layers; weights are named as
/// Hugging Face's `ResNetModel` names them.
package struct ResNet: ParameterContainer {
  var embedder: NormalizedConvolution
  var stages: [[Residual]]
  /// Depths and widths.
  package let configuration: Configuration

  /// The sizes of a network.
  package struct Configuration: Sendable, Hashable, Codable {
    /// Channels after the first convolution.
    package var embeddingSize: Int
    /// Channels that each stage gives.
    package var hiddenSizes: [Int]
    /// Blocks of each stage.
    package var depths: [Int]
    /// The kind of every block.
    package var layerType: LayerType
    /// Whether the first stage halves the picture too; published networks do not.
    package var downsamplesFirstStage = false
    /// Whether a bottleneck halves in its first convolution rather than its middle one.
    package var downsamplesInBottleneck = false

    /// Two 3×3 convolutions, or 1×1, 3×3, 1×1 with a quarter of the channels between.
    package enum LayerType: String, Sendable, Hashable, Codable { case basic, bottleneck }

    /// A network's sizes; `hiddenSizes` and `depths` have one entry per stage.
    package init(embeddingSize: Int, hiddenSizes: [Int], depths: [Int], layerType: LayerType) {
      self.embeddingSize = embeddingSize
      self.hiddenSizes = hiddenSizes
      self.depths = depths
      self.layerType = layerType
    }

    enum CodingKeys: String, CodingKey {
      case embeddingSize = "embedding_size"
      case hiddenSizes = "hidden_sizes"
      case depths
      case layerType = "layer_type"
    }
  }

  /// One residual layer: convolutions, and a projection where the shape changes.
  struct Residual: Sendable {
    var convolutions: [NormalizedConvolution]
    var shortcut: NormalizedConvolution?

    init(
      _ configuration: Configuration, _ inputs: Int, _ size: Int, stride: Int,
      _ source: inout WeightSource
    ) {
      switch configuration.layerType {
      case .basic:
        convolutions = [
          NormalizedConvolution(inputs, size, kernel: 3, stride: stride, &source),
          NormalizedConvolution(size, size, kernel: 3, stride: 1, &source),
        ]
      case .bottleneck:
        let inner = size / 4
        let early = configuration.downsamplesInBottleneck
        convolutions = [
          NormalizedConvolution(inputs, inner, kernel: 1, stride: early ? stride : 1, &source),
          NormalizedConvolution(inner, inner, kernel: 3, stride: early ? 1 : stride, &source),
          NormalizedConvolution(inner, size, kernel: 1, stride: 1, &source),
        ]
      }
      shortcut =
        inputs != size || stride != 1
        ? NormalizedConvolution(inputs, size, kernel: 1, stride: stride, &source) : nil
    }

    mutating func freezeStatistics() {
      for i in convolutions.indices { convolutions[i].learnsStatistics = false }
      shortcut?.learnsStatistics = false
    }
  }

  /// Random weights.
  package init(_ configuration: Configuration, _ generator: inout SeededGenerator) {
    var source = WeightSource(generator: generator)
    self.init(configuration, &source)
    generator = source.generator ?? generator
  }

  /// Weights from a source.
  package init(_ configuration: Configuration, _ source: inout WeightSource) {
    self.configuration = configuration
    embedder = NormalizedConvolution(3, configuration.embeddingSize, kernel: 7, stride: 2, &source)
    var inputs = configuration.embeddingSize
    var stages: [[Residual]] = []
    for (i, size) in configuration.hiddenSizes.enumerated() {
      let first = i > 0 || configuration.downsamplesFirstStage ? 2 : 1
      var layers: [Residual] = []
      for depth in 0..<configuration.depths[i] {
        let stride = depth == 0 ? first : 1
        layers.append(Residual(configuration, inputs, size, stride: stride, &source))
        inputs = size
      }
      stages.append(layers)
    }
    self.stages = stages
  }

  /// Keeps batch norm's statistics as they are, also while training (MODELS §2.5).
  package mutating func freezeStatistics() {
    embedder.learnsStatistics = false
    for s in stages.indices { for l in stages[s].indices { stages[s][l].freezeStatistics() } }
  }

  /// B×3×H×W → the maps after the stem and after each stage, B×C×h×w.
  package func stages(_ pixels: Tape.Variable, _ tape: Tape) -> [Tape.Variable] {
    var x = tape.relu(embedder(pixels, tape))
    x = tape.maxPool(x, kernel: 3, stride: 2, padding: 1)
    var result = [x]
    for layers in stages {
      for layer in layers {
        var y = x
        for (k, convolution) in layer.convolutions.enumerated() {
          y = convolution(y, tape)
          if k + 1 < layer.convolutions.count { y = tape.relu(y) }
        }
        x = tape.relu(tape.add(y, layer.shortcut?(x, tape) ?? x))
      }
      result.append(x)
    }
    return result
  }

  /// B×3×H×W → B×(h·w)×C, the last map as regions, row-major.
  package func regions(_ pixels: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    tape.regions(stages(pixels, tape)[stages.count])
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    embedder.visitParameters(prefix + "embedder.embedder.", visit)
    for s in stages.indices {
      for l in stages[s].indices {
        let base = prefix + "encoder.stages.\(s).layers.\(l)."
        if var shortcut = stages[s][l].shortcut {
          shortcut.visitParameters(base + "shortcut.", visit)
          stages[s][l].shortcut = shortcut
        }
        for k in stages[s][l].convolutions.indices {
          stages[s][l].convolutions[k].visitParameters(base + "layer.\(k).", visit)
        }
      }
    }
  }
}

extension ResNet.Configuration {
  /// Numbers of all maps that one picture of `side`×`side` pixels needs, the pooled one included.
  package func mapNumbers(side: Int) -> Int {
    func half(_ length: Int) -> Int { (length + 1) / 2 }
    var now = half(side)
    var total = embeddingSize * now * now
    now = half(now)
    total += embeddingSize * now * now
    for (i, size) in hiddenSizes.enumerated() {
      if i > 0 || downsamplesFirstStage { now = half(now) }
      // Each layer keeps the maps of its convolutions, its shortcut and its sum.
      let perLayer = layerType == .basic ? 4 * size : 3 * size
      total += (depths.indices.contains(i) ? depths[i] : 1) * perLayer * now * now
    }
    return total
  }
}
