import Settings
import TOMLKit

extension Theme {
  /// Reads a theme from the text of a theme file; `file` is named in errors.
  ///
  /// `base = "dusk"` or `"paper"` says which built-in theme fills what the file leaves out.
  /// `[roles]` gives styles by role name: a colour (`"#RRGGBB"` or `"standard"`) or a table with
  /// `fg`, `bg`, `bold`, `underline`, `reverse`, `dim`. `[ramps] heat` is a list of colours.
  /// Throws `ThemeError` for what is not TOML, unknown names and wrong values.
  package init(toml text: String, file: String) throws {
    let reader = ThemeReader(text: text, file: file)
    let table: TOMLTable
    do throws(SettingsTextError) {
      table = try SettingsText.table(text)
    } catch {
      throw ThemeError.syntax(file: file, line: error.line, reason: error.reason)
    }
    try reader.check(table, section: "", known: ["name", "base", "roles", "ramps"])
    let baseName = try reader.string(table, "base") ?? "dusk"
    guard let base = Theme.builtIn(baseName) else {
      throw ThemeError.badValue(
        file: file, line: reader.line(of: "base"), key: "base", expected: "\"dusk\" or \"paper\"")
    }
    var styles = base.styles
    if let roles = table["roles"] {
      guard let roles = roles.table else { throw reader.bad("roles", "", "a table") }
      try reader.check(roles, section: "roles", known: Role.allCases.map(\.rawValue))
      for key in roles.keys {
        guard let role = Role(rawValue: key), let value = roles[key] else { continue }
        styles[role] = try reader.style(value, key: key)
      }
    }
    var ramp = base.heatRamp
    if let ramps = table["ramps"] {
      guard let ramps = ramps.table else { throw reader.bad("ramps", "", "a table") }
      try reader.check(ramps, section: "ramps", known: ["heat"])
      if let heat = ramps["heat"] { ramp = try reader.ramp(heat, key: "heat") }
    }
    self.init(
      name: try reader.string(table, "name") ?? file, isDark: base.isDark, styles: styles,
      heatRamp: ramp)
  }
}

/// Turns TOML values into styles and finds the lines that errors name.
private struct ThemeReader {
  let text: String
  let file: String

  func check(_ table: TOMLTable, section: String, known: [String]) throws {
    for key in table.keys.sorted() where !known.contains(key) {
      throw ThemeError.unknownKey(
        file: file, line: line(of: key, section: section), key: key, known: known)
    }
  }

  func bad(_ key: String, _ section: String, _ expected: String) -> ThemeError {
    .badValue(file: file, line: line(of: key, section: section), key: key, expected: expected)
  }

  func string(_ table: TOMLTable, _ key: String) throws -> String? {
    guard let value = table[key] else { return nil }
    guard let string = value.string else { throw bad(key, "", "a string") }
    return string
  }

  func style(_ value: any TOMLValueConvertible, key: String) throws -> Style {
    if let text = value.string {
      guard let ink = Ink(text: text) else { throw bad(key, "roles", Self.colour) }
      return Style(ink)
    }
    guard let table = value.table else {
      throw bad(key, "roles", "a colour or a table of fg, bg and attributes")
    }
    var style = Style.plain
    for part in table.keys {
      switch part {
      case "fg", "bg":
        guard let text = table[part]?.string, let ink = Ink(text: text) else {
          throw bad(key, "roles", "a table whose \(part) is \(Self.colour)")
        }
        if part == "fg" { style.foreground = ink } else { style.background = ink }
      default:
        guard let attribute = Self.attributes[part] else {
          throw ThemeError.unknownKey(
            file: file, line: line(of: key, section: "roles"), key: part,
            known: ["fg", "bg"] + Self.attributes.keys.sorted())
        }
        guard let isOn = table[part]?.bool else {
          throw bad(key, "roles", "a table whose \(part) is true or false")
        }
        if isOn { style.attributes.insert(attribute) }
      }
    }
    return style
  }

  func ramp(_ value: any TOMLValueConvertible, key: String) throws -> [Ink] {
    guard let array = value.array else { throw bad(key, "ramps", "a list of colours") }
    let inks = array.compactMap { $0.string.flatMap(Ink.init(text:)) }
    guard inks.count == array.count, inks.count >= 2, !inks.contains(.standard) else {
      throw bad(key, "ramps", "a list of at least two colours such as \"#20242C\"")
    }
    return inks
  }

  static let colour = "a colour such as \"#8FB8E8\", or \"standard\""
  static let attributes: [String: Style.Attributes] = [
    "bold": .bold, "underline": .underline, "reverse": .reverse, "dim": .dim,
  ]

  /// The line that sets a key inside a section, 0 when it is written in an unusual way.
  func line(of key: String, section: String = "") -> Int {
    SettingsLines(text).line(of: key, in: section) ?? 0
  }
}

extension Ink {
  /// A colour as theme files write it: `#RRGGBB` or `standard`; nil for anything else.
  package init?(text: String) {
    if text == "standard" {
      self = .standard
      return
    }
    let digits = text.dropFirst()
    guard text.hasPrefix("#"), digits.count == 6, digits.allSatisfy(\.isHexDigit),
      let value = UInt32(digits, radix: 16)
    else { return nil }
    self.init(hex: value)
  }
}
