import Corpora
import Inspection
import Routing
import Screen

/// What a what-if shows, a line a thing: on the screen, and in words where there is none.
extension WhatIfLayer {
  private struct Line {
    let text: String
    var role = Role.text
    /// Whether before and after differ in it.
    var differs = false
    /// Whether it is about the line before it.
    var isIndented = false
    var isChosen = false
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    guard !box.isEmpty else { return }
    let inner = Box(
      column: box.column + 2, row: box.row, columns: max(1, box.columns - 2), rows: box.rows)
    let deeper = Box(
      column: box.column + 4, row: box.row, columns: max(1, box.columns - 4), rows: box.rows)
    var row = 0
    // On a small screen what stays as it is has no room.
    for line in lines(state, whole: box.rows >= 20) {
      if row < box.rows, line.differs || line.isChosen {
        let sign = line.differs ? pen.look.differs : pen.look.glyphs.pointer
        pen.line(
          sign, line.differs ? .warning : .title, in: line.isIndented ? inner : box, row: row)
      }
      row = pen.wrap(line.text, line.role, in: line.isIndented ? deeper : inner, row: row)
    }
    pen.markCut(in: box)
  }

  func sentences(_ state: WorkbenchState) -> [String] {
    lines(state, whole: true).map { line in
      (line.differs ? "Differs: " : line.isChosen ? "Chosen: " : "")
        + state.look.sanitizer.visible(line.text)
    }
  }

  private func lines(_ state: WorkbenchState, whole: Bool) -> [Line] {
    guard let index = state.current else { return [] }
    let post = state.posts[index]
    let changes = changes(state)
    guard !changes.isEmpty else {
      return [
        Line(text: "what if: nothing is changed yet", role: .title),
        Line(text: "Enter types a change, Tab completes it", role: .muted),
        Line(
          text:
            "w without the picture, b blank, c its colours only, d without the word under the cursor, "
            + "e another word for it, v a gate's value; a click on the picture masks a region, "
            + "dragging a rectangle",
          role: .muted),
        Line(text: ":what-ifs lists those that were kept", role: .muted),
      ]
    }
    var lines = changes.enumerated().map { place, change in
      Line(
        text: (place == 0 ? "what if: " : "and ") + state.safe(change.intervention.caption(post)),
        role: .warning, isChosen: changes.count > 1 && place == min(chosen, changes.count - 1))
    }
    switch answer(state) {
    case nil:
      lines.append(Line(text: "the models are asked \(state.look.glyphs.ellipsis)", role: .muted))
    case .failure(let failure):
      lines.append(
        Line(text: "refused: \(state.safe(failure.reason)); u takes it back", role: .error))
    case .success(let answer):
      lines += self.lines(answer, state, whole: whole)
    }
    return lines
  }

  private func lines(_ answer: WhatIfAnswer, _ state: WorkbenchState, whole: Bool) -> [Line] {
    var lines = routeLines(answer, state)
    let all = answer.differences.filter { !state.choice.hidden.contains($0.expert) }
    // What differs first.
    for found in all.filter({ !$0.isSame }) + all.filter(\.isSame) {
      let name = state.safe(found.expert)
      let refusals = answer.refusals.filter { $0.expert == found.expert }
      if let failure = found.failure {
        lines.append(Line(text: state.safe(failure), role: .error, differs: true))
        continue
      }
      let differing = found.rows.filter { !$0.isSame }
      if found.isSame {
        lines.append(Line(text: "\(name): all as before", role: .muted))
      } else {
        let count =
          differing.count == found.rows.count
          ? "" : ": \(differing.count) of \(found.rows.count.counted("line")) differ"
        lines.append(Line(text: name + count, role: .title, differs: true))
      }
      if whole { lines += refusals.map { line($0, state) } }
      for row in whole ? found.rows : differing {
        lines.append(
          Line(
            text: state.safe(text(row, state)), role: isSeen(row) ? .text : .muted,
            differs: !row.isSame, isIndented: true))
      }
    }
    // Where rows are few, what changed comes first.
    if !whole {
      let shown = answer.refusals.filter { !state.choice.hidden.contains($0.expert) }
      lines += shown.map { line($0, state) }
    }
    for notice in answer.after.notices where !answer.before.notices.contains(notice) {
      lines.append(Line(text: state.safe(notice), role: .muted))
    }
    return lines
  }

