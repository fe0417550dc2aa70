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
          "\(state.keymap.label("witness")) holds the attention on screen against two others. Occlusion "
            + "leaves each word and each region out and asks the expert again: what its answer loses. "
            + "Gradient × input is how much the answer would lose, to first order, if the word's or "
            + "region's numbers shrank to nothing.",
          "Beside each map and head stands its rank correlation with either (Spearman's "
            + "\(state.rhoSign)). Near 1 it ranks regions as the answer does. Near 0 or below, do not quote "
            + "the attention. \(state.keymap.label("heads")) shows all heads at once, each with its own.",
          "\(state.keymap.label("explain")) does the same for the router's p. `twinlens show DATASET POST "
            + "--occlusion` prints all of it.",
        ]),
      PageLayer.Block(
        heading: "what the witnesses do not tell",
        text: [
          "Occlusion asks about posts that nobody wrote: a grey square is no picture, and of two words that "
            + "say the same, each alone costs nothing.",
          "The gradient is that of one point: where an answer is certain it is near 0 for everything. An "
            + "encoder that is open for answers alone has none, and its words enter as it read them.",
          "Where both disagree with each other, neither settles what the attention is worth.",
          "Infidelity is how far a map, scaled as suits it best, is from what leaving out regions, rows and "
            + "columns costs; below that of a map of zeros it tells something. Sensitivity is how much the "
            + "map changes when noise of 2% lies on the picture (Yeh and others 2019, as Captum computes "
            + "them).",
        ]),
      PageLayer.Block(
        heading: "looking back",
        text: [
          "Where words have maps of their own, the cursor on a word shows its map. "
            + "\(state.keymap.label("look-back")) puts a cursor on the picture, and shows which words look there."
        ]),
    ]
  }
}
