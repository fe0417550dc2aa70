import TOMLKit

/// What a setting is set to.
package enum SettingValue: Sendable, Hashable, CustomStringConvertible {
  case flag(Bool)
  case number(Int)
  /// A word, a name or a path.
  case text(String)

  /// As the command line and the screen write it.
  package var description: String {
    switch self {
    case .flag(let isOn): isOn ? "on" : "off"
    case .number(let number): "\(number)"
    case .text(let text): text
    }
  }

  /// As a settings file writes it.
  package var toml: String {
    switch self {
    case .flag(let isOn): isOn ? "true" : "false"
    case .number(let number): "\(number)"
    case .text(let text): Self.quoted(text)
    }
  }

  /// A basic string of TOML (https://toml.io/en/v1.0.0#string).
  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7F {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }
}

extension Setting {
  /// Longest path and longest name that are taken.
  static let (mostPathBytes, mostNameCharacters) = (4_096, 60)

  /// What a text means that was typed, given as an option or stands in the environment; nil when
  /// it is no value of this setting.
  package func value(of text: String) -> SettingValue? {
    switch kind {
    case .flag:
      switch text.lowercased() {
      case "on", "true", "yes": .flag(true)
      case "off", "false", "no": .flag(false)
      default: nil
      }
    case .number: Int(text).map(value(ofNumber:)) ?? value(ofWord: text)
    case .word, .wordOrFile, .file, .name: value(ofWord: text)
    }
  }

  /// What a value of a settings file means; nil when it is no value of this setting.
  func value(ofTOML value: any TOMLValueConvertible) -> SettingValue? {
    switch kind {
    case .flag: value.bool.map { .flag($0) } ?? value.string.flatMap(self.value(of:))
    case .number: value.int.map(value(ofNumber:)) ?? value.string.flatMap(value(ofWord:))
    case .word, .wordOrFile, .file, .name: value.string.flatMap(value(ofWord:))
    }
  }

  private func value(ofNumber number: Int) -> SettingValue? {
    guard case .number(let range) = kind, range.contains(number) else { return nil }
    return .number(number)
  }

  private func value(ofWord text: String) -> SettingValue? {
    let known = words.first { $0 == text } ?? words.first { $0 == text.lowercased() }
    if let known { return .text(known) }
    let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    guard isPlain, !text.isEmpty else { return nil }
    return switch kind {
    case .flag, .number, .word: nil
    case .wordOrFile: Self.isPath(text) ? path(text) : nil
    case .file: path(text)
    case .name:
      text.count <= Self.mostNameCharacters && text.contains { !$0.isWhitespace }
        ? .text(text) : nil
    }
  }

  private func path(_ text: String) -> SettingValue? {
    text.utf8.count <= Self.mostPathBytes ? .text(text) : nil
  }

  /// Whether a text is a path where names are allowed too.
  private static func isPath(_ text: String) -> Bool {
    text.contains("/") || text.hasSuffix(".toml")
  }

  /// The path that a value is, nil for words and all other kinds.
  package func path(in value: SettingValue) -> String? {
    guard case .text(let text) = value, !words.contains(text) else { return nil }
    return switch kind {
    case .file: text
    case .wordOrFile: Self.isPath(text) ? text : nil
    case .flag, .number, .word, .name: nil
    }
  }
}
