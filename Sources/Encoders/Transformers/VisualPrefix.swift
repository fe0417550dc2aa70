import Tensors
import Traces

/// HVPNeT's visual prefix (Chen et al. 2022; MODELS §3.6): what a convolutional network saw of a
/// post's pictures becomes keys and values in front of those of every text layer.
///
/// Each picture (the whole one and its crops) comes as four rows, the quadrants, each with the
/// channels of all stages. u = W₂ tanh(W₁ x) gives four slices s₁ … s₄ of 2H numbers per row; layer
/// ℓ weighs them by g^ℓ = softmax(LeakyReLU(G_ℓ · mean slice + b)) and takes the sum's first half
/// as key, its second as value. A prefix token is a quadrant (MODELS §10, erratum 12).
package struct VisualPrefix: ParameterContainer {
  /// Sizes of a prefix.
  package struct Configuration: Sendable, Hashable, Codable {
    /// Channels of all stages together: 3840 for a ResNet-50.
    package var features: Int
    /// Between the two layers of the projection.
    package var middle: Int
    /// H of the text encoder.
    package var hiddenSize: Int
    /// Layers of the text encoder.
    package var layers: Int

    /// A prefix's sizes; `middle` is HVPNeT's.
    package init(features: Int, middle: Int = 800, hiddenSize: Int, layers: Int) {
      self.features = features
      self.middle = middle
      self.hiddenSize = hiddenSize
      self.layers = layers
    }
  }

  /// Rows per picture, and slices between which a layer's gate chooses.
  package static let rows = 4
  /// Features → middle.
  package var first: Linear
  /// Middle → 4 · 2H.
  package var second: Linear
  /// One per layer: 8H → 4.
  package var gates: [Linear]
  /// Sizes.
  package let configuration: Configuration

  /// Random weights, U(±1/√inputs) as in the reference.
  package init(_ configuration: Configuration, _ generator: inout SeededGenerator) {
    let wide = 2 * configuration.hiddenSize
    first = Linear(configuration.features, configuration.middle, &generator)
    second = Linear(configuration.middle, Self.rows * wide, &generator)
    gates = (0..<configuration.layers).map { _ in Linear(Self.rows * wide, Self.rows, &generator) }
    self.configuration = configuration
  }

  /// The prefix of every layer, 4·I positions each.
  ///
  /// - Parameters:
  ///   - x: B×I×4×F quadrants of each post's I pictures.
  ///   - probe: hears of the gates, layers × pictures × 4 of the first post, as `prefix/gate`; may
  ///     put others, (B·I)×4, in their place under that name or, for one layer,
  ///     `prefix/gate/LAYER`.
  ///   - names: of the first post's pictures, for what is shown.
  package func callAsFunction(
    _ x: Tape.Variable, _ tape: Tape, _ probe: Probe? = nil, names: [String] = []
  ) -> [AttentionPrefix] {
    let shape = tape.shape(x)
    precondition(
      shape.count == 4 && shape[2] == Self.rows && shape[3] == configuration.features,
      "a visual prefix got \(shape)")
    let (batch, pictures) = (shape[0], shape[1])
    let (rows, wide) = (Self.rows, 2 * configuration.hiddenSize)
    let u = tape.reshape(
      second(tape.tanh(first(x, tape)), tape), [batch * pictures * rows * rows, wide])
    // Slice i of row r of a picture is row (4r + i) of its 16.
    let slices = (0..<rows).map { i in
      let places = (0..<(batch * pictures * rows)).map { $0 * rows + i }
      return tape.gather(u, places, shape: [batch * pictures, rows])
    }
    let mean = tape.scale(
      slices.dropFirst().reduce(slices[0]) { tape.add($0, $1) }, by: 1 / Float(rows))
    let flat = tape.reshape(mean, [batch * pictures, rows * wide])
    var shown: [Float] = []
    let result = gates.enumerated().map { layer, gate in
      var g = tape.softmax(leaky(gate(flat, tape), tape))
      let all = probe?.substitute("prefix/gate")
      if let substitute = probe?.substitute("prefix/gate/\(layer)") ?? all {
        g = tape.constant(substitute(tape[g]))
      }
      shown += tape[g].array[0..<(pictures * rows)]
      return prefix(slices, g, batch: batch, tape)
    }
    probe?.show(
      Signal(
        name: "prefix/gate", caption: "weight of each stage's slice in the visual prefix",
        kind: .matrix(
          rows: (0..<pictures).map { names.indices.contains($0) ? names[$0] : "picture \($0)" },
          columns: (1...rows).map { "slice \($0)" }),
        steps: [.layer(gates.count)], ofPicture: true,
        tensor: Tensor([gates.count, pictures, rows], shown)))
    return result
  }

  /// Σ gᵢ sᵢ, cut into keys and values.
  private func prefix(
    _ slices: [Tape.Variable], _ gate: Tape.Variable, batch: Int, _ tape: Tape
  ) -> AttentionPrefix {
    let weighted = slices.enumerated().map { i, slice in
      tape.scaleRows(slice, by: tape.column(i, of: gate))
    }
    let sum = weighted.dropFirst().reduce(weighted[0]) { tape.add($0, $1) }
    let positions = tape.shape(sum)[0] * tape.shape(sum)[1]
    let halves = tape.reshape(sum, [2 * positions, configuration.hiddenSize])
    func half(_ which: Int) -> Tape.Variable {
      tape.gather(
        halves, (0..<positions).map { 2 * $0 + which }, shape: [batch, positions / batch])
    }
    return AttentionPrefix(keys: half(0), values: half(1))
  }

  /// x where positive, else x/100.
  private func leaky(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    let negative = tape.relu(tape.scale(x, by: -1))
    return tape.add(tape.relu(x), tape.scale(negative, by: -0.01))
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    first.visitParameters(prefix + "projection.0.", visit)
    second.visitParameters(prefix + "projection.2.", visit)
    for i in gates.indices { gates[i].visitParameters(prefix + "gates.\(i).", visit) }
  }
}

extension ResNet {
  /// What a visual prefix reads: pictures B×3×H×W → B×4×F, the mean of each quadrant (upper left
  /// first, row by row) of every stage's map, all stages' channels side by side. The last row or
  /// column of a map of odd size is left out, as in the reference.
  package func quadrants(_ pixels: Tensor) -> Tensor {
    let tape = Tape()
    let maps = stages(tape.constant(pixels), tape).dropFirst().map { tape[$0] }
    let (batch, width) = (pixels.shape[0], maps.reduce(0) { $0 + $1.shape[1] })
    var out = Tensor([batch, VisualPrefix.rows, width])
    var offset = 0
    for map in maps {
      let (channels, height, columns) = (map.shape[1], map.shape[2], map.shape[3])
      let (tall, broad) = (max(1, height / 2), max(1, columns / 2))
      for i in 0..<(batch * channels) {
        let (item, channel) = (i / channels, i % channels)
        for quadrant in 0..<VisualPrefix.rows {
          // A map of one cell is its own quadrants.
          let top = min(quadrant / 2 * tall, height - tall)
          let left = min(quadrant % 2 * broad, columns - broad)
          var sum: Float = 0
          for y in top..<(top + tall) {
            for x in left..<(left + broad) { sum += map.array[(i * height + y) * columns + x] }
          }
          out.array[(item * VisualPrefix.rows + quadrant) * width + offset + channel] =
            sum / Float(tall * broad)
        }
      }
      offset += channels
    }
    return out
  }
}
