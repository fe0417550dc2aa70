import Foundation
import Tensors
import Testing
import Traces

@testable import Encoders

@Suite("Visual prefix and cross layers")
struct VisualPrefixTests {
  private static let stack = TransformerConfiguration(
    hiddenSize: 6, layers: 2, heads: 2, intermediateSize: 8, activation: .gelu, norm: .post,
    epsilon: 1e-5, names: .bert)

  private func random(_ shape: [Int], _ generator: inout SeededGenerator) -> Tensor {
    Tensor(shape, (0..<shape.reduce(1, *)).map { _ in generator.normal() })
  }

  // MARK: A layer by hand, one item, in double precision

  private typealias Matrix = [[Double]]

  private func linear(_ x: Matrix, _ layer: Linear) -> Matrix {
    let (o, i) = (layer.weight.value.shape[0], layer.weight.value.shape[1])
    return x.map { row in
      (0..<o).map { r in
        (0..<i).reduce(Double(layer.bias?.value.array[r] ?? 0)) {
          $0 + Double(layer.weight.value.array[r * i + $1]) * row[$1]
        }
      }
    }
  }

  private func norm(_ x: Matrix, _ layer: LayerNorm) -> Matrix {
    x.map { row in
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      let scale = 1 / (variance + Double(layer.epsilon)).squareRoot()
      return row.indices.map {
        (row[$0] - mean) * scale * Double(layer.weight.value.array[$0])
          + Double(layer.bias.value.array[$0])
      }
    }
  }

  /// Plain attention over given keys and values.
  private func attend(_ q: Matrix, _ k: Matrix, _ v: Matrix, heads: Int) -> Matrix {
    let size = q[0].count / heads
    return q.map { query in
      (0..<heads).flatMap { head -> [Double] in
        let columns = (head * size)..<((head + 1) * size)
        let scores = k.map { key in
          columns.reduce(0) { $0 + query[$1] * key[$1] } / Double(size).squareRoot()
        }
        let powers = scores.map { exp($0 - (scores.max() ?? 0)) }
        let sum = powers.reduce(0, +)
        return columns.map { c in zip(powers, v).reduce(0) { $0 + $1.0 / sum * $1.1[c] } }
      }
    }
  }

  private func layer(
    _ layer: TransformerLayer, _ x: Matrix, context: Matrix, keys: Matrix, values: Matrix
  ) -> Matrix {
    func sum(_ a: Matrix, _ b: Matrix) -> Matrix { zip(a, b).map { zip($0, $1).map { $0 + $1 } } }
    let mixed = attend(
      linear(x, layer.query), keys + linear(context, layer.key),
      values + linear(context, layer.value), heads: layer.configuration.heads)
    let h = norm(sum(x, linear(mixed, layer.attentionOutput)), layer.attentionNorm)
    let inner = linear(h, layer.intermediate).map { row in
      row.map { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
    }
    return norm(sum(h, linear(inner, layer.output)), layer.outputNorm)
  }

  private func matrix(_ x: Tensor, item: Int) -> Matrix {
    let (rows, width) = (x.shape[1], x.shape[2])
    return (0..<rows).map { r in
      (0..<width).map { Double(x.array[(item * rows + r) * width + $0]) }
    }
  }

  @Test func aPrefixIsPlainAttentionWithMoreKeys() {
    var source = WeightSource.random(seed: 1)
    var subject = TransformerLayer(Self.stack, &source)
    var generator = SeededGenerator(seed: 2)
    subject.visitParameters("") { _, parameter in
      for i in 0..<parameter.value.count { parameter.value.array[i] += 0.4 * generator.normal() }
    }
    let (x, context) = (random([2, 4, 6], &generator), random([2, 5, 6], &generator))
    let (keys, values) = (random([2, 3, 6], &generator), random([2, 3, 6], &generator))
    let tape = Tape()
    let prefix = AttentionPrefix(keys: tape.constant(keys), values: tape.constant(values))
    // The second item has three real positions.
    let mask = AttentionMask(keys: [true, true, true, true, true, true, true, false])
    let watch = AttentionWatch()
    let own = tape[subject(tape.constant(x), mask: mask, prefix: prefix, tape, watch)]
    #expect(watch.weights.first?.shape == [2, 2, 4, 7])
    let over = tape[
      subject(tape.constant(x), over: tape.constant(context), mask: AttentionMask(), tape)]
    for item in 0..<2 {
      let (queries, real) = (matrix(x, item: item), item == 0 ? 4 : 3)
      let expected = layer(
        subject, queries, context: Array(queries.prefix(real)), keys: matrix(keys, item: item),
        values: matrix(values, item: item))
      let crossed = layer(
        subject, queries, context: matrix(context, item: item), keys: [], values: [])
      let (a, b) = (matrix(own, item: item), matrix(over, item: item))
      for row in 0..<4 {
        #expect(zip(a[row], expected[row]).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(zip(b[row], crossed[row]).allSatisfy { abs($0 - $1) < 1e-4 })
      }
    }
  }

  /// A text encoder with a prefix, for gradients.
  private struct Pair: ParameterContainer {
    var text: BERTModel
    var prefix: VisualPrefix

    mutating func visitParameters(_ name: String, _ visit: (String, inout Parameter) -> Void) {
      text.visitParameters(name + "text.", visit)
      prefix.visitParameters(name + "prefix.", visit)
    }
  }

  private var pair: Pair {
    var source = WeightSource.random(seed: 3)
    var generator = SeededGenerator(seed: 4)
    let text = BERTModel(
      TextConfiguration(
        stack: Self.stack, vocabulary: 9, positions: 8, tokenTypes: 2, padding: 0,
        counting: .fromZero, pooler: false), &source)
    return Pair(
      text: text,
      prefix: VisualPrefix(
        VisualPrefix.Configuration(features: 5, middle: 7, hiddenSize: 6, layers: 2), &generator))
  }

  @Test func gradientsAreThoseOfDifferences() throws {
    var (model, generator) = (pair, SeededGenerator(seed: 5))
    model.visitParameters("") { _, parameter in
      for i in 0..<parameter.value.count { parameter.value.array[i] += 0.3 * generator.normal() }
    }
    model.indexParameters()
    let pictures = random([2, 3, 4, 5], &generator)
    let batch = TextBatch([[2, 3, 4], [5, 6]], padding: 0)
    let weights = random([2, 3, 6], &generator)
    func loss(_ model: Pair, _ tape: Tape) throws -> Tape.Variable {
      let prefixes = model.prefix(tape.constant(pictures), tape)
      let last = try model.text(batch, prefixes: prefixes, tape).last
      return tape.sum(tape.multiply(last, tape.constant(weights)))
    }
    let tape = Tape(recording: true, training: false)
    tape.backward(from: try loss(model, tape))
    let gradients = tape.parameterGradients
    for (slot, (name, value)) in model.parameters.enumerated() where name.hasPrefix("prefix.") {
      for _ in 0..<3 {
        let i = generator.index(below: value.count)
        func moved(_ by: Float) throws -> Double {
          var copy = model
          copy.visitParameters("") { if $0 == name { $1.value.array[i] += by } }
          let tape = Tape()
          return Double(tape[try loss(copy, tape)].item)
        }
        let numeric = (try moved(1e-2) - moved(-1e-2)) / 2e-2
        let analytic = Double(gradients[slot]?[i] ?? 0)
        #expect(
          abs(numeric - analytic) < 3e-2 * max(0.5, abs(numeric)),
          "\(name)[\(i)]: \(numeric) by differences, \(analytic) by the tape; seed 5")
      }
    }
  }

