import Screen

extension WorkbenchState {
  /// The line above the last: what the uppermost layer has there, else the notice, else hints.
  func drawPrompt(_ pen: inout Pen, _ box: Box) {
    for layer in layers.downwards where layer.drawPrompt(self, &pen, box) { return }
    drawNoticeOrHints(&pen, box)
  }

  func drawNoticeOrHints(_ pen: inout Pen, _ box: Box) {
    if let notice { drawNotice(notice, &pen, box) }
    drawHints(&pen, box)
  }

  /// A notice that is longer than the line takes lines above it, beside the picture: what to do
  /// stands at its end.
  private func drawNotice(_ notice: Notice, _ pen: inout Pen, _ box: Box) {
    let role: Role = notice.isError ? .error : .text
    let text = safe(notice.text)
    let centre = Panes(self).centre
    let left = Panes(self).queue ?? centre
    let width = centre.endColumn - left.column
    guard TextWidth.columns(of: text) + 1 > box.columns, width > 20, layers.isBrowsing else {
      pen.line(" " + text, role, in: box, row: 0)
      return
    }
    let lines = Wrapping.lines(text, columns: width - 2)
    let count = min(lines.count, 6)
    let over = Box(
      column: left.column, row: box.endRow - count, columns: width, rows: count)
    pen.frame.fill(box, style: pen.look.theme[.text])
    pen.frame.fill(over, style: pen.look.theme[.popup])
    for (i, line) in lines.prefix(count).enumerated() {
      let isCut = i == count - 1 && lines.count > count
      pen.line(" " + line + (isCut ? look.glyphs.ellipsis : ""), role, in: over, row: i)
    }
    pen.frame.restyle(over) { style in
      style.background == .standard ? style.on(pen.look.theme[.popup].background) : style
    }
  }

  /// A line that is being typed, with its cursor; behind it a note, or what is wrong with it.
  /// - Parameter wrong: the characters that are wrong.
  func drawLine(
    _ pen: inout Pen, _ box: Box, sign: String, _ line: LineEditor, wrong: Range<Int>? = nil,
    note: String
  ) {
    let text = line.characters.map { look.sanitizer.visible(String($0)) }
    let before = text.prefix(line.cursor).joined()
    // A line longer than the screen shows the part around the cursor.
    let room = max(1, box.columns - 4)
    var hidden = 0
    while TextWidth.columns(of: text[hidden..<line.cursor].joined()) > room, hidden < line.cursor {
      hidden += 1
    }
    let shown = hidden..<text.count
    let marked = (wrong ?? shown.upperBound..<shown.upperBound).clamped(to: shown)
    let role: Role = line.isSelected ? .selection : .text
    pen.line(
      [
        pen.piece(sign + (hidden > 0 ? look.glyphs.ellipsis : ""), .prompt),
        pen.piece(text[shown.lowerBound..<marked.lowerBound].joined(), role),
        pen.piece(text[marked].joined(), line.isSelected ? .selection : .error),
        pen.piece(text[marked.upperBound..<shown.upperBound].joined(), role),
      ], in: box, row: 0)
    let column =
      1
      + (hidden == 0
        ? TextWidth.columns(of: before)
        : TextWidth.columns(of: look.glyphs.ellipsis)
          + TextWidth.columns(of: text[hidden..<line.cursor].joined()))
    pen.frame.cursor = Position(column: box.column + min(column, box.columns - 1), row: box.row)
    let used = 1 + TextWidth.columns(of: text[hidden...].joined())
    let error = notice.map { $0.isError ? $0.text : "" } ?? ""
    let words = error.isEmpty ? note : error
    let left = box.columns - used - 4
    if left > 10 {
      let fitted = TextWidth.fitted(safe(words), columns: left, ellipsis: look.glyphs.ellipsis)
      pen.rightLine([pen.piece(fitted + " ", error.isEmpty ? .muted : .error)], in: box, row: 0)
    }
  }

  /// The last line: where the person stands and what is saved.
  func drawStatus(_ pen: inout Pen, _ box: Box) {
    pen.frame.fill(box, style: pen.look.theme[.status])
    let right = savedWords
    let width = TextWidth.columns(of: right.text) + 2
    // Whole parts, as many as have room.
    let separator = " \(look.glyphs.dot) "
    let left = statusLeft.reduce("") { line, part in
      let longer = line.isEmpty ? part : line + separator + part
      return TextWidth.columns(of: longer) + 1 + width <= box.columns ? longer : line
    }
    pen.line(
      [pen.piece(" " + left, .status)], in: box, row: 0)
    guard width <= box.columns else { return }
    pen.rightLine(
      [Pen.Piece(text: " \(right.text) ", style: pen.look.theme[right.role])], in: box, row: 0)
  }

  private var statusLeft: [String] {
    var parts = [placeWords]
    if let words = lookingWords { parts.append(words) }
    parts.append("\(labels.accepted) accepted")
    if !practiceScore.isEmpty { parts.append(practiceScore) }
    if isTimed, let median = pace.median {
      let left = Double(posts.count - labels.decided) * median
      parts += ["\(Digits.duration(left)) left", "\(Digits.duration(median)) a post"]
    }
    if let job = searchJob, job.adopt {
      parts.append("searching \(grouped(job.next)) of \(grouped(posts.count))")
    }
    if let words = trainingWords { parts.append(words) }
    return parts
  }

  private var trainingWords: String? {
    guard showsModels else { return nil }
    return switch training.state {
    case .idle, .installed, .rolledBack, .dropped: nil
    case .queued: "training queued"
    case .running(let step, let total, _): "training \(step)/\(total)"
    case .candidate: "new router waits"
    case .refused: "not trained"
    }
  }

  /// True: "saved" is only said of what the store has committed.
  private var savedWords: (text: String, role: Role) {
    guard opened.keepsEdits else { return ("edits are not kept", .status) }
    if !saving.failed.isEmpty { return ("NOT SAVED: \(saving.failed.count)", .error) }
    if let storeProblem {
      guard storeProblem.isPassing else {
        return ("the store is gone; :save-history FILE", .error)
      }
      let words = "the server does not answer"
      return saving.pending.isEmpty
        ? (words, .error) : ("NOT SAVED: \(saving.pending.count), \(words); trying again", .error)
    }
    if !saving.pending.isEmpty { return ("saving \(saving.pending.count)", .statusNote) }
    let words = saving.lastSequence.map { "saved #\($0)" } ?? "all saved"
    guard let name = changedFiles.first else { return (words, .status) }
    let file =
      changedFiles.count > 1
      ? "\(changedFiles.count) files"
      : TextWidth.fitted(safe(name), columns: 24, ellipsis: look.glyphs.ellipsis)
    return ("\(file) changed; \(words)", .error)
  }
}
