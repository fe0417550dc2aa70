extension System {
  /// I2SRM on entities.
  static let i2srm = i2srm(.entities)
  /// I2SRM on relations.
  static let i2srmRelations = i2srm(.relations)

  private static func i2srm(_ task: ExpertTask) -> System {
    .multimodal(
      I2SRM.self, task, title: "I2SRM",
      summary: "Fine-tune I2SRM, a visual prefix with relations within and between posts, on "
        + (task == .entities ? "entity mentions" : "relations"),
      recipe: FineTuning(
        epochs: 6, batch: task == .entities ? 8 : 16, encoderRate: 1e-4, headRate: 1e-3
      ).keepingLatest()
    )
    .with(
      \.switches,
      (task == .entities ? [LabelScheme.choice] : [])
        + [
          .part("image", "the picture; without it all features are zeros"),
          .part("semantic", "the intra-sample loss: text and picture are to mean the same"),
          .part("attn-mixup", "the inter-sample part: attention across the batch and mixing"),
          .part("batch-attention", "the attention across the batch; posts are mixed all the same"),
          .part("mixup", "the mixing; posts attend to each other all the same"),
          PrefixedText.choice,
          .choice(
            "semantic-weight", ["0.5", "0.1", "0.25", "1"], "the weight of the semantic loss"),
          .choice(
            "divergence", I2SRMOptions.Direction.allCases.map(\.rawValue),
            "the semantic loss: KL(text ‖ picture), KL(picture ‖ text), or their mean"),
          .choice(
            "text-prior", ["trained", "detached"],
            "whether the semantic loss moves the text's side, too"),
          .choice(
            "attention", I2SRMOptions.BatchAttention.allCases.map(\.rawValue),
            "across the batch: encoder (a transformer layer, as the released code) or additive (as printed)"
          ),
          .choice(
            "mixed-rows", I2SRMOptions.Rows.allCases.map(\.rawValue),
            "what is mixed: δ of the originals and 1 − δ of the attended (paper), or δ of each (code)"
          ),
          .choice(
            "small-delta", ["0.7", "0.1", "0.3", "0.5", "0.9"],
            "the share δ of originals among what is mixed"),
          .choice(
            "big-delta", ["0.6", "0", "0.2", "0.4", "0.8", "1"],
            "the share Δ of attended posts that is learned from; 1 − Δ of the mixed"),
        ]
    )
    .with(\.conflict) { values in
      let ofSemantic = ["semantic-weight", "divergence", "text-prior"]
      let ofMixup = [
        "batch-attention", "mixup", "attention", "mixed-rows", "small-delta", "big-delta",
      ]
      return System.needless(values, without: "image", [PrefixedText.choice.name] + ofSemantic)
        ?? System.needless(values, without: "semantic", ofSemantic)
        ?? System.needless(values, without: "attn-mixup", ofMixup)
        ?? System.needless(values, without: "batch-attention", ["attention"])
        ?? System.needless(values, without: "mixup", ["mixed-rows", "small-delta"])
    }
    .with(\.paper, .i2srm)
    .with(\.head) { origin in
      let options = origin.options ?? ""
      let parts = [
        options.contains("attn-mixup=off") ? nil : "AttnMixup",
        options.contains("semantic=off") ? nil : "the semantic loss",
      ].compactMap(\.self)
      return "a visual prefix"
        + (parts.isEmpty ? "" : "; \(parts.joined(separator: " and ")) in training")
    }
  }
}
