/// The relation labels that a dataset offers, in the order of their ids, each with a key.
///
/// The keys depend on the labels and their order alone, so that they are the same on every post and
/// in every session over a dataset, and fingers can learn them.
package struct RelationInventory: Sendable, Hashable {
  /// The labels; a label's id is its place. Never holds a label twice.
  package let labels: [String]
  private let keys: [Character?]

  /// What MNRE calls a pair without a relation.
  package static let none = "None"
  /// The key of `None`, in every dataset.
  package static let noneKey: Character = "0"

  /// MNRE's labels in the order of their ids (MODELS §2.1).
  package static let mnre = [
    "None", "/per/per/parent", "/per/per/siblings", "/per/per/couple", "/per/per/neighbor",
    "/per/per/peer", "/per/per/charges", "/per/per/alumi", "/per/per/alternate_names",
    "/per/org/member_of", "/per/loc/place_of_residence", "/per/loc/place_of_birth",
    "/org/org/alternate_names", "/org/org/subsidiary", "/org/loc/locate_at", "/loc/loc/contain",
    "/per/misc/present_in", "/per/misc/awarded", "/per/misc/race", "/per/misc/religion",
    "/per/misc/nationality", "/misc/misc/part_of", "/misc/loc/held_on",
  ]

  /// An inventory of labels in the order of their ids; a label that stands twice counts once.
  package init(_ labels: [String]) {
    var seen: Set<String> = []
    self.labels = labels.filter { seen.insert($0).inserted }
    var taken: Set<Character> = [Self.noneKey]
    keys = self.labels.map { label in
      guard label != Self.none else { return Self.noneKey }
      let key = Self.candidates(label).first { !taken.contains($0) }
      if let key { taken.insert(key) }
      return key
    }
  }

  /// Whether pairs without a relation are kept with the label `None`; else they are no pairs.
  package var hasNone: Bool { labels.contains(Self.none) }

  /// The number of a label, nil when it is not among them.
  package func id(of label: String) -> Int? { labels.firstIndex(of: label) }

  /// The key of a label; nil when the keyboard had no more (after 61) or the label is unknown.
  package func key(of label: String) -> Character? {
    label == Self.none ? Self.noneKey : id(of: label).flatMap { keys[$0] }
  }

  /// The label of a key.
  package func label(of key: Character) -> String? {
    if key == Self.noneKey { return Self.none }
    return keys.firstIndex(of: key).map { labels[$0] }
  }

  /// The labels but `None`, in the order of their ids: first those whose two types are the ones
  /// given, then the others. A type that is not known fits everything; where neither is known,
  /// nothing can be said and all are `others`.
  package func ranked(
    head: EntityType?, tail: EntityType?
  ) -> (fitting: [String], others: [String]) {
    var result: (fitting: [String], others: [String]) = ([], [])
    for label in labels where label != Self.none {
      let types = Self.types(of: label)
      let fits =
        (head != nil || tail != nil) && types != nil
        && (head == nil || types?.head == head) && (tail == nil || types?.tail == tail)
      if fits { result.fitting.append(label) } else { result.others.append(label) }
    }
    return result
  }

  /// The types that a label of the form `/per/org/member_of` asks for; nil for other forms.
  package static func types(of label: String) -> (head: EntityType, tail: EntityType)? {
    let parts = label.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].isEmpty, !parts[1].isEmpty, !parts[2].isEmpty else {
      return nil
    }
    return (.normalized(parts[1].uppercased()), .normalized(parts[2].uppercased()))
  }

  /// The letters of the name, small ones first, then whatever is left on the keyboard.
  private static func candidates(_ label: String) -> [Character] {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    let capitals = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    let name = (label.split(separator: "/").last ?? "").lowercased()
    let own = name.filter { letters.contains($0) }
    return Array(own) + own.uppercased() + Array("123456789") + letters + capitals
  }
}
