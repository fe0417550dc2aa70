import Screen

/// The keys that matter while nothing lies over the posts, the most useful first.
extension WorkbenchState {
  var browsingHints: [Hint] {
    let hints: [Hint?]
    switch (fullScreen, selection, suggestion) {
    // Nothing is changed there; the bar above has the keys of the replay itself.
    case _ where replay != nil:
      hints =
        fullScreenHints + [
          hint("next", "next"), hint("previous", "previous"), hint("search", "search"),
          hint("quit", "quit"),
        ]
    case (.picture?, _, _), (.values?, _, _): hints = fullScreenHints
    case (_, let range?, _): hints = fullScreenHints + selectionHints(range)
    case (_, nil, let suggestion?): hints = fullScreenHints + hintsOf(suggestion)
    default: hints = fullScreenHints + hintsOfPost + furtherHints
    }
    return hints.compactMap { $0 }
  }

  /// The way back from what has the screen, and what can be done with it there.
  private var fullScreenHints: [Hint?] {
    guard let full = fullScreen else { return [] }
    let next = nextFullScreen.map { "the \($0.rawValue)" } ?? "back"
    var hints = [hint("leave", "back"), hint("full", next)]
    if full == .picture, opened.hasModels {
      hints += [hint("heat", "heat"), hint("next-head", "head")]
    }
    return full == .text ? hints : hints + [hint("next", "next"), hint("previous", "previous")]
  }

  private func selectionHints(_ range: Range<Int>) -> [Hint?] {
    let last = range.upperBound - 1
    let words = range.count == 1 ? "token \(last)" : "tokens \(range.lowerBound) to \(last)"
    return [Hint(label: "select", words: words, key: nil)] + typeHints(withDigits: true)
      + [hint("clear", "clear"), hint("leave", "leave")]
  }

  private func hintsOf(_ suggestion: Suggestion) -> [Hint?] {
    [
      hint("take", "take \(name(of: suggestion))"), hint("next-suggestion", "next"),
      hint("previous-suggestion", "previous"), hint("adopt", "take all"),
    ] + (suggestion.mentionRange == nil ? [] : typeHints(withDigits: true)) + [
      hint("leave", "leave")
    ]
  }

  /// What the post and the cursor ask for.
  private var hintsOfPost: [Hint?] {
    if newHead != nil { return [hint("relate", "tail"), hint("leave", "leave")] }
    let isInMention = mentionAtCursor != nil
    var hints = [
      // How to get back from what stands in a place of the labels or the picture.
      layers[ExplanationLayer.self].flatMap { _ in hint("explain", "labels") },
      layers[NumbersLayer.self].flatMap { _ in hint("numbers", "picture") },
      takenSuggestion.flatMap {
        labelsMentions || $0.mentionRange == nil ? hint("take", "take \(name(of: $0))") : nil
      },
      hint("accept", "accept"),
      pair == nil ? nil : hint("label-pair", "relation"),
      pairs.count > 1 ? hint("next-pair", "next pair") : nil,
      hint("undo", "undo"),
      // On a narrow screen the experts' columns take turns.
      seats.count > 2 ? hint("system", "next of \(seats.count) experts") : nil,
      canFixTags ? hint("fix", "fix tags") : nil,
      labelsMentions && !isInMention ? hint("select", "select") : nil,
    ]
    // Where none are labelled, types are not what is next.
    if labelsMentions { hints += typeHints() }
    if isInMention {
      hints += [hint("clear", "clear"), hint("extend", "extend"), hint("shrink", "shrink")]
    }
    return hints
  }

  /// What can be done on any post.
  private var furtherHints: [Hint?] {
    guard newHead == nil else { return [] }
    let suggestions = suggestions.filter { labelsMentions || $0.mentionRange == nil }
    let isAhead = suggestions.contains { $0.range.lowerBound >= token }
    let toSuggestion = isAhead ? "next-suggestion" : "previous-suggestion"
    return [
      suggestions.isEmpty ? nil : hint(toSuggestion, "suggestion"),
      suggestions.isEmpty ? nil : hint("adopt", "take all"),
      hint("next", "next"), hint("unaccepted", "unaccepted"), hint("search", "search"),
      hint("next-head", "head"), hint("heat", "heat"),
      layers[NumbersLayer.self] == nil ? hint("numbers", "numbers") : nil,
      seats.count > 2 ? nil : hint("system", "system"),
      opened.hasRouter && layers[ExplanationLayer.self] == nil ? hint("explain", "explain") : nil,
      opened.hasRouter ? hint("train", "train") : nil,
      hidingOfModels == nil ? nil : hint("panels", "models"),
      hint("quit", "quit"),
    ]
  }

  /// - Parameter digits: whether the numbers are types here, and no counts: who types one must
  ///   know.
  private func typeHints(withDigits digits: Bool = false) -> [Hint?] {
    opened.types.prefix(4).map { type in
      let keys = keymap.keys(for: "type \(type.rawValue)")
      // The letter says more than the number.
      return (digits ? keys.first : keys.last).map {
        Hint(label: KeyName.label($0), words: type.rawValue, key: $0)
      }
    }
  }

  /// What a suggestion would set, of a relation its last part.
  private func name(of suggestion: Suggestion) -> String {
    safe(suggestion.label.split(separator: "/").last.map(String.init) ?? suggestion.label)
  }
}
