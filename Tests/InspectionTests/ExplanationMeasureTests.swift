import Foundation
import Tensors
import Testing

@testable import Inspection

/// Infidelity and sensitivity against Captum's, and gradient × input against its `InputXGradient`,
/// on the two networks of `Tests/Fixtures/infidelity.json`.
@Suite("Measures of explanations as Captum defines them")
struct ExplanationMeasureTests {
  private static let tolerance = 2e-5

  @Test(arguments: [0, 1]) func infidelityIsCaptums(_ place: Int) throws {
    let network = try CaptumFixture.read().networks[place]
    for (kind, byName) in network.infidelity {
      let draws = try #require(network.perturbations[kind])
      for (name, expected) in byName {
        let explanations = try #require(network.explanations[name])
        for (n, x) in network.inputs.enumerated() {
          for (isNormalized, values) in [(false, expected.plain), (true, expected.normalized)] {
            let found = try #require(
              ExplanationMeasure.infidelity(
                of: explanations[n], under: draws[n], isNormalized: isNormalized
              ) { draw in
                network.output(x)
                  - network.output(network.changed(x, by: draws[n][draw], kind))
              })
            let size = Self.tolerance + Self.tolerance * Double(values[n])
            #expect(
              abs(found - Double(values[n])) < size * 10,
              "\(kind) \(name) \(n) normalized: \(isNormalized)")
          }
        }
      }
    }
  }

  @Test(arguments: [0, 1]) func sensitivityIsCaptums(_ place: Int) throws {
    let network = try CaptumFixture.read().networks[place]
    for (name, expected) in network.sensitivity {
      for (n, x) in network.inputs.enumerated() {
        let others = network.steps[n].map { step in
          network.explain(name, zip(x, step).map { $0 + $1 })
        }
        let found = try #require(
          ExplanationMeasure.sensitivity(of: network.explain(name, x), among: others))
        #expect(abs(found - Double(expected[n])) < 1e-4 * max(1, found), "\(name) \(n)")
      }
    }
  }

  /// The tape's own, of a row of one number each: what experts are asked by.
  @Test(arguments: [0, 1]) func gradientTimesInputIsCaptums(_ place: Int) throws {
    let network = try CaptumFixture.read().networks[place]
    for (name, isProduct) in [("gradientTimesInput", true), ("gradient", false)] {
      for (n, x) in network.inputs.enumerated() {
        let expected = try #require(network.explanations[name])[n]
        let found = network.explain(isProduct ? "gradientTimesInput" : "gradient", x)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-5, "\(name) \(n)") }
      }
    }
  }

  @Test func nothingCanBeSaidWithoutPerturbations() {
    #expect(ExplanationMeasure.infidelity(of: [1, 2], under: []) { _ in 0 } == nil)
    #expect(ExplanationMeasure.sensitivity(of: [1, 2], among: []) == nil)
  }
}

/// `Tests/Fixtures/infidelity.json`; `infidelity.py` beside it says what is in it.
private struct CaptumFixture: Decodable {
  let networks: [Network]

  struct Network: Decodable {
    let activation: String
    let target: Int
    let w1, w2: [[Float]]
    let b1, b2, baseline: [Float]
    let inputs: [[Float]]
    let explanations: [String: [[Float]]]
    let perturbations: [String: [[[Float]]]]
    let steps: [[[Float]]]
    let infidelity: [String: [String: Infidelity]]
    let sensitivity: [String: [Float]]
  }

  struct Infidelity: Decodable {
    let plain, normalized: [Float]
  }

  static func read() throws -> CaptumFixture {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/infidelity.json")
    return try JSONDecoder().decode(CaptumFixture.self, from: Data(contentsOf: file))
  }
}

extension CaptumFixture.Network {
  /// f of the entries, a row of one number each, on a tape.
  private func output(_ x: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    func layer(_ x: Tape.Variable, _ weights: [[Float]], _ bias: [Float]) -> Tape.Variable {
      let matrix = Tensor([weights.count, weights[0].count], weights.flatMap { $0 })
      let product = tape.linear(
        x, weight: tape.constant(matrix), bias: tape.constant(Tensor([bias.count], bias)))
      return product
    }
    let row = tape.reshape(x, [1, tape[x].count])
    let hidden = layer(row, w1, b1)
    let active = activation == "tanh" ? tape.tanh(hidden) : tape.relu(hidden)
    return tape.column(target, of: layer(active, w2, b2))
  }

  func output(_ x: [Float]) -> Float {
    let tape = Tape()
    return tape[output(tape.constant(Tensor([1, x.count, 1], x)), tape)].array[0]
  }

  func changed(_ x: [Float], by draw: [Float], _ kind: String) -> [Float] {
    x.indices.map { x[$0] - draw[$0] * (kind == "noise" ? 1 : x[$0] - baseline[$0]) }
  }

  /// An explanation by its name, computed anew.
  func explain(_ name: String, _ x: [Float]) -> [Float] {
    if name == "occlusion" {
      return x.indices.map { i in
        var other = x
        other[i] = baseline[i]
        return output(x) - output(other)
      }
    }
    let tape = Tape(recording: true, training: false, watchesInputs: true)
    let leaf = tape.reading(.words, tape.constant(Tensor([1, x.count, 1], x)))
    tape.backward(from: output(leaf, tape))
    if name == "gradientTimesInput" { return tape.gradientsTimesInputs[.words] ?? [] }
    let gradient = tape.gradient(of: leaf).array
    return name == "saliency" ? gradient.map(abs) : gradient
  }
}
