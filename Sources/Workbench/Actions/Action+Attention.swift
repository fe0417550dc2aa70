extension Action {
  /// A page on what the map on screen tells, and what not.
  static let attention = Action(
    "attention", .looking, "what attention tells of an answer, and what it does not"
  ) { state, _ in
    state.layers.open(PageLayer("attention", blocks: attentionBlocks))
    return []
  }.ofModels().leading(to: .layer)

  @Sendable private static func attentionBlocks(_ state: WorkbenchState) -> [PageLayer.Block] {
    let shown = state.isOfRouter ? nil : state.spatialSignal
    let own = shown.map { signal in
      PageLayer.Block(
        heading: "on screen",
        text: [
          state.safe(signal.caption)
            + (state.heatTitle.isEmpty ? "" : " (\(state.safe(state.heatTitle)))")
        ])
    }
    return [own].compactMap(\.self) + [
      PageLayer.Block(
        heading: "what it tells",
        text: [
          "With which weights one head of one layer mixed what it looked at: where something could "
            + "have come from, there."
        ]),
      PageLayer.Block(
        heading: "what it does not",
        text: [
          "A large weight is no reason. What is taken with it may be small, and later layers may undo "
            + "it.",
          "The weights of a head add up to one, so something always has the most, also where nothing "
            + "matters. A model may park them on a position that says nothing.",
          "The mean of heads hides those that disagree, and counts heads that nobody listens to.",
          "Other weights can give the same answer (Jain and Wallace 2019), and whether that matters "
            + "depends on what is asked (Wiegreffe and Pinter 2019).",
        ]),
      PageLayer.Block(
        heading: "a second witness",
        text: [
          "\(state.keymap.label("explain")) measures what the router's p loses without each word and each "
            + "region: something is left out, and the rest is encoded again.",
          "`twinlens show DATASET POST --occlusion` does the same for every expert, with the rank "
            + "correlation between what was lost and its attention. Where that is near 0 or below, do not "
            + "quote the attention.",
        ]),
    ]
  }
}
