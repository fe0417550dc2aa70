/// The labels that say that a pair has no relation, which scores leave out.
package struct NullRelations: Sendable, Hashable {
  /// Those that occur, in the order of `known`, then by name.
  package let labels: [String]

  /// What datasets call it: MNRE, TACRED, NYT and others.
  static let known = [
    RelationInventory.none, "none", "NONE", "no_relation", "NO_RELATION", "NA", "N/A",
  ]
  /// SemEval's name for it, which elsewhere may be a relation like others.
  static let lastResort = ["Other", "other"]

  /// The null labels among those of both files.
  /// - Parameter named: the labels that the user names; where there are none the known ones.
  package init(among used: Set<String>, named: [String] = []) {
    if !named.isEmpty {
      labels = named
      return
    }
    let found = Self.known.filter(used.contains)
    labels = found.isEmpty ? Self.lastResort.filter(used.contains) : found
  }

  /// The label, or `None` for each of the null ones.
  package func unified(_ label: String) -> String {
    labels.contains(label) ? RelationInventory.none : label
  }

  /// Whether nothing would be left out.
  package var isEmpty: Bool { labels.isEmpty }
}
