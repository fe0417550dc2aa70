import Screen

/// What may stand in what a person sees: checks of bytes for a terminal, and of files.
enum ShownText {
  /// Scalars that steer, hide or reorder, wherever text is shown. Terminals get left-to-right marks
  /// of the program's own (`RightToLeft`).
  static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x061C, 0x2028...0x202E, 0x2066...0x2069, 0x200B,
      0xFEFF, 0xFFF9...0xFFFB, 0xFFFE, 0xFFFF:
      true
    default: false
    }
  }

  /// Requires that nothing but line feeds is forbidden.
  static func check(_ text: String, _ what: String) throws {
    if let found = text.unicodeScalars.first(where: { $0 != "\n" && isForbidden($0) }) {
      throw FuzzTarget.Fault("\(what) holds U+\(String(found.value, radix: 16))")
    }
  }

  /// Requires cells that fill the rows of a frame, each with one or two columns.
  static func check(_ frame: Frame) throws {
    let size = frame.size
    try FuzzTarget.require(frame.cells.count == size.columns * size.rows, "cells are missing")
    for row in 0..<size.rows {
      var columns = 0
      for cell in frame.cells[(row * size.columns)..<((row + 1) * size.columns)] {
        columns += TextWidth.columns(of: cell.text)
        if let found = cell.text.unicodeScalars.first(where: isForbidden) {
          throw FuzzTarget.Fault("a cell of row \(row) holds U+\(String(found.value, radix: 16))")
        }
      }
      try FuzzTarget.require(
        columns == size.columns, "row \(row) takes \(columns) columns of \(size.columns)")
    }
  }

  /// Requires that control sequences are the program's own: cursor moves, colours, clearing, and
  /// showing or hiding the cursor.
  static func check(bytes: some Sequence<UInt8>, _ what: String) throws {
    let text = String(decoding: Array(bytes), as: UTF8.self)
    var scalars = text.unicodeScalars[...]
    while let escape = scalars.firstIndex(of: "\u{1B}") {
      try check(String(scalars[..<escape]), what)
      scalars = scalars[scalars.index(after: escape)...]
      guard scalars.first == "[" else { throw FuzzTarget.Fault("\(what) holds a foreign escape") }
      scalars = scalars.dropFirst()
      let isPrivate = scalars.first == "?"
      if isPrivate { scalars = scalars.dropFirst() }
      let numbers = scalars.prefix { ("0"..."9").contains($0) || $0 == ";" }
      scalars = scalars[numbers.endIndex...]
      let end = scalars.first
      let isOwn =
        isPrivate
        ? String(numbers) == "25" && (end == "h" || end == "l")
        : end == "H" || end == "m" || end == "J"
      try FuzzTarget.require(isOwn, "\(what) holds a foreign sequence")
      scalars = scalars.dropFirst()
    }
    try check(String(scalars), what)
  }

  /// Requires markup whose tags are all our own and whose signs are escaped.
  static func check(markup text: String, _ what: String) throws {
    try check(text, what)
    let bytes = Array(text.utf8)
    for at in bytes.indices where bytes[at] == UInt8(ascii: "<") || bytes[at] == UInt8(ascii: "&") {
      let rest = bytes[(at + 1)...]
      let isKnown = (bytes[at] == UInt8(ascii: "<") ? tags : signs).contains {
        rest.starts(with: $0)
      }
      try FuzzTarget.require(isKnown, "\(what) holds foreign markup at byte \(at)")
    }
  }

  private static let signs = ["amp;", "lt;", "gt;", "quot;", "#39;"].map { Array($0.utf8) }
  private static let tags = [
    "svg ", "/svg>", "rect ", "text ", "/text>", "image ", "desc>", "/desc>", "!doctype html>",
    "html ",
    "head>", "meta ", "title>", "/title>", "style>", "/style>", "/head>", "body>", "/body>",
    "main>",
    "/main>", "p>", "/p>", "figure>", "/figure>", "/html>", "table>", "/table>", "thead>",
    "/thead>",
    "tbody>", "/tbody>", "tr>", "/tr>", "td>", "/td>", "th>", "/th>", "details>", "/details>",
    "summary>", "/summary>",
  ].map { Array($0.utf8) }
}
