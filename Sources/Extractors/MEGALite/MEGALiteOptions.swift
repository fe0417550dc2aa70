/// Switches of mega-lite.
public struct MEGALiteOptions: Sendable, Hashable, Codable {
  /// False: all objects are zeros.
  public var usesPicture = true
  /// False: Z = 0, no semantic alignment.
  public var semantic = true
  /// How the structural alignment's weights S are made.
  public var structure = Structure.none

  /// Without structural alignment, as MODELS §3.5 decides for posts without a parse.
  public init() {}

  /// Where S comes from. Every rule reads the text's length and the grid only, never a label.
  public enum Structure: String, Sendable, Hashable, Codable, CaseIterable {
    /// S = 0: no structural alignment.
    case none
    /// MEGA's formula with the chain of pieces in place of the dependency parse, and the grid in
    /// place of the scene graph.
    case chain
  }
}
