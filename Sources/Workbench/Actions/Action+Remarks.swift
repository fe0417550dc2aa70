import Annotations

extension Action {
  /// What is said of a post as a whole.
  static let remarks: [Action] =
    [
      Action(
        "reject", .labelling, keys: ["X"],
        "throw this post out, as it has no usable labels, and go on to the next",
        unavailable: needsPost
      ) { state, _ in state.reject() },
      Action(
        "skip", .labelling, keys: ["S"],
        "pass this post over for now and go on; skipped posts come last", unavailable: needsPost
      ) { state, _ in state.skip() },
      Action(
        "flag", .labelling, keys: ["F"], "mark this post to come back to, or take the mark off",
        unavailable: needsPost
      ) { state, _ in state.toggleFlag() },
      Action(
        "note", .labelling, keys: ["N"], "write a note on this post; an empty one removes it",
        parameters: [.optional("TEXT", .rest)], unavailable: needsPost
      ) { state, arguments in state.note(arguments.text(0)) },
      Action(
        "remove-note", .labelling, "remove the note on this post",
        unavailable: { state in
          needsPost(state) ?? (state.currentRemarks.note == nil ? "this post has no note" : nil)
        }
      ) { state, _ in state.setNote(nil) },
    ] + HistoryLayer.actions
}

extension WorkbenchState {
  /// Note and marks of the post on screen.
  var currentRemarks: Labels.Remarks { current.flatMap { labels.remarks[$0] } ?? .init() }

  /// Rejects the post on screen and goes on to the next that is to be decided on.
  fileprivate mutating func reject() -> [Effect] {
    guard let index = current else { return [] }
    guard let edit = Edit.reviewing(posts[index], from: review(index), to: .rejected) else {
      return run("unaccepted")
    }
    return apply(edit) + run("unaccepted")
  }

  fileprivate mutating func skip() -> [Effect] {
    guard let post = currentPost else { return [] }
    if let index = current, review(index).isDecided {
      return refuse("this post is \(word(for: review(index))), so there is nothing to pass over")
    }
    guard !currentRemarks.marks.contains(.skip) else { return run("unaccepted") }
    return apply(Edit(post: post.id, action: .mark(.skip, isSet: true))) + run("unaccepted")
  }

  fileprivate mutating func toggleFlag() -> [Effect] {
    guard let post = currentPost else { return [] }
    let isSet = currentRemarks.marks.contains(.flag)
    return apply(Edit(post: post.id, action: .mark(.flag, isSet: !isSet)))
  }

  /// Writes a note, or opens the command line with the one that is there.
  fileprivate mutating func note(_ text: String?) -> [Effect] {
    guard let text else {
      openCommandLine(currentRemarks.note ?? "", after: "note ", emptied: "remove-note")
      return []
    }
    return setNote(text)
  }

  fileprivate mutating func setNote(_ text: String?) -> [Effect] {
    guard let post = currentPost,
      let edit = Edit.noting(text, on: post, from: currentRemarks.note)
    else { return [] }
    return apply(edit)
  }
}
