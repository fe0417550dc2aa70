/// Switches of FocalMRE; the parts are the paper's ablations.
package struct FocalMREOptions: MultimodalOptions {
  /// Slots for what the text was grounded to.
  package var grounding = 4
  /// Slots for what was detected.
  package var detected = 3
  /// Where rectangles come from.
  package var regions = RegionFinding.grounded
  /// How a rectangle is shown.
  package var input = Input.framed
  /// When its outline is drawn; nil as stretched, in folders of older versions.
  package var drawing: PictureView.FrameDrawing?
  /// Whether the classifier stays as it was drawn; nil as false.
  package var hasFrozenHead: Bool?
  /// False: all pictures are zeros.
  package var usesPicture = true
  /// False: every token takes the mean over the picture.
  package var attends = true
  /// False: o = h + x̂.
  package var gated = true

  /// How a rectangle is shown.
  package enum Input: String, Sendable, Hashable, Codable, CaseIterable {
    /// The whole picture with an outline.
    case framed
    /// What is inside, cut out.
    case cropped
    /// The picture as it is, in every slot.
    case original
  }

  package init(_ value: (String) -> String) {
    grounding = Int(value("grounding")) ?? 4
    detected = Int(value("detected")) ?? 3
    regions = RegionFinding(rawValue: value("rectangles")) ?? .grounded
    input = Input(rawValue: value("input")) ?? .framed
    drawing = PictureView.FrameDrawing(rawValue: value("frames")).flatMap {
      $0 == .stretched ? nil : $0
    }
    hasFrozenHead = value("classifier") == "frozen" ? true : nil
    usesPicture = value("image") != Switch.off
    attends = value("focal-attention") != Switch.off
    gated = value("gate") != Switch.off
  }

  package var freezesHead: Bool { hasFrozenHead == true }

  /// All slots.
  var slotCount: Int { grounding + detected }

  /// Whether numbers from a file can be worked with.
  package var isSound: Bool {
    (0...8).contains(grounding) && (0...8).contains(detected) && slotCount > 0
  }
}
