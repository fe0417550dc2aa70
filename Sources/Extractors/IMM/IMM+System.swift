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
          .choice(
            "isa", ["separate", "joint"],
            "whether words and regions attend to their like alone, or to each other, too"),
          .choice("alpha", ["0.5", "0", "0.25", "1"], "the weight α of SW's sentence level"),
          .choice("beta", ["0.5", "0", "0.25", "1"], "the weight β of SW's word level"),
          .choice("gamma", ["0.1", "0.01", "0.5", "1"], "the weight γ of SW"),
          .choice("delta", ["1", "0.5", "2"], "the weight δ of the task's own loss"),
          .choice(
            "temperature", ["0.07", "0.02", "0.2", "1"], "what SW divides cosines by"),
        ]
    )
    .with(\.conflict) { values in
      if let reason = System.needless(
        values, without: "image",
        [
          "sentence-view", "comparison", "slots", "selection", "isa", "alpha", "beta", "gamma",
          "delta",
          "temperature",
        ])
      {
        return reason
      }
      let ofLoss = [
        "sentence-view", "comparison", "alpha", "beta", "gamma", "delta", "temperature",
      ]
      if let reason = System.needless(values, without: "sw", ofLoss)
        ?? System.needless(values, without: "insert-activation", ["slots", "selection"])
      {
        return reason
      }
      if values["comparison"] == "raw", values["temperature"] != nil {
        return "temperature divides cosines; leave it out with --comparison raw"
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
