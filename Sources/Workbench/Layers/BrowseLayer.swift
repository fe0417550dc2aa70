import Screen

/// What lies beneath all other layers: the list of posts, the text with its tables, the picture and
/// the numbers. Its keys are the keymap.
struct BrowseLayer: Layer {
  let place = LayerPlace.ground

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let panes = Panes(state)
    state.drawTitle(&pen, panes.title)
    if let box = panes.lesson {
      state.drawLesson(&pen, box)
      state.drawReplay(&pen, box)
    }
    state.drawHeadings(&pen, panes)
    if let box = panes.queue { state.drawQueue(&pen, box) }
    TextPane(state, panes).draw(&pen)
    state.drawDetails(&pen, panes.details)
    state.drawRight(&pen, panes)
    state.drawStatus(&pen, panes.status)
  }

  func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    // Esc after a refusal is meant for what did not open; the list stays.
    let wasRefused = state.notice?.isError == true && state.count == nil
    state.notice = nil
    if key == .escape, wasRefused, !state.hasSomethingToLeave { return .stays([]) }
    if let reply = state.takeDigit(key) { return reply }
    let count = state.count
    state.count = nil
    switch key {
    case .click(let place): return .stays(state.click(place))
    case .scroll(let place, let up): return .stays(state.scroll(place, up: up))
    default: break
    }
    if count != nil, key == .escape { return .stays([]) }
    guard let command = state.keymap.command(for: key) else {
      state.notice = Notice(
        text: "\(KeyName.label(key)) does nothing here; "
          + "\(state.keymap.label("help")) lists the keys",
        isError: true)
      return .stays([.bell])
    }
    // Who does anything else has had the time to look.
    if command != "accept" { state.unseenChange = nil }
    return .stays(state.run((count.map { "\($0) " } ?? "") + command))
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(state.browsingHints, last: state.hint("help", "help"), in: box)
  }
}

extension WorkbenchState {
  /// A digit of a number before a key. Where words are selected or a suggestion was gone to, a type
  /// is what comes next, and digits are the keys of types.
  fileprivate mutating func takeDigit(_ key: Key) -> LayerReply? {
    guard case .character(let character) = key, character.isASCII,
      let digit = character.wholeNumberValue, digit > 0 || count != nil
    else { return nil }
    if count == nil {
      if selection != nil || suggestion != nil { return nil }
      // Somebody's own key for something else.
      if let own = keymap.command(for: key), !own.hasPrefix("type ") { return nil }
    }
    let number = (count ?? 0) * 10 + digit
    guard number <= CommandLine.mostCount else {
      count = nil
      return .stays(refuse("numbers before a key go to \(grouped(CommandLine.mostCount))"))
    }
    count = number
    notice = Notice(
      text:
        "\(number) …  keys that move and \(keymap.label("extend")) \(keymap.label("shrink")) go \(number) on; a type, "
        + "\(keymap.label("clear")), \(keymap.label("label-pair")) or \(keymap.label("take")) means number \(number) of the post"
    )
    return .stays([])
  }

  /// A click on a post shows it, on a token moves the cursor there, on a pair makes it the one that
  /// the keys act on.
  fileprivate mutating func click(_ place: Position) -> [Effect] {
    let panes = Panes(self)
    if let box = panes.queue, box.contains(place) {
      let position = queueTop(rows: box.rows) + place.row - box.row
      return position < queue.count ? go(to: position) : []
    }
    if panes.text.contains(place), let hit = TextPane(self, panes).token(at: place) {
      return moveToken(to: hit)
    }
    if let pair = pairPlace(at: place) { return showPair(pair) }
    return []
  }

  /// The wheel goes through the posts, over the text through the tokens.
  fileprivate mutating func scroll(_ place: Position, up: Bool) -> [Effect] {
    if Panes(self).text.contains(place) { return moveToken(to: token + (up ? -1 : 1)) }
    return go(to: queue.position + (up ? -1 : 1))
  }

  /// Whether Esc has something to leave before the list that a search left.
  fileprivate var hasSomethingToLeave: Bool {
    suggestion != nil || anchor != nil || newHead != nil || choice.fullScreen != nil
  }

  /// Esc: the selection or the pair being made first, then what has the screen to itself, then the
  /// list that a search left.
  mutating func leave() -> [Effect] {
    if suggestion != nil {
      suggestion = nil
    } else if anchor != nil {
      anchor = nil
    } else if newHead != nil {
      newHead = nil
    } else if choice.fullScreen != nil {
      choice.fullScreen = nil
    } else if queue.filter != nil {
      queue.show(nil, query: nil)
      searchJob = nil
      growth = nil
      notice = Notice(
        text: queue.count == 1
          ? "search ended; the only post is listed"
          : "search ended; all \(grouped(queue.count)) posts are listed")
      arrive()
    } else if growth != nil {
      growth = nil
      notice = Notice(text: "search stopped; all \(grouped(queue.count)) posts are listed")
    }
    return []
  }
}
