import Corpora
import Foundation

/// What an audit of a dataset found: whatever would leak the labels or mislead (MODELS §1.1, §1.3,
/// §12.6).
///
/// An audit says what can be seen in the files; that nothing was found does not prove that nothing
/// leaks.
package struct DatasetAudit: Sendable {
  /// A file of regions that was judged.
  package struct Regions: Sendable, Hashable {
    /// The file, relative to the dataset's folder where it lies in it.
    package let file: String
    /// What its regions tell of the labels.
    package let verdict: RegionVerdict
  }

  /// What is done at the moment, and how much of it is done, 0 … 1.
  package typealias Progress = @Sendable (_ step: String, _ share: Double) -> Void

  /// The dataset's name.
  package let name: String
  /// How many posts it has.
  package let posts: Int
  /// How many pictures were decoded.
  package let pictures: Int
  /// Files of regions that were judged, leaking or not.
  package let regions: [Regions]
  /// The findings: serious ones first, within a severity by kind.
  package let findings: [AuditFinding]

  /// Whether scores on the dataset cannot be trusted.
  package var isSerious: Bool { findings.contains { $0.severity == .serious } }

  /// Looks at everything.
  /// - Parameters:
  ///   - regions: files of regions beside those that lie in the dataset's folder or that
  ///     `dataset.toml` names; one of them that cannot be read is an error.
  ///   - progress: called from any thread.
  /// - Throws: `CorporaError`, `RegionError`.
  package init(
    _ dataset: Dataset, regions paths: [String] = [], progress: Progress? = nil
  ) throws {
    let report: Progress = progress ?? { _, _ in }
    var findings: [AuditFinding] = []
    let judged = try Self.judge(dataset, named: paths, report, &findings)
    report("comparing posts", 0)
    findings += Self.lineFindings(of: dataset)
    findings += Self.emptyTokens(of: dataset)
    findings += Self.sharedTexts(of: dataset)
    findings += Self.conflicts(of: dataset)
    findings += Self.labelShifts(of: dataset)
    let survey = PictureSurvey(dataset, report)
    findings += survey.findings(of: dataset)
    name = dataset.name
    posts = dataset.posts.count
    pictures = survey.decoded
    regions = judged
    let kinds = AuditFinding.Kind.allCases
    let severities = AuditFinding.Severity.allCases
    self.findings = findings.enumerated().sorted { a, b in
      func rank(_ entry: (offset: Int, element: AuditFinding)) -> (Int, Int, Int) {
        (
          severities.firstIndex(of: entry.element.severity) ?? 0,
          kinds.firstIndex(of: entry.element.kind) ?? 0, entry.offset
        )
      }
      return rank(a) < rank(b)
    }
    .map(\.element)
  }

  /// "1 post", "1,200 posts".
  static func counted(_ count: Int, _ noun: String) -> String {
    "\(RegionVerdict.grouped(count)) \(noun)\(count == 1 ? "" : "s")"
  }

  /// A file's name inside the dataset's folder, else the path.
  static func shown(_ path: String, in dataset: Dataset) -> String {
    let root = dataset.root + "/"
    return path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
  }
}
