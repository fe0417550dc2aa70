import Extractors
import Foundation
import Studies
import Synchronization

/// Shows how far a long command is, on standard error: a bar with time left on a terminal, a line
/// per epoch elsewhere.
final class ProgressLine: Sendable {
  private let live: Bool
  private let state = Mutex((drawn: Date.distantPast, label: "", wide: 0))

  /// A line; live bars only when standard error is a terminal.
  init() { live = isatty(2) == 1 }

  /// A share of a step that has no epochs; without a terminal its beginning is told once.
  func show(_ label: String, _ share: Double) {
    if !live {
      let isNew = state.withLock { state in
        defer { state.label = label }
        return state.label != label
      }
      if isNew { print(label) }
      return
    }
    let bar = Self.bar(share)
    draw("\(label)  \(bar) \(Int(share * 100)) %", final: share >= 1)
  }

  /// A share of a step with the time that is left of it, once it takes longer than a second.
  func show(_ label: String, _ share: Double, since start: Date) {
    let elapsed = Date().timeIntervalSince(start)
    guard elapsed > 1, share > 0 else { return }
    let left = Self.time(elapsed * (1 - share) / share)
    draw(
      "\(label)  \(Self.bar(share)) \(Int(share * 100)) %  \(left) left", final: share >= 1)
  }

  /// What a training tells.
  func show(_ event: TrainingEvent) {
    switch event {
    case .preparing(let label, let share): show(label, share)
    case .resumed(let model, let epoch):
      print("\(model): resumes with epoch \(epoch)")
    case .progress(let model, let p):
      let share = Double((p.epoch - 1) * p.steps + p.step) / Double(max(1, p.epochs * p.steps))
      let dev = p.last.map { String(format: "  dev %.1f", $0) } ?? ""
      let best = p.best.map { String(format: " (best %.1f)", $0) } ?? ""
      draw(
        String(
          format: "%@  epoch %d/%d %@ loss %.3f%@%@  %.0f/s  rate %.1e  at most %@ left", model,
          p.epoch, p.epochs, Self.bar(share), p.loss, dev, best, p.speed, p.rate,
          Self.time(p.secondsLeft)), final: false)
    case .epoch(let model, let epoch, let epochs, let loss, let dev, let measure):
      let score = dev.map { String(format: "  %@ %.2f", measure, $0) } ?? ""
      print(String(format: "%@  epoch %d/%d  loss %.4f%@", model, epoch, epochs, loss, score))
    case .finished(let model, let metrics):
      let text = metrics.sorted { $0.key < $1.key }
        .map { "\(TrainingMetric.words($0.key)) \(TrainingMetric.text($0.key, $0.value))" }
        .joined(separator: ", ")
      print("\(model): done, \(text)")
    }
  }

  /// Removes the live line.
  func clear() { draw("", final: true) }

  private func print(_ line: String) {
    clear()
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  private func draw(_ line: String, final: Bool) {
    guard live else { return }
    state.withLock { state in
      let now = Date()
      guard final || now.timeIntervalSince(state.drawn) > 0.1 else { return }
      state.drawn = now
      FileHandle.standardError.write(Data(("\r\u{1B}[K" + (final ? "" : line)).utf8))
    }
  }

  private static func bar(_ share: Double) -> String {
    let full = Int((min(1, max(0, share)) * 20).rounded())
    return "[" + String(repeating: "#", count: full) + String(repeating: "·", count: 20 - full)
      + "]"
  }

  private static func time(_ seconds: Double) -> String {
    let s = Int(min(seconds, 359_999).rounded())
    return s >= 3600
      ? String(format: "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
      : String(format: "%d:%02d", s / 60, s % 60)
  }
}
