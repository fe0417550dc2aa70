import Annotations
import Corpora

extension WorkbenchState {
  /// Shows the post at a position of the list, held inside it.
  mutating func go(to position: Int) -> [Effect] {
    let before = queue.position
    queue.move(to: position)
    if queue.position != before {
      arrive()
    } else if position != before, queue.count > 0 {
      let kind = queue.filter == nil ? "post" : "post found"
      notice = Notice(
        text: position < before ? "this is the first \(kind)" : "this is the last \(kind)")
    }
    return []
  }

  /// Another post is on screen now.
  mutating func arrive() {
    if newHead != nil { notice = Notice(text: "no pair was made: its head is in another post") }
    token = firstPlace
    anchor = nil
    suggestion = nil
    pairPlace = 0
    newHead = nil
    unseenChange = nil
  }

  /// Where the cursor waits in a post: where work is likely, at the first mention or pair.
  var firstPlace: Int {
    foundMention?.range.lowerBound ?? currentPost?.mentions.first?.range.lowerBound ?? pairs.first?
      .head.lowerBound ?? 0
  }

  /// The first mention that the list was made for, by `mention:`; nil where it was not, or the post
  /// is not in it.
  private var foundMention: EntityMention? {
    guard let query = queue.query.flatMap(parsed), let post = currentPost else { return nil }
    return post.mentions.first { mention in
      query.positiveConditions.contains { $0.names(mention, in: post) }
    }
  }

  /// Shows a post wherever it is; a search that hides it ends.
  mutating func show(post index: Int) {
    if queue.position(of: index) == nil {
      queue.show(nil, query: nil)
      searchJob = nil
      growth = nil
    }
    guard let position = queue.position(of: index), queue.current != index else { return }
    queue.move(to: position)
    arrive()
  }

  mutating func moveToken(to index: Int) -> [Effect] {
    let count = current.map { posts[$0].tokens.count } ?? 1
    token = max(0, min(index, count - 1))
    suggestion = nil
    return []
  }

  mutating func goToUnreviewed(forward: Bool) -> [Effect] {
    guard let position = nextUnreviewed(forward: forward) else {
      notice = Notice(
        text: labels.decided > labels.accepted
          ? "every listed post is accepted or rejected" : "every listed post is accepted")
      return []
    }
    if isSkipped(queue[position]), !isSkipped(queue[queue.position]) {
      notice = Notice(text: "only skipped posts are left")
    } else if forward, position < queue.position {
      let before = notice.map { "\($0.text); " } ?? ""
      notice = Notice(
        text: before + "going on from the first \(queue.filter == nil ? "post" : "post found")")
    }
    return go(to: position)
  }

  /// Position of the nearest listed post that is to be decided on, going round; posts that were
  /// skipped come after all others. Nil when there is none.
  func nextUnreviewed(forward: Bool) -> Int? {
    let count = queue.count
    guard count > 0 else { return nil }
    var skipped: Int?
    for step in 1...count {
      let position = (queue.position + (forward ? step : count - step)) % count
      guard !review(queue[position]).isDecided else { continue }
      if !isSkipped(queue[position]) { return position }
      skipped = skipped ?? position
    }
    return skipped
  }

  private func isSkipped(_ index: Int) -> Bool {
    labels.remarks[index]?.marks.contains(.skip) ?? false
  }

  mutating func goToFlip() -> [Effect] {
    let flips = self.flips.sorted()
    guard let here = current, let first = flips.first else {
      notice = Notice(text: "no route changes", isError: true)
      return []
    }
    if flips == [here] { notice = Notice(text: "no other route changes") }
    show(post: flips.first { $0 > here } ?? first)
    return []
  }

  /// The next or previous place where gold has a mention or a pair has an end. What the experts say
  /// does not matter here, so the key means the same before and after they answer.
  mutating func moveToMention(forward: Bool) -> [Effect] {
    let starts = Set(((currentPost?.mentions.map(\.range) ?? []) + pairRanges).map(\.lowerBound))
      .sorted()
    let next = forward ? starts.first { $0 > token } : starts.last { $0 < token }
    guard let next else {
      notice = Notice(
        text: starts.isEmpty
          ? "no mention is labelled here"
            + (opened.hasModels
              ? "; \(keymap.label("next-suggestion")) goes to what the experts suggest" : "")
          : forward ? "no mention after this" : "no mention before this")
      return []
    }
    return moveToken(to: next)
  }
}
