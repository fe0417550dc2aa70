import Corpora
import Extractors
import Inspection
import Screen

/// The pairs of a post with their relations, under the table of mentions.
extension WorkbenchState {
  /// Where the tables stand under the text.
  struct TablesPlan: Sendable, Equatable {
    /// No rows where there is nothing to be said of mentions, or no room.
    let mentions: Box
    /// No rows in a post without pairs.
    let pairs: Box
    let rowsPerPair: Int
    /// Columns of the words of a pair, with the pointer before them.
    let words: Int
    /// Rows for what the experts say of the pair on screen.
    let answers: Int
    /// The pairs that have a row.
    let shown: Range<Int>
  }

  /// Shares the details between the tables and what is under the cursor, which must always be
  /// seen.
  func tablesPlan(_ box: Box) -> TablesPlan {
    let count = pairs.count
    // Where pairs are labelled and no mentions, tags matter less than what is said of the pair.
    let ofTags = labelsMentions ? max(1, systems.count) : 0
    let room = max(1, box.rows - ofTags - 2)
    func part(_ row: Int, _ rows: Int) -> Box {
      Box(column: box.column, row: box.row + row, columns: box.columns, rows: max(0, rows))
    }
    let wantsMentions = count == 0 || !mentionRows.isEmpty
    var mentions = wantsMentions ? mentionTableRows(box, room) : 0
    guard count > 0 else {
      return TablesPlan(
        mentions: part(0, mentions), pairs: part(mentions, 0), rowsPerPair: 1, words: 0, answers: 0,
        shown: 0..<0)
    }
    let gap = wantsMentions ? 1 : 0
    // Where words and relation do not fit beside each other, each has a line of its own.
    let columns = pairColumns(box)
    let isNarrow =
      box.columns < 48 ? room >= 5 : columns.wanted > columns.fitting && room >= 2 * count + 4
    let perPair = isNarrow ? 2 : 1
    let wanted = 1 + count * perPair + relationAnswers.count
    var rows = min(wanted, room - mentions - gap)
    // What the experts say of the pair matters more than the last mentions.
    let least = max(room / 2, 1 + perPair + relationAnswers.count)
    if rows < min(wanted, least, room) {
      rows = min(wanted, max(2, least), room)
      mentions = max(0, room - rows - gap)
    }
    // A heading alone says nothing; the mention under the cursor is to be seen where it can be.
    if wantsMentions, mentions < 2, room >= 6 {
      mentions = 2
      rows = min(rows, room - mentions - gap)
    }
    if mentions < 2 { mentions = 0 }
    let answers = max(0, min(relationAnswers.count, rows - 1 - perPair))
    let fits = max(0, min(count, (rows - 1 - answers) / perPair))
    let top = max(0, min(min(pairPlace, count - 1) - fits / 2, count - fits))
    return TablesPlan(
      mentions: part(0, mentions), pairs: part(mentions == 0 ? 0 : mentions + gap, rows),
      rowsPerPair: perPair,
      words: isNarrow ? box.columns - 1 : min(columns.wanted, columns.fitting),
      answers: answers, shown: top..<(top + fits))
  }

  /// Columns for the words of pairs beside their relations and two marks.
  private func pairColumns(_ box: Box) -> (wanted: Int, fitting: Int) {
    guard let post = currentPost else { return (10, 10) }
    func columns(_ text: String) -> Int { TextWidth.columns(of: safe(text)) }
    func columns(_ range: Range<Int>) -> Int {
      range.clamped(to: 0..<post.tokens.count).reduce(-1) { $0 + 1 + columns(post.tokens[$1].text) }
    }
    let labels = pairs.map { columns($0.label) }.max() ?? 0
    let words = pairs.map { columns($0.head) + columns($0.tail) + 6 }.max() ?? 0
    return (words, max(10, box.columns - min(labels, 28) - 4))
  }

