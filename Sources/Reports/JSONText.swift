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
    var text = ""
    write(to: &text, indent: indent)
    return text
  }

  /// The text on one line, without blanks between values.
  func line() -> String {
    var text = ""
    writeLine(to: &text, comma: ",", colon: ":")
    return text
  }

  /// Hands on the text of an object of many fields piece by piece: the last is a list of objects of
  /// many fields, which is never whole in memory.
  /// - Parameters:
  ///   - name: of the last field.
  ///   - next: the next value of the list; nil at the end.
  static func write(
    _ fields: [(String, JSONText)], _ name: String, _ next: () -> JSONText?,
    to take: (String) throws -> Void
  ) rethrows {
    var text = "{"
    for (key, value) in fields {
      text += "\n  " + JSONString.printable(key) + ": "
      value.write(to: &text, indent: 1)
      text += ","
    }
    text += "\n  " + JSONString.printable(name) + ": "
    var isFirst = true
    while let value = next() {
      text += isFirst ? "[\n    " : ",\n    "
      isFirst = false
      value.write(to: &text, indent: 2)
      if text.utf8.count >= 1 << 18 {
        try take(text)
        text.removeAll(keepingCapacity: true)
      }
    }
    try take(text + (isFirst ? "[]\n}" : "\n  ]\n}"))
  }

  private func write(to text: inout String, indent: Int) {
    let isFlat =
      switch self {
      case .list(let values): values.allSatisfy(\.isPlain)
      case .object(let fields): fields.count <= 6 && fields.allSatisfy(\.1.isPlain)
      default: true
      }
    if isFlat { return writeLine(to: &text, comma: ", ", colon: ": ") }
    func lineFeed(_ indent: Int) {
      text += "\n"
      for _ in 0..<indent { text += "  " }
    }
    switch self {
    case .list(let values):
      text += "["
      for (place, value) in values.enumerated() {
        if place > 0 { text += "," }
        lineFeed(indent + 1)
        value.write(to: &text, indent: indent + 1)
      }
      lineFeed(indent)
      text += "]"
    case .object(let fields):
      text += "{"
      for (place, field) in fields.enumerated() {
        if place > 0 { text += "," }
        lineFeed(indent + 1)
        text += JSONString.printable(field.0)
        text += ": "
        field.1.write(to: &text, indent: indent + 1)
      }
      lineFeed(indent)
      text += "}"
    default: break
    }
  }

  private func writeLine(to text: inout String, comma: String, colon: String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += "\(value)"
    case .float(let value): text += value.isFinite ? "\(value)" : "null"
    case .double(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): text += JSONString.printable(value)
    case .list(let values):
      text += "["
      for (place, value) in values.enumerated() {
        if place > 0 { text += comma }
        value.writeLine(to: &text, comma: comma, colon: colon)
      }
      text += "]"
    case .object(let fields):
      text += "{"
      for (place, field) in fields.enumerated() {
        if place > 0 { text += comma }
        text += JSONString.printable(field.0)
        text += colon
        field.1.writeLine(to: &text, comma: comma, colon: colon)
      }
      text += "}"
    }
  }

  private var isPlain: Bool {
    switch self {
    case .list, .object: false
    default: true
    }
  }
}
