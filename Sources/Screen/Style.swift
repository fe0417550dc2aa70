/// A colour as the views ask for it; the terminal maps it to what it can show.
package enum Ink: Sendable, Hashable {
  /// The terminal's own foreground or background.
  case standard
  case rgb(UInt8, UInt8, UInt8)
}

/// How a cell looks. Meaning must never hang on colour alone.
package struct Style: Sendable, Hashable {
  /// Colour of the text.
  package var foreground: Ink
  /// Colour behind it.
  package var background: Ink
  /// Bold, underlined and so on.
  package var attributes: Attributes

  /// A style; plain when nothing is given.
  package init(
    _ foreground: Ink = .standard, on background: Ink = .standard, _ attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// The terminal's own colours, no attributes.
  package static let plain = Style()

  /// What a terminal can do to text beside colouring it.
  package struct Attributes: OptionSet, Sendable, Hashable {
    /// One bit each.
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Bold, or bright.
    package static let bold = Attributes(rawValue: 1)
    /// A line below.
    package static let underline = Attributes(rawValue: 2)
    /// Text and background swapped.
    package static let reverse = Attributes(rawValue: 4)
    /// Fainter.
    package static let dim = Attributes(rawValue: 8)
  }
}
