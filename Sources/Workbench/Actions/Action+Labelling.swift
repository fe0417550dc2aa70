import Corpora

extension Action {
  static let labelling: [Action] = [
    Action(
      "select", .labelling, keys: ["v"], "start or end a selection of tokens",
      unavailable: needsPost
    ) { state, _ in
      state.anchor = state.anchor == nil ? state.token : nil
      state.suggestion = nil
      return []
    },
    Action(
      "type", .labelling,
      "set the type of the selection, the suggestion, the mention or the token under the cursor",
      parameters: [.required("TYPE", .type)], unavailable: needsPost
    ) { state, arguments in
      guard let type = arguments.text(0) else { return [] }
      return state.set(EntityType(type), over: state.target)
    },
    Action(
      "span", .labelling, "make tokens START up to, not including, END one mention",
      parameters: [.required("START", .token), .required("END", .token), .required("TYPE", .type)],
      unavailable: needsPost
    ) { state, arguments in
      guard let range = state.range(arguments), let type = arguments.text(2) else { return [] }
      return state.set(EntityType(type), over: range)
    },
    Action(
      "clear", .labelling, keys: ["x", "Delete"],
      "remove the mentions in the selection, under the cursor, or in START up to END",
      parameters: [.optional("START", .token), .optional("END", .token)], unavailable: needsPost
    ) { state, arguments in
      if arguments.values.isEmpty { return state.clear(state.target) }
      guard let range = state.range(arguments) else { return [] }
      return state.clear(range)
    },
    Action(
      "extend", .labelling, keys: ["]"], "move the right edge of the mention one token out",
      unavailable: needsMention
    ) { state, _ in state.moveEdge(.right, out: true) },
    Action(
      "shrink", .labelling, keys: ["["], "move the right edge of the mention one token in",
      unavailable: needsMention
    ) { state, _ in state.moveEdge(.right, out: false) },
    Action(
      "extend-left", .labelling, keys: ["{"], "move the left edge of the mention one token out",
      unavailable: needsMention
    ) { state, _ in state.moveEdge(.left, out: true) },
    Action(
      "shrink-left", .labelling, keys: ["}"], "move the left edge of the mention one token in",
      unavailable: needsMention
    ) { state, _ in state.moveEdge(.left, out: false) },
    Action(
      "take", .labelling, keys: ["+"],
      "take the suggestion under the cursor alone; waits for the models", needsAnswer: true,
      unavailable: needsSuggestions
    ) { state, _ in state.takeSuggestion() },
    Action(
      "adopt", .labelling, keys: ["a"],
      "take all that the routed expert answers; waits for the models", needsAnswer: true,
      unavailable: needsAnswer
    ) { state, _ in state.adopt() },
    Action(
      "fix", .labelling, keys: ["="],
      "fix the tags of the file that BIO does not allow: each run becomes a proper mention",
      unavailable: { state in
        needsPost(state) ?? (state.canFixTags ? nil : "every tag of this post is regular")
      }
    ) { state, _ in state.fixTags() },
    Action(
      "accept", .labelling, keys: ["Enter", "Space"],
      "accept the labels and go on to the next unaccepted post", unavailable: needsPost
    ) { state, _ in state.accept() },
    Action(
      "reopen", .labelling, keys: ["r"], "withdraw the acceptance of this post",
      unavailable: { state in
        needsPost(state)
          ?? (state.current.map(state.review) == .reviewed ? nil : "this post is not accepted")
      }
    ) { state, _ in state.reopen() },
    Action(
      "undo", .labelling, keys: ["u"], "take the latest edit back, on whatever post it was",
      unavailable: { $0.history.nextUndo == nil ? "nothing was edited" : nil }
    ) { state, _ in state.undo() },
    Action(
      "redo", .labelling, keys: ["C-r"], "do the edit that was taken back again",
      unavailable: { $0.history.nextRedo == nil ? "nothing was undone" : nil }
    ) { state, _ in state.redo() },
    Action(
      "retry", .labelling, "save again what could not be saved",
      unavailable: { $0.saving.failed.isEmpty ? "nothing failed to be saved" : nil }
    ) { state, _ in state.retry() },
  ]

  /// Reason of the actions that need a gold mention under the cursor.
  @Sendable static func needsMention(_ state: WorkbenchState) -> String? {
    needsPost(state)
      ?? (state.mentionAtCursor == nil
        ? "the cursor is on no mention; \(state.keymap.label("next-mention")) goes to one" : nil)
  }
}
