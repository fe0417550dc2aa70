/// Retrains a router without one of its corrections, to tell what that correction did: exact, not
/// an estimate. Influence functions (Koh & Liang 2017) approximate this; a router is small enough
/// to do it.
package struct LeaveOneOut: Sendable {
  private let router: RouterBundle
  /// All corrections of the version, those that teach first, then in order of id.
  package let corrections: [Correction]
  private let options: RetrainingOptions

  /// For the router of a version; nil for the base, where the corrections were not kept, and where
  /// the router cannot be retrained.
  package init?(_ version: RouterVersion, parallel: Bool = false) {
    guard let corrections = version.corrections, !corrections.isEmpty,
      version.router.rehearsal != nil, version.router.heldOut != nil
    else { return nil }
    router = version.router
    self.corrections =
      corrections.filter(Self.teaches) + corrections.filter { !Self.teaches($0) }
    // A router retrained on five must be retrained on four to tell.
    var options = RetrainingOptions()
    options.minimumCorrections = 1
    options.parallel = parallel
    self.options = options
  }

  /// Whether the weights are fitted to a correction: neither held out nor without a picture.
  package static func teaches(_ correction: Correction) -> Bool {
    !correction.isHeldOut && correction.input.product != nil
  }

  /// The router retrained on all corrections but one, or on all; the base where none is left that
  /// teaches.
  ///
  /// The same as a retraining gives: same seed, same start, same number of iterations.
  /// - Parameter goesOn: asked after each iteration; false stops it.
  /// - Returns: nil when stopped.
  /// - Throws: `RoutingError` where it cannot be trained.
  package func retrained(
    without id: String?, goesOn: () -> Bool = { true }
  ) throws(RoutingError) -> Discriminator? {
    let request = TrainingRequest(corrections: corrections.filter { $0.id != id })
    switch RetrainingPlan.make(request, router: router, options: options) {
    case .refused(.tooFewCorrections), .refused(.nothingHeldOut): return router.base
    case .refused(.failed(let reason)): throw .notRetrained(reason)
    case .refused: throw .notRetrained("they do not fit it any more; train it again")
    case .ready(let plan):
      let configuration = router.configuration
      let result = try RouterTrainer(
        configuration: configuration.training, seed: configuration.seed, parallel: options.parallel
      ).train(from: router.base, on: plan.training, dev: plan.selection) { _ in goesOn() }
      return result.isComplete ? result.discriminator : nil
    }
  }
}
