import Screen

/// What a terminal can do, from its replies and from the environment.
package struct TerminalCapabilities: Sendable, Hashable {
  /// Where the cell size in pixels comes from.
  package enum CellSource: String, Sendable, Hashable {
    case windowSize = "the window size of the kernel"
    case geometry = "the sixel geometry"
    case reported = "the terminal's report"
    case assumed = "assumed, nothing was reported"
  }

  /// A program between us and the terminal.
  package enum Multiplexer: String, Sendable, Hashable {
    case tmux, screen
  }

  /// XTVERSION, such as `XTerm(379)`; nil when it did not answer.
  package var name: String?
  /// `TERM`.
  package var term: String
  /// Whether it draws sixels.
  package var sixel = false
  /// Whether it shows pictures by kitty's graphics protocol.
  package var kittyGraphics = false
  /// Colour registers for sixel, nil when unknown.
  package var registers: Int?
  /// Width of one cell in pixels.
  package var cellWidth = 8
  /// Height of one cell in pixels.
  package var cellHeight = 16
  /// Who told the size of a cell.
  package var cellSource = CellSource.assumed
  /// The largest sixel picture in pixels, nil when unknown; larger ones are cut by the terminal.
  package var mostPixels: WindowSize.Pixels?
  /// Whether synchronised updates (mode 2026) can be used.
  package var synchronizedUpdate = false
  /// Whether the terminal says that it measures by grapheme cluster (mode 2027).
  package var graphemeClusters = false
  /// Whether the background is dark; nil when unknown.
  package var darkBackground: Bool?
  /// Whether the locale is UTF-8.
  package var isUTF8: Bool
  /// What stands between the program and the terminal; nil when nothing does.
  package var multiplexer: Multiplexer?
  /// Whether the terminal answered at all.
  package var answered = false
  /// Whether it answered what it is able to: the last question, after which no answer is late.
  package var saysAttributes = false
  /// Keys that were typed while the questions were out; the first input of the program.
  package var typedKeys: [Key] = []
  /// Every question with its reply, for `twinlens doctor`.
  package var report: [ProbeEntry] = []

  /// Nothing known but the environment.
  package init(environment: [String: String], isUTF8: Bool) {
    term = environment["TERM"] ?? ""
    self.isUTF8 = isUTF8
    if environment["TMUX"] != nil || term.hasPrefix("tmux") {
      multiplexer = .tmux
    } else if environment["STY"] != nil || term.hasPrefix("screen") {
      multiplexer = .screen
    }
  }

  /// The built-in theme that fits the background; dark when unknown.
  package var suggestedTheme: Theme { darkBackground == false ? .paper : .dusk }

  /// How emoji sequences should be shown unless the user says otherwise.
  package var suggestedEmoji: Sanitizer.EmojiMode { graphemeClusters ? .show : .base }

  /// Whether this terminal shows nothing but lines of text.
  package var isDumb: Bool { term.isEmpty || term == "dumb" }
}

/// One line of the probe's report. Control bytes in `sent` and `reply` are shown as marks.
package struct ProbeEntry: Sendable, Hashable {
  /// What the question is for.
  package let question: String
  /// The bytes that asked.
  package let sent: String
  /// The bytes that came back, empty when none did.
  package let reply: String
  /// What followed from it.
  package let conclusion: String
}

/// The size of a terminal from the kernel; pixels are 0 where it does not know them.
package struct WindowSize: Sendable, Hashable {
  /// Width in cells.
  package var columns: Int
  /// Height in cells.
  package var rows: Int
  /// Width in pixels.
  package var xPixels: Int
  /// Height in pixels.
  package var yPixels: Int

  /// A size in pixels.
  package struct Pixels: Sendable, Hashable {
    /// Width in pixels.
    package let width: Int
    /// Height in pixels.
    package let height: Int
  }

  /// Cells and pixels.
  package init(columns: Int, rows: Int, xPixels: Int = 0, yPixels: Int = 0) {
    self.columns = columns
    self.rows = rows
    self.xPixels = xPixels
    self.yPixels = yPixels
  }

  /// Whether a cell can have this size in pixels. Pictures are made as large as their cells, so
  /// whatever a terminal answers is bounded.
  static func isPlausible(width: Int, height: Int) -> Bool {
    (2...200).contains(width) && (4...400).contains(height)
  }

  /// One cell in pixels when the numbers are plausible. The floor: terminals count their border
  /// in, and a fraction would drift by half a column across the screen.
  package var cell: (width: Int, height: Int)? {
    guard columns > 0, rows > 0, xPixels > 0, yPixels > 0 else { return nil }
    let cell = (width: xPixels / columns, height: yPixels / rows)
    return Self.isPlausible(width: cell.width, height: cell.height) ? cell : nil
  }
}
