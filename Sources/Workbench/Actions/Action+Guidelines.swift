import Corpora
import Screen

extension Action {
  static let guidelines: [Action] = [
    Action(
      "guideline", .labelling, keys: ["K"],
      "what the dataset says of the label under the cursor, or of LABEL, and of all others",
      parameters: [.optional("LABEL", .label)], unavailable: needsGuidelines
    ) { state, arguments in
      let label = arguments.text(0) ?? state.labelAtCursor
      state.layers.open(PageLayer("guidelines", first: label) { $0.guidelineBlocks })
      return []
    }
  ]

  @Sendable private static func needsGuidelines(_ state: WorkbenchState) -> String? {
    state.opened.guidelines.isEmpty
      ? "the dataset has no guidelines; write them into [guidelines] of its dataset.toml" : nil
  }
}

extension WorkbenchState {
  /// The label that a person looks at: the type of the mention or suggestion under the cursor, else
  /// the relation of the pair on screen where the cursor is at one of its ends.
  var labelAtCursor: String? {
    if let suggestion { return suggestion.label }
    if let mention = mentionAtCursor { return mention.type.rawValue }
    return pair.flatMap {
      $0.head.contains(token) || $0.tail.contains(token) ? $0.label : nil
    }
  }

  /// Everything that guidelines can be about: types, relations, and what else they name.
  var labelNames: [String] {
    let known = opened.types.map(\.rawValue) + opened.relations
    return known + opened.guidelines.labels.filter { !known.contains($0) }
  }

  /// All guidelines: what is for the whole dataset, then types and relations in their order, then
  /// what else the dataset names.
  fileprivate var guidelineBlocks: [PageLayer.Block] {
    let guidelines = opened.guidelines
    return (guidelines.general.map { [PageLayer.Block(text: [$0])] } ?? [])
      + labelNames.compactMap { label in
        guidelines.text(of: label).map { PageLayer.Block(heading: label, text: [$0]) }
      }
  }
}
