/// Text inside XML and HTML.
package enum Markup {
  /// What stands in XML and HTML, as text or within quotation marks: no character of markup, none
  /// that XML does not allow, and none that reorders or parts what is read without being seen.
  package static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case _ where isHidden(scalar): result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  /// Controls, marks of direction, separators of lines, blanks of no width, and what is no
  /// character.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069,
      0xFEFF, 0xFFF9...0xFFFB, 0xFFFE...0xFFFF:
      true
    default: false
    }
  }
}
