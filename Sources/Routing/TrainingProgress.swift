import Dispatch

/// Turns the steps of one training into a curve of about a hundred points and a time left.
struct TrainingProgress {
  private static let points = 100

  private let total: Int
  private let start = DispatchTime.now().uptimeNanoseconds
  private var lastPublished: UInt64
  /// Objective at evenly spaced steps, and at the last one.
  private(set) var curve: [Float] = []

  init(total: Int) {
    self.total = total
    lastPublished = start
  }

  mutating func add(_ step: RouterTrainer.Step) {
    let stride = max(1, total / Self.points)
    if step.number == 1 || step.number == total || step.number.isMultiple(of: stride) {
      curve.append(step.objective)
    }
  }

  /// True when an interval has passed since it last said so.
  mutating func isDue(after seconds: Double) -> Bool {
    let now = DispatchTime.now().uptimeNanoseconds
    guard Double(now - lastPublished) >= seconds * 1e9 else { return false }
    lastPublished = now
    return true
  }

  func state(step: Int) -> TrainingReport.State {
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    let left = step == 0 ? 0 : seconds / Double(step) * Double(total - step)
    return .running(step: step, of: total, secondsLeft: left)
  }
}
