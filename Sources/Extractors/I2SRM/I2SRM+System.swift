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
          .part("semantic", "the intra-sample loss: text and picture are to mean the same")
            .of("image"),
          .part("attn-mixup", "the inter-sample part: attention across the batch and mixing"),
          .part("batch-attention", "the attention across the batch; posts are mixed all the same")
            .of("attn-mixup"),
          .part("mixup", "the mixing; posts attend to each other all the same").of("attn-mixup"),
          PrefixedText.choice.of("image"),
          .choice(
            "semantic-weight", ["0.5", "0.1", "0.25", "1"], "the weight of the semantic loss"
          ).of("semantic"),
          .choice(
            "divergence", I2SRMOptions.Direction.allCases.map(\.rawValue),
            "the semantic loss: KL(text ‖ picture), KL(picture ‖ text), or their mean"
          ).of("semantic"),
          .choice(
            "text-prior", ["trained", "detached"],
            "whether the semantic loss moves the text's side, too"
          ).of("semantic"),
          .choice(
            "attention", I2SRMOptions.BatchAttention.allCases.map(\.rawValue),
            "across the batch: encoder (a transformer layer, as the released code) or additive (as printed)"
          ).of("batch-attention"),
          .choice(
            "mixed-rows", I2SRMOptions.Rows.allCases.map(\.rawValue),
            "what is mixed: δ of the originals and 1 − δ of the attended (paper), or δ of each (code)"
          ).of("mixup"),
          .choice(
            "small-delta", ["0.7", "0.1", "0.3", "0.5", "0.9"],
            "the share δ of originals among what is mixed"
          ).of("mixup"),
          .choice(
            "big-delta", ["0.6", "0", "0.2", "0.4", "0.8", "1"],
            "the share Δ of attended posts that is learned from; 1 − Δ of the mixed"
          ).of("attn-mixup"),
        ]
    )
    .with(\.conflict) { values in
      guard values["big-delta"] == "1" else { return nil }
      let ofMixed = ["mixup", "mixed-rows", "small-delta"]
      return ofMixed.first { values[$0] != nil }.map {
        "\($0) changes nothing with --big-delta 1, which learns of no mixed posts; leave out one of them"
      }
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
