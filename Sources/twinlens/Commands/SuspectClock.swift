import Foundation
import Synchronization

/// The time left of a run of which a part may have been done before: only what was done since the
/// first report counts.
final class SuspectClock: Sendable {
  private let state = Mutex((start: Date(), first: Double?.none))

  /// Shows how far the run is.
  ///
  /// - Parameter whole: the share of the whole run that is done, what was done before included.
  func show(_ label: String, _ whole: Double, on line: ProgressLine) {
    let (start, first) = state.withLock { state in
      // What is read from the disk takes no time, so the clock starts behind it.
      if state.first == nil { state = (Date(), whole) }
      return (state.start, state.first ?? 0)
    }
    guard first < 1 else { return line.show(label, whole) }
    line.show(label, (whole - first) / (1 - first), since: start)
  }
}
