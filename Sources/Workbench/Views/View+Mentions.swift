import Corpora
import Extractors
import Screen

/// The table of mentions: gold beside both experts' answers with their confidence.
extension WorkbenchState {
  /// Columns of the table. On a narrow screen a mention has its words on a line of their own.
  struct MentionTable: Sendable, Equatable {
    private(set) var words: Int
    let gold: Int
    /// Of each expert that has a column, with the space after it; all begin equal.
    private(set) var answers: [Int]
    let rowsPerMention: Int
    /// Whether only types have room, and short names.
    let isBrief: Bool

    /// How many experts have a column.
    var experts: Int { answers.count }

    /// - Parameter type: columns of the longest type.
    init(columns: Int, rows: Int, mentions: Int, seats: Int, type: Int) {
      let isNarrow = seats > 0 && columns < 48 && mentions * 2 + 1 <= rows
      isBrief = seats > 0 && columns < 48 && !isNarrow
      // A type with its probability and a sign; in the brief form without the probability.
      let answer = isBrief ? min(8, type + 2) : isNarrow ? 10 : min(17, max(11, type + 7))
      gold = isBrief ? max(6, min(8, type + 1)) : 7
      rowsPerMention = isNarrow ? 2 : 1
      let least = isNarrow ? 2 : 12
      // Two have their places even where they say nothing; where the models are hidden none has.
      let experts =
        seats == 0 ? 0 : min(max(2, seats), max(2, (columns - gold - least + 1) / answer))
      // The last column needs no space after it.
      words =
        isNarrow ? 2 : min(40, max(8, columns - gold - experts * answer + (experts > 0 ? 1 : 0)))
      answers = Array(repeating: answer, count: experts)
    }

    /// The same with what is left of the columns given to names that need more than theirs.
    ///
    /// - Parameters:
    ///   - names: columns of the experts' names, in the order of their columns.
    ///   - longest: columns of the longest mention.
    func widened(for names: [Int], longest: Int, columns: Int) -> MentionTable {
      var result = self
      // The last column needs no space after it.
      let free = max(0, columns - words - gold - answers.reduce(0, +) + 1)
      // What no mention fills: pointer and marks stand beside them.
      let unused = rowsPerMention == 2 ? 0 : max(0, words - max(12, longest + 3))
      var left = free + unused
      for (i, name) in names.enumerated() where answers.indices.contains(i) {
        let more = min(left, max(0, name + 1 - answers[i]))
        result.answers[i] += more
        left -= more
      }
      result.words -= max(0, unused - left)
      return result
    }
  }

  /// Rows that the table wants, with its heading, when there is room for `rows`.
  func mentionTableRows(_ box: Box, _ rows: Int) -> Int {
    let count = mentionRows.count
    let table = MentionTable(
      columns: box.columns, rows: rows, mentions: count, seats: seats.count, type: typeColumns)
    return min(rows, 1 + max(1, count * table.rowsPerMention))
  }

  func drawMentions(_ pen: inout Pen, _ box: Box) {
    let all = mentionRows
    let plain = MentionTable(
      columns: box.columns, rows: box.rows, mentions: all.count, seats: seats.count,
      type: typeColumns)
    let seats = seats(fitting: plain.experts)
    let table = plain.widened(
      for: seats.map { TextWidth.columns(of: safe(plain.isBrief ? $0.short : $0.name)) },
      longest: all.map { TextWidth.columns(of: words(of: $0)) }.max() ?? 0, columns: box.columns)
    let last = seats.count - 1
    let fits = max(0, (box.rows - 1) / table.rowsPerMention)
    let title = tableTitle(
      fits < all.count ? "\(fits) of \(all.count)" : nil, experts: seats.count,
      columns: table.words)
    pen.line(
      [
        pen.piece(pen.cell(table.words > 2 ? title : "", table.words), .muted),
        pen.piece(pen.cell(table.isBrief ? labelTitle : labelsTitle, table.gold), .gold),
      ]
        + seats.enumerated().map { i, seat in
          pen.piece(
            pen.cell(table.isBrief ? seat.short : seat.name, table.answers[i] - 1)
              + (i == last ? "" : " "), seat.role)
        }, in: box, row: 0)
    let disputed = Set(disputedRanges)
    if all.isEmpty {
      pen.line(
        hidesForQuiz ? " hidden until :reveal" : " no mention", .muted, in: box, row: 1)
    }
    // Of several the one that the keys act on.
    let here =
      all.firstIndex { $0.gold != nil && $0.range.contains(token) }
      ?? all.firstIndex { $0.range.contains(token) }
    let at = here ?? 0
    let top = max(0, min(at - fits / 2, all.count - fits))
    for (i, row) in all.dropFirst(top).prefix(max(0, fits)).enumerated() {
      draw(
        row, &pen, box, row: 1 + i * table.rowsPerMention, table, seats,
        isHere: top + i == here, isDisputed: disputed.contains(row.range))
    }
  }

