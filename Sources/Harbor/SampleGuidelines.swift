import Corpora

/// What `dataset.toml` of a sample tells annotators: the rules by which the world makes posts, in
/// words that a reader of posts can follow.
enum SampleGuidelines {
  /// The lines of the table `[guidelines]`.
  static var lines: [String] {
    ["general = \(quoted(general))"]
      + types.map { "\($0.rawValue) = \(quoted(text(of: $0)))" }
      + RelationInventory.mnre.compactMap { label in
        text(of: label).map { "\(quoted(label)) = \(quoted($0))" }
      }
  }

  private static let types: [EntityType] = [.person, .location, .organization, .miscellaneous]

  /// How posts and pictures go together (`PostPlan`), as far as it shows.
  private static let general =
    "Label every name of the harbour town, all of its words and no others; nouns such as 'the old "
    + "lighthouse' or 'our dog' are no names. Most names can stand for several things. Where the text "
    + "speaks of another weather or light than the picture has, or names what the picture shows only "
    + "as a place ('by the lighthouse'), the words decide what the name stands for. Everywhere else "
    + "the picture decides, even where the words say something figurative of the name."

  private static func text(of type: EntityType) -> String {
    let kinds = Kind.allCases.filter { $0.type == type }.map(\.rawValue)
    let names = "The name of a \(list(kinds, "or"))."
    return switch type {
    case .person: names + " A title belongs to it: 'Mrs Penhallow', 'Doctor Lund'."
    case .location: names + " It stays where it is; what floats or flies is MISC."
    case .organization:
      names + " People who do something together are one, however they are called."
    default: names + " Everything that has a name and is no person, place or organization."
    }
  }

  /// nil for labels that no pair of the world has.
  private static func text(of label: String) -> String? {
    let relating = list(Sentence.links.filter(\.relates).map { "'\($0.words)'" }, "or")
    guard label != RelationInventory.none else {
      let others = list(Sentence.links.filter { !$0.relates }.map { "'\($0.words)'" }, "or")
      return "No relation: \(others) stands between the two names, or no label fits their types in "
        + "this order."
    }
    let pairs = Kind.allCases.flatMap { head in
      Kind.allCases.filter { Kind.relation(head, $0) == label }.map { (head, $0) }
    }
    guard let types = RelationInventory.types(of: label), !pairs.isEmpty else { return nil }
    let tails = Set(pairs.map(\.1))
    let all = Kind.allCases.filter { $0.type == types.tail }
    // Of things an award is told apart from the others.
    let isAll = all.allSatisfy(tails.contains)
    let some = list(all.filter(tails.contains).map(\.rawValue), "or")
    let tail =
      isAll
      ? name(of: types.tail)
      : tails == [.award] ? "an award" : "\(name(of: types.tail)) (\(some))"
    return
      "\(name(of: types.head).capitalizedFirst), then \(tail), with \(relating) between the two "
      + "names."
  }

  private static func name(of type: EntityType) -> String {
    switch type {
    case .person: "a person"
    case .location: "a place"
    case .organization: "an organization"
    default: "a thing"
    }
  }

  private static func list(_ words: [String], _ last: String) -> String {
    guard words.count > 1, let end = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(last) \(end)"
  }

  /// A basic string of TOML; the texts have neither quotes nor controls.
  private static func quoted(_ text: String) -> String { "\"\(text)\"" }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
