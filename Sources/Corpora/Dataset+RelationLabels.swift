extension Dataset {
  /// Makes sure that every pair's label is one of the dataset's inventory: of the `relations` of
  /// `dataset.toml`; without these of MNRE's, when the posts use any of them.
  ///
  /// - Throws: `RelationLabelError` with the first label that is not, and its place.
  package func checkRelationLabels() throws(RelationLabelError) {
    let own = Self.relationLabels(of: posts)
    let isDeclared = own != relationLabels
    let inventory = isDeclared ? relationLabels : RelationInventory.mnre
    let known = Set(inventory).union([RelationInventory.none])
    let usesMNRE = own.contains { $0 != RelationInventory.none && known.contains($0) }
    guard isDeclared || usesMNRE else { return }
    for post in posts {
      for pair in post.relations where !known.contains(pair.label) {
        throw RelationLabelError(
          label: pair.label, place: "\(root)/\(post.source)", isDeclared: isDeclared)
      }
    }
  }
}

/// A relation label that no inventory has.
package struct RelationLabelError: Error, Sendable, Hashable, CustomStringConvertible {
  let label: String
  let place: String
  let isDeclared: Bool

  /// Where it stands and what to do.
  package var description: String {
    "\(place): the relation \(label.prefix(80).debugDescription) is not "
      + (isDeclared ? "among the relations of dataset.toml" : "one of MNRE's, as others here are")
      + "; correct it, or list all labels as relations in dataset.toml"
  }
}