  @Test func everyPictureAddsFourPositions() throws {
    let model = pair
    var generator = SeededGenerator(seed: 6)
    let tape = Tape()
    let probe = Probe()
    let x = tape.constant(random([2, 3, 4, 5], &generator))
    let prefixes = model.prefix(x, tape, probe)
    #expect(prefixes.count == 2)
    #expect(prefixes.allSatisfy { tape.shape($0.keys) == [2, 12, 6] })
    let gates = try #require(probe.trace["prefix/gate"])
    #expect(gates.shape == [2, 3, 4])
    for row in 0..<6 {
      #expect(abs(gates.values[(4 * row)..<(4 * row + 4)].reduce(0, +) - 1) < 1e-5)
    }
    // A gate that takes the second slice only gives that slice, halved into keys and values.
    let second: @Sendable (Tensor) -> Tensor = { old in
      Tensor(old.shape, (0..<old.count).map { $0 % 4 == 1 ? 1 : 0 })
    }
    let only = model.prefix(
      x, tape, Probe(substituting: ["prefix/gate/0": second]))[0]
    let u = tape[model.prefix.second(tape.tanh(model.prefix.first(x, tape)), tape)]
    let (keys, values) = (tape[only.keys], tape[only.values])
    for position in 0..<24 {
      let slice = u.array[(position * 48 + 12)..<(position * 48 + 24)]
      #expect(Array(slice.prefix(6)) == Array(keys.array[(position * 6)..<(position * 6 + 6)]))
      #expect(Array(slice.suffix(6)) == Array(values.array[(position * 6)..<(position * 6 + 6)]))
    }
  }

  @Test func quadrantsAreMeansOfEachStage() {
    var generator = SeededGenerator(seed: 7)
    let network = ResNet(
      ResNet.Configuration(
        embeddingSize: 4, hiddenSizes: [3, 5], depths: [1, 1], layerType: .basic), &generator)
    // Stages of 7×7 and 4×4: of the first, the last row and column are left out.
    let pixels = random([1, 3, 28, 28], &generator)
    let tape = Tape()
    let maps = network.stages(tape.constant(pixels), tape).dropFirst().map { tape[$0] }
    #expect(maps.map { $0.shape[2] } == [7, 4])
    let quadrants = network.quadrants(pixels)
    #expect(quadrants.shape == [1, 4, 8])
    for quadrant in 0..<4 {
      var expected: [Float] = []
      for map in maps {
        let (side, half) = (map.shape[2], map.shape[2] / 2)
        for channel in 0..<map.shape[1] {
          var sum: Float = 0
          for y in 0..<half {
            for x in 0..<half {
              let (row, column) = (y + quadrant / 2 * half, x + quadrant % 2 * half)
              sum += map.array[(channel * side + row) * side + column]
            }
          }
          expected.append(sum / Float(half * half))
        }
      }
      let own = quadrants.array[(quadrant * 8)..<(quadrant * 8 + 8)]
      #expect(zip(own, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }
}
