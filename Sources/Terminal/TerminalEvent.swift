import Foundation
import Screen

/// What happened while the program waited.
package enum TerminalEvent: Sendable, Hashable {
  case key(Key)
  /// Pasted text made of visible signs; line ends and tabs are spaces. For prompts only: pasted
  /// text must not run as commands.
  case paste(String)
  /// The terminal has a new size; present a frame of that size.
  case resized(Size)
  /// The program was in the background and is back; present a frame.
  case resumed
  /// The wake descriptor had something to read; it was read empty.
  case woken
  /// The terminal is gone.
  case hangUp
}

/// What the user asked of the terminal.
package struct TerminalOptions: Sendable, Hashable {
  /// How pictures are to be shown.
  package var graphics = GraphicsMode.auto
  /// Colours to use at most; nil for what the terminal has.
  package var colors: Int?
  /// `NO_COLOR` was set.
  package var noColor = false
  /// Send mouse presses.
  package var mouse = false
  /// Whether signs outside ASCII are allowed.
  package var unicode = true
  /// Overrides what the probe found out about the background.
  package var darkBackground: Bool?

  /// Everything automatic.
  package init() {}

  /// `NO_COLOR` and `TWINLENS_GRAPHICS` from the environment.
  package init(environment: [String: String]) {
    noColor = !(environment["NO_COLOR"] ?? "").isEmpty
    graphics = GraphicsMode(option: nil, environment: environment)
  }
}

/// Why the screen could not be started.
package enum TerminalError: Error, Sendable, Hashable, LocalizedError, CustomStringConvertible {
  case noTerminal
  case unknownType(String)
  case tooDumb(String)

  /// What is wrong and what to do.
  package var description: String {
    switch self {
    case .noTerminal:
      return "there is no terminal; run it in one, or line by line with --plain"
    case .unknownType(let name):
      return "the terminal type TERM=\(name) is not known here; install ncurses-term or try "
        + "TERM=xterm-256color"
    case .tooDumb(let name):
      return
        "the terminal type TERM=\(name) cannot place a cursor; --plain works line by line"
    }
  }

  /// The same sentence.
  package var errorDescription: String? { description }
}
