import Routing

/// The settings that a router is searched over, chosen on dev (RDS, "Implementation details":
/// learning rate 1e-5 … 1e-4, batch 128 … 512, α 0.1 … 0.9).
package struct RouterGrid: Sendable, Hashable, Codable {
  /// Learning rates.
  package var rates: [Float]
  /// Posts per iteration; the exact objective takes all and has no such axis.
  package var batchSizes: [Int]
  /// Weights of the multimodal set in the reward; not of the exact objective, which has none.
  package var alphas: [Double]
  /// Decoupled weight decays.
  package var decays: [Float]

  /// A grid by its axes.
  package init(rates: [Float], batchSizes: [Int], alphas: [Double], decays: [Float] = [0]) {
    self.rates = rates
    self.batchSizes = batchSizes
    self.alphas = alphas
    self.decays = decays
  }

  /// The paper's ranges: 10 rates × 3 batches × 9 α.
  package static let paper = RouterGrid(
    rates: (1...10).map { Float($0) * 1e-5 }, batchSizes: [128, 256, 512],
    alphas: (1...9).map { Double($0) / 10 })

  /// A coarse part of the paper's grid, for a first look.
  package static let coarse = RouterGrid(
    rates: [1e-5, 5e-5, 1e-4], batchSizes: [256], alphas: [0.3, 0.5, 0.7])

  /// For the exact objective: how far and how graded.
  package static let exact = RouterGrid(
    rates: [3e-4, 1e-3, 3e-3], batchSizes: [], alphas: [], decays: [2, 8, 32])

  /// A configuration at every point of the grid, in a fixed order; equal ones once.
  package func settings(of base: RouterConfiguration) -> [RouterConfiguration] {
    let reinforce = base.objective == .reinforce
    var result: [RouterConfiguration] = []
    for rate in rates.isEmpty ? [base.learningRate] : rates {
      for decay in decays.isEmpty ? [base.weightDecay] : decays {
        for batch in reinforce && !batchSizes.isEmpty ? batchSizes : [base.batchSize] {
          for alpha in reinforce && !alphas.isEmpty ? alphas : [base.alpha] {
            var next = base
            next.learningRate = rate
            next.weightDecay = decay
            next.batchSize = batch
            next.alpha = alpha
            if !result.contains(next) { result.append(next) }
          }
        }
      }
    }
    return result
  }
}

/// One point of a grid with what it reached on dev.
package struct GridPoint: Sendable, Hashable, Codable {
  /// The settings.
  package let configuration: RouterConfiguration
  /// Best union F1 on dev, percent.
  package let devUnion: Float
  /// The iteration it comes from.
  package let bestStep: Int
}
