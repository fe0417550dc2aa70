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

  /// The first listed position on screen: the post on screen stays in the middle where it can.
  func queueTop(rows: Int) -> Int {
    max(0, min(queue.position - rows / 2, queue.count - rows))
  }
}
