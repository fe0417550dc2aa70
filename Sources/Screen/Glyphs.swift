/// The signs that views draw with, in Unicode or in ASCII (a locale without UTF-8, `--no-unicode`).
public struct Glyphs: Sendable, Hashable {
  /// Whether signs outside ASCII may be used.
  public let isUnicode: Bool
  /// A piece of a horizontal rule.
  public let horizontal: String
  /// A piece of a vertical rule.
  public let vertical: String
  /// Upper left corner of a border.
  public let topLeft: String
  /// Upper right corner.
  public let topRight: String
  /// Lower left corner.
  public let bottomLeft: String
  /// Lower right corner.
  public let bottomRight: String
  /// Stands where text was cut.
  public let ellipsis: String
  /// Points at the chosen line of a list.
  public let pointer: String
  /// Done, accepted.
  public let check: String
  /// Refused, wrong.
  public let cross: String
  /// Nothing yet; also between parts of a line.
  public let dot: String
  /// From one thing to another.
  public let arrow: String
  /// Parts of a cell filled from the left, empty to full.
  public let horizontalEighths: [String]
  /// Parts of a cell filled from below, empty to full.
  public let verticalEighths: [String]
  /// The unfilled part of a bar.
  public let track: String

  /// Box lines and eighth blocks.
  public static let unicode = Glyphs(
    isUnicode: true, horizontal: "─", vertical: "│", topLeft: "╭", topRight: "╮", bottomLeft: "╰",
    bottomRight: "╯", ellipsis: "…", pointer: "▸", check: "✓", cross: "✗", dot: "·", arrow: "→",
    horizontalEighths: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    verticalEighths: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"], track: "░")

  /// Plain ASCII.
  public static let ascii = Glyphs(
    isUnicode: false, horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+",
    bottomRight: "+", ellipsis: "~", pointer: ">", check: "*", cross: "x", dot: ".", arrow: ">",
    horizontalEighths: [" ", "#"], verticalEighths: [" ", ".", ":", "-", "=", "+", "*", "#", "@"],
    track: ".")

  /// One cell that is filled from below by a fraction in 0…1; anything above 0 shows.
  public func level(_ fraction: Double) -> String {
    let steps = verticalEighths.count - 1
    guard fraction > 0 else { return verticalEighths[0] }
    let step = Int((min(1, fraction) * Double(steps)).rounded())
    return verticalEighths[max(1, step)]
  }
}
