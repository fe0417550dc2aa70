extension System {
  /// HVPNeT on entities.
  static let hvpnet = hvpnet(.entities)
  /// HVPNeT on relations.
  static let hvpnetRelations = hvpnet(.relations)

  private static func hvpnet(_ task: ExpertTask) -> System {
    .multimodal(
      HVPNeT.self, task, title: "HVPNeT",
      summary: "Fine-tune HVPNeT, a visual prefix in every layer, on "
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
          PrefixedText.choice.of("image"),
        ]
    )
    .with(\.head) { _ in "a visual prefix of the picture and its parts in every layer" }
  }
}
