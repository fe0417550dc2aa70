import Corpora
import Inspection
import Screen

/// What `twinlens audit --counts` prints.
package struct CountsReport: Sendable {
  private let counts: DatasetCounts
  private let safe = Sanitizer(emoji: .base)

  /// A report of the counts of a dataset.
  package init(_ counts: DatasetCounts) { self.counts = counts }

  /// A table: a column for each split, a row for each thing that is counted.
  package func text() -> String {
    let types = Set(counts.rows.flatMap(\.mentions.keys)).sorted()
    let relations = Set(counts.rows.flatMap(\.relations.keys)).sorted()
    func line(_ name: String, _ value: (DatasetCounts.Row) -> Int) -> [String] {
      [name] + counts.rows.map { RegionVerdict.grouped(value($0)) }
    }
    var rows = [[""] + counts.rows.map { $0.split?.rawValue ?? "together" }]
    rows.append(line("posts", \.posts))
    rows.append(line("distinct pictures", \.pictures))
    rows.append(line("  found", \.foundPictures))
    rows.append(line("mentions", \.allMentions))
    for type in types { rows.append(line("  \(type.rawValue)") { $0.mentions[type] ?? 0 }) }
    rows.append(line("pairs", \.pairs))
    for relation in relations {
      rows.append(line("  \(relation)") { $0.relations[relation] ?? 0 })
    }
    return safe.visible(counts.name) + "\n\n"
      + TextTable.aligned(rows.map { $0.map(safe.visible) }).joined(separator: "\n")
  }

  /// The same for programs.
  package func json() -> String {
    JSONText.object([
      ("dataset", .string(counts.name)),
      (
        "splits",
        .list(
          counts.rows.map { row in
            .object([
              ("split", .optional(row.split?.rawValue)), ("posts", .int(row.posts)),
              ("pictures", .int(row.pictures)), ("foundPictures", .int(row.foundPictures)),
              (
                "mentions",
                .object(
                  row.mentions.sorted { $0.key < $1.key }.map { ($0.key.rawValue, .int($0.value)) })
              ),
              ("pairs", .int(row.pairs)),
              (
                "relations",
                .object(row.relations.sorted { $0.key < $1.key }.map { ($0.key, .int($0.value)) })
              ),
            ])
          })
      ),
    ]).text()
  }
}
