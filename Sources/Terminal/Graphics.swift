import Screen

/// How pictures are shown, as the user may ask for it.
package enum GraphicsMode: String, Sendable, Hashable, CaseIterable {
  case auto, kitty, sixel, blocks, ascii, none

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
    case kitty, sixel, blocks, ascii, none

    /// How pixels are sent; nil where pictures are text.
    package var pixels: PixelProtocol? { PixelProtocol(rawValue: rawValue) }
  }

  /// The way.
  package let rung: Rung
  /// A sentence for `doctor` and the status line.
  package let reason: String
  /// What is to be told where pixels may be possible all the same; nil where that is known.
  package private(set) var doubt: String?

  /// The best rung for a terminal, or the one that was asked for.
  package init(mode: GraphicsMode, capabilities: TerminalCapabilities, depth: ColorDepth) {
    guard let wish = Rung(rawValue: mode.rawValue) else {
      self.init(capabilities: capabilities, depth: depth)
      if rung == .blocks || rung == .ascii, !capabilities.saysAttributes {
        doubt =
          "the terminal did not answer in time, so pictures are drawn of characters; "
          + "--graphics sixel draws them of pixels"
      }
      return
    }
    if wish == .blocks, depth == .none {
      self.init(
        rung: .ascii, reason: "blocks were asked for, but they are told apart by colour alone")
      return
    }
    // The user has the last word, but not where nothing could be seen.
    guard wish == .kitty, let multiplexer = capabilities.multiplexer else {
      self.init(rung: wish, reason: "asked for")
      return
    }
    let choice = Self(capabilities: capabilities, depth: depth)
    self.init(
      rung: choice.rung,
      reason: "kitty was asked for, but \(multiplexer.rawValue) does not pass its pictures on; "
        + choice.reason)
  }

  private init(rung: Rung, reason: String) {
    self.rung = rung
    self.reason = reason
  }

  private init(capabilities: TerminalCapabilities, depth: ColorDepth) {
    let note =
      capabilities.multiplexer.map { "; \($0.rawValue) does not pass kitty's pictures on" } ?? ""
    if capabilities.isDumb {
      self.init(rung: .none, reason: "the terminal is dumb")
    } else if capabilities.kittyGraphics, capabilities.multiplexer == nil,
      !(capabilities.sixel && KittyTerminals.prefersSixel(capabilities.name))
    {
      // NO_COLOR is about decoration; a picture is content.
      self.init(rung: .kitty, reason: "the terminal answers kitty's graphics query")
    } else if capabilities.sixel, capabilities.multiplexer != .screen {
      self.init(rung: .sixel, reason: "the device attributes name sixel")
    } else if depth == .indexed256, capabilities.isUTF8 {
      self.init(rung: .blocks, reason: "no pixels, but 256 colours\(note)")
    } else {
      self.init(rung: .ascii, reason: "no pixels and fewer than 256 colours\(note)")
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

/// What is known of terminals and kitty's protocol. Data, not code.
enum KittyTerminals {
  /// Terminals that know the protocol in part only and draw sixels well: the beginning of the
  /// XTVERSION name, in lower case, and the report that taught it.
  private static let sixelFirst: [(name: String, source: String)] = [
    ("wezterm", "wezterm/wezterm#1616, endernoke/ink-picture#5")
  ]

  static func prefersSixel(_ name: String?) -> Bool {
    guard let name = name?.lowercased() else { return false }
    return sixelFirst.contains { name.hasPrefix($0.name) }
  }

  /// Terminals that write the question on the screen or take it for a title, by the beginning of
  /// `TERM`; of the multiplexers, tmux makes a title of it.
  private static let unaskedTypes = ["rxvt", "screen", "tmux", "linux", "vt", "Eterm", "putty"]
  /// The same by `TERM_PROGRAM`.
  private static let unaskedPrograms: Set = ["Apple_Terminal"]

  /// Whether a terminal can be asked for kitty's pictures.
  static func canBeAsked(term: String, environment: [String: String]) -> Bool {
    TerminalCapabilities(environment: environment, isUTF8: true).multiplexer == nil
      && !unaskedTypes.contains { term.hasPrefix($0) }
      && !unaskedPrograms.contains(environment["TERM_PROGRAM"] ?? "")
  }
}
