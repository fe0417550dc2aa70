extension System {
  /// FocalMRE on relations.
  static let focalMRE = System.multimodal(
    FocalMRE.self, .relations, title: "FocalMRE",
    summary: "Fine-tune FocalMRE, which looks at framed parts of the picture, on relations",
    recipe: FineTuning(epochs: 6, batch: 16, encoderRate: 1e-4, headRate: 5e-4)
  )
  .with(\.boxesSwitch, "rectangles")
  .with(\.takesDual, true)
  .with(\.needsDual) { $0("rectangles") == RegionFinding.grounded.rawValue }
  .with(\.conflict) { values in
    values["grounding"] == "0" && values["detected"] == "0"
      ? "no slot is left; give --grounding or --detected more than 0" : nil
  }
  .with(
    \.switches,
    [
      .part("image", "the pictures; without them all are zeros"),
      .part("focal-attention", "the attention; without it each token takes the picture's mean"),
      .part("gate", "the gate; without it text and picture are added"),
      RegionFinding.choice,
      .choice(
        "input", FocalMREOptions.Input.allCases.map(\.rawValue),
        "how a region is shown: framed on the picture, cropped out of it, or not at all (original)"
      ),
      .choice(
        "grounding", ["4", "0", "1", "2", "3"], "Slots for regions that the text was grounded to"),
      .choice("detected", ["3", "0", "1", "2"], "Slots for detected regions"),
    ]
  )
  .with(\.paper, .focalMRE)
  .with(\.head) { _ in
    "markers as four added tokens; focal attention over framed pictures, gates, focal fusion"
  }
}
