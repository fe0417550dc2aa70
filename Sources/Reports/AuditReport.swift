import Corpora
import Foundation
import Inspection
import Screen

/// What `twinlens audit` prints.
package struct AuditReport: Sendable {
  private let audit: DatasetAudit
  /// Whether the text is for a terminal that shows colours.
  private let isColored: Bool
  /// Whether the text lists every place.
  private let showsAll: Bool
  /// Most places of a finding that the text lists.
  private static let mostExamples = 5
  private let safe = Sanitizer(emoji: .base)

  /// A report of an audit.
  /// - Parameter all: list every place of a finding, not the first five; JSON always does.
  package init(_ audit: DatasetAudit, colored: Bool = false, all: Bool = false) {
    showsAll = all
    self.audit = audit
    isColored = colored
  }

  /// Whether colours are wanted and possible on standard output.
  package static func hasColors(environment: [String: String]) -> Bool {
    isatty(STDOUT_FILENO) == 1
      && ColorDepth(term: environment["TERM"] ?? "", noColor: environment["NO_COLOR"] != nil)
        != .none
  }

  /// The findings for a person, serious ones first.
  package func text() -> String {
    var lines = [
      "\(safe.visible(audit.name)): \(counted(audit.posts, "post")), "
        + "\(counted(audit.pictures, "picture")) decoded"
    ]
    for severity in AuditFinding.Severity.allCases {
      let found = audit.findings.filter { $0.severity == severity }
      guard !found.isEmpty else { continue }
      lines += ["", paint("\(severity.heading) (\(found.count))", severity.color)]
      for finding in found { lines += self.lines(finding) }
    }
    lines += passed()
    lines += ["", verdict]
    return lines.joined(separator: "\n")
  }

  private func lines(_ finding: AuditFinding) -> [String] {
    let place = finding.line.map { "\(finding.file):\($0)" } ?? finding.file
    var lines = ["  \(paint(finding.kind.rawValue, "1"))  \(safe.visible(place))"]
    lines += wrapped(finding.message, indent: "    ")
    // The message of a single line is its example.
    let shown = showsAll ? finding.examples[...] : finding.examples.prefix(Self.mostExamples)
    for example in shown { lines.append("      \(safe.visible(example))") }
    if finding.count > shown.count, !shown.isEmpty {
      lines.append(
        "      and \(counted(finding.count - shown.count, "more", plain: true))"
          + (showsAll ? "" : " (--all)"))
    }
    lines += wrapped("→ " + finding.remedy, indent: "    ").map { paint($0, "2") }
    return lines
  }

  /// Regions that tell nothing.
  private func passed() -> [String] {
    let clean = audit.regions.filter { !$0.verdict.leaks }
    guard !clean.isEmpty else { return [] }
    return ["", paint("regions that pass (\(clean.count))", "32")]
      + clean.map {
        "  \(safe.visible($0.file))  \(String(format: "%.3f", $0.verdict.excess)) of "
          + "\(String(format: "%.3f", $0.verdict.labelEntropy)) bits over "
          + counted($0.verdict.instances, "instance")
      }
  }

  private var verdict: String {
    let serious = audit.findings.count { $0.severity == .serious }
    if serious > 0 {
      return paint(
        "\(counted(serious, "serious finding")): scores on this dataset cannot be trusted as they are.",
        "31")
    }
    return audit.findings.isEmpty ? "Nothing was found." : "Nothing serious was found."
  }

  private func counted(_ count: Int, _ noun: String, plain: Bool = false) -> String {
    "\(RegionVerdict.grouped(count)) \(noun)\(count == 1 || plain ? "" : "s")"
  }

  private func paint(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// At most 96 columns, cut between words.
  private func wrapped(_ text: String, indent: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in safe.visible(text).split(separator: " ") {
      if !line.isEmpty, line.count + word.count + 1 + indent.count > 96 {
        lines.append(indent + line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty ? lines : lines + [indent + line]
  }

  /// The findings for programs.
  package func json() -> String {
    JSONText.object([
      ("dataset", .string(audit.name)),
      ("posts", .int(audit.posts)),
      ("pictures", .int(audit.pictures)),
      ("findings", .list(audit.findings.map(Self.json))),
      ("regions", .list(audit.regions.map(Self.json))),
    ]).text()
  }

  private static func json(_ finding: AuditFinding) -> JSONText {
    var fields: [(String, JSONText)] = [
      ("kind", .string(finding.kind.rawValue)), ("severity", .string(finding.severity.rawValue)),
      ("file", .string(finding.file)),
    ]
    if let line = finding.line { fields.append(("line", .int(line))) }
    fields += [("message", .string(finding.message)), ("count", .int(finding.count))]
    fields += finding.measures.map { measure in
      (measure.name, Self.number(measure.value))
    }
    fields += [
      ("examples", .strings(finding.examples)), ("remedy", .string(finding.remedy)),
    ]
    return .object(fields)
  }

  /// Whole numbers without a fraction.
  private static func number(_ value: Double) -> JSONText {
    Int(exactly: value).map(JSONText.int) ?? .double(value)
  }

  private static func json(_ regions: DatasetAudit.Regions) -> JSONText {
    let verdict = regions.verdict
    var fields: [(String, JSONText)] = [
      ("file", .string(regions.file)), ("leaks", .bool(verdict.leaks)),
      ("mutualInformation", .double(verdict.mutualInformation)),
      ("mutualInformationByChance", .double(verdict.byChance)),
      ("labelEntropy", .double(verdict.labelEntropy)), ("pValue", .double(verdict.pValue)),
      ("instances", .int(verdict.instances)),
    ]
    if let law = verdict.law {
      fields += [("lawHits", .int(law.hits)), ("lawPairs", .int(law.pairs))]
    }
    return .object(fields)
  }
}

extension AuditFinding.Severity {
  fileprivate var heading: String {
    switch self {
    case .serious: "serious"
    case .warning: "warnings"
    case .notice: "notices"
    }
  }

  /// The number of a terminal's colour.
  fileprivate var color: String {
    switch self {
    case .serious: "1;31"
    case .warning: "1;33"
    case .notice: "1;36"
    }
  }
}
