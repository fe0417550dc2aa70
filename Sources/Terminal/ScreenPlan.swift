import Screen

/// A cell as the terminal library should hold it.
struct PlannedCell: Hashable {
  enum Kind: Hashable {
    case normal
    /// The second half of a wide cluster.
    case continuation
    /// Held free for pixels or a doubtful cluster. The library sees a sign that is not a blank,
    /// so that it never erases across it; two variants that look the same make it write again.
    case heldA, heldB
  }

  var text: String
  var style: ReducedStyle
  var kind: Kind
}

/// What goes to the terminal past the library, after the cells.
enum Emission: Hashable {
  /// A picture that is painted where the cursor is.
  case picture(box: Box, identity: String, payload: [UInt8])
  /// What to do with pictures that the terminal keeps.
  case kitty(KittyCommand)
  case cluster(place: Position, text: String, style: ReducedStyle)

  /// Cursor move, look and content; the caller brackets with save and restore cursor.
  var bytes: [UInt8] {
    switch self {
    case .picture(let box, _, let payload):
      return Array("\u{1B}[0m\u{1B}[\(box.row + 1);\(box.column + 1)H".utf8) + payload
    case .kitty(let command):
      return command.bytes
    case .cluster(let place, let text, let style):
      return Array(
        "\u{1B}[\(place.row + 1);\(place.column + 1)H\(Self.look(style))\(text)".utf8)
    }
  }

  /// The look of a style as the usual control sequence.
  static func look(_ style: ReducedStyle) -> String {
    var codes = ["0"]
    if style.attributes.contains(.bold) { codes.append("1") }
    if style.attributes.contains(.dim) { codes.append("2") }
    if style.attributes.contains(.underline) { codes.append("4") }
    if style.attributes.contains(.reverse) { codes.append("7") }
    for (color, basic, extended) in [(style.foreground, 30, 38), (style.background, 40, 48)]
    where color >= 0 {
      codes.append(color < 8 ? String(basic + color) : "\(extended);5;\(color)")
    }
    return "\u{1B}[\(codes.joined(separator: ";"))m"
  }
}

/// The difference between what is shown and a new frame.
struct ScreenPlan {
  /// Cells to hand to the library, in reading order.
  var changes: [(place: Position, cell: PlannedCell)] = []
  /// What to send after them, in order.
  var emissions: [Emission] = []
  /// Whether the library must repaint every cell first.
  var repaints = false
  /// Whether the library must not move lines, since pixels would stay behind, or come along. xterm
  /// moves pictures with the lines even after their pixels were erased, and shows parts of them
  /// again.
  var keepsLines = false
  /// Rows before which everything so far is sent, where lines must not move: a line that comes to
  /// stand where another stood must not be sent together with that one.
  var breaks: Set<Int> = []
}
