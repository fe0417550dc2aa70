import Foundation
import Tensors

/// The moving parts of one training: weights, optimiser, random numbers, baseline.
struct TrainingRun {
  /// What an iteration reports.
  struct Outcome {
    var objective: Float
    var reward: Reward?
    var meanProbability: Float
    var multimodalShare: Float
    var devUnion: Float?
  }

  private(set) var weights: [Float]
  private let start: Discriminator
  private let configuration: RouterConfiguration
  private let table: CountTable
  private let features: [Float]
  private let isAsked: [Bool]
  private var optimiser: AdamState
  private var generator: SeededGenerator
  private var dropGenerator: SeededGenerator
  private var order: [Int]
  private var baseline: Double?
  private var accumulated: [Float]
  private var isLoaded = false

  init(
    _ start: Discriminator, data: RouterData, configuration: RouterConfiguration, seed: UInt64,
    parallel: Bool
  ) {
    self.start = start
    self.configuration = configuration
    weights = start.weights
    table = CountTable(data)
    features = start.features(data.x)
    isAsked = data.isAsked
    optimiser = AdamState(count: start.weights.count)
    optimiser.parallel = parallel
    generator = SeededGenerator(seed: seed, stream: "router batches")
    dropGenerator = SeededGenerator(seed: seed, stream: "router dropout")
    order = configuration.objective == .exact ? Array(0..<data.count) : data.asked
    accumulated = []
  }

  /// One iteration of the exact objective over all posts.
  mutating func exactStep(_ pass: DiscriminatorPass) -> Outcome {
    if !isLoaded {
      pass.gather(features, rows: order)
      isLoaded = true
    }
    pass.drawMask(rate: configuration.dropout, from: &dropGenerator)
    pass.forward(weights)
    let probabilities = pass.logits.prefix(pass.rows).map(Discriminator.sigmoid)
    let union = ExpectedUnion(table: table, probabilities: probabilities)
    pass.backward(
      weights, logitGradient: union.logitGradient(table: table, probabilities: probabilities))
    climb(pass.gradient)
    let asked = zip(probabilities, isAsked).filter(\.1).map(\.0)
    return Outcome(
      objective: Float(100 * union.f1), meanProbability: Self.mean(asked),
      multimodalShare: Self.mean(asked.map { $0 > RouteDecision.threshold ? 1 : 0 }))
  }

  /// One iteration of RDS's Algorithm 1, lines 5–11.
  mutating func reinforceStep(_ pass: DiscriminatorPass) -> Outcome {
    let batch = min(configuration.batchSize, order.count)
    // A partial Fisher–Yates shuffle: the first `batch` places hold a draw without replacement.
    for i in 0..<batch { order.swapAt(i, i + generator.index(below: order.count - i)) }
    let posts = order[..<batch]
    pass.gather(features, rows: posts)
    pass.drawMask(rate: configuration.dropout, from: &dropGenerator)
    pass.forward(weights)
    let probabilities = pass.logits.prefix(batch).map(Discriminator.sigmoid)
    var actions = configuration.actions.actions(probabilities, from: &generator)
    if configuration.explorationPenalty == .dvrl, !actions.contains(true) {
      actions = actions.map { _ in generator.chance(0.5) }
    }
    let reward = Reward(
      table: table, posts: posts, actions: actions, alpha: configuration.alpha)
    let advantage = Float(subtractBaseline(reward.value))
    var gradient = PolicyGradient.logits(
      probabilities, actions: actions, advantage: advantage, logEpsilon: configuration.logEpsilon)
    for (i, post) in posts.enumerated() { gradient[i] *= table.weights[post] }
    if configuration.explorationPenalty == .dvrl {
      PolicyGradient.addExplorationPenalty(to: &gradient, probabilities)
    }
    pass.backward(weights, logitGradient: gradient)
    climb(pass.gradient)
    return Outcome(
      objective: Float(reward.value), reward: reward, meanProbability: Self.mean(probabilities),
      multimodalShare: Self.mean(actions.map { $0 ? 1 : 0 }))
  }

  private mutating func subtractBaseline(_ reward: Double) -> Double {
    guard case .movingAverage(let window) = configuration.baseline else { return reward }
    let current = baseline ?? reward
    baseline = current + (reward - current) / Double(window)
    return reward - current
  }

  private mutating func climb(_ gradient: [Float]) {
    guard configuration.accumulateForever || !start.hasBiases else {
      ascend(gradient)
      return
    }
    var gradient = gradient
    if !start.hasBiases {
      for part in start.layout.parts where part.isBias {
        for i in part.range { gradient[i] = 0 }
      }
    }
    if configuration.accumulateForever {
      if accumulated.isEmpty { accumulated = [Float](repeating: 0, count: gradient.count) }
      for i in gradient.indices { accumulated[i] += gradient[i] }
      gradient = accumulated
    }
    ascend(gradient)
  }

  private mutating func ascend(_ gradient: [Float]) {
    optimiser.ascend(
      &weights, gradient: gradient, rate: configuration.learningRate,
      decay: configuration.weightDecay)
  }

  private static func mean(_ values: [Float]) -> Float {
    values.isEmpty ? 0 : Float(values.reduce(0.0) { $0 + Double($1) } / Double(values.count))
  }
}

/// The gradient of R · log π by the logits (RDS eq. 7 and 8).
enum PolicyGradient {
  /// ∂/∂z_i of A · Σ [d log(p + ε) + (1 − d) log(1 − p + ε)]; with ε = 0 it is A (d_i − p_i).
  static func logits(
    _ probabilities: [Float], actions: [Bool], advantage: Float, logEpsilon: Float = 0
  ) -> [Float] {
    zip(probabilities, actions).map { p, action in
      if logEpsilon == 0 { return advantage * ((action ? 1 : 0) - p) }
      let slope = action ? 1 / (p + logEpsilon) : -1 / (1 - p + logEpsilon)
      return advantage * slope * p * (1 - p)
    }
  }

  /// log π of the actions: Σ [d log p + (1 − d) log(1 − p)], from the logits so that it stays
  /// finite.
  static func logProbability(logits: [Float], actions: [Bool]) -> Double {
    zip(logits, actions).reduce(0) { sum, pair in
      let z = Double(pair.0) * (pair.1 ? 1 : -1)
      return sum - (max(-z, 0) + log1p(exp(-abs(z))))
    }
  }

  /// Subtracts ∂/∂z_i of 10³ (max(0, p̄ − 0.9) + max(0, 0.1 − p̄)).
  static func addExplorationPenalty(to gradient: inout [Float], _ probabilities: [Float]) {
    let mean = probabilities.reduce(0, +) / Float(max(probabilities.count, 1))
    let slope: Float = mean > 0.9 ? 1000 : mean < 0.1 ? -1000 : 0
    guard slope != 0 else { return }
    for (i, p) in probabilities.enumerated() {
      gradient[i] -= slope * p * (1 - p) / Float(probabilities.count)
    }
  }
}
