/// A text as a string of JSON, with quotes.
package enum JSONString {
  /// With what JSON wants escaped (https://www.rfc-editor.org/rfc/rfc8259#section-7) and nothing
  /// else: how the datasets' own formats and the stores' checksums have it.
  package static func quoted(_ text: String) -> String {
    quoted(text, isPlain: { $0 >= 0x20 }) { scalar, out in
      if scalar < " " { escape(scalar, to: &out) } else { out.unicodeScalars.append(scalar) }
    }
  }

  /// With whatever could steer a terminal or hide escaped as well: what is printed.
  package static func printable(_ text: String) -> String {
    quoted(text, isPlain: { $0 >= 0x20 && $0 < 0x7F }, append: append)
  }

  /// JSON that was written without that care, with the same escapes in its strings.
  package static func printableDocument(_ json: String) -> String {
    var out = ""
    out.reserveCapacity(json.utf8.count)
    for scalar in json.unicodeScalars {
      // A line feed stands between values; inside a string it is escaped already.
      if scalar == "\n" { out += "\n" } else { append(scalar, to: &out) }
    }
    return out
  }

  /// - Parameter isPlain: whether a byte of UTF-8 stands for itself, quotes and backslashes aside.
  private static func quoted(
    _ text: String, isPlain: (UInt8) -> Bool, append: (UnicodeScalar, inout String) -> Void
  ) -> String {
    let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
    guard !text.utf8.allSatisfy({ isPlain($0) && $0 != quote && $0 != backslash }) else {
      return "\"\(text)\""
    }
    var out = "\""
    out.reserveCapacity(text.utf8.count + 8)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      default: append(scalar, &out)
      }
    }
    return out + "\""
  }

  private static func append(_ scalar: UnicodeScalar, to out: inout String) {
    if scalar.isASCII, scalar >= " ", scalar.value != 0x7F {
      out.unicodeScalars.append(scalar)
      return
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
      escape(scalar, to: &out)
    default: out.unicodeScalars.append(scalar)
    }
  }

  private static func escape(_ scalar: UnicodeScalar, to out: inout String) {
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
}
