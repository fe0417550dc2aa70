import Dispatch
import Synchronization

/// Delivers the newest report on its own queue, never sooner than an interval after the last
/// delivery: what comes in between is dropped, but the latest always arrives.
final class ReportThrottle: Sendable {
  private struct State {
    var latest: TrainingReport?
    var lastDelivery: UInt64?
    var isScheduled = false
  }

  private let nanoseconds: UInt64
  private let queue = DispatchQueue(label: "twinlens.router-reports", qos: .userInitiated)
  private let deliver: @Sendable (TrainingReport) -> Void
  private let state = Mutex(State())

  init(interval: Double, deliver: @escaping @Sendable (TrainingReport) -> Void) {
    nanoseconds = UInt64((interval.isFinite ? min(max(interval, 0), 60) : 0) * 1e9)
    self.deliver = deliver
  }

  /// Takes a report and returns at once.
  func submit(_ report: TrainingReport) {
    let wait: UInt64? = state.withLock { state in
      state.latest = report
      guard !state.isScheduled else { return nil }
      state.isScheduled = true
      guard let last = state.lastDelivery else { return 0 }
      let (due, now) = (last + nanoseconds, DispatchTime.now().uptimeNanoseconds)
      return due > now ? due - now : 0
    }
    guard let wait else { return }
    queue.asyncAfter(deadline: .now() + .nanoseconds(Int(wait))) { self.flush() }
  }

  private func flush() {
    let report = state.withLock { state in
      defer { state.latest = nil }
      state.isScheduled = false
      state.lastDelivery = DispatchTime.now().uptimeNanoseconds
      return state.latest
    }
    if let report { deliver(report) }
  }
}
