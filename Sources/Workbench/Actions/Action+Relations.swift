extension Action {
  static let relations: [Action] = [
    Action(
      "label-pair", .relations, keys: ["c"],
      "choose the relation of the pair on screen; the next key sets it", unavailable: needsPair
    ) { state, arguments in
      guard let count = arguments.count else { return state.chooseLabel() }
      guard state.pairs.indices.contains(count - 1) else {
        return state.refuse(
          CommandError.noSuch("pair", count, count: state.pairs.count).description)
      }
      return state.showPair(count - 1) + state.chooseLabel()
    }.counting(.which).leading(to: .layer),
    Action(
      "next-pair", .relations, keys: [")"], "next pair of this post", unavailable: needsPair
    ) { state, _ in state.stepPair(1) }.counting(.times),
    Action(
      "previous-pair", .relations, keys: ["("], "previous pair of this post",
      unavailable: needsPair
    ) { state, _ in state.stepPair(-1) }.counting(.times),
    Action(
      "relate", .relations, keys: ["y"],
      "mark the head of a new pair, then its tail, and choose their relation",
      unavailable: needsLabels
    ) { state, _ in state.relateHere() }.leading(to: .layer),
    Action(
      "drop-pair", .relations, keys: ["-"], "remove the pair on screen, whatever its relation",
      unavailable: needsPair
    ) { state, _ in
      guard let pair = state.pair else { return [] }
      return state.dropPair(head: pair.head, tail: pair.tail)
    },
    Action(
      "swap-pair", .relations, keys: ["~"], "exchange head and tail of the pair on screen",
      unavailable: needsPair
    ) { state, _ in state.swapPair() },
    Action(
      "relation", .relations,
      "label the relation from the mention at token HEAD to that at TAIL",
      parameters: [
        .required("HEAD", .token), .required("TAIL", .token), .required("LABEL", .relation),
      ], unavailable: needsPost
    ) { state, arguments in
      guard let head = arguments.number(0), let tail = arguments.number(1),
        let label = arguments.text(2)
      else { return [] }
      return state.relate(head, tail, label)
    },
  ]

  @Sendable private static func needsLabels(_ state: WorkbenchState) -> String? {
    needsPost(state)
      ?? (state.inventory.labels.isEmpty
        ? "the dataset has no relations; name their labels in dataset.toml" : nil)
  }

  @Sendable private static func needsPair(_ state: WorkbenchState) -> String? {
    needsPost(state)
      ?? (state.pair == nil
        ? needsLabels(state) ?? "this post has no pair; \(state.keymap.label("relate")) makes one"
        : nil)
  }
}
