import Foundation
import Tensors
import Testing

@testable import Routing

struct DiscriminatorTests {
  private static let heads: [Discriminator.Head] = [
    .linear, .mlp(hidden: 5), .mlp(hidden: 128), .mlp(hidden: 300),
  ]

  /// The network written as plainly as possible.
  private func plainLogit(_ d: Discriminator, _ x: [Float]) throws -> Double {
    let p = d.parameters
    func numbers(_ name: String) throws -> [Double] {
      try #require(p[name]).array.map { Double($0) }
    }
    let mean = try numbers("mean")
    let deviation = try numbers("deviation")
    let input = x.indices.map { (Double(x[$0]) - mean[$0]) / deviation[$0] * Double(d.inputScale) }
    func dot(_ w: ArraySlice<Double>, _ v: [Double]) -> Double {
      zip(w, v).reduce(0) { $0 + $1.0 * $1.1 }
    }
    guard case .mlp(let hidden) = d.head else {
      return dot(try numbers("w")[...], input) + (d.hasBiases ? try numbers("b")[0] : 0)
    }
    let w1 = try numbers("w1")
    let b1 = d.hasBiases ? try numbers("b1") : [Double](repeating: 0, count: hidden)
    let inner = (0..<hidden).map {
      let value = dot(w1[$0 * x.count..<($0 + 1) * x.count], input) + b1[$0]
      return value > 0 ? value : Double(d.leak) * value
    }
    return dot(try numbers("w2")[...], inner) + (d.hasBiases ? try numbers("b2")[0] : 0)
  }

  @Test(arguments: heads, [(true, Float(0)), (false, 0), (true, 0.01), (false, 0.3)])
  func forwardIsThePlainNetwork(
    head: Discriminator.Head, _ setting: (biases: Bool, leak: Float)
  ) throws {
    let data = try World.random(70, dimensions: 11, seed: 3)
    let discriminator = try Discriminator(
      dimensions: 11, head: head, biases: setting.biases, leak: setting.leak, inputScale: 1.7,
      seed: 9
    ).standardised(on: data)
    let logits = discriminator.logits(data.x)
    for row in 0..<data.count {
      let plain = try plainLogit(discriminator, Array(data.row(row)))
      #expect(abs(Double(logits[row]) - plain) < 1e-4, "row \(row)")
    }
  }

  @Test(arguments: heads)
  func aPostsProbabilityDoesNotDependOnItsCompany(head: Discriminator.Head) throws {
    let data = try World.random(131, dimensions: 24, seed: 4)
    let discriminator = try Discriminator(dimensions: 24, head: head, seed: 1)
    let together = discriminator.probabilities(data.x)
    for row in 0..<data.count {
      #expect(discriminator.probability(Array(data.row(row))) == together[row], "row \(row)")
    }
    #expect(discriminator.probabilities([]).isEmpty)
  }

