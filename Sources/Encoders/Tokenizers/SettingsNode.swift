import Corpora
import Records

/// A value of a settings file: small, of bounded depth and size, and it knows where it stood.
struct SettingsNode {
  enum Value {
    case object([String: SettingsNode])
    case array([SettingsNode])
    case string(String)
    case number(Double)
    case bool(Bool)
    case null
  }

  let value: Value
  /// The first byte of the value in its file.
  let offset: Int

  /// Reads the value in `range` of a file.
  static func read(_ file: TokenizerFile, _ range: Range<Int>? = nil) throws -> SettingsNode {
    var budget = TokenizerBounds.settings
    return try file.scan(range) { try SettingsNode(&$0, depth: 32, &budget) }
  }

  private init(_ scanner: inout JSONScanner, depth: Int, _ budget: inout Int) throws {
    budget -= 1
    guard depth > 0, budget > 0 else { throw scanner.failure("too many settings") }
    let first = scanner.peek()
    offset = scanner.position
    switch first {
    case UInt8(ascii: "{"):
      var fields: [String: SettingsNode] = [:]
      try scanner.object { key, scanner in
        fields[key] = try SettingsNode(&scanner, depth: depth - 1, &budget)
      }
      value = .object(fields)
    case UInt8(ascii: "["):
      var items: [SettingsNode] = []
      try scanner.array { items.append(try SettingsNode(&$0, depth: depth - 1, &budget)) }
      value = .array(items)
    case UInt8(ascii: "n"):
      guard scanner.null() else { throw scanner.failure("expected a value") }
      value = .null
    case UInt8(ascii: "\""): value = .string(try scanner.string())
    case UInt8(ascii: "t"), UInt8(ascii: "f"): value = .bool(try scanner.scalarText() == "true")
    default: value = .number(Double(try scanner.scalarText()) ?? 0)
    }
  }

  /// The field of an object; nil for `null`, for no such field and for anything but an object.
  subscript(_ name: String) -> SettingsNode? {
    guard case .object(let fields) = value, let field = fields[name] else { return nil }
    if case .null = field.value { return nil }
    return field
  }

  /// The text of a string.
  var string: String? {
    if case .string(let text) = value { text } else { nil }
  }

  var bool: Bool? {
    if case .bool(let flag) = value { flag } else { nil }
  }

  /// A whole number.
  var integer: Int? {
    if case .number(let number) = value { Int(exactly: number) } else { nil }
  }

  /// The elements of an array, none for anything else.
  var items: [SettingsNode] {
    if case .array(let items) = value { items } else { [] }
  }

  /// The fields of an object by name.
  var fields: [(name: String, node: SettingsNode)] {
    guard case .object(let fields) = value else { return [] }
    return fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// A token as these files write it: a string, or an object with `content`.
  var token: String? { string ?? self["content"]?.string }
}
