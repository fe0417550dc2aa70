import Foundation

extension System {
  /// FocalMRE on relations.
  static let focalMRE = System.multimodal(
    FocalMRE.self, .relations, title: "FocalMRE",
    summary: "Fine-tune FocalMRE, which looks at framed parts of the picture, on relations",
    recipe: {
      var recipe = FineTuning(epochs: 6, batch: 16, encoderRate: 1e-4, headRate: 5e-4)
      recipe.warmUp = 0.08
      return recipe.keepingLatest()
    }()
  )
  .with(\.boxesSwitch, "rectangles")
  .with(\.takesDual, true)
  .with(\.needsDual) {
    $0("rectangles") == RegionFinding.grounded.rawValue
      && FocalMRE.takesRegions(FocalMREOptions($0))
  }
  .with(\.conflict) { values in
    if values["grounding"] == "0", values["detected"] == "0" {
      return "no slot is left; give --grounding or --detected more than 0"
    }
    if values["input"] == FocalMREOptions.Input.original.rawValue,
      values[RegionFinding.choice.name] != nil
    {
      return
        "with --input original no slot has a region; leave out rectangles, and regions of files"
    }
    if values["frames"] != nil, ["cropped", "original"].contains(values["input"]) {
      return "frames is of framed pictures; leave it out with --input \(values["input"] ?? "")"
    }
    return nil
  }
  .with(
    \.switches,
    [
      .part("image", "the pictures; without them all are zeros"),
      .part("focal-attention", "the attention; without it each token takes the picture's mean")
        .of("image"),
      .part("gate", "the gate; without it text and picture are added"),
      RegionFinding.choice.of("image"),
      .choice(
        "input", FocalMREOptions.Input.allCases.map(\.rawValue),
        "how a region is shown: framed on the picture, cropped out of it, or not at all (original)"
      ).of("image"),
      .choice(
        "frames", PictureView.FrameDrawing.allCases.map(\.rawValue),
        "when a frame is drawn: on the stretched square; on the picture as it comes, then stretched (native) or "
          + "cut (centred), as the released code does"
      ).of("image"),
      .choice(
        "classifier", ["trained", "frozen"],
        "whether the last layer learns; the released code leaves it as it was drawn"),
      .choice(
        "grounding", ["4", "0", "1", "2", "3"], "Slots for regions that the text was grounded to"),
      .choice("detected", ["3", "0", "1", "2"], "Slots for detected regions"),
    ]
  )
  .with(\.paper, .focalMRE)
  .with(\.head) { origin in
    let off = (origin.options ?? "").components(separatedBy: ", ")
    let parts = [
      off.contains("focal-attention=off") ? nil : "focal attention over framed pictures",
      off.contains("gate=off") ? nil : "gates", "focal fusion",
    ].compactMap(\.self)
    return "markers as four added tokens; " + parts.joined(separator: ", ")
  }
}
