import Corpora

extension Action {
  static let labelling: [Action] =
    [
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
        guard let count = arguments.count else {
          return state.set(EntityType(type), over: state.target)
        }
        return state.withMention(count) { $0.set(EntityType(type), over: $1) }
      }.counting(.which),
      Action(
        "span", .labelling, "make tokens START up to, not including, END one mention",
        parameters: [
          .required("START", .token), .required("END", .end), .required("TYPE", .type),
        ],
        unavailable: needsPost
      ) { state, arguments in
        guard let range = state.range(arguments), let type = arguments.text(2) else { return [] }
        return state.set(EntityType(type), over: range)
      },
      Action(
        "clear", .labelling, keys: ["x", "Delete"],
        "remove the mentions in the selection, under the cursor, or in START up to END",
        parameters: [.optional("START", .token), .optional("END", .end)], unavailable: needsPost
      ) { state, arguments in
        if let count = arguments.count { return state.withMention(count) { $0.clear($1) } }
        if arguments.values.isEmpty { return state.clear(state.target) }
        guard let range = state.range(arguments) else { return [] }
        return state.clear(range)
      }.counting(.which),
      Action(
        "extend", .labelling, keys: ["]"], "move the right edge of the mention one token out",
        unavailable: needsMention
      ) { state, arguments in
        state.moveEdge(.right, out: true, by: arguments.count ?? 1)
      }.counting(.which),
      Action(
        "shrink", .labelling, keys: ["["], "move the right edge of the mention one token in",
        unavailable: needsMention
      ) { state, arguments in
        state.moveEdge(.right, out: false, by: arguments.count ?? 1)
      }.counting(.which),
      Action(
        "extend-left", .labelling, keys: ["{"], "move the left edge of the mention one token out",
        unavailable: needsMention
      ) { state, arguments in
        state.moveEdge(.left, out: true, by: arguments.count ?? 1)
      }.counting(.which),
      Action(
        "shrink-left", .labelling, keys: ["}"], "move the left edge of the mention one token in",
        unavailable: needsMention
      ) { state, arguments in
        state.moveEdge(.left, out: false, by: arguments.count ?? 1)
      }.counting(.which),
      Action(
        "take", .labelling, keys: ["+"],
        "take the suggestion under the cursor alone, else the next one; waits for the models",
        needsAnswer: true, unavailable: needsSuggestions
      ) { state, arguments in state.takeSuggestion(arguments.count) }.counting(.which),
      Action(
        "adopt", .labelling, keys: ["a"],
        "take all that the routed expert answers; waits for the models", needsAnswer: true,
        unavailable: needsAnswer
      ) { state, _ in state.adopt() },
      Action(
        "adopt-shown", .labelling, keys: ["A"],
        "take all that the expert on screen answers; waits for the models", needsAnswer: true,
        unavailable: needsAnswer
      ) { state, _ in state.adoptShown() },
      Action(
        "repeat", .labelling, keys: ["&"], "do the last change again where the cursor is",
        unavailable: { state in
          needsPost(state)
            ?? (state.lastChange == nil ? "nothing was changed in this session" : nil)
        }
      ) { state, _ in state.repeatChange() },
      Action(
        "same", .labelling, keys: ["*"],
        "label these words alike wherever this post says them",
        unavailable: needsSameWords
      ) { state, _ in state.labelSame() },
    ] + EverywhereLayer.actions + AdjudicationLayer.actions + [
      Action(
        "fix", .labelling, keys: ["="],
        "fix the tags of the file that BIO does not allow: each run becomes a proper mention",
        unavailable: { state in
          needsPost(state) ?? (state.canFixTags ? nil : "every tag of this post is regular")
        }
      ) { state, _ in state.fixTags() },
      Action(
        "accept", .labelling, keys: ["Enter", "Space"],
        "accept the labels and go on to the next unaccepted post",
        unavailable: { state in
          needsPost(state)
            ?? (state.newHead == nil
              ? nil
              : "a pair has a head and no tail yet; \(state.keymap.label("relate")) on a mention "
                + "makes it the tail, \(state.keymap.label("leave")) leaves")
        }
      ) { state, _ in state.accept() },
      Action(
        "reopen", .labelling, keys: ["r"], "withdraw the acceptance or rejection of this post",
        unavailable: { state in
          needsPost(state)
            ?? (state.current.map { state.review($0).isDecided } == true
              ? nil : "this post is neither accepted nor rejected")
        }
      ) { state, _ in state.reopen() },
      Action(
        "undo", .labelling, keys: ["u"],
        "take your latest edit back, on whatever post it was", unavailable: { $0.undoRefusal }
      ) { state, _ in state.undo() }.counting(.times),
      Action(
        "undo-any", .labelling, "take the latest edit back, whoever made it",
        unavailable: {
          $0.history.nextUndo() == nil ? "nothing is left to take back" : nil
        }
      ) { state, _ in state.undo(ofAnybody: true) }.counting(.times),
      Action(
        "redo", .labelling, keys: ["C-r"], "do the edit that was taken back again",
        unavailable: {
          $0.history.nextRedo(of: $0.redoOwner) == nil ? "nothing was undone" : nil
        }
      ) { state, _ in state.redo() }.counting(.times),
      Action(
        "retry", .labelling, "save again what could not be saved",
        unavailable: { $0.saving.failed.isEmpty ? "nothing failed to be saved" : nil }
      ) { state, _ in state.retry() },
    ]

  /// Reason of the actions that label the words under the cursor elsewhere.
  @Sendable static func needsSameWords(_ state: WorkbenchState) -> String? {
    needsPost(state) ?? (state.sameWords == nil ? needsMention(state) : nil)
  }

  /// Reason of the actions that need a gold mention under the cursor.
  @Sendable static func needsMention(_ state: WorkbenchState) -> String? {
    needsPost(state)
      ?? (state.mentionAtCursor == nil
        ? "the cursor is on no mention; \(state.keymap.label("next-mention")) goes to one" : nil)
  }
}
