import Screen

/// A key with what it does, on the line above the last. A click on it presses the key.
struct Hint: Sendable, Equatable {
  /// As the screen shows the key.
  let label: String
  let words: String
  /// What a click does; nil for words that only tell.
  let key: Key?

  /// The cells it takes: a space before the key, one between, one behind.
  var columns: Int { TextWidth.columns(of: label) + TextWidth.columns(of: words) + 3 }
}

/// Which hints fit on a line, and where they stand.
struct HintLine: Sendable, Equatable {
  private(set) var places: [(hint: Hint, column: Int)] = []

  /// - Parameters:
  ///   - hints: the most useful first; those that do not fit are left out.
  ///   - last: stands at the right edge, always.
  init(_ hints: [Hint], last: Hint?, in box: Box) {
    let room = box.columns - (last.map { $0.columns } ?? 0)
    var used = 0
    for hint in hints {
      guard used + hint.columns <= room else { break }
      places.append((hint, box.column + used))
      used += hint.columns
    }
    if let last, last.columns <= box.columns {
      places.append((last, box.endColumn - last.columns))
    }
  }

  /// The hint at a column of the line.
  func hint(at column: Int) -> Hint? {
    places.first { $0.column <= column && column < $0.column + $0.hint.columns }?.hint
  }

  static func == (a: Self, b: Self) -> Bool {
    a.places.elementsEqual(b.places) { $0 == $1 }
  }
}

extension WorkbenchState {
  /// The keys that matter now, with what they do; nil while something else stands on the line.
  func hintLine(_ box: Box) -> HintLine? {
    guard notice == nil else { return nil }
    switch mode {
    case .browse: return HintLine(browsingHints, last: hint("help", "help"), in: box)
    case .help:
      let hints = [
        Hint(label: "Enter", words: "runs it", key: .enter),
        Hint(label: "Esc", words: "closes", key: .escape),
        Hint(label: "type", words: "to filter", key: nil),
      ]
      return HintLine(hints, last: nil, in: box)
    case .relation(let chooser):
      return HintLine(chooserHints(chooser), last: nil, in: box)
    case .command, .search: return nil
    }
  }

  func drawHints(_ pen: inout Pen, _ box: Box) {
    for (hint, column) in hintLine(box)?.places ?? [] {
      pen.line(
        [
          pen.piece(" \(hint.label)", hint.key == nil ? .keyHint : .key),
          pen.piece(" \(hint.words) ", .keyHint),
        ], in: box,
        row: 0, indent: column - box.column)
    }
  }

  private func hint(_ command: String, _ words: String) -> Hint? {
    keymap.keys(for: command).first.map {
      Hint(label: KeyName.label($0), words: words, key: $0)
    }
  }

  private var browsingHints: [Hint] {
    let types = opened.types.prefix(4).map { type in
      // The letter says more than the number.
      keymap.keys(for: "type \(type.rawValue)").last.map {
        Hint(label: KeyName.label($0), words: type.rawValue, key: $0)
      }
    }
    var hints: [Hint?] = []
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
      let name = suggestion.label.split(separator: "/").last.map(String.init) ?? suggestion.label
      hints = [
        hint("take", "take \(look.sanitizer.visible(name))"), hint("next-suggestion", "next"),
        hint("previous-suggestion", "previous"), hint("adopt", "take all"),
      ]
      if suggestion.mentionRange != nil { hints += types }
      return (hints + [hint("leave", "leave")]).compactMap { $0 }
    }
    hints = [hint("accept", "accept"), hint("undo", "undo")]
    if canFixTags { hints.append(hint("fix", "fix tags")) }
    if mentionAtCursor == nil { hints.append(hint("select", "select")) }
    hints += types
    if newHead != nil { hints = [hint("relate", "tail"), hint("leave", "leave")] }
    if pair != nil, newHead == nil {
      hints.insert(hint("label-pair", "relation"), at: 2)
      if pairs.count > 1 { hints.insert(hint("next-pair", "next pair"), at: 3) }
    }
    if mentionAtCursor != nil {
      hints += [hint("clear", "clear"), hint("extend", "extend"), hint("shrink", "shrink")]
    }
    if !suggestions.isEmpty {
      hints += [hint("next-suggestion", "suggestion"), hint("adopt", "take all")]
    }
    hints += [
      hint("next", "next"), hint("unaccepted", "unaccepted"), hint("search", "search"),
      hint("next-head", "head"), hint("heat", "heat"), hint("numbers", "numbers"),
      hint("system", "system"), hint("explain", choice.explains ? "labels" : "explain"),
      hint("train", "train"), hint("quit", "quit"),
    ]
    return hints.compactMap { $0 }
  }
}
