/// How a router is built and trained: every choice that the paper, its code and we make
/// differently.
package struct RouterConfiguration: Sendable, Hashable, Codable {
  /// What is climbed.
  package enum Objective: String, Sendable, Hashable, Codable {
    /// R · log π of sampled actions (RDS eq. 6–8).
    case reinforce
    /// F1 of the union's expected counts over all posts at once.
    case exact
  }

  /// What is subtracted from the reward.
  package enum Baseline: Sendable, Hashable, Codable {
    case none
    /// b ← b + (R − b) / window, starting at the first reward; DVRL's window is 20.
    case movingAverage(window: Int)
  }

  /// A penalty on batches that are nearly all one route.
  package enum ExplorationPenalty: String, Sendable, Hashable, Codable {
    case off
    /// 10³ · (max(0, p̄ − 0.9) + max(0, 0.1 − p̄)), and a new draw with p = 0.5 when nothing is
    /// selected.
    case dvrl
  }

  /// What training raises.
  package var objective: Objective
  /// Width of the hidden layer; 0 is the linear head.
  package var hidden: Int
  /// Whether the layers have biases.
  package var biases = true
  /// Slope of a hidden unit below zero, below 1; nil is the paper's relu (and that of routers from
  /// versions without the setting).
  package var leak: Float?
  /// Factor on the (standardised) input; nil is √dimensions.
  package var inputScale: Float? = 1
  /// Whether the input is standardised to the training posts.
  package var standardised = false
  /// How routes are drawn while training.
  package var actions = ActionRule.bernoulli
  /// How routes are chosen on dev when checkpoints are compared.
  package var devRule = DecisionRule.threshold
  /// Weight of the multimodal set in the reward, 0 … 1.
  package var alpha: Double = 0.5
  /// What is taken off the reward.
  package var baseline = Baseline.none
  /// What keeps the share of selected posts off its ends.
  package var explorationPenalty = ExplorationPenalty.off
  /// Added to p and 1 − p inside the logarithms; DVRL uses 1e-8.
  package var logEpsilon: Float = 0
  /// Posts per iteration, drawn without replacement; `exact` takes all. More than there are means
  /// all.
  package var batchSize = 256
  /// Steps of the optimiser.
  package var iterations: Int
  /// Of Adam or AdamW.
  package var learningRate: Float
  /// AdamW's decay; 0 is Adam.
  package var weightDecay: Float = 0
  /// Share of the output unit's inputs dropped in training.
  package var dropout: Float = 0
  /// Never clear gradients, as the released code forgot to; only to reproduce its numbers (MODELS
  /// §4.6).
  package var accumulateForever = false
  /// Iterations between comparisons on dev.
  package var evaluateEvery = 1

  /// A configuration from the three things without a default.
  package init(objective: Objective, hidden: Int, iterations: Int, learningRate: Float) {
    self.objective = objective
    self.hidden = hidden
    self.iterations = iterations
    self.learningRate = learningRate
  }

  /// The head that `hidden` names.
  package var head: Discriminator.Head { hidden == 0 ? .linear : .mlp(hidden: hidden) }

  /// An untrained discriminator as configured; standardised on `data` when asked.
  ///
  /// - Throws: `RoutingError.badSetting`.
  package func makeDiscriminator(
    for data: RouterData, seed: UInt64
  ) throws(RoutingError) -> Discriminator {
    try validate()
    let discriminator = try Discriminator(
      dimensions: data.dimensions, head: head, biases: biases, leak: leak ?? 0,
      inputScale: inputScale ?? Float(data.dimensions).squareRoot(), seed: seed)
    return standardised ? discriminator.standardised(on: data) : discriminator
  }
}