  private func line(_ refusal: ChangeCheck.Refusal, _ state: WorkbenchState) -> Line {
    Line(text: state.safe(refusal.sentence), role: .warning, isIndented: true)
  }

  /// The route and p before and after.
  private func routeLines(_ answer: WhatIfAnswer, _ state: WorkbenchState) -> [Line] {
    let (old, new) = (answer.before.decision, answer.after.decision)
    guard old != nil || new != nil else { return [] }
    let name = answer.after.router ?? "router"
    guard old != new else {
      return [Line(text: "\(state.safe(name)): " + route(old) + " as before", role: .muted)]
    }
    let arrow = state.look.glyphs.arrow
    let turns = old?.route != new?.route
    var words = "\(state.safe(name)): \(route(old)) \(arrow) \(route(new))"
    if let old = old?.scores?.probability, let new = new?.scores?.probability {
      words += " " + Digits.change(old, new, Digits.fine)
    }
    return [Line(text: words, role: turns ? .warning : .title, differs: true)]
  }

  private func route(_ decision: RouteDecision?) -> String {
    guard let decision else { return "not asked" }
    return decision.route.rawValue
      + (decision.scores.map { " p \(Digits.fine($0.probability))" } ?? ", no picture")
  }

  /// Whether a difference can be seen in the numbers as they are written.
  private func isSeen(_ row: AnswerDifference.Row) -> Bool {
    row.before?.label != row.after?.label || (row.before == nil) != (row.after == nil)
      || row.before?.number.map(Digits.short) != row.after?.number.map(Digits.short)
  }

  /// `'Finch' ORG .98 → LOC .55`, `rgn/gate .64 → .00 -.64`.
  private func text(_ row: AnswerDifference.Row, _ state: WorkbenchState) -> String {
    let arrow = " \(state.look.glyphs.arrow) "
    func words(_ value: AnswerDifference.Value?) -> String {
      guard let value else { return row.subject.isNumber ? "not computed" : "nothing" }
      return [value.label, value.number.map(Digits.short)].compactMap(\.self).joined(separator: " ")
    }
    let name =
      switch row.subject {
      case .mention(let words): "'\(words)' "
      case .pair(let head, let tail): "'\(head)'\(arrow)'\(tail)': "
      case .signal(let name, let pair): name + (pair.map { " of pair \($0 + 1)" } ?? "") + " "
      }
    if row.isSame { return name + words(row.before) }
    guard let old = row.before, let new = row.after, old.label == new.label,
      let from = old.number, let to = new.number
    else { return name + words(row.before) + arrow + words(row.after) }
    let label = old.label.map { $0 + " " } ?? ""
    return name + label + Digits.short(from) + arrow + Digits.short(to) + " "
      + Digits.change(from, to, Digits.short)
  }
}

extension AnswerDifference.Subject {
  fileprivate var isNumber: Bool { if case .signal = self { true } else { false } }
}

extension Digits {
  /// The difference of two numbers as they are written, with its sign, so that the sum on screen is
  /// right; where both look alike, what really lies between them.
  static func change(_ before: Float, _ after: Float, _ write: (Float) -> String) -> String {
    let (from, to) = (write(before), write(after))
    guard from != to, let low = Double(from), let high = Double(to), !from.contains("e"),
      !to.contains("e")
    else {
      let rest = after - before
      return (rest < 0 ? "" : "+") + short(rest)
    }
    func decimals(_ text: String) -> Int {
      text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
    }
    let text = String(format: "%+.\(min(decimals(from), decimals(to)))f", high - low)
    return text.replacing("+0.", with: "+.").replacing("-0.", with: "-.")
  }
}
