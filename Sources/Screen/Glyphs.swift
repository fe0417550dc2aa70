/// The signs that views draw with, in Unicode or in ASCII (a locale without UTF-8, `--no-unicode`).
package struct Glyphs: Sendable, Hashable {
  /// Whether signs outside ASCII may be used.
  package let isUnicode: Bool
  /// A piece of a horizontal rule.
  package let horizontal: String
  /// A piece of a vertical rule.
  package let vertical: String
  /// Upper left corner of a border.
  package let topLeft: String
  /// Upper right corner.
  package let topRight: String
  /// Lower left corner.
  package let bottomLeft: String
  /// Lower right corner.
  package let bottomRight: String
  /// Stands where text was cut.
  package let ellipsis: String
  /// Points at the chosen line of a list.
  package let pointer: String
  /// Done, accepted.
  package let check: String
  /// Refused, wrong.
  package let cross: String
  /// Nothing yet; also between parts of a line.
  package let dot: String
  /// From one thing to another.
  package let arrow: String
  /// In front of how many lines more there are above.
  package let up: String
  /// In front of how many lines more there are below.
  package let down: String
  /// Parts of a cell filled from the left, empty to full.
  package let horizontalEighths: [String]
  /// Parts of a cell filled from below, empty to full.
  package let verticalEighths: [String]
  /// The unfilled part of a bar.
  package let track: String

  /// Box lines and eighth blocks.
  package static let unicode = Glyphs(
    isUnicode: true, horizontal: "─", vertical: "│", topLeft: "╭", topRight: "╮", bottomLeft: "╰",
    bottomRight: "╯", ellipsis: "…", pointer: "▸", check: "✓", cross: "✗", dot: "·", arrow: "→",
    up: "↑", down: "↓",
    horizontalEighths: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    verticalEighths: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"], track: "░")

  /// Plain ASCII.
  package static let ascii = Glyphs(
    isUnicode: false, horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+",
    bottomRight: "+", ellipsis: "~", pointer: ">", check: "*", cross: "x", dot: ".", arrow: ">",
    up: "^", down: "v",
    horizontalEighths: [" ", "#"], verticalEighths: [" ", ".", ":", "-", "=", "+", "*", "#", "@"],
    track: ".")

  /// The same signs with blanks for bars: beside each stands its number.
  package var withoutBars: Glyphs {
    Glyphs(
      isUnicode: isUnicode, horizontal: horizontal, vertical: vertical, topLeft: topLeft,
      topRight: topRight, bottomLeft: bottomLeft, bottomRight: bottomRight, ellipsis: ellipsis,
      pointer: pointer, check: check, cross: cross, dot: dot, arrow: arrow, up: up, down: down,
      horizontalEighths: [" ", " "], verticalEighths: [" ", " "], track: " ")
  }

  /// One cell that is filled from below by a fraction in 0…1; anything above 0 shows.
  package func level(_ fraction: Double) -> String {
    let steps = verticalEighths.count - 1
    guard fraction > 0 else { return verticalEighths[0] }
    let step = Int((min(1, fraction) * Double(steps)).rounded())
    return verticalEighths[max(1, step)]
  }
}
