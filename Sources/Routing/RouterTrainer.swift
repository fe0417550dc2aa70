import Tensors

/// Trains a discriminator on the cached counts of frozen experts: RDS's Algorithm 1, or the exact
/// objective.
///
/// Same configuration, seed, start and data give the same parameters bit for bit, whatever else the
/// machine does and however many cores it has (on one kind of CPU).
package struct RouterTrainer: Sendable {
  /// What is trained, and how.
  package var configuration: RouterConfiguration
  /// Decides batches, actions and dropout.
  package var seed: UInt64
  /// Whether the work may use a second core; the result is the same.
  package var parallel: Bool

  /// A trainer.
  package init(
    configuration: RouterConfiguration = .exact, seed: UInt64 = 0, parallel: Bool = true
  ) {
    self.configuration = configuration
    self.seed = seed
    self.parallel = parallel
  }

  /// What one iteration looked like.
  package struct Step: Sendable, Hashable {
    /// Counted from 1.
    package let number: Int
    /// How many iterations there are.
    package let total: Int
    /// Expected union F1 over the training posts in percent for `exact`; R for REINFORCE.
    package let objective: Float
    /// The four terms behind R; nil for `exact`.
    package let reward: Reward?
    /// Mean p over the posts of this iteration that have a picture.
    package let meanProbability: Float
    /// Share of them that went to the multimodal expert: by action, or by p > 0.5 for `exact`.
    package let multimodalShare: Float
    /// Union F1 on dev in percent, on iterations where it was measured.
    package let devUnion: Float?
  }

  /// What training gave.
  package struct Result: Sendable {
    /// The best on dev, the earliest of equals; the last without a dev part.
    package let discriminator: Discriminator
    /// The iteration it comes from, counted from 1; 0 when stopped before the first.
    package let bestStep: Int
    /// Its union F1 on dev in percent, by the configuration's dev rule.
    package let devUnion: Float?
    /// One entry per iteration.
    package let steps: [Step]
    /// False when `progress` stopped it.
    package let isComplete: Bool
  }

  /// Trains from a discriminator on some posts, choosing the best iteration on dev (MODELS §4.5).
  ///
  /// `progress` is called after each iteration on the calling thread; false stops the training.
  /// - Throws: `RoutingError` for bad settings, no posts, or widths that disagree.
  package func train(
    from start: Discriminator, on data: RouterData, dev: RouterData?,
    progress: (Step) -> Bool = { _ in true }
  ) throws(RoutingError) -> Result {
    try configuration.validate()
    guard data.count > 0 else { throw .noPosts(what: "posts to train the router on") }
    for part in [data, dev].compactMap(\.self) where part.dimensions != start.dimensions {
      throw .wrongDimensions(have: part.dimensions, need: start.dimensions)
    }
    let asked = data.asked.count
    guard asked > 0 else { throw .noPosts(what: "posts with pictures to train the router on") }
    let batch = configuration.objective == .exact ? data.count : configuration.batchSize
    let pass = DiscriminatorPass(
      for: start, capacity: configuration.objective == .exact ? data.count : min(batch, asked))
    pass.parallel = parallel
    var run = TrainingRun(
      start, data: data, configuration: configuration, seed: seed, parallel: parallel)
    let judge = dev.flatMap { DevJudge($0, for: start, rule: configuration.devRule, parallel) }
    var best = (weights: start.weights, step: 0, union: -Double.infinity)
    var steps = [Step]()
    steps.reserveCapacity(configuration.iterations)
    for number in 1...configuration.iterations {
      var outcome =
        configuration.objective == .exact ? run.exactStep(pass) : run.reinforceStep(pass)
      if let judge {
        let isLast = number == configuration.iterations
        if isLast || number.isMultiple(of: configuration.evaluateEvery) {
          let union = judge.union(run.weights)
          outcome.devUnion = Float(100 * union)
          if union > best.union { best = (run.weights, number, union) }
        }
      }
      let step = Step(number: number, total: configuration.iterations, outcome: outcome)
      steps.append(step)
      if !progress(step) { break }
    }
    if judge == nil { best = (run.weights, steps.count, 0) }
    var discriminator = start
    discriminator.weights = best.weights
    return Result(
      discriminator: discriminator, bestStep: best.step,
      devUnion: judge == nil || best.step == 0 ? nil : Float(100 * best.union), steps: steps,
      isComplete: steps.count == configuration.iterations)
  }
}

extension RouterTrainer.Step {
  init(number: Int, total: Int, outcome: TrainingRun.Outcome) {
    self.init(
      number: number, total: total, objective: outcome.objective, reward: outcome.reward,
      meanProbability: outcome.meanProbability, multimodalShare: outcome.multimodalShare,
      devUnion: outcome.devUnion)
  }
}

/// Union F1 of one dev part for many sets of weights.
private struct DevJudge {
  let pass: DiscriminatorPass
  let table: CountTable
  let dev: RouterData
  let rule: DecisionRule

  /// Nil when there are no dev posts.
  init?(_ dev: RouterData, for start: Discriminator, rule: DecisionRule, _ parallel: Bool) {
    guard dev.count > 0 else { return nil }
    let inputs = dev.askedInputs
    let asked = inputs.count / dev.dimensions
    pass = DiscriminatorPass(for: start, capacity: max(1, asked))
    pass.parallel = parallel
    pass.gather(start.features(inputs), rows: 0..<asked)
    table = CountTable(dev)
    self.dev = dev
    self.rule = rule
  }

  func union(_ weights: [Float]) -> Double {
    pass.forward(weights)
    return table.union(
      dev.routes(pass.logits.prefix(pass.rows).map(Discriminator.sigmoid), by: rule))
  }
}
