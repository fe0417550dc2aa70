import Foundation
import Services
import Tensors

/// All that was measured, for a person, the manual or a program.
package struct BenchReport {
  package let machine: Machine
  package var rows: [(benchmark: String, row: BenchRow)] = []
  /// Benchmarks that could not be carried out, and why.
  package var failures: [(benchmark: String, reason: String)] = []
  /// What the whole took.
  package var seconds = 0.0

  package init(machine: Machine) { self.machine = machine }

  /// Cells of the table: what, budget, measured, ratio, verdict.
  private var table: [[String]] {
    rows.map { _, row in
      let budget = row.budget
      let unit = budget.unit.rawValue
      let limit = budget.limit.map { "\(Self.number($0)) \(unit)" } ?? "—"
      guard let measured = row.measured else { return [row.what, limit, "—", "—", "not measured"] }
      var words = "\(Self.number(measured)) \(unit)"
      if budget.statistic == .median {
        words += row.figures.value(.p95).map { " (p95 \(Self.number($0)))" } ?? ""
      } else {
        words += row.figures.value(.median).map { " (median \(Self.number($0)))" } ?? ""
      }
      return [
        row.what, budget.limit == nil ? "—" : "\(limit), \(budget.statistic.rawValue)", words,
        row.ratio.map { String(format: "%.2f", $0) } ?? "—",
        row.ratio.map { $0 <= 1 ? "met" : "missed" } ?? "no budget",
      ]
    }
  }

  private static let heads = ["what", "budget", "measured", "ratio", "verdict"]

  private var notes: [String] {
    rows.compactMap { _, row in row.note.map { "\(row.what): \($0)" } }
      + failures.map { "\($0): not measured, \($1)" }
  }

  /// Three digits, as measurements have no more.
  private static func number(_ value: Double) -> String {
    String(
      format: value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f", value
    )
    .replacing(/\.0+$/, with: "")
  }

  /// For a terminal.
  package func text() -> String {
    let cells = [Self.heads] + table
    let widths = Self.heads.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    var lines = machine.facts.map { "\($0.name.padded(to: 20))\($0.value)" } + [""]
    for row in cells {
      let padded = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
      lines.append(String(padded.reversed().drop { $0 == " " }.reversed()))
    }
    if !notes.isEmpty { lines += [""] + notes }
    lines.append(String(format: "\nmeasured in %.0f s", seconds))
    return lines.joined(separator: "\n")
  }

  /// For the manual.
  package func markdown() -> String {
    var lines = [machine.facts.map { "\($0.name): \($0.value)" }.joined(separator: "; ") + ".", ""]
    lines.append("| \(Self.heads.joined(separator: " | ")) |")
    lines.append("|" + Self.heads.map { _ in " --- |" }.joined())
    lines += table.map { "| \($0.joined(separator: " | ")) |" }
    if !notes.isEmpty { lines += [""] + notes.map { "* \($0)" } }
    return lines.joined(separator: "\n")
  }

  /// For a program.
  package func json() throws -> String {
    struct Entry: Encodable {
      let benchmark, what, unit: String
      let statistic: Statistic
      let budget, measured, ratio: Double?
      let isMet: Bool?
      let times: Int
      let least, median, p95, p99, most: Double?
      let note: String?
    }
    struct Failure: Encodable {
      let benchmark, reason: String
    }
    struct Whole: Encodable {
      let machine: [String: String]
      let seconds: Double
      let rows: [Entry]
      let failures: [Failure]
    }
    let entries = rows.map { name, row in
      let figures = row.figures
      return Entry(
        benchmark: name, what: row.what, unit: row.budget.unit.rawValue,
        statistic: row.budget.statistic, budget: row.budget.limit, measured: row.measured,
        ratio: row.ratio, isMet: row.isMet, times: figures.count, least: figures.percentile(0),
        median: figures.value(.median), p95: figures.value(.p95), p99: figures.value(.p99),
        most: figures.value(.most), note: row.note)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let whole = Whole(
      machine: Dictionary(machine.facts.map { ($0.name, $0.value) }) { first, _ in first },
      seconds: seconds, rows: entries,
      failures: failures.map { Failure(benchmark: $0, reason: $1) })
    return String(decoding: try encoder.encode(whole), as: UTF8.self)
  }
}

/// The machine that measures, before it is busy with that, and what it measures on.
package struct Machine {
  /// Names and values, for a person.
  package let facts: [(name: String, value: String)]

  package init(
    setting: BenchSetting, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = info.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
    var load = [0.0]
    getloadavg(&load, 1)
    facts = [
      ("processor", model ?? "unknown"),
      ("cores", "\(sysconf(Int32(_SC_NPROCESSORS_ONLN)))"),
      ("threads", "\(Parallel.width)"),
      ("BLAS kernel", BLAS.coreName),
      ("OPENBLAS_CORETYPE", environment["OPENBLAS_CORETYPE"] ?? "not set"),
      ("load before", String(format: "%.1f", load[0])),
      // Names, not paths: this goes into the manual.
      ("dataset", URL(fileURLWithPath: setting.dataset).lastPathComponent),
      ("models", setting.modelNames.isEmpty ? "none" : setting.modelNames.joined(separator: ", ")),
    ].map { ($0, $1) }
  }
}

extension String {
  /// With blanks at the end up to that many characters.
  package func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
