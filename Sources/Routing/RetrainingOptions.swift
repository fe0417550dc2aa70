/// Settings of the background retraining.
package struct RetrainingOptions: Sendable, Hashable {
  /// Corrected posts that must be trained on (beside those held out) before a retraining starts.
  /// Fewer say more about those posts than about the dataset.
  package static let defaultMinimum = 5

  /// Corrected posts that must be trained on.
  package var minimumCorrections = RetrainingOptions.defaultMinimum
  /// How often a corrected post counts against one rehearsal post. Corrections are few beside
  /// hundreds of rehearsal posts, but come from the very dataset that is to be routed; four times
  /// makes ten of them matter (5 % of 800 posts) without drowning the rest.
  package var correctionWeight: Float = 4
  /// Least seconds between two published reports.
  package var publishInterval = 0.1
  /// Whether training may take a second core; off, so that one is left to the screen.
  package var parallel = false

  /// The defaults.
  package init() {}

  /// The weight of each correction: never so large that all of them outweigh the rehearsal sample,
  /// which guards against forgetting, and never below 1.
  func weight(corrections: Int, rehearsal: Int) -> Float {
    max(1, min(correctionWeight, Float(rehearsal) / Float(max(corrections, 1))))
  }
}
