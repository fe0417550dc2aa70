import Annotations
import Foundation
import Queries

/// A moment in the history of a dataset's labels, as a person writes it: a step's number (`#12`,
/// `12`) or a time: `2026-11-21T14:02:00Z`, a day, which means its end, or what `since:` of a query
/// takes, such as `2h`, which means two hours ago.
package enum HistoryMoment: Sendable, Equatable {
  case step(Int64)
  /// Milliseconds since 1970.
  case time(Int64)

  package init?(_ text: String) {
    if let number = Int64(text.hasPrefix("#") ? String(text.dropFirst()) : text), number >= 0 {
      self = .step(number)
    } else if let date = try? Date(text, strategy: .iso8601) {
      self = .time(Int64(date.timeIntervalSince1970 * 1000))
    } else if let day = try? Date(text + "T23:59:59Z", strategy: .iso8601) {
      self = .time(Int64(day.timeIntervalSince1970 * 1000) + 999)
    } else if let moment = Moment(text.lowercased()) {
      self = .time(moment.milliseconds(now: Step.now()))
    } else {
      return nil
    }
  }

  func includes(_ step: Step) -> Bool {
    switch self {
    case .step(let sequence): step.sequence <= sequence
    case .time(let time): step.time <= time
    }
  }

  /// Refuses a step that the history has not reached.
  func check(_ history: EditHistory) throws {
    let last = history.nextSequence - 1
    if case .step(let sequence) = self, sequence > last {
      throw Missing(sequence: sequence, last: last)
    }
  }

  private struct Missing: Error, CustomStringConvertible, LocalizedError {
    let sequence, last: Int64
    var description: String {
      "there is no step \(sequence); the history has \(last) (`twinlens annotations log` lists them)"
    }
    var errorDescription: String? { description }
  }
}
