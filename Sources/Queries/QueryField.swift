import Annotations
import Corpora
import Routing
import Settings

/// A name before a colon: what it takes, and what it means. The table of these (`QueryField.all`)
/// is the only source of what the search line reads, what it completes and what the manual says.
package struct QueryField: Sendable {
  package let name: String
  /// Other names, which mean the same.
  let aliases: [String]
  /// Terms as the manual shows them.
  let examples: [String]
  /// Which posts, as the rest of a sentence that begins with “posts”.
  let summary: String
  package let values: Values
  /// What a value means.
  let read: @Sendable (String) throws(QueryError.Problem) -> Meaning

  /// What may stand behind the colon, for completion.
  package enum Values: Sendable, Equatable {
    case words([String])
    /// A range, and such ranges.
    case range(NumberRange.Scale, [String])
    case types, relations, annotators, assignees, ids
    /// Any text, or one of these words.
    case text([String])
  }

  enum Meaning: Sendable {
    case condition(Query.Condition)
    case order(Query.Order)
  }

  init(
    _ name: String, aliases: [String] = [], _ examples: [String], _ summary: String,
    _ values: Values,
    read: @escaping @Sendable (String) throws(QueryError.Problem) -> Meaning
  ) {
    self.name = name
    self.aliases = aliases
    self.examples = examples
    self.summary = summary
    self.values = values
    self.read = read
  }

  /// The field of a name, whatever the case.
  package static func named(_ name: String) -> QueryField? { byName[name.lowercased()] }

  /// All names, the other ones too.
  static let allNames = all.flatMap { [$0.name] + $0.aliases }

  private static let byName = Dictionary(
    all.flatMap { field in ([field.name] + field.aliases).map { ($0.lowercased(), field) } },
    uniquingKeysWith: { first, _ in first })
}

// MARK: Kinds of fields

extension QueryField {
  /// A field that takes one of some words, each with its meaning; `more` are other spellings.
  static func words(
    _ name: String, _ examples: [String], _ summary: String,
    _ meanings: [(word: String, condition: Query.Condition)],
    more: [String: Query.Condition] = [:]
  ) -> QueryField {
    let known = meanings.map(\.word)
    let table = Dictionary(meanings.map { ($0.word, $0.condition) }) { first, _ in first }
      .merging(more) { first, _ in first }
    return QueryField(name, examples, summary, .words(known)) {
      value throws(QueryError.Problem) -> Meaning in
      let word = value.lowercased()
      guard let condition = table[word] else {
        throw .unknownValue(
          value, of: name, known: known,
          nearest: NearestName.find(word, among: known) ?? term(with: word))
      }
      return .condition(condition)
    }
  }

  /// The term that a word is the value of; nil where it is of none, or of any.
  private static func term(with word: String) -> String? {
    all.first { field in
      guard case .words(let known) = field.values, known != ["yes", "no"] else { return false }
      return known.contains(word)
    }.map { "\($0.name):\(word)" }
  }

  /// A field that takes `yes` or `no`.
  static func yesOrNo(
    _ name: String, _ summary: String, _ condition: (Bool) -> Query.Condition
  ) -> QueryField {
    words(
      name, ["\(name):yes", "\(name):no"], summary,
      [("yes", condition(true)), ("no", condition(false))])
  }

  /// A field that takes a range of numbers.
  static func number(
    _ measure: Query.Measure, _ examples: [String], _ summary: String
  ) -> QueryField {
    let (name, scale) = (measure.rawValue, measure.scale)
    let offered = scale == .share ? [">", "<", ".4...6"] : [">", "<", "2..5"]
    return QueryField(
      name, examples.map { "\(name):\($0)" }, summary, .range(scale, offered)
    ) { value throws(QueryError.Problem) -> Meaning in
      guard let range = NumberRange(value.lowercased(), scale) else {
        throw .notARange(value, of: name, scale)
      }
      return .condition(.number(measure, range))
    }
  }

  /// A field that takes any text.
  static func text(
    _ name: String, aliases: [String] = [], _ examples: [String], _ summary: String,
    _ values: Values, _ condition: @escaping @Sendable (String) -> Query.Condition
  ) -> QueryField {
    QueryField(name, aliases: aliases, examples, summary, values) {
      value throws(QueryError.Problem) -> Meaning in
      .condition(condition(value))
    }
  }
}