  /// Over the mentions: how many of them are shown, and of how many experts, where not all have
  /// room.
  private func tableTitle(_ mentions: String?, experts: Int, columns: Int) -> String {
    let open = seats.count
    guard experts < open else { return " " + (mentions ?? "mention") }
    let long = " " + (mentions.map { $0 + "; " } ?? "") + "\(experts) of \(open) experts"
    // The keys' line tells of the experts, too; nothing else tells of the mentions.
    return long.count < columns
      ? long : " " + (mentions ?? "\(experts)/\(open) experts")
  }

  private func draw(
    _ row: MentionRow, _ pen: inout Pen, _ box: Box, row line: Int, _ table: MentionTable,
    _ seats: [Seat], isHere: Bool, isDisputed: Bool
  ) {
    let words = words(of: row)
    let pointer = pen.piece(isHere ? pen.look.glyphs.pointer : " ", .title)
    let dispute = isDisputed ? pen.piece(look.disputed, .warning) : pen.piece(" ")
    let role: Role = isHere ? .title : .text
    var pieces: [Pen.Piece] = []
    if table.rowsPerMention == 2 {
      pen.line([pointer, pen.piece(words + " ", role), dispute], in: box, row: line)
      pieces = [pen.piece("  ")]
    } else {
      pieces = [
        pointer, pen.piece(pen.cell(words, table.words - 3), role), dispute, pen.piece(" "),
      ]
    }
    pieces.append(goldPiece(pen, row.gold, table.gold))
    for (i, seat) in seats.enumerated() {
      // The last column needs no space after it.
      pieces.append(
        answerPiece(
          pen, row.answers[seat.name], row.gold, seat.prediction != nil,
          table.answers[i] - (i == seats.count - 1 && i > 0 ? 1 : 0), isBrief: table.isBrief))
    }
    pen.line(pieces, in: box, row: line + table.rowsPerMention - 1)
  }

  /// Columns of the longest type of the dataset.
  private var typeColumns: Int {
    opened.types.map { TextWidth.columns(of: safe($0.rawValue)) }.max() ?? 4
  }

  private func words(of row: MentionRow) -> String {
    current.map { posts[$0].tokens[row.range].map { safe($0.text) }.joined(separator: " ") } ?? ""
  }

  private func goldPiece(_ pen: Pen, _ type: EntityType?, _ columns: Int) -> Pen.Piece {
    guard let type else { return pen.piece(pen.cell(pen.look.glyphs.horizontal, columns), .muted) }
    return Pen.Piece(
      text: pen.cell(type.rawValue, columns),
      style: pen.look.theme.entity(type.rawValue).without(.underline))
  }

  /// What a system says of a range; `≠` where it is not what gold says.
  private func answerPiece(
    _ pen: Pen, _ answer: ScoredMention?, _ gold: EntityType?, _ isKnown: Bool, _ columns: Int,
    isBrief: Bool
  ) -> Pen.Piece {
    guard isKnown else { return pen.piece(pen.cell("", columns)) }
    guard let answer else {
      let mark = pen.look.glyphs.horizontal + (gold == nil ? "" : " \(look.differs)")
      return pen.piece(pen.cell(mark, columns), .muted)
    }
    let type = answer.mention.type
    let text =
      type.rawValue + (isBrief ? "" : answer.confidence.map { " " + Digits.short($0) } ?? "")
      + (type == gold ? "" : columns > 10 ? " \(look.differs)" : look.differs)
    return Pen.Piece(
      text: pen.cell(text, columns),
      style: pen.look.theme.entity(type.rawValue).without(.underline))
  }
}
