import Queries

extension Action {
  static let moving: [Action] =
    [
      Action(
        "next", .moving, keys: ["j", "Down", "n"], "next post", place: .next, unavailable: needsPost
      ) { state, _ in state.go(to: state.queue.position + 1) }.counting(.times),
      Action(
        "previous", .moving, keys: ["k", "Up", "p"], "previous post", place: .anywhere,
        unavailable: needsPost
      ) { state, _ in state.go(to: state.queue.position - 1) }.counting(.times),
      Action(
        "unaccepted", .moving, keys: ["Tab"], "next post that has not been accepted yet",
        place: .nextUnreviewed, unavailable: needsPost
      ) { state, _ in state.goToUnreviewed(forward: true) }.counting(.times),
      Action(
        "previous-unaccepted", .moving, keys: ["S-Tab"],
        "previous post that has not been accepted yet",
        place: .anywhere, unavailable: needsPost
      ) { state, _ in state.goToUnreviewed(forward: false) }.counting(.times),
      Action(
        "page-down", .moving, keys: ["PageDown", "C-f"], "one screen of posts down",
        place: .anywhere, unavailable: needsPost
      ) { state, _ in state.go(to: state.queue.position + state.queuePage) }.counting(.times),
      Action(
        "page-up", .moving, keys: ["PageUp", "C-b"], "one screen of posts up", place: .anywhere,
        unavailable: needsPost
      ) { state, _ in state.go(to: state.queue.position - state.queuePage) }.counting(.times),
      Action(
        "first", .moving, keys: ["g"], "first post; 7g is the 7th", place: .anywhere,
        unavailable: needsPost
      ) { state, arguments in state.go(to: (arguments.count ?? 1) - 1) }.counting(.which),
      Action(
        "last", .moving, keys: ["G"], "last post; 7G is the 7th", place: .anywhere,
        unavailable: needsPost
      ) { state, arguments in state.go(to: (arguments.count ?? state.queue.count) - 1) }
      .counting(.which),
      Action(
        "goto", .moving, "the post with this id", parameters: [.required("ID", .post)]
      ) { state, arguments in
        guard let index = arguments.text(0).flatMap({ state.indexOfID[$0] }) else { return [] }
        state.show(post: index)
        return []
      },
      Action(
        "line", .moving, "the post at this place of the list; :42 is enough",
        parameters: [.required("N", .place)], place: .anywhere
      ) { state, arguments in state.go(to: (arguments.number(0) ?? 1) - 1) },
      Action(
        "right", .moving, keys: ["l", "Right"], "next token", unavailable: needsPost
      ) { state, _ in state.moveToken(to: state.token + 1) }.counting(.times),
      Action(
        "left", .moving, keys: ["h", "Left"], "previous token", unavailable: needsPost
      ) { state, _ in state.moveToken(to: state.token - 1) }.counting(.times),
      Action(
        "next-mention", .moving, keys: ["w"], "next labelled mention, or head or tail of a pair",
        unavailable: needsPost
      ) { state, _ in state.moveToMention(forward: true) }.counting(.times),
      Action(
        "previous-mention", .moving, keys: ["b"], "previous such mention", unavailable: needsPost
      ) { state, _ in state.moveToMention(forward: false) }.counting(.times),
      Action(
        "next-suggestion", .moving, keys: [">"],
        "next mention or relation that an expert names and the labels do not; waits for the models",
        needsAnswer: true, unavailable: needsSuggestions
      ) { state, _ in state.moveToSuggestion(forward: true) }.counting(.times),
      Action(
        "previous-suggestion", .moving, keys: ["<"], "previous such suggestion", needsAnswer: true,
        unavailable: needsSuggestions
      ) { state, _ in state.moveToSuggestion(forward: false) }.counting(.times),
      Action(
        "first-token", .moving, keys: ["0", "Home"], "first token", unavailable: needsPost
      ) { state, _ in state.moveToken(to: 0) },
      Action(
        "last-token", .moving, keys: ["$", "End"], "last token", unavailable: needsPost
      ) { state, _ in state.moveToken(to: .max) },
    ] + JumpLayer.actions + SearchLayer.actions + QueriesLayer.actions + [
      Action(
        "disputed", .moving, keys: ["D"],
        "list the posts on which the experts on screen disagree; then the next of them",
        place: .anywhere,
        unavailable: { state in
          needsPost(state)
            ?? (state.opened.hasModels
              ? state.nothingDisputed : noModels)
        }
      ) { state, _ in
        state.queue.query == Query.disputed
          ? state.go(to: state.queue.position + 1) : state.search(Query.disputed, adopt: true)
      }.ofModels()
    ]

  /// Reason of the actions that need something that an expert suggests.
  @Sendable static func needsSuggestions(_ state: WorkbenchState) -> String? {
    if let reason = needsAnswer(state) { return reason }
    guard state.suggestions.isEmpty else { return nil }
    let name = state.analysis?.chosen?.expert ?? "the expert"
    return "\(state.safe(name)) says what the labels say"
  }

  /// Reason of the actions that need an expert's answer.
  @Sendable static func needsAnswer(_ state: WorkbenchState) -> String? {
    if let reason = needsPost(state) { return reason }
    guard state.opened.hasModels else { return noModels }
    guard state.analysis?.chosen == nil, state.analysis?.chosenRelations == nil else { return nil }
    return state.analysisFailure
      ?? "no expert has answered for this post"
  }

  /// Reason of the actions that need a post on screen.
  @Sendable static func needsPost(_ state: WorkbenchState) -> String? {
    state.current == nil ? "no post matches the search; Esc ends it" : nil
  }
}
