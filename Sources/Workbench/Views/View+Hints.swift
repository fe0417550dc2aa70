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
  /// The keys that matter now, with what they do, behind a notice that leaves room for them; nil
  /// while something else has the line.
  func hintLine(_ box: Box) -> HintLine? {
    guard let notice else { return layers.first { $0.hints(self, box) } }
    let used = TextWidth.columns(of: safe(notice.text)) + 3
    // What is wrong stands alone, and a number waits for its key.
    guard !notice.isError, count == nil, used <= box.columns / 2 else { return nil }
    let rest = Box(
      column: box.column + used, row: box.row, columns: box.columns - used, rows: box.rows)
    return layers.first { $0.hints(self, rest) }
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

  /// The key of a command; nil where it has none, or is about what is hidden.
  func hint(_ command: String, _ words: String) -> Hint? {
    if !showsModels || !opened.hasModels && analysis == nil,
      Action.named(command)?.isOfModels == true
    {
      return nil
    }
    return keymap.keys(for: command).first.map {
      Hint(label: KeyName.label($0), words: words, key: $0)
    }
  }
}
