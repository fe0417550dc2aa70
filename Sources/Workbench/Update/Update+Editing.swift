import Annotations
import Corpora

extension WorkbenchState {
  /// The half-open range of two checked arguments; says what is wrong with it and gives nil.
  mutating func range(_ arguments: Arguments) -> Range<Int>? {
    guard let from = arguments.number(0) else { return nil }
    let to = arguments.number(1) ?? from + 1
    guard from < to else {
      notice = Notice(text: CommandError.emptyRange(from, to).description, isError: true)
      return nil
    }
    let count = current.map { posts[$0].tokens.count } ?? 0
    guard to <= count else {
      notice = Notice(
        text: CommandError.tokenOutside(to, count: count).description, isError: true)
      return nil
    }
    return from..<to
  }

  /// Makes a range one mention of a type; mentions that it touches lose the tokens it takes.
  mutating func set(_ type: EntityType, over range: Range<Int>) -> [Effect] {
    guard let post = currentPost else { return [] }
    anchor = nil
    if post.mentions.contains(EntityMention(range, type)) {
      notice = Notice(text: "\(post.quote(range)) is \(type.rawValue) already")
      return []
    }
    return apply(.setting(type, over: range, in: post))
  }

  /// Removes the mentions that a range touches.
  mutating func clear(_ range: Range<Int>) -> [Effect] {
    guard let post = currentPost else { return [] }
    anchor = nil
    guard let edit = Edit.clearing(range, in: post) else {
      notice = Notice(text: "there is no mention to clear at \(post.quote(range))", isError: true)
      return [.bell]
    }
    return apply(edit)
  }

  /// Moves the edges of the mention under the cursor by so many tokens to the right.
  mutating func moveEdge(left: Int, right: Int) -> [Effect] {
    guard let post = currentPost, let mention = mentionAtCursor else { return [] }
    let from = mention.range.lowerBound + left
    let to = mention.range.upperBound + right
    guard from >= 0, to <= post.tokens.count else {
      notice = Notice(text: "the post ends here", isError: true)
      return [.bell]
    }
    guard from < to else {
      let key = keymap.label("clear")
      notice = Notice(text: "a mention keeps one token; \(key) clears it", isError: true)
      return [.bell]
    }
    let effects = apply(.moving(mention, to: from..<to, in: post))
    token = max(from, min(token, to - 1))
    return effects
  }

  /// Makes the shown system's mentions the gold.
  mutating func adopt() -> [Effect] {
    guard let post = currentPost, let answer = shown else { return [] }
    let after = answer.mentions.map(\.mention)
      .filter { $0.range.lowerBound >= 0 && $0.range.upperBound <= post.tokens.count }
    guard Set(after) != Set(post.mentions) else {
      notice = Notice(text: "\(answer.system) says the same already")
      return []
    }
    return apply(.replacing(with: after, in: post))
  }

  /// Accepts the post on screen and goes on to the next that nobody accepted.
  mutating func accept() -> [Effect] {
    guard let index = current else { return [] }
    var effects: [Effect] = []
    let before = review(index)
    if before != .reviewed {
      pace.accept()
      effects = apply(
        Edit(post: posts[index].id, action: .review(before: before, after: .reviewed)))
    }
    if let next = nextUnreviewed(forward: true) {
      effects += go(to: next)
    } else {
      notice = Notice(text: "every listed post is accepted")
    }
    return effects
  }

  mutating func reopen() -> [Effect] {
    guard let index = current else { return [] }
    return apply(
      Edit(post: posts[index].id, action: .review(before: review(index), after: .edited)))
  }

  /// Applies a new edit of the post on screen and sends it to be stored.
  mutating func apply(_ edit: Edit) -> [Effect] {
    guard let index = current else { return [] }
    let words = edit.description(in: posts[index])
    labels.apply(edit, at: index, base: posts[index])
    changed(index)
    notice = Notice(text: words)
    return send(.edit(edit), post: index)
  }

  /// Takes the latest edit back, going to its post.
  mutating func undo() -> [Effect] {
    guard let edit = labels.lastDone, let index = indexOfID[edit.post] else { return [] }
    labels.undo(at: index, base: posts[index])
    show(post: index)
    changed(index)
    focus(on: edit)
    notice = Notice(text: "undo: \(edit.description(in: posts[index]))")
    return send(.undo(edit), post: index)
  }

  mutating func redo() -> [Effect] {
    guard let edit = labels.lastUndone, let index = indexOfID[edit.post] else { return [] }
    labels.redo(at: index, base: posts[index])
    show(post: index)
    changed(index)
    focus(on: edit)
    notice = Notice(text: "redo: \(edit.description(in: posts[index]))")
    return send(.redo(edit), post: index)
  }

  /// Sends what could not be saved again, in its order.
  mutating func retry() -> [Effect] {
    saving.retry().map { .commit($0.token, $0.commit) }
  }

  private mutating func send(_ commit: Commit, post: Int) -> [Effect] {
    [.commit(saving.begin(commit, post: post), commit)]
  }

  private mutating func changed(_ index: Int) {
    noteDisagreement(index)
    // Kept inside whatever the edit left.
    token = max(0, min(token, (current.map { posts[$0].tokens.count } ?? 1) - 1))
  }

  private mutating func focus(on edit: Edit) {
    anchor = nil
    switch edit.action {
    case .mentions(let range, let before, let after):
      token = before.first?.range.lowerBound ?? after.first?.range.lowerBound ?? range.lowerBound
    case .relation(let head, _, _, _): token = head.lowerBound
    case .review: break
    }
    token = max(0, min(token, (current.map { posts[$0].tokens.count } ?? 1) - 1))
  }
}
