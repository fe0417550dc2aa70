extension RouterConfiguration {
  /// The paper's text: MLP, Bernoulli actions, p > 0.5; the width and the point of its grid are the
  /// released code's or ours, because it does not print them (MODELS §4.3–4.5).
  package static let paper = RouterConfiguration(
    objective: .reinforce, hidden: 256, iterations: 600, learningRate: 5e-5)

  /// The settings of the released code for NER: linear unit, top 70 % by rank, top 50 % on dev. Not
  /// its loop: that never clears gradients, which `accumulateForever` reproduces.
  package static let code: RouterConfiguration = {
    var result = RouterConfiguration(
      objective: .reinforce, hidden: 0, iterations: 600, learningRate: 5e-5)
    result.actions = .topShare(0.7)
    result.devRule = .topShare(0.5)
    return result
  }()

  /// The released code for relations: as `code` with its other numbers.
  package static let codeRelations: RouterConfiguration = {
    var result = code
    result.iterations = 800
    result.learningRate = 8e-5
    result.batchSize = 128
    result.alpha = 0.7
    return result
  }()

  /// Our default: the exact objective with a small MLP on standardised inputs. Small and strongly
  /// decayed, so that p stays graded: posts on which the experts agree give no gradient, and a
  /// wider network would send their p to 0 or 1 by what they happen to resemble.
  package static let exact: RouterConfiguration = {
    var result = RouterConfiguration(
      objective: .exact, hidden: 16, iterations: 1500, learningRate: 1e-3)
    result.standardised = true
    // With plain relu 8 % of the harbour posts switch all sixteen units off: they get one and the
    // same p, and no gradient that could change it.
    result.leak = 0.01
    result.weightDecay = 8
    result.dropout = 0.2
    result.evaluateEvery = 10
    return result
  }()

  /// The presets by the names that the command line and model folders use.
  package static let presets: [String: RouterConfiguration] = [
    "paper": paper, "code": code, "code-relations": codeRelations, "exact": exact,
  ]

  /// Checks every number, for configurations that come from files.
  ///
  /// - Throws: `RoutingError.badSetting` for the first that is out of range.
  package func validate() throws(RoutingError) {
    func check(
      _ name: String, _ value: some CustomStringConvertible, _ holds: Bool, _ allowed: String
    ) throws(RoutingError) {
      guard holds else {
        throw .badSetting(name: name, value: "\(value)", allowed: allowed)
      }
    }
    let largest = Discriminator.largestSize
    try check("hidden", hidden, (0...largest).contains(hidden), "0 to \(largest)")
    if let leak { try check("leak", leak, leak >= 0 && leak < 1, "0 to below 1") }
    if let inputScale {
      try check(
        "inputScale", inputScale, inputScale.isFinite && inputScale > 0, "a positive number")
    }
    try check("alpha", alpha, alpha >= 0 && alpha <= 1, "0 to 1")
    try check(
      "batchSize", batchSize, (1...1_000_000).contains(batchSize), "1 to 1000000")
    try check(
      "iterations", iterations, (1...1_000_000).contains(iterations), "1 to 1000000")
    try check(
      "learningRate", learningRate, learningRate > 0 && learningRate <= 10, "above 0, at most 10")
    try check("weightDecay", weightDecay, weightDecay >= 0 && weightDecay <= 100, "0 to 100")
    try check("dropout", dropout, dropout >= 0 && dropout <= 0.95, "0 to 0.95")
    try check("logEpsilon", logEpsilon, logEpsilon >= 0 && logEpsilon <= 0.1, "0 to 0.1")
    try check(
      "evaluateEvery", evaluateEvery, (1...1_000_000).contains(evaluateEvery), "1 to 1000000")
    if case .movingAverage(let window) = baseline {
      try check("baseline window", window, (1...1_000_000).contains(window), "1 to 1000000")
    }
    if case .topShare(let share) = actions {
      try check("actions topShare", share, share >= 0 && share <= 1, "0 to 1")
    }
    if case .topShare(let share) = devRule {
      try check("devRule topShare", share, share >= 0 && share <= 1, "0 to 1")
    }
  }
}
