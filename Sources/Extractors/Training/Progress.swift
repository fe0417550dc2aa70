import Foundation

/// Where a training run stands, for the progress bar.
package struct TrainingProgress: Sendable {
  /// The epoch, counted from 1.
  package var epoch: Int
  /// How many epochs there may be.
  package var epochs: Int
  /// Steps done in this epoch.
  package var step: Int
  /// How many steps an epoch has.
  package var steps: Int
  /// Mean loss of the epoch so far.
  package var loss: Double
  /// Best score on dev so far (percent), nil before the first epoch ended.
  package var best: Double?
  /// Score of the last epoch on dev.
  package var last: Double?
  /// Learning rate now.
  package var rate: Float
  /// Items per second.
  package var speed: Double
  /// Estimated seconds to the last epoch.
  package var secondsLeft: Double
}

/// Measures speed and time left of a run of known length.
struct RunClock {
  private let start = Date()
  private let first: Int
  private let total: Int

  init(first: Int, total: Int) {
    self.first = first
    self.total = total
  }

  /// Steps per second and seconds left after `done` of `total` steps.
  func reading(done: Int) -> (speed: Double, left: Double) {
    let seconds = max(1e-3, Date().timeIntervalSince(start))
    let speed = Double(done - first) / seconds
    return (speed, speed > 0 ? Double(total - done) / speed : 0)
  }
}
