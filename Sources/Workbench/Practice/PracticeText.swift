import Corpora
import Routing
import Screen

/// The summary of a practice, as the workbench and the end of the program show it.
package struct PracticeText: Sendable {
  private let practice: Practice

  package init(_ practice: Practice) { self.practice = practice }

  /// `spans P .83 R .71 F1 .77 · relations F1 .50`; what was not asked for is left out.
  func score(_ dot: String) -> String {
    let (spans, relations) = (practice.spans, practice.relations)
    var parts: [String] = []
    if Self.isCounted(spans) {
      parts.append(
        "spans P \(precision(spans)) R \(recall(spans)) F1 \(short(spans.f1))")
    }
    if Self.isCounted(relations) { parts.append("relations F1 \(short(relations.f1))") }
    return parts.joined(separator: " \(dot) ")
  }

  private static func isCounted(_ counts: MatchCounts) -> Bool {
    counts.predicted + counts.gold > 0
  }

  /// What was found out, a line each.
  package var summary: [String] {
    let count = practice.results.count
    var lines = [
      "\(RegionVerdict.grouped(count)) of \(RegionVerdict.grouped(practice.count)) posts accepted"
    ]
    for (name, counts) in [("spans", practice.spans), ("relations", practice.relations)]
    where Self.isCounted(counts) {
      lines.append(
        "\(name): precision \(precision(counts)), recall \(recall(counts)), "
          + "F1 \(short(counts.f1)); \(counts.correct) right of \(counts.predicted) given, "
          + "\(counts.gold) expected")
    }
    if let median = practice.medianSeconds {
      lines.append("median time: \(Digits.duration(median)) a post")
    }
    return lines
  }

  /// Scores by type and counts of what was wrong, under headings.
  package var tables: [[String]] {
    let types = practice.types
    let width = max(4, types.map { TextWidth.columns(of: $0.type.rawValue) }.max() ?? 0)
    func cell(_ text: String, _ columns: Int) -> String { TextWidth.padded(text, columns: columns) }
    func right(_ text: String) -> String {
      String(repeating: " ", count: max(0, 6 - text.count)) + text
    }
    let byType = types.map { type, counts in
      cell(Sanitizer().visible(type.rawValue), width)
        + [
          "\(counts.correct)", "\(counts.predicted)", "\(counts.gold)", short(counts.f1),
        ].map(right).joined()
    }
    let byKind = practice.kinds.map { cell($0.kind.rawValue, 16) + right("\($0.count)") }
    return [
      byType.isEmpty
        ? []
        : [cell("type", width) + ["right", "given", "asked", "F1"].map(right).joined()] + byType,
      byKind,
    ].filter { !$0.isEmpty }
  }

  /// The posts that were not right, with what was wrong.
  package var faults: [(post: Post.ID, sentences: [String])] {
    practice.results.filter { !$0.sentences.isEmpty }.map { ($0.post, $0.sentences) }
  }

  /// All of it.
  package var text: String {
    let faults = faults.flatMap { post, sentences in sentences.map { "\(post): \($0)" } }
    return ([summary] + tables + [faults]).filter { !$0.isEmpty }
      .map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  /// A dash where nothing was given, as nothing can be right or wrong of it.
  private func precision(_ counts: MatchCounts) -> String {
    counts.predicted == 0 ? "–" : short(counts.precision)
  }

  private func recall(_ counts: MatchCounts) -> String {
    counts.gold == 0 ? "–" : short(counts.recall)
  }

  private func short(_ value: Double) -> String { Digits.short(Float(value)) }
}
