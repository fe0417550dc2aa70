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
          .part("sw", "the loss that CLIP guides").of("image"),
          .part("insert-activation", "the visual slots of the last layers").of("image"),
          .choice(
            "norm", ["pre", "post"],
            "norms before the sublayers, as printed, or behind the sums, as the encoder was pretrained"
          ),
          .choice(
            "sentence-view", ["mirrored", "same"],
            "what SW's sentence level sees: the picture mirrored, or as the word level does"
          ).of("sw"),
          .choice(
            "comparison", ["cosine", "raw"],
            "SW compares by cosine over .07, or by plain dot products"
          ).of("sw"),
          .choice("slots", ["all", "own"], "whether each word sees all visual slots or its own")
            .of("insert-activation"),
          .choice(
            "selection", ["plain", "scaled"], "whether the selection's scores are divided by √d"
          ).of("insert-activation"),
          .choice(
            "isa", ["separate", "joint"],
            "whether words and regions attend to their like alone, or to each other, too"
          ).of("image"),
          .choice("alpha", ["0.5", "0", "0.25", "1"], "the weight α of SW's sentence level")
            .of("sw"),
          .choice("beta", ["0.5", "0", "0.25", "1"], "the weight β of SW's word level")
            .of("sw"),
          .choice("gamma", ["0.1", "0.01", "0.5", "1"], "the weight γ of SW").of("sw"),
          .choice("delta", ["1", "0.5", "2"], "the weight δ of the task's own loss")
            .of("sw"),
          .choice(
            "temperature", ["0.07", "0.02", "0.2", "1"], "what SW divides cosines by"
          ).of("sw"),
        ]
    )
    .with(\.conflict) { values in
      if values["comparison"] == "raw", values["temperature"] != nil {
        return "temperature divides cosines; leave it out with --comparison raw"
      }
      if values["alpha"] == "0", values["sentence-view"] != nil {
        return "sentence-view changes nothing with --alpha 0; leave out one of them"
      }
      if values["alpha"] == "0", values["beta"] == "0" {
        return "with --alpha 0 and --beta 0 nothing is left of SW; say --without sw"
      }
      if values["isa"] == "joint", values["sentence-view"] == "mirrored" {
        return
          "with --isa joint no picture is seen without its text, so there is no other view of it"
      }
      return nil
    }
    .with(\.paper, .imm)
    .with(\.head) {
      "shared attention for text and picture"
        + (($0.options ?? "").contains("insert-activation=off")
          ? "" : ", visual slots in the last layers")
    }
  }
}
