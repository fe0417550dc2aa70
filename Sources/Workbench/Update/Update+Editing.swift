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

  /// Makes a range one mention of a type; mentions that it overlaps go.
  mutating func set(_ type: EntityType, over range: Range<Int>) -> [Effect] {
    guard let post = currentPost else { return [] }
    anchor = nil
    guard let edit = Edit.setting(type, over: range, in: post) else {
      notice = Notice(text: "\(post.quote(range)) is \(type.rawValue) already")
      return []
    }
    token = max(range.lowerBound, min(token, range.upperBound - 1))
    lastChange = .type(type, words: range.count)
    return apply(edit)
  }

  /// Removes the mentions that a range touches.
  mutating func clear(_ range: Range<Int>) -> [Effect] {
    guard let post = currentPost else { return [] }
    anchor = nil
    guard let edit = Edit.clearing(range, in: post) else {
      return refuse("there is no mention to clear at \(post.quote(range))")
    }
    lastChange = .clear(words: range.count)
    return apply(edit)
  }

  /// Moves an edge of the mention under the cursor some tokens out or in.
  mutating func moveEdge(_ edge: Edit.Edge, out: Bool, by count: Int = 1) -> [Effect] {
    guard let post = currentPost else { return [] }
    let edit =
      out
      ? Edit.extending(mentionAt: token, edge, by: count, in: post)
      : Edit.shrinking(mentionAt: token, edge, by: count, in: post)
    guard let edit else {
      let key = keymap.label("clear")
      let end = edge == .left ? "the post begins here" : "the post ends here"
      return refuse(out ? end : "a mention keeps one token; \(key) clears it")
    }
    lastChange = .edge(edge, out: out, tokens: count)
    let effects = apply(edit)
    // A token that was left out takes the cursor back into the mention.
    if case .mentions(_, _, let after, _) = edit.action, let range = after.first?.range {
      token = max(range.lowerBound, min(token, range.upperBound - 1))
    }
    return effects
  }

  /// Whether the post on screen has tags that `fix` would change.
  var canFixTags: Bool {
    currentPost.map { !$0.irregularities(reading: opened.reading).isEmpty } ?? false
  }

  /// Gives every irregular tag of the post what it must have meant.
  mutating func fixTags() -> [Effect] {
    guard let post = currentPost,
      let edit = Edit.fixingTags(in: post, reading: opened.reading)
    else { return [] }
    let first = post.irregularities(reading: opened.reading).first?.irregularity.token
    anchor = nil
    token = first ?? token
    return apply(edit)
  }

  /// Labels the relation between the mentions at two tokens.
  mutating func relate(_ head: Int, _ tail: Int, _ label: String) -> [Effect] {
    guard let from = relatable(at: head), let to = relatable(at: tail) else {
      return refuse("there is no mention at token \(relatable(at: head) == nil ? head : tail)")
    }
    return relate(head: from, tail: to, label: label)
  }

  /// Accepts the post on screen and goes on to the next that nobody accepted.
  mutating func accept() -> [Effect] {
    if let refusalOfReplay { return refuse(refusalOfReplay) }
    guard let index = current else { return [] }
    if unseenChange == index {
      unseenChange = nil
      return refuse(
        "somebody changed this post a moment ago; \(keymap.label("accept")) again accepts what is there now"
      )
    }
    var effects: [Effect] = []
    let before = review(index)
    let who = history.states[posts[index].id]?.annotator
    if !before.isAccepted, let edit = Edit.reviewing(posts[index], from: before) {
      effects = apply(edit)
      // Who overrules somebody should know.
      if before == .rejected, let words = notice?.text {
        notice = Notice(text: "\(words), which \(who.map { safe($0) } ?? "somebody") rejected")
      }
    } else if before.isAccepted, let who, who != opened.annotator {
      notice = Notice(
        text: "\(posts[index].id) was accepted by \(safe(who)) before; nothing is added")
    }
    guard practice == nil else { return effects + judge(index) }
    // The acceptance is carried out now; where to go may have to wait for a search.
    return effects + run("unaccepted")
  }

  /// Who withdraws a decision on labels that nobody changed leaves the post as it was found.
  mutating func reopen() -> [Effect] {
    guard let index = current else { return [] }
    let (now, file) = (post(index), posts[index])
    let isSame = now.mentions == file.mentions && now.relations == file.relations
    guard
      let edit = Edit.reviewing(
        posts[index], from: review(index), to: isSame ? .untouched : .edited)
    else { return [] }
    return apply(edit)
  }

  /// Applies a new edit of the post on screen and sends it to be stored.
  mutating func apply(_ edit: Edit) -> [Effect] {
    current.map { apply(edit, toPost: $0) } ?? []
  }

  /// Applies a new edit of any post and sends it to be stored.
  mutating func apply(_ edit: Edit, toPost index: Int) -> [Effect] {
    if let refusalOfReplay { return refuse(refusalOfReplay) }
    do {
      let before = post(index)
      var edit = edit
      edit.isSuggestion = edit.isSuggestion || takesSuggestion
      let step = try labels.apply(
        edit, at: index, base: posts[index], by: opened.annotator, time: opened.clock(),
        group: editGroup)
      return took(step, index, from: before)
    } catch {
      return refuse("\(error)")
    }
  }

  /// Why this annotator has nothing to take back; nil when there is something.
  var undoRefusal: String? {
    let own = opened.annotator
    guard history.nextUndo(of: own) == nil else { return nil }
    if let other = history.nextUndo() {
      return
        "you have nothing to take back; the latest edit is \(other.annotator)'s (\(other.name)), "
        + ":undo-any takes it back"
    }
    return history.steps.isEmpty ? "nothing was edited" : "everything was taken back"
  }

  /// Takes this annotator's latest edit back, or anybody's, going to its post where it is of one.
  mutating func undo(ofAnybody: Bool = false) -> [Effect] {
    let owner = ofAnybody ? nil : opened.annotator
    guard let edit = history.nextUndo(of: owner) else { return [] }
    if let later = history.obstacle(toUndoing: edit) {
      return refuse(
        "\(later.annotator) changed \(later.post) after that (\(later.name)); "
          + (edit.group == nil ? "" : "nothing of what was changed together is taken back, ")
          + ":undo-any takes that back first")
    }
    return repeatOrTakeBack(edit, owner, refusal: "this edit cannot be undone") {
      $0.undo(at: $1, by: $2, of: owner, time: $3)
    }
  }

  /// Whose edits are done again: one's own; anybody's (nil) right after one took another's back,
  /// which is then the last one.
  var redoOwner: String? {
    let own = opened.annotator
    guard let last = history.steps.last(where: { $0.annotator == own }),
      case .undo(let sequence) = last.kind, history.nextRedo()?.sequence == sequence
    else { return own }
    return nil
  }

  /// Does the edit that was taken back last again, going to its post where it is of one.
  mutating func redo() -> [Effect] {
    let owner = redoOwner
    return repeatOrTakeBack(
      history.nextRedo(of: owner), owner, refusal: "this edit cannot be redone"
    ) {
      $0.redo(at: $1, by: $2, of: owner, time: $3)
    }
  }

  private mutating func repeatOrTakeBack(
    _ edit: Step?, _ owner: String?, refusal: String,
    _ change: (inout Labels, _ index: Int, _ annotator: String, _ time: Int64) -> Step?
  ) -> [Effect] {
    if let refusalOfReplay { return refuse(refusalOfReplay) }
    guard let edit, let index = indexOfID[edit.post] else { return [] }
    guard let step = change(&labels, index, opened.annotator, opened.clock()) else {
      return refuse(refusal)
    }
    var effects = took(step, index)
    var (last, others, edits) = (edit, 0, [index: edit])
    // What was made with one key is taken back, and done again, with one.
    while let group = edit.group,
      let next = isUndo(step) ? history.nextUndo(of: owner) : history.nextRedo(of: owner),
      next.group == group, let place = indexOfID[next.post],
      let more = change(&labels, place, opened.annotator, opened.clock())
    {
      effects += took(more, place)
      (last, others) = (next, others + 1)
      edits[place] = next
    }
    let wasFiltered = queue.filter != nil
    // Of several posts none is the one to go to: the key was given where the person is, or was.
    if edits.count == 1 {
      show(post: index)
      focus(on: last)
    } else if let own = current.flatMap({ edits[$0] }) {
      focus(on: own)
    }
    if others > 0 {
      let ids = edits.keys.sorted().prefix(3).map { safe(posts[$0].id) }
      let places =
        edits.count == 1
        ? ""
        : ", in \(edits.count.counted("post")): " + ids.joined(separator: ", ")
          + (edits.count > 3 ? ", \(look.glyphs.ellipsis)" : "")
      notice = Notice(text: "\(step.name), and \(others.counted("more edit")) with it\(places)")
    }
    if wasFiltered, queue.filter == nil, let words = notice?.text {
      notice = Notice(text: "\(words); it was not in the search, so all posts are listed")
    }
    if edit.annotator != opened.annotator {
      notice = Notice(text: "\(edit.annotator)'s edit: \(notice?.text ?? step.name)")
    }
    return effects
  }

  private func isUndo(_ step: Step) -> Bool {
    if case .undo = step.kind { true } else { false }
  }

  /// Sends what could not be saved again, in its order.
  mutating func retry() -> [Effect] { saving.retry().map { [.commit($0)] } ?? [] }

  /// - Parameter before: the post before an edit; nil for taking back and repeating, which say what
  ///   they did.
  private mutating func took(
    _ step: Step, _ index: Int, from before: Post? = nil
  ) -> [Effect] {
    noteDisagreement(index)
    noteMatch(index)
    pace.take(step)
    suggestion = nil
    // Nobody edits what is not to be seen.
    if choice.fullScreen != .text { choice.fullScreen = nil }
    let lost = before.flatMap { opened.lacksPlace($0, post(index)) }
    // The edit itself is kept. What holds of every post is said of the first.
    let isNews = lost?.losesPost == true || !hasToldOfPlace
    if lost != nil { hasToldOfPlace = true }
    notice = Notice(text: step.name + (isNews ? lost.map { "; \($0.words)" } ?? "" : ""))
    if opened.keepsEdits { return [.commit(saving.begin(step))] }
    // In a lesson the router learns from what is accepted, though nothing is stored.
    return lesson?.title == nil ? [] : [.goldChanged(post(index), review(index))]
  }

  mutating func refuse(_ words: String) -> [Effect] {
    notice = Notice(text: words, isError: true)
    return [.bell]
  }

  /// Puts the cursor where an edit was.
  private mutating func focus(on step: Step) {
    anchor = nil
    guard case .edit(let action) = step.kind else { return }
    switch action {
    case .mentions(let range, let before, let after, _):
      token = before.first?.range.lowerBound ?? after.first?.range.lowerBound ?? range.lowerBound
    case .relation(let head, let tail, _, _):
      token = head.lowerBound
      point(at: head, tail)
    case .review, .note, .mark: break
    }
    token = max(0, min(token, (current.map { posts[$0].tokens.count } ?? 1) - 1))
  }
}
