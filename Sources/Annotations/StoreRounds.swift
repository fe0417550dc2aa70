import Synchronization

/// Which steps are not to be stored any more because one before them was not.
final class StoreRounds: Sendable {
  /// The last round of which a step was not stored, and whether others were faster there; else the
  /// step itself failed.
  private let refused = Mutex((round: -1, isBehind: false))

  /// Refuses the later steps of a round of which one was not stored.
  func admit(_ round: Int?, _ path: String) throws(StoreError) {
    let refused = refused.withLock { $0 }
    guard let round, round <= refused.round else { return }
    throw refused.isBehind
      ? .behind(path) : .notSaved(path, reason: "an edit before it is not saved")
  }

  /// Ends a round with the first of its steps that was not stored.
  func refuse(_ round: Int?, _ error: StoreError) {
    guard let round else { return }
    refused.withLock {
      guard round > $0.round else { return }
      $0.round = round
      $0.isBehind = if case .behind = error { true } else { false }
    }
  }
}
