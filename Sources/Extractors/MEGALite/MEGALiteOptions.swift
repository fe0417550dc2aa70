/// Switches of mega-lite.
package struct MEGALiteOptions: Sendable, Hashable, Codable {
  /// False: all objects are zeros.
  package var usesPicture = true
  /// False: Z = 0, no semantic alignment.
  package var semantic = true
  /// How the structural alignment's weights S are made.
  package var structure = Structure.none

  /// What stands for the objects of MEGA's scene-graph detector.
  package var objects = Objects.grid

  /// Without structural alignment, as MODELS §3.5 decides for posts without a parse.
  package init() {}

  /// What stands for a detector's objects.
  package enum Objects: String, Sendable, Hashable, Codable, CaseIterable {
    /// The cells of a 3×3 grid and the whole picture.
    case grid
    /// The largest ten regions that a file gives the pair.
    case boxes
  }

  /// Folders from before there were regions from files say nothing of objects.
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    usesPicture = try fields.decode(Bool.self, forKey: .usesPicture)
    semantic = try fields.decode(Bool.self, forKey: .semantic)
    structure = try fields.decode(Structure.self, forKey: .structure)
    objects = try fields.decodeIfPresent(Objects.self, forKey: .objects) ?? .grid
  }

  /// Where S comes from. Every rule reads the text's length and the grid only, never a label.
  package enum Structure: String, Sendable, Hashable, Codable, CaseIterable {
    /// S = 0: no structural alignment.
    case none
    /// MEGA's formula with the chain of pieces in place of the dependency parse, and the grid in
    /// place of the scene graph.
    case chain
  }

  /// The parts that are left out, and what is otherwise than usual.
  package var switches: [String: String] {
    var result = ["image": usesPicture, "semantic": semantic].filter { !$0.value }
      .mapValues { _ in "off" }
    if structure != .none { result["structure"] = structure.rawValue }
    if objects != .grid { result["objects"] = objects.rawValue }
    return result
  }
}