  /// The pair at a place on the screen.
  func pairPlace(at place: Position) -> Int? {
    guard layers.taking(.details) == nil else { return nil }
    let plan = tablesPlan(detailsBelowNote(Panes(self).details))
    guard plan.pairs.contains(place) else { return nil }
    var row = place.row - plan.pairs.row - 1
    // Behind the pair on screen stand its answers.
    let answered = (pairPlace - plan.shown.lowerBound + 1) * plan.rowsPerPair
    if row >= answered { row = row < answered + plan.answers ? -1 : row - plan.answers }
    let pair = plan.shown.lowerBound + row / plan.rowsPerPair
    return row >= 0 && plan.shown.contains(pair) ? pair : nil
  }

  /// Draws the table of mentions and that of pairs into the first rows of a box; a post that has
  /// pairs but no mention has only the latter. Returns the next free row.
  func drawTables(_ pen: inout Pen, _ box: Box) -> Int {
    let plan = tablesPlan(box)
    if plan.mentions.rows > 0 { drawMentions(&pen, plan.mentions) }
    if plan.pairs.rows > 0 { drawPairs(&pen, plan) }
    return max(plan.mentions.endRow, plan.pairs.endRow) - box.row
  }

  private func drawPairs(_ pen: inout Pen, _ plan: TablesPlan) {
    let pairs = self.pairs
    let box = plan.pairs
    let place = min(pairPlace, pairs.count - 1)
    let title = " pair \(place + 1) of \(pairs.count)"
    pen.line(
      [
        pen.piece(
          pen.cell(
            title, plan.rowsPerPair == 2 ? title.count + 2 : max(title.count + 1, plan.words)),
          .muted),
        pen.piece("relation", .gold),
      ], in: box, row: 0)
    var row = 1
    for i in plan.shown {
      draw(pairs[i], isHere: i == place, &pen, plan, row: row)
      row += plan.rowsPerPair
      guard i == place else { continue }
      drawAnswers(about: pairs[i], &pen, box, row: row, rows: plan.answers)
      row += plan.answers
    }
  }

  /// What the experts say of the pair above, a line each; where that is too much, the last line has
  /// the rest of them, as far as they go.
  private func drawAnswers(
    about pair: RelationMention, _ pen: inout Pen, _ box: Box, row: Int, rows: Int
  ) {
    let all = relationAnswers
    guard rows > 0 else { return }
    let own = all.count <= rows ? all.count : rows - 1
    for (i, answer) in all.prefix(own).enumerated() { draw(answer, pair, &pen, box, row: row + i) }
    let rest = all.dropFirst(own)
    guard !rest.isEmpty else { return }
    // Whose answer counts comes first.
    let route = current.flatMap { shownRoute($0) }?.route
    let order =
      rest.filter { ($0.1 == .textExpert) == (route == .text) }
      + rest.filter { ($0.1 == .textExpert) != (route == .text) }
    var pieces: [Pen.Piece] = []
    var room = box.columns
    for (i, (answers, role)) in order.enumerated() {
      let best = answers.ranked(head: pair.head, tail: pair.tail).first
      let label = best.map { safe($0.0.split(separator: "/").last.map(String.init) ?? $0.0) }
      let name = "  \(safe(answers.expert)) "
      let words = (label ?? "–") + (best?.1.map { " " + Digits.short($0) } ?? "")
      let left = order.count - i - 1
      let more = " +\(left + 1)"
      let width = TextWidth.columns(of: name) + TextWidth.columns(of: words)
      guard i == 0 || width + (left > 0 ? more.count : 0) <= room else {
        pieces.append(pen.piece(more, .muted))
        break
      }
      pieces += [pen.piece(name, role), pen.piece(words, i == 0 ? .text : .muted)]
      room -= width
    }
    pen.line(pieces, in: box, row: row + own)
  }

