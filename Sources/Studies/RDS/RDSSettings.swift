import Corpora
import Extractors
import Routing

/// How `twinlens rds run` is set up: everything that changes its numbers.
package struct RDSSettings: Sendable, Hashable, Codable {
  /// What is extracted.
  package var task: ExpertTask
  /// System of the text expert.
  package var text: String
  /// System of the multimodal expert.
  package var multimodal: String
  /// Share of the training posts that the experts of the router's training learn from.
  package var modelShare = 0.8
  /// Whether experts are trained again on all training posts before the test (MODELS §4.2).
  package var retrains = true
  /// The objectives compared, each with the grid it is searched over.
  package var routers: [Router]
  /// Who answers posts without a picture. Results of versions that gave routers a vector of zeros
  /// there lack this, and are not taken up.
  package var withoutPicture = Route.text
  /// Resamples of the intervals.
  package var resamples = 1000

  /// A way to train the router.
  package struct Router: Sendable, Hashable, Codable {
    /// `exact`, `paper`, `code` or `code-as-released`.
    package var name: String
    /// What is not searched over.
    package var base: RouterConfiguration
    /// What is.
    package var grid: RouterGrid

    /// A router by its parts.
    package init(name: String, base: RouterConfiguration, grid: RouterGrid) {
      self.name = name
      self.base = base
      self.grid = grid
    }
  }

  /// Settings with all three objectives over some grid of REINFORCE.
  package init(task: ExpertTask, text: String, multimodal: String, grid: RouterGrid) {
    self.task = task
    self.text = text
    self.multimodal = multimodal
    routers = [
      Router(name: "exact", base: .exact, grid: .exact),
      Router(name: "paper", base: .paper, grid: grid),
      Router(name: Self.code, base: task == .relations ? .codeRelations : .code, grid: grid),
    ]
  }

  /// Leaves out batch sizes of the grids that are larger than what the router learns from; a grid
  /// of none but larger ones takes the largest power of two that fits.
  ///
  /// - Parameter units: posts or pairs that the router learns from, at least.
  /// - Returns: what was left out, in words; nil when everything fits.
  package mutating func fit(to units: Int) -> String? {
    var left: Set<Int> = []
    var taken: Set<Int> = []
    for i in routers.indices where routers[i].base.objective == .reinforce {
      let sizes = routers[i].grid.batchSizes
      var fitting = sizes.filter { $0 <= units }
      if fitting.isEmpty, units > 0 {
        fitting = [1 << (Int.bitWidth - 1 - units.leadingZeroBitCount)]
      }
      left.formUnion(sizes.filter { $0 > units })
      taken.formUnion(fitting)
      routers[i].grid.batchSizes = fitting
    }
    guard !left.isEmpty else { return nil }
    func list(_ sizes: Set<Int>) -> String {
      sizes.sorted().map { "\($0)" }.joined(separator: ", ")
    }
    return "the router learns from \(units) posts or pairs, so the grid leaves out batches of "
      + "\(list(left)) and tries \(list(taken)); --batches chooses others"
  }

  private static let code = "code"

  /// Replaces `code` by the loop exactly as RDS released it, which never clears gradients: every
  /// step follows the sum of all gradients so far (MODELS §4.6). It gets a name of its own, so that
  /// tables tell the two apart.
  package mutating func accumulateGradientsAsReleased() {
    for i in routers.indices where routers[i].name == Self.code {
      routers[i].name = "code-as-released"
      routers[i].base.accumulateForever = true
    }
  }
}

extension RDSSettings {
  /// Posts or pairs that the router of any of the seeds learns from, at least.
  package func leastUnits(_ dataset: Dataset, _ seeds: Int) -> Int {
    let train = dataset.posts(in: .train)
    return (1...UInt64(max(1, seeds))).map { seed in
      let split = RDSParts(train: train, share: modelShare, seed: seed).split
      return RoutedUnit.units(of: split, task).count
    }.min() ?? 0
  }
}
