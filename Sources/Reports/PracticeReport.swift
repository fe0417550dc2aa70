import Routing
import Workbench

/// The summary of a practice for whoever ran it.
package struct PracticeReport: Sendable {
  private let practice: Practice
  private let dataset: String

  /// - Parameter dataset: what was opened, as it was named.
  package init(_ practice: Practice, dataset: String) {
    (self.practice, self.dataset) = (practice, dataset)
  }

  /// As the workbench shows it.
  package func text() -> String { PracticeText(practice).text }

  /// The same as JSON, with each post.
  package func json() -> String {
    JSONText.object([
      ("dataset", .string(dataset)), ("posts", .int(practice.count)),
      ("accepted", .int(practice.results.count)), ("spans", json(practice.spans)),
      ("relations", json(practice.relations)),
      ("medianSeconds", practice.medianSeconds.map(JSONText.double) ?? .null),
      (
        "types",
        .object(practice.types.map { ($0.type.rawValue, json($0.counts)) })
      ),
      (
        "differences",
        .object(practice.kinds.map { ($0.kind.rawValue, .int($0.count)) })
      ),
      (
        "results",
        .list(
          practice.results.map { result in
            .object([
              ("post", .string(result.post)),
              ("seconds", result.seconds.map(JSONText.double) ?? .null),
              ("spans", json(result.spans)), ("relations", json(result.relations)),
              ("differences", .strings(result.sentences)),
            ])
          })
      ),
    ]).text() + "\n"
  }

  /// Counts with their scores; null where nothing was given or asked for.
  private func json(_ counts: MatchCounts) -> JSONText {
    guard counts.predicted + counts.gold > 0 else { return .null }
    return .object([
      ("right", .int(counts.correct)), ("given", .int(counts.predicted)),
      ("asked", .int(counts.gold)),
      ("precision", counts.predicted > 0 ? .double(counts.precision) : .null),
      ("recall", counts.gold > 0 ? .double(counts.recall) : .null), ("f1", .double(counts.f1)),
    ])
  }
}
