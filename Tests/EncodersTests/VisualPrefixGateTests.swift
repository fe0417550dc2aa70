import Foundation
import Tensors
import Testing
import Traces

@testable import Encoders

/// The gate of HVPNeT's visual prefix against its formula in double precision.
@Suite("The gate of the visual prefix")
struct VisualPrefixGateTests {
  private func linear(_ x: [Double], _ layer: Linear) -> [Double] {
    let (rows, columns) = (layer.weight.value.shape[0], layer.weight.value.shape[1])
    return (0..<rows).map { r in
      (0..<columns).reduce(Double(layer.bias?.value.array[r] ?? 0)) {
        $0 + Double(layer.weight.value.array[r * columns + $1]) * x[$1]
      }
    }
  }

  /// g = softmax(leaky(G · mean of the four slices + b)), with slices of W₂ tanh(W₁ x); leaky keeps
  /// a hundredth of what is negative.
  @Test func isTheSoftmaxOfLeakyScoresOfTheMeanSlice() throws {
    let (features, hidden, pictures) = (5, 3, 2)
    var generator = SeededGenerator(seed: 8)
    var prefix = VisualPrefix(
      VisualPrefix.Configuration(features: features, middle: 7, hiddenSize: hidden, layers: 2),
      &generator)
    prefix.visitParameters("") { _, parameter in
      for i in 0..<parameter.value.count { parameter.value.array[i] += 0.6 * generator.normal() }
    }
    let x = Tensor(
      [1, pictures, 4, features],
      (0..<(pictures * 4 * features)).map { _ in generator.normal() })
    let (tape, probe) = (Tape(), Probe())
    _ = prefix(tape.constant(x), tape, probe)
    let shown = try #require(probe.trace["prefix/gate"])
    #expect(shown.shape == [2, pictures, 4])

    let wide = 2 * hidden
    var signs: Set<Bool> = []
    for (layer, gate) in prefix.gates.enumerated() {
      for picture in 0..<pictures {
        // The means of the four rows, side by side.
        var mean: [Double] = []
        for row in 0..<4 {
          let at = (picture * 4 + row) * features
          let quadrant = x.array[at..<(at + features)].map { Double($0) }
          let u = linear(linear(quadrant, prefix.first).map { tanh($0) }, prefix.second)
          #expect(u.count == 4 * wide)
          for k in 0..<wide {
            mean.append((u[k] + u[wide + k] + u[2 * wide + k] + u[3 * wide + k]) / 4)
          }
        }
        let scores = linear(mean, gate)
        for score in scores { signs.insert(score > 0) }
        let powers = scores.map { exp($0 > 0 ? $0 : $0 / 100) }
        let sum = powers.reduce(0, +)
        for k in 0..<4 {
          let own = Double(shown.values[(layer * pictures + picture) * 4 + k])
          #expect(abs(own - powers[k] / sum) < 1e-5, "layer \(layer), picture \(picture), \(k)")
        }
      }
    }
    #expect(signs.count == 2, "the scores must show both sides of leaky")
  }
}
