import Screen

/// How pictures are shown, as the user may ask for it.
package enum GraphicsMode: String, Sendable, Hashable, CaseIterable {
  case auto, sixel, blocks, ascii, none

  /// The wish: the option, else `TWINLENS_GRAPHICS`, else `auto`. Unknown words in the
  /// environment count as `auto`.
  package init(option: String?, environment: [String: String]) {
    self =
      option.flatMap(Self.init(rawValue:))
      ?? environment["TWINLENS_GRAPHICS"].flatMap(Self.init(rawValue:)) ?? .auto
  }
}

/// The way pictures are really shown, and why.
package struct GraphicsChoice: Sendable, Hashable {
  /// The ways, best first.
  package enum Rung: String, Sendable, Hashable {
    case sixel, blocks, ascii, none
  }

  /// The way.
  package let rung: Rung
  /// A sentence for `doctor` and the status line.
  package let reason: String

  /// The best rung for a terminal, or the one that was asked for: the user has the last word.
  package init(mode: GraphicsMode, capabilities: TerminalCapabilities, depth: ColorDepth) {
    switch mode {
    case .auto:
      self.init(capabilities: capabilities, depth: depth)
    case .sixel:
      self.init(rung: .sixel, reason: "asked for")
    case .blocks:
      self.init(rung: .blocks, reason: "asked for")
    case .ascii:
      self.init(rung: .ascii, reason: "asked for")
    case .none:
      self.init(rung: .none, reason: "asked for")
    }
  }

  private init(rung: Rung, reason: String) {
    self.rung = rung
    self.reason = reason
  }

  private init(capabilities: TerminalCapabilities, depth: ColorDepth) {
    if capabilities.isDumb {
      self.init(rung: .none, reason: "the terminal is dumb")
    } else if capabilities.sixel, capabilities.multiplexer != .screen {
      // NO_COLOR is about decoration; a picture is content.
      self.init(rung: .sixel, reason: "the device attributes name sixel")
    } else if depth == .indexed256, capabilities.isUTF8 {
      self.init(rung: .blocks, reason: "no sixel, but 256 colours")
    } else {
      self.init(rung: .ascii, reason: "no sixel and fewer than 256 colours")
    }
  }
}

/// Terminals whose text does not erase the pixels under it: there the whole screen is cleared
/// when a picture goes. Data, not code: a new quirk is a new line.
enum PictureErasure {
  /// The beginning of the XTVERSION name, in lower case, and the report that taught it.
  static let clearsScreen: [(name: String, source: String)] = [
    ("alacritty", "microo8/alacritty-sixel#13"),
    ("rio", "raphamorim/rio#636"),
  ]

  static func needsClear(_ name: String?) -> Bool {
    guard let name = name?.lowercased() else { return false }
    return clearsScreen.contains { name.hasPrefix($0.name) }
  }
}
