import Annotations
import Corpora
import Routing

extension Query {
  /// A name before a colon and what may stand behind it; empty: any text.
  struct Field: Sendable {
    let name: String
    let values: [String]
  }

  /// Everything that may stand before a colon.
  static let fields = [
    Field(name: "state", values: ["untouched", "edited", "accepted"]),
    Field(name: "label", values: []),
    Field(name: "relation", values: []),
    Field(name: "is", values: ["different", "disputed", "flip", "irregular"]),
    Field(name: "route", values: ["text", "multimodal"]),
    Field(name: "p", values: []),
    Field(name: "picture", values: Picture.allCases.map(\.rawValue)),
    Field(name: "split", values: Split.allCases.map(\.rawValue)),
    Field(name: "id", values: []),
    Field(name: "by", values: []),
  ]

  /// What completion offers.
  static let filterNames = fields.flatMap { field in
    field.values.isEmpty ? ["\(field.name):"] : field.values.map { "\(field.name):\($0)" }
  }

  /// What can be wrong with a query. The wording stands here.
  enum Failure: Error, Equatable, CustomStringConvertible {
    case unknownField(String)
    case unknownValue(String, of: String, known: [String])
    case notARange(String)
    case notARegex(String, Pattern.Failure)

    var description: String {
      switch self {
      case .unknownField(let name):
        "there is no field \(name):; fields are "
          + Query.fields.map { $0.name + ":" }.joined(separator: " ")
          + " (quote \"\(name):…\" to search for the text)"
      case .unknownValue(let value, let name, let known):
        "\(name): takes \(known.joined(separator: ", ")), not \"\(value)\""
      case .notARange(let text):
        "p: takes a range from 0 to 1 such as >.6, <.4 or .4-.6, not \"\(text)\""
      case .notARegex(let text, let failure): "/\(text)/: \(failure)"
      }
    }
  }

  /// Reads a search line. A `-` in front of a term means its opposite; text in quotes may hold
  /// spaces and colons; text in slashes is a regular expression.
  static func parse(_ line: String) throws(Failure) -> Query {
    var reader = QueryReader(line)
    var query = Query()
    while let term = try reader.next() { query.terms.append(term) }
    return query
  }
}

/// Takes a search line apart.
private struct QueryReader {
  private let text: [Character]
  private var at = 0

  init(_ line: String) { text = Array(line) }

  /// The next term; nil at the end. A field without a value filters nothing yet.
  mutating func next() throws(Query.Failure) -> Query.Term? {
    while true {
      while at < text.count, text[at].isWhitespace { at += 1 }
      guard at < text.count else { return nil }
      let isNegated = text[at] == "-" && at + 1 < text.count && !text[at + 1].isWhitespace
      if isNegated { at += 1 }
      if let condition = try condition() {
        return Query.Term(isNegated: isNegated, condition: condition)
      }
    }
  }

  private mutating func condition() throws(Query.Failure) -> Query.Condition? {
    if text[at] == "\"" {
      let phrase = quoted()
      return phrase.isEmpty ? nil : .text(phrase.lowercased())
    }
    if text[at] == "/", let pattern = slashed() {
      do throws(Pattern.Failure) { return .pattern(try Pattern(pattern)) } catch {
        throw .notARegex(pattern, error)
      }
    }
    if let name = fieldName() {
      let value = text.indices.contains(at) && text[at] == "\"" ? quoted() : word()
      return try Self.condition(name, value)
    }
    return .text(word().lowercased())
  }

  /// What stands up to the next space.
  private mutating func word() -> String {
    let start = at
    while at < text.count, !text[at].isWhitespace { at += 1 }
    return String(text[start..<at])
  }

  /// What stands between quotes; a quote that is never closed ends with the line.
  private mutating func quoted() -> String {
    let start = at + 1
    let close = text[start...].firstIndex(of: "\"") ?? text.count
    at = min(close + 1, text.count)
    return String(text[start..<close])
  }

  /// What stands between slashes, of which the second ends a word; `\/` is a slash inside.
  private mutating func slashed() -> String? {
    var end = at + 1
    while end < text.count {
      if text[end] == "\\" {
        end += 2
        continue
      }
      if text[end] == "/", end > at + 1, end + 1 == text.count || text[end + 1].isWhitespace {
        defer { at = end + 1 }
        return String(text[(at + 1)..<end])
      }
      end += 1
    }
    return nil
  }

  /// Letters with a colon behind them, which is passed; an address such as `https://` is text.
  private mutating func fieldName() -> String? {
    guard let colon = text[at...].firstIndex(where: { !($0.isASCII && $0.isLetter) }),
      colon > at, text[colon] == ":", !text[(colon + 1)...].starts(with: "//")
    else { return nil }
    defer { at = colon + 1 }
    return String(text[at..<colon]).lowercased()
  }

  private static func condition(
    _ name: String, _ value: String
  ) throws(Query.Failure) -> Query.Condition? {
    guard let field = Query.fields.first(where: { $0.name == name }) else {
      throw .unknownField(name)
    }
    guard !value.isEmpty else { return nil }
    let lower = value.lowercased()
    switch name {
    case "label": return .label(.normalized(value.uppercased()))
    case "relation": return .relation(lower)
    case "id": return .id(lower)
    case "by": return .annotator(lower)
    case "p":
      guard let range = range(lower) else { throw .notARange(value) }
      return .p(range)
    default: break
    }
    let found: Query.Condition? =
      switch (name, lower) {
      case ("state", "untouched"): .state(.untouched)
      case ("state", "edited"): .state(.edited)
      case ("state", "accepted"): .state(.reviewed)
      case ("is", "different"): .differs
      case ("is", "disputed"): .disputed
      case ("is", "flip"): .flips
      case ("is", "irregular"): .irregular
      case ("route", _): Route(rawValue: lower).map { .route($0) }
      case ("split", _): Split(rawValue: lower).map { .split($0) }
      case ("picture", _): Query.Picture(rawValue: lower).map { .picture($0) }
      default: nil
      }
    guard let found else { throw .unknownValue(value, of: name, known: field.values) }
    return found
  }

  /// `>.6`, `<.4`, `.4-.6`, ends included or not by what floats can tell apart.
  private static func range(_ text: String) -> ClosedRange<Float>? {
    func number(_ text: some StringProtocol) -> Float? {
      Float(text).flatMap { (0...1).contains($0) ? $0 : nil }
    }
    if text.hasPrefix(">=") { return number(text.dropFirst(2)).map { $0...1 } }
    if text.hasPrefix("<=") { return number(text.dropFirst(2)).map { 0...$0 } }
    if text.hasPrefix(">") {
      return number(text.dropFirst()).flatMap { $0 < 1 ? $0.nextUp...1 : nil }
    }
    if text.hasPrefix("<") {
      return number(text.dropFirst()).flatMap { $0 > 0 ? 0...$0.nextDown : nil }
    }
    let ends = text.split(separator: "-").map { number($0) }
    guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high else { return nil }
    return low...high
  }
}
