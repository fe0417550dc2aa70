import Files
import Routing
import Screen

extension WorkbenchState {
  /// Where the background training stands, and what to do about it: the most needed line first.
  func drawTraining(_ pen: inout Pen, _ box: Box) {
    guard box.rows > 0 else { return }
    var row = drawTrainingState(&pen, box)
    if case .refused = training.state {
      _ = drawFailures(&pen, box, row: row)
      return
    }
    row = drawHeldOut(&pen, box, row: row)
    row = drawFlipCount(&pen, box, row: row)
    row = drawObjective(&pen, box, row: row)
    if training.accepted > 0, row < box.rows {
      row = pen.wrap(
        "\(training.accepted) accepted: \(training.trainedOn) teach, \(training.heldOut) held out"
          + (training.withoutPicture > 0 ? ", \(training.withoutPicture) without a picture" : ""),
        .muted, in: box, row: row)
    }
    row = drawFailures(&pen, box, row: row)
    guard case .candidate = training.state else { return }
    for index in flips.sorted().prefix(max(0, box.rows - row)) {
      pen.line(safe(posts[index].id), .muted, in: box, row: row, indent: 2)
      row += 1
    }
  }

  /// The first accepted post that takes no part, and why.
  private func drawFailures(_ pen: inout Pen, _ box: Box, row: Int) -> Int {
    guard row < box.rows, let (id, reason) = training.failures.min(by: { $0.key < $1.key })
    else { return row }
    let more = training.failures.count > 1 ? " (and \(training.failures.count - 1) more)" : ""
    return pen.wrap(
      "left out: \(safe(id)), \(safe(reason))\(more)", .warning, in: box, row: row)
  }

  private func drawFlipCount(_ pen: inout Pen, _ box: Box, row: Int) -> Int {
    guard case .candidate = training.state, row < box.rows else { return row }
    let count = flips.count
    let isHere = current.map(flips.contains) == true
    let words =
      count == 0
      ? "no route flips"
      : isHere && count > 1
        ? "this and \(grouped(count - 1)) more routes flip"
        : isHere ? "this route flips" : "\(grouped(count)) route\(count == 1 ? " flips" : "s flip")"
    let known = facts.flips.count
    let looked =
      known >= posts.count
      ? ""
      : hasLookedForFlips
        ? ", \(grouped(posts.count - known)) could not be looked at"
        : ", \(grouped(known)) of \(grouped(posts.count)) looked at"
    let next = count > (isHere ? 1 : 0) ? "; \(keymap.label("next-flip")) next" : ""
    pen.line(
      [pen.piece(words, count == 0 ? .muted : .warning), pen.piece(looked + next, .muted)],
      in: box, row: row)
    return row + 1
  }

  private func drawObjective(_ pen: inout Pen, _ box: Box, row: Int) -> Int {
    guard let last = training.objective.last, row < box.rows else { return row }
    let number = Digits.score(last)
    pen.line("objective ", .muted, in: box, row: row)
    let room = max(0, min(training.objective.count, box.columns - 11 - number.count))
    pen.frame.sparkline(
      sampled(training.objective, room),
      at: Position(column: box.column + 10, row: box.row + row), columns: room,
      glyphs: pen.look.glyphs, style: pen.look.theme[.bar])
    pen.line(number, in: box, row: row, indent: 11 + room)
    return row + 1
  }

  private func drawTrainingState(_ pen: inout Pen, _ box: Box) -> Int {
    let queued = training.pending ? ", 1 waits" : ""
    switch training.state {
    case .idle:
      let words =
        opened.hasRouter
        ? (trainsAutomatically ? "idle" : "only when asked")
          + "; \(keymap.label("train")) trains on corrections"
          + (training.hasEarlier ? ", \(keymap.label("rollback")) goes back a router" : "")
        : Self.noRouter
      return pen.wrap(words, .muted, in: box, row: 0)
    case .queued:
      pen.line("queued\(queued)", .saving, in: box, row: 0)
      return 1
    case .running(let step, let total, let seconds):
      let words = "\(step) of \(total), \(Digits.duration(seconds)) left\(queued)"
      pen.line(words, .saving, in: box, row: 0)
      bar(&pen, box, row: 1, value: total > 0 ? Double(step) / Double(total) : 0)
      return 2
    case .candidate(let worse):
      pen.line(
        [
          pen.piece(worse ? "worse router: " : "new router: ", worse ? .warning : .success),
          pen.piece(keymap.label("install"), .key), pen.piece(" use, ", .keyHint),
          pen.piece(keymap.label("rollback"), .key), pen.piece(" drop", .keyHint),
        ], in: box, row: 0)
      return 1
    case .installed:
      pen.line("installed; \(keymap.label("rollback")) goes back", .success, in: box, row: 0)
      return 1
    case .dropped:
      let back = training.hasEarlier ? "; \(keymap.label("rollback")) goes back further" : ""
      return pen.wrap("dropped\(back); \(keymap.label("train")) trains", .text, in: box, row: 0)
    case .rolledBack:
      let back = training.hasEarlier ? ", \(keymap.label("rollback")) goes back further" : ""
      return pen.wrap(
        "rolled back; \(keymap.label("train")) trains\(back)", .text, in: box, row: 0)
    case .refused(let refusal):
      let row = pen.wrap("not trained: \(refusal.words.what)", .warning, in: box, row: 0)
      return pen.wrap(refusal.words.remedy, .text, in: box, row: row)
    }
  }

  private func drawHeldOut(_ pen: inout Pen, _ box: Box, row: Int) -> Int {
    guard let before = training.heldOutBefore, row < box.rows else { return row }
    var pieces = [pen.piece("held out ", .muted), pen.piece(Digits.score(before))]
    if let after = training.heldOutAfter {
      let role: Role = after < before ? .warning : .success
      pieces.append(pen.piece(" \(look.glyphs.arrow) \(Digits.score(after))", role))
      // The difference of what stands there, so that the three numbers agree.
      let shown = Digits.rounded(after) - Digits.rounded(before)
      pieces.append(pen.piece(" (\(Digits.score(shown, signed: true)))", role))
    }
    pen.line(pieces, in: box, row: row)
    guard let difference = training.difference, row + 1 < box.rows else { return row + 1 }
    pen.line(
      "95% \(Digits.score(Float(difference.low), signed: true)) to "
        + "\(Digits.score(Float(difference.high), signed: true)), \(training.judgedOn.counted("post"))",
      .muted,
      in: box, row: row + 1)
    return row + 2
  }
}
