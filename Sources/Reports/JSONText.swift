import Records

/// A JSON value that is written for people and programs: keys stay in their order, numbers are the
/// shortest that read back as the same, and nothing in a text can steer a terminal.
indirect enum JSONText: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case float(Float)
  case double(Double)
  case string(String)
  case list([JSONText])
  case object([(String, JSONText)])

  /// A string, or null.
  static func optional(_ text: String?) -> JSONText { text.map(JSONText.string) ?? .null }

  /// A number, or null.
  static func optional(_ number: Float?) -> JSONText { number.map(JSONText.float) ?? .null }

  /// A whole number, or null.
  static func optional(_ number: Int?) -> JSONText { number.map(JSONText.int) ?? .null }

  /// Numbers.
  static func floats(_ values: some Sequence<Float>) -> JSONText {
    .list(values.map(JSONText.float))
  }

  /// Texts.
  static func strings(_ values: some Sequence<String>) -> JSONText {
    .list(values.map(JSONText.string))
  }

  /// The text, indented where that helps: lists of plain values stay on one line.
  func text(indent: Int = 0) -> String {
    let inner = String(repeating: "  ", count: indent + 1)
    let outer = String(repeating: "  ", count: indent)
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .int(let value): return "\(value)"
    case .float(let value): return value.isFinite ? "\(value)" : "null"
    case .double(let value): return value.isFinite ? "\(value)" : "null"
    case .string(let value): return JSONString.printable(value)
    case .list(let values):
      if values.allSatisfy(\.isPlain) {
        return "[" + values.map { $0.text() }.joined(separator: ", ") + "]"
      }
      let lines = values.map { inner + $0.text(indent: indent + 1) }
      return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
    case .object(let fields):
      if fields.allSatisfy({ $0.1.isPlain }), fields.count <= 6 {
        return "{"
          + fields.map { "\(JSONString.printable($0)): \($1.text())" }.joined(separator: ", ") + "}"
      }
      let lines = fields.map {
        "\(inner)\(JSONString.printable($0)): \($1.text(indent: indent + 1))"
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
    }
  }

  /// The text on one line, without blanks between values.
  func line() -> String {
    switch self {
    case .list(let values): "[" + values.map { $0.line() }.joined(separator: ",") + "]"
    case .object(let fields):
      "{" + fields.map { "\(JSONString.printable($0)):\($1.line())" }.joined(separator: ",") + "}"
    case .null, .bool, .int, .float, .double, .string: text()
    }
  }

  private var isPlain: Bool {
    switch self {
    case .list, .object: false
    default: true
    }
  }
}
