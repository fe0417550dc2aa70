/// How many colours a terminal can show, and the nearest of them to what a style asks for.
package enum ColorDepth: Sendable, Hashable, CaseIterable {
  /// No colours: bold, underline and reverse carry the meaning.
  case none
  /// The eight colours of the first terminals.
  case eight
  /// The 256 palette; only its cube and greys are used, because people redefine the first 16.
  case indexed256

  /// The depth for a terminal that says it has `colors`; none when `NO_COLOR` is set to anything.
  package init(colors: Int, noColor: Bool = false) {
    if noColor || colors < 8 { self = .none } else { self = colors >= 256 ? .indexed256 : .eight }
  }

  /// Colour numbers for a style, -1 for the terminal's own; the two never name the same colour.
  ///
  /// Where the background was given and the foreground was not (or would vanish) the foreground
  /// becomes black or white; a foreground that would vanish on the terminal's own background
  /// becomes the terminal's own.
  package func reduce(_ style: Style, darkBackground: Bool) -> ReducedStyle {
    if self == .none {
      return ReducedStyle(foreground: -1, background: -1, attributes: style.attributes)
    }
    var foreground = index(style.foreground)
    let background = index(style.background)
    if background >= 0 {
      let wanted = foreground >= 0 ? brightness(foreground) : -1
      let ground = brightness(background)
      if foreground < 0 || foreground == background || abs(wanted - ground) < 0.12 {
        foreground = ground > 0.5 ? black : white
      }
    } else if foreground >= 0 {
      let own = brightness(foreground)
      // The eight colours are seldom pale enough to be told from white by 0.9: yellow has 0.7.
      let pale = self == .eight ? 0.55 : 0.9
      let vanishes = darkBackground ? own < 0.12 : own > pale
      if vanishes { foreground = -1 }
    }
    return ReducedStyle(
      foreground: foreground, background: background, attributes: style.attributes)
  }

  /// The nearest colours, whether or not they can be told apart: for cells that hold two pixels of
  /// a picture, not text.
  package func nearest(_ style: Style) -> ReducedStyle {
    ReducedStyle(
      foreground: index(style.foreground), background: index(style.background),
      attributes: style.attributes)
  }

  private var black: Int { self == .eight ? 0 : 16 }
  private var white: Int { self == .eight ? 7 : 231 }

  /// The number of the nearest colour, -1 for the terminal's own.
  package func index(_ ink: Ink) -> Int {
    guard case .rgb(let red, let green, let blue) = ink else { return -1 }
    switch self {
    case .none: return -1
    case .eight: return Self.nearestOfEight(Int(red), Int(green), Int(blue))
    case .indexed256: return Self.nearestOf256(Int(red), Int(green), Int(blue))
    }
  }

  /// By hue rather than distance: a pale blue should be blue, not white.
  private static func nearestOfEight(_ red: Int, _ green: Int, _ blue: Int) -> Int {
    let high = max(red, green, blue)
    let low = min(red, green, blue)
    if high < 64 { return 0 }
    if high - low < 40 { return high > 140 ? 7 : 0 }
    let middle = (high + low) / 2
    return (red > middle ? 1 : 0) | (green > middle ? 2 : 0) | (blue > middle ? 4 : 0)
  }

  private static func nearestOf256(_ red: Int, _ green: Int, _ blue: Int) -> Int {
    func step(_ value: Int) -> Int { value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40 }
    func distance(_ r: Int, _ g: Int, _ b: Int) -> Int {
      (r - red) * (r - red) + (g - green) * (g - green) + (b - blue) * (b - blue)
    }
    let cube = (step(red), step(green), step(blue))
    let inCube = distance(levels[cube.0], levels[cube.1], levels[cube.2])
    let grey = min(23, max(0, ((red + green + blue) / 3 - 3) / 10))
    let value = 8 + 10 * grey
    // A clear hue must not turn grey, however near the grey is.
    let isGreyish = max(red, green, blue) - min(red, green, blue) < 32
    if isGreyish, distance(value, value, value) < inCube { return 232 + grey }
    return 16 + 36 * cube.0 + 6 * cube.1 + cube.2
  }

  private static let levels = [0, 95, 135, 175, 215, 255]

  /// The brightness of a numbered colour as most terminals show it, 0…1.
  private func brightness(_ index: Int) -> Double {
    let rgb: (Int, Int, Int)
    switch index {
    case 0..<8: rgb = ((index & 1) * 205, (index >> 1 & 1) * 205, (index >> 2 & 1) * 230)
    case 16..<232:
      let cube = index - 16
      rgb = (Self.levels[cube / 36], Self.levels[cube / 6 % 6], Self.levels[cube % 6])
    default:
      let grey = 8 + 10 * (index - 232)
      rgb = (grey, grey, grey)
    }
    return (0.299 * Double(rgb.0) + 0.587 * Double(rgb.1) + 0.114 * Double(rgb.2)) / 255
  }
}

/// A style in the colours a terminal has; -1 is its own foreground or background.
package struct ReducedStyle: Sendable, Hashable {
  /// Number of the colour of the text.
  package var foreground: Int
  /// Number of the colour behind it.
  package var background: Int
  /// What is left to tell styles apart by.
  package var attributes: Style.Attributes

  /// Colour numbers and attributes.
  package init(foreground: Int, background: Int, attributes: Style.Attributes) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}