  @Test(arguments: heads, [(Float(0), Float(0)), (0.3, 0), (0, 0.2), (0.3, 0.2)])
  func backwardAgreesWithFiniteDifferences(
    head: Discriminator.Head, _ setting: (dropout: Float, leak: Float)
  ) throws {
    let data = try World.random(9, dimensions: 6, seed: 5)
    var discriminator = try Discriminator(
      dimensions: 6, head: head, leak: setting.leak, inputScale: 2, seed: 2)
    let features = discriminator.features(data.x)
    let outer: [Float] = (0..<9).map { Float($0 % 4) - 1.5 }
    let pass = DiscriminatorPass(for: discriminator, capacity: 9)
    pass.gather(features, rows: 0..<9)
    var generator = SeededGenerator(seed: 6)
    pass.drawMask(rate: setting.dropout, from: &generator)
    func value() -> Double {
      pass.forward(discriminator.weights)
      return zip(outer, pass.logits).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    _ = value()
    pass.backward(discriminator.weights, logitGradient: outer)
    let gradient = pass.gradient
    // relu bends, so a few differences cross a corner: those are told by their two sides
    // disagreeing.
    var compared = 0
    for i in stride(from: 0, to: gradient.count, by: max(1, gradient.count / 200)) {
      let old = discriminator.weights[i]
      let step: Float = 1e-2
      let middle = value()
      discriminator.weights[i] = old + step
      let up = (value() - middle) / Double(step)
      discriminator.weights[i] = old - step
      let down = (middle - value()) / Double(step)
      discriminator.weights[i] = old
      guard abs(up - down) < 1e-2 else { continue }
      compared += 1
      #expect(abs((up + down) / 2 - Double(gradient[i])) < 6e-3, "weight \(i)")
    }
    #expect(compared > min(gradient.count, 200) / 2)
  }

  @Test func parallelBlocksGiveTheSameBits() throws {
    let data = try World.random(96, dimensions: 256, seed: 8)
    let discriminator = try Discriminator(dimensions: 256, head: .mlp(hidden: 300), seed: 3)
    let gradients = [true, false].map { parallel in
      let pass = DiscriminatorPass(for: discriminator, capacity: 96)
      pass.parallel = parallel
      pass.gather(data.x, rows: 0..<96)
      pass.forward(discriminator.weights)
      pass.backward(discriminator.weights, logitGradient: pass.logits)
      return pass.gradient
    }
    #expect(gradients[0] == gradients[1])
  }

  @Test(arguments: heads, [true, false])
  func parametersComeBack(head: Discriminator.Head, biases: Bool) throws {
    let data = try World.random(20, dimensions: 7, seed: 1)
    let discriminator = try Discriminator(
      dimensions: 7, head: head, biases: biases, inputScale: 3, seed: 4
    ).standardised(on: data)
    let again = try Discriminator(
      parameters: discriminator.parameters, dimensions: 7, head: head, biases: biases,
      inputScale: 3)
    #expect(again == discriminator)
    let stored = discriminator.parameters.values.reduce(0) { $0 + $1.count }
    #expect(stored == discriminator.parameterCount + 14)
  }

  @Test func damagedParametersAreNamed() throws {
    let discriminator = try Discriminator(dimensions: 4, head: .mlp(hidden: 3), seed: 0)
    func read(_ change: (inout [String: Tensor]) -> Void) throws {
      var parameters = discriminator.parameters
      change(&parameters)
      _ = try Discriminator(parameters: parameters, dimensions: 4, head: .mlp(hidden: 3))
    }
    #expect(throws: RoutingError.missingTensor(name: "w2")) { try read { $0["w2"] = nil } }
    #expect(throws: RoutingError.wrongShape(name: "w1", have: [4, 3], need: [3, 4])) {
      try read { $0["w1"] = Tensor([4, 3]) }
    }
    #expect(throws: RoutingError.badValues(name: "b2", why: "holds NaN or infinity")) {
      try read { $0["b2"] = Tensor([1], [.nan]) }
    }
    #expect(throws: RoutingError.self) { try read { $0["deviation"] = Tensor([4]) } }
    #expect(throws: RoutingError.self) {
      _ = try Discriminator(dimensions: 0, head: .linear, seed: 0)
    }
  }

  @Test func initialWeightsFillTheirBoundAndFollowTheSeed() throws {
    let a = try Discriminator(dimensions: 512, head: .mlp(hidden: 64), seed: 7)
    let b = try Discriminator(dimensions: 512, head: .mlp(hidden: 64), seed: 7)
    let c = try Discriminator(dimensions: 512, head: .mlp(hidden: 64), seed: 8)
    #expect(a == b)
    #expect(a != c)
    let w1 = try #require(a.parameters["w1"]).array
    let bound = 1 / Float(512).squareRoot()
    #expect(w1.allSatisfy { abs($0) <= bound })
    #expect((w1.max() ?? 0) > 0.99 * bound)
    #expect((w1.min() ?? 0) < -0.99 * bound)
  }

  /// MODELS §4.6: |w|, |b| ≤ 1/√512 and Σ|x| ≤ 1 keep p near one half.
  @Test func contributionsSumToTheLogit() throws {
    let data = try World.random(5, dimensions: 12, seed: 2)
    let discriminator = try Discriminator(dimensions: 12, head: .linear, seed: 3)
    for row in 0..<5 {
      let x = Array(data.row(row))
      let bias = try #require(discriminator.parameters["b"]).item
      let sum = discriminator.contributions(x).reduce(bias, +)
      #expect(abs(sum - discriminator.logits(x)[0]) < 1e-5)
    }
  }
}
