/// A colour as the views ask for it; the terminal maps it to what it can show.
public enum Ink: Sendable, Hashable {
  /// The terminal's own foreground or background.
  case standard
  case rgb(UInt8, UInt8, UInt8)
}

/// How a cell looks. Meaning must never hang on colour alone.
public struct Style: Sendable, Hashable {
  public var foreground: Ink
  public var background: Ink
  public var attributes: Attributes

  /// A style; plain when nothing is given.
  public init(
    _ foreground: Ink = .standard, on background: Ink = .standard, _ attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  public static let plain = Style()

  public struct Attributes: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let bold = Attributes(rawValue: 1)
    public static let underline = Attributes(rawValue: 2)
    public static let reverse = Attributes(rawValue: 4)
    public static let dim = Attributes(rawValue: 8)
  }
}
