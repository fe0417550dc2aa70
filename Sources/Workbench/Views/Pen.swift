import Foundation
import Screen

/// Draws styled lines into boxes of a frame.
struct Pen {
  var frame: Frame
  let look: Look
  /// Lines that had no room below a box since this was last set to 0.
  var cut = 0

  init(size: Size, look: Look) {
    frame = Frame(size: size)
    self.look = look
  }

  /// A piece of a line with one style.
  struct Piece {
    let text: String
    var style: Style
  }

  /// A piece in the style of a role.
  func piece(_ text: String, _ role: Role = .text) -> Piece {
    Piece(text: text, style: look.theme[role])
  }

  /// Writes one row of a box, cut with an ellipsis where it is too long. Returns the columns used.
  @discardableResult
  mutating func line(_ text: String, _ role: Role = .text, in box: Box, row: Int, indent: Int = 0)
    -> Int
  {
    line([piece(text, role)], in: box, row: row, indent: indent)
  }

  /// Writes pieces after each other on one row of a box. Returns the columns used.
  @discardableResult
  mutating func line(_ pieces: [Piece], in box: Box, row: Int, indent: Int = 0) -> Int {
    guard row >= 0, row < box.rows else {
      miss(row, in: box)
      return 0
    }
    var column = box.column + indent
    for piece in pieces where column < box.endColumn {
      // Words of the program itself may hold an arrow or an ellipsis; ASCII screens get theirs.
      let text = look.glyphs.isUnicode ? piece.text : look.sanitizer.visible(piece.text)
      column += frame.write(
        text, at: Position(column: column, row: box.row + row), style: piece.style,
        maxColumns: box.endColumn - column, ellipsis: look.glyphs.ellipsis)
    }
    return column - box.column - indent
  }

  /// Notes lines from a row on that belong into a box and have no room.
  mutating func miss(_ row: Int, in box: Box, lines: Int = 1) {
    if row >= 0, lines > 0 { cut = max(cut, row + lines - box.rows) }
  }

  /// Says at the end of the last row of a box how many lines more belong there than have room.
  mutating func markCut(in box: Box) {
    guard cut > 0, !box.isEmpty else { return }
    more(look.glyphs.down, cut, in: box, row: box.rows - 1)
  }

  /// An arrow with a number of lines at the end of a row of a box.
  mutating func more(_ arrow: String, _ lines: Int, in box: Box, row: Int) {
    let text = " " + arrow + "\(lines)"
    let column = box.endColumn - TextWidth.columns(of: text)
    guard column >= box.column else { return }
    frame.write(text, at: Position(column: column, row: box.row + row), style: look.theme[.muted])
  }

  /// Writes pieces that end at the right edge of a box.
  mutating func rightLine(_ pieces: [Piece], in box: Box, row: Int) {
    let width = pieces.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    guard width <= box.columns else { return }
    line(pieces, in: box, row: row, indent: box.columns - width)
  }

  /// Writes sentences wrapped to a box from a row on. Returns the next free row, which is below the
  /// box where not all had room.
  @discardableResult
  mutating func wrap(_ text: String, _ role: Role = .text, in box: Box, row: Int) -> Int {
    var row = row
    let lines = Wrapping.lines(look.sanitizer.visible(text), columns: box.columns)
    for (i, line) in lines.enumerated() {
      guard row < box.rows else {
        miss(row, in: box, lines: lines.count - i)
        return row + lines.count - i
      }
      self.line(line, role, in: box, row: row)
      row += 1
    }
    return row
  }

  /// A heading in a line of its own.
  mutating func heading(_ title: String, in box: Box, row: Int = 0) {
    guard row < box.rows else { return }
    frame.rule(
      at: Position(column: box.column, row: box.row + row), columns: box.columns,
      glyphs: look.glyphs, style: look.theme[.rule], title: title, titleStyle: look.theme[.title])
  }

  /// A text made safe and cut or filled to a width.
  func cell(_ text: String, _ columns: Int) -> String {
    TextWidth.padded(
      look.sanitizer.visible(text), columns: columns, ellipsis: look.glyphs.ellipsis)
  }
}

/// How numbers are written, everywhere the same.
enum Digits {
  /// Two decimals without a leading zero (`.83`, `1.00`, `-.07`); tiny ones as `2e-4`.
  static func short(_ value: Float) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
    let size = abs(value)
    if size >= 1000 || (size < 0.005 && size > 0) {
      let text = String(format: "%.0e", value)
      return text.replacingOccurrences(of: "e-0", with: "e-")
        .replacingOccurrences(of: "e+0", with: "e")
    }
    if size >= 100 { return String(format: "%.0f", value) }
    if size >= 10 { return String(format: "%.1f", value) }
    let text = String(format: "%.2f", value)
    if text.hasPrefix("0.") { return String(text.dropFirst()) }
    if text.hasPrefix("-0.") { return "-" + text.dropFirst(2) }
    return text
  }

  /// What is left of a sum beside two of its parts, from the numbers as `short` shows them, so that
  /// the sum on screen is right to its last digit.
  static func rest(_ sum: Float, _ first: Float, _ second: Float) -> Float {
    func shown(_ value: Float) -> Float { (value * 100).rounded() / 100 }
    let rest = shown(sum) - shown(first) - shown(second)
    return [sum, first, second].allSatisfy { abs($0) < 10 } ? rest : sum - first - second
  }

  /// Three decimals without a leading zero, for a probability that lives near its threshold.
  static func fine(_ value: Float) -> String {
    guard value.isFinite else { return short(value) }
    let text = String(format: value != 0.5 && abs(value - 0.5) < 0.0005 ? "%.5f" : "%.3f", value)
    return text.hasPrefix("0.") ? String(text.dropFirst()) : text
  }

  /// A share as whole percent.
  static func percent(_ share: Float) -> String {
    guard share.isFinite else { return "?" }
    return "\(Int((min(1, max(0, share)) * 100).rounded()))%"
  }

  /// One decimal, for scores in percent; `+1.7` when signed.
  static func score(_ value: Float, signed: Bool = false) -> String {
    guard value.isFinite else { return "?" }
    let value = rounded(value)
    return String(format: signed ? "%+.1f" : "%.1f", value == 0 ? 0 : value)
  }

  /// A difference of a probability in points, with its sign: `+3.1` is .031.
  static func points(_ value: Float) -> String {
    // What is too small to be seen has no side.
    score(100 * value, signed: rounded(100 * value) != 0)
  }

  /// As `score` shows it.
  static func rounded(_ value: Float) -> Float { (value * 10).rounded() / 10 }

  /// `8 s`, `3 min`, `2.5 h`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "?" }
    if seconds > 0, seconds < 0.5 { return "<1 s" }
    if seconds < 99.5 { return "\(Int(seconds.rounded())) s" }
    if seconds < 5_400 { return "\(Int((seconds / 60).rounded())) min" }
    return seconds < 1e9 ? String(format: "%.1f h", seconds / 3_600) : "?"
  }
}