  private func draw(
    _ pair: RelationMention, isHere: Bool, _ pen: inout Pen, _ plan: TablesPlan, row: Int
  ) {
    guard let post = currentPost else { return }
    let box = plan.pairs
    let arrow = " \(pen.look.glyphs.arrow) "
    func words(_ range: Range<Int>) -> String {
      post.tokens[range.clamped(to: 0..<post.tokens.count)].map { safe($0.text) }
        .joined(separator: " ")
    }
    // The shorter of the two keeps its words; what is left is the other's.
    let room = max(2, plan.words - 1 - TextWidth.columns(of: arrow))
    let texts = [words(pair.head), words(pair.tail)]
    let widths = texts.map { TextWidth.columns(of: $0) }
    let head = min(widths[0], max(room / 2, room - widths[1]))
    let tail = min(widths[1], room - head)
    let both =
      pen.cell(texts[0], head) + arrow + pen.cell(texts[1], tail)
    var pieces = [
      pen.piece(isHere ? pen.look.glyphs.pointer : " ", .title),
      pen.piece(pen.cell(both, plan.words - 1) + " ", isHere ? .title : .text),
    ]
    if plan.rowsPerPair == 2 {
      pen.line(pieces, in: box, row: row)
      pieces = [pen.piece("  ")]
    }
    var marks: [Pen.Piece] = []
    if isEdited(pair) { marks.append(pen.piece(" \(look.edited)", .suggested)) }
    if differs(pair) { marks.append(pen.piece(" \(look.differs)", .disagreement)) }
    if isDisputed(pair) { marks.append(pen.piece(" \(look.disputed)", .warning)) }
    // The marks are never cut; of a long relation the last part tells most.
    let used = (pieces + marks).reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    let space = max(1, box.columns - used)
    let whole = safe(pair.label)
    let last = whole.split(separator: "/").last.map(String.init) ?? whole
    let label = TextWidth.columns(of: whole) <= space ? whole : last
    pieces.append(
      pen.piece(
        TextWidth.fitted(label, columns: space, ellipsis: pen.look.glyphs.ellipsis),
        pair.label == RelationInventory.none ? .muted : .gold))
    pen.line(pieces + marks, in: box, row: row + plan.rowsPerPair - 1)
  }

  /// What an expert says of the pair on screen: its likeliest labels.
  private func draw(
    _ answers: (RelationAnswers, Role), _ pair: RelationMention, _ pen: inout Pen, _ box: Box,
    row: Int
  ) {
    var pieces = [pen.piece("  \(safe(answers.0.expert)) ", answers.1)]
    let ranked = answers.0.ranked(head: pair.head, tail: pair.tail)
    if ranked.isEmpty { pieces.append(pen.piece("was not asked about this pair", .muted)) }
    var room = box.columns - pieces.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    for (i, (label, p)) in ranked.prefix(box.columns >= 60 ? 3 : 2).enumerated() {
      let name = safe(label.split(separator: "/").last.map(String.init) ?? label)
      let number = p.map { " " + Digits.short($0) } ?? ""
      let whole = safe(label) + number
      let words = i == 0 && TextWidth.columns(of: whole) <= room ? whole : name + number
      // Half a second answer says nothing; of the first its number matters more than its end.
      if i > 0, TextWidth.columns(of: words) + 2 > room { break }
      let fitted =
        TextWidth.columns(of: words) <= room
        ? words
        : TextWidth.fitted(
          name, columns: max(1, room - number.count), ellipsis: pen.look.glyphs.ellipsis) + number
      pieces.append(pen.piece((i == 0 ? "" : "  ") + fitted, i == 0 ? .text : .muted))
      room -= TextWidth.columns(of: fitted) + (i == 0 ? 0 : 2)
    }
    pen.line(pieces, in: box, row: row)
  }

  /// The relation experts' answers for the post on screen: text expert first.
  var relationAnswers: [(RelationAnswers, Role)] {
    (analysis?.relationAnswers ?? []).compactMap { answer in
      guard let found = answer.relations, !choice.hidden.contains(answer.expert) else { return nil }
      return (found, answer.seesPicture ? .multimodalExpert : .textExpert)
    }
  }

  /// Whether an expert says something else of a pair than gold does.
  private func differs(_ pair: RelationMention) -> Bool {
    relationAnswers.contains { answers, _ in
      answers[pair.head, pair.tail].map { $0.label != pair.label } ?? false
    }
  }
}
