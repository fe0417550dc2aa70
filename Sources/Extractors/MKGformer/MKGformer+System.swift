extension System {
  /// MKGformer on relations.
  static let mkgformer = System.multimodal(
    MKGformer.self, .relations, title: "MKGformer",
    summary: "Fine-tune MKGformer, whose text and picture layers run in lock step, on relations",
    recipe: FineTuning(epochs: 6, batch: 32, encoderRate: 1e-4, headRate: 5e-4).keepingLatest()
  )
  .with(\.boxesSwitch, "rectangles")
  .with(\.takesDual, true)
  .with(\.needsDual) {
    $0("rectangles") == RegionFinding.grounded.rawValue
      && MKGformer.takesRegions(MKGformerOptions($0))
  }
  .with(
    \.switches,
    [.part("image", "the pictures; without them all are zeros"), RegionFinding.choice.of("image")]
  )
  .with(\.head) { _ in "markers as four added tokens; picture layers in lock step with the text's" }
}
