extension System {
  /// IMM on entities.
  static let imm = imm(.entities)
  /// IMM on relations.
  static let immRelations = imm(.relations)

  private static func imm(_ task: ExpertTask) -> System {
    .multimodal(
      IMM.self, task, title: "IMM",
      summary: "Fine-tune IMM, whose text and picture share their attention, on "
        + (task == .entities ? "entity mentions" : "relations"),
      recipe: FineTuning(epochs: 6, batch: 16, encoderRate: 1e-4, headRate: 1e-3)
    )
    .with(\.takesDual, true)
    .with(\.needsDual) { $0("sw") != Switch.off && $0("image") != Switch.off }
    .with(
      \.switches,
      (task == .entities ? [LabelScheme.choice] : [])
        + [
          .part("image", "the picture; without it all regions are zeros"),
          .part("sw", "the loss that CLIP guides"),
          .part("insert-activation", "the visual slots of the last layers"),
          .choice(
            "norm", ["pre", "post"],
            "norms before the sublayers, as printed, or behind the sums, as the encoder was pretrained"
          ),
          .choice(
            "sentence-view", ["mirrored", "same"],
            "what SW's sentence level sees: the picture mirrored, or as the word level does"),
          .choice(
            "comparison", ["cosine", "raw"],
            "SW compares by cosine over .07, or by plain dot products"),
          .choice("slots", ["all", "own"], "whether each word sees all visual slots or its own"),
          .choice(
            "selection", ["plain", "scaled"], "whether the selection's scores are divided by √d"),
          .choice("gamma", ["0.1", "0.01", "0.5", "1"], "the weight γ of SW"),
        ]
    )
    .with(\.paper, .imm)
    .with(\.head) { _ in
      "shared attention for text and picture, visual slots in the last layers"
    }
  }
}
