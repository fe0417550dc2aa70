import Files
import Foundation
import Tensors

/// A run of a study on a machine. Times of one run may be compared with each other; those of
/// another run may be of another machine, or of one that was busy.
package struct MeasuringRun: Sendable, Hashable, Codable {
  /// Tells it from all others.
  package let id: String
  /// The kind of processor and its cores, e.g. `Haswell, 2 cores`.
  package let machine: String

  /// A run that begins now, on this machine.
  package init() {
    id = String(UUID().uuidString.prefix(8))
    machine = "\(BLAS.coreName), \(ProcessInfo.processInfo.activeProcessorCount.counted("core"))"
  }
}

extension PaperTableResult {
  /// The run whose times stand in the table unmarked: the one that made the table where it measured
  /// any of it, else the one that measured most; nil where no cell says who measured it.
  var timedRun: MeasuringRun? {
    let runs = rows.flatMap { $0.cells.compactMap(\.run) }
    if let run, runs.contains(run) { return run }
    let counts = Dictionary(runs.map { ($0, 1) }, uniquingKeysWith: +)
    // Of equal ones always the same.
    return counts.max { ($0.value, $1.key.id) < ($1.value, $0.key.id) }?.key
  }

  /// Milliseconds per post of a row's cells of one run, or, marked, of other runs: the median, as
  /// one of them may have been measured while something else ran.
  func time(of row: Row, in timedRun: MeasuringRun?) -> String {
    let own = row.cells.filter { $0.run != nil && $0.run == timedRun }
    let cells = own.isEmpty ? row.cells : own
    guard !cells.isEmpty else { return "" }
    let times = cells.map(\.millisecondsPerPost).sorted()
    let median = (times[times.count / 2] + times[(times.count - 1) / 2]) / 2
    return RoutingReport.decimals(median, 1) + (own.isEmpty ? Self.otherRun : "")
  }

  private static let otherRun = "*"

  /// Where the times of the table come from, sentences.
  func timeNotes(_ timedRun: MeasuringRun?) -> [String] {
    let isMixed = rows.contains { row in
      !row.cells.isEmpty && !row.cells.contains { $0.run != nil && $0.run == timedRun }
    }
    return [
      timedRun.map { "ms/post on \($0.machine), the median of the seeds." },
      isMixed
        ? "\(Self.otherRun) measured in another run, perhaps on another or a busy machine: such times compare with no others."
        : nil,
    ].compactMap(\.self)
  }
}
