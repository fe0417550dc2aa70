import Screen

/// What lies beneath all other layers: the list of posts, the text with its tables, the picture and
/// the numbers. Its keys are the keymap.
struct BrowseLayer: Layer {
  let place = LayerPlace.ground

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let panes = Panes(state)
    state.drawTitle(&pen, panes.title)
    if let box = panes.lesson { state.drawLesson(&pen, box) }
    state.drawHeadings(&pen, panes)
    if let box = panes.queue { state.drawQueue(&pen, box) }
    TextPane(state, panes).draw(&pen)
    state.drawDetails(&pen, panes.details)
    state.drawRight(&pen, panes)
    state.drawStatus(&pen, panes.status)
  }

  func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    state.notice = nil
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
          : "search ended; all \(queue.count) posts are listed")
      arrive()
    } else if growth != nil {
      growth = nil
      notice = Notice(text: "search stopped; all \(grouped(queue.count)) posts are listed")
    }
    return []
  }

  /// What a suggestion would set, of a relation its last part.
  private func name(of suggestion: Suggestion) -> String {
    safe(suggestion.label.split(separator: "/").last.map(String.init) ?? suggestion.label)
  }

  fileprivate var browsingHints: [Hint] {
    let types = opened.types.prefix(4).map { type in
      // The letter says more than the number.
      keymap.keys(for: "type \(type.rawValue)").last.map {
        Hint(label: KeyName.label($0), words: type.rawValue, key: $0)
      }
    }
    var hints: [Hint?] = []
    if let full = fullScreen {
      let next = nextFullScreen
      hints = [hint("leave", "back"), hint("full", next.map { "the \($0.rawValue)" } ?? "back")]
      if full == .picture, opened.hasModels {
        hints += [hint("heat", "heat"), hint("next-head", "head")]
      }
      if full != .text {
        return (hints + [hint("next", "next"), hint("previous", "previous")]).compactMap { $0 }
      }
    }
    if let selection {
      let last = selection.upperBound - 1
      let words =
        selection.count == 1
        ? "token \(last)" : "tokens \(selection.lowerBound) to \(last)"
      hints.append(Hint(label: "select", words: words, key: nil))
      hints += types + [hint("clear", "clear"), hint("leave", "leave")]
      return hints.compactMap { $0 }
    }
    if let suggestion {
      hints = [
        hint("take", "take \(name(of: suggestion))"), hint("next-suggestion", "next"),
        hint("previous-suggestion", "previous"), hint("adopt", "take all"),
      ]
      if suggestion.mentionRange != nil { hints += types }
      return (hints + [hint("leave", "leave")]).compactMap { $0 }
    }
    // How to get back from what stands in a place of the labels or the picture.
    if layers[ExplanationLayer.self] != nil { hints.append(hint("explain", "labels")) }
    if layers[NumbersLayer.self] != nil { hints.append(hint("numbers", "picture")) }
    hints += [hint("accept", "accept"), hint("undo", "undo")]
    if let taken = takenSuggestion {
      hints.insert(hint("take", "take \(name(of: taken))"), at: max(0, hints.count - 2))
    }
    // On a narrow screen the experts' columns take turns.
    if seats.count > 2 { hints.append(hint("system", "next of \(seats.count) experts")) }
    if canFixTags { hints.append(hint("fix", "fix tags")) }
    // Where pairs are labelled and no mentions, types are not what is next.
    let labelsMentions = pairs.isEmpty || currentPost?.mentions.isEmpty == false
    if mentionAtCursor == nil, labelsMentions { hints.append(hint("select", "select")) }
    if labelsMentions { hints += types }
    if newHead != nil { hints = [hint("relate", "tail"), hint("leave", "leave")] }
    if pair != nil, newHead == nil {
      hints.insert(hint("label-pair", "relation"), at: min(2, hints.count))
      if pairs.count > 1 { hints.insert(hint("next-pair", "next pair"), at: min(3, hints.count)) }
    }
    if mentionAtCursor != nil {
      hints += [hint("clear", "clear"), hint("extend", "extend"), hint("shrink", "shrink")]
    }
    let suggestions = suggestions
    if !suggestions.isEmpty {
      let isAhead = suggestions.contains { $0.range.lowerBound >= token }
      hints += [
        hint(isAhead ? "next-suggestion" : "previous-suggestion", "suggestion"),
        hint("adopt", "take all"),
      ]
    }
    hints += [
      hint("next", "next"), hint("unaccepted", "unaccepted"), hint("search", "search"),
      hint("next-head", "head"), hint("heat", "heat"),
      layers[NumbersLayer.self] == nil ? hint("numbers", "numbers") : nil,
      seats.count > 2 ? nil : hint("system", "system"),
      layers[ExplanationLayer.self] == nil ? hint("explain", "explain") : nil,
      hint("train", "train"), hidingOfModels == nil ? nil : hint("panels", "models"),
      hint("quit", "quit"),
    ]
    return hints.compactMap { $0 }
  }
}
