import Screen

extension WorkbenchState {
  /// Rows of posts on screen, at least 1.
  var queuePage: Int { max(1, Panes(self).queue?.rows ?? 10) }

  /// What a click on the line of hints presses; nil elsewhere, and while a notice stands there.
  func hintedKey(at place: Position) -> Key? {
    let panes = Panes(self)
    guard panes.isUsable, panes.prompt.contains(place) else { return nil }
    return hintLine(panes.prompt)?.hint(at: place.column)?.key
  }

  /// A click on a post shows it, on a token moves the cursor there, on a pair makes it the one that
  /// the keys act on.
  mutating func click(_ place: Position) -> [Effect] {
    let panes = Panes(self)
    if let box = panes.queue, box.contains(place) {
      let position = queueTop(rows: box.rows) + place.row - box.row
      return position < queue.count ? go(to: position) : []
    }
    if panes.text.contains(place), let hit = TextPane(self, panes.text).token(at: place) {
      return moveToken(to: hit)
    }
    if let pair = pairPlace(at: place) { return showPair(pair) }
    return []
  }

  /// The wheel goes through the posts, over the text through the tokens.
  mutating func scroll(_ place: Position, up: Bool) -> [Effect] {
    if Panes(self).text.contains(place) { return moveToken(to: token + (up ? -1 : 1)) }
    return go(to: queue.position + (up ? -1 : 1))
  }

  /// The first listed position on screen: the post on screen stays in the middle where it can.
  func queueTop(rows: Int) -> Int {
    max(0, min(queue.position - rows / 2, queue.count - rows))
  }
}
