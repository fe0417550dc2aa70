/// A colour as the views ask for it; the terminal maps it to what it can show.
public enum Ink: Sendable, Hashable {
  /// The terminal's own foreground or background.
  case standard
  case rgb(UInt8, UInt8, UInt8)
}

/// How a cell looks. Meaning must never hang on colour alone.
public struct Style: Sendable, Hashable {
  /// Colour of the text.
  public var foreground: Ink
  /// Colour behind it.
  public var background: Ink
  /// Bold, underlined and so on.
  public var attributes: Attributes

  /// A style; plain when nothing is given.
  public init(
    _ foreground: Ink = .standard, on background: Ink = .standard, _ attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// The terminal's own colours, no attributes.
  public static let plain = Style()

  /// What a terminal can do to text beside colouring it.
  public struct Attributes: OptionSet, Sendable, Hashable {
    /// One bit each.
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Bold, or bright.
    public static let bold = Attributes(rawValue: 1)
    /// A line below.
    public static let underline = Attributes(rawValue: 2)
    /// Text and background swapped.
    public static let reverse = Attributes(rawValue: 4)
    /// Fainter.
    public static let dim = Attributes(rawValue: 8)
  }
}
