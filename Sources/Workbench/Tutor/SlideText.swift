import Screen

/// Words in letters as large as the screen allows: three dots wide and five high, each dot a half
/// of a cell or two cells. What has no letter here, and what is too long, is written as it is.
struct SlideText {
  /// Rows of a slide: its letters, its few words and how far it is.
  static func rows(on size: Size) -> Int { scale(on: size) == 2 ? 9 : 6 }

  private static func scale(on size: Size) -> Int { size.rows >= 34 ? 2 : 1 }

  private let lines: [String]
  private(set) var columns: Int

  /// - Returns: nil where the words have no room, or letters that cannot be drawn.
  init?(_ words: String, on size: Size) {
    let letters = words.uppercased().map { Self.letters[$0] }
    guard !letters.isEmpty, !letters.contains(nil) else { return nil }
    func width(_ scale: Int) -> Int { letters.count * 4 * scale - scale }
    guard let scale = [Self.scale(on: size), 1].first(where: { width($0) <= size.columns - 2 })
    else { return nil }
    columns = width(scale)
    /// Dots of a row, from left to right.
    let rows = (0..<5).map { row in
      letters.map { letter in
        (0..<4).map { column in
          let isOn = column < 3 && (letter ?? 0) >> (14 - row * 3 - column) & 1 == 1
          return [Bool](repeating: isOn, count: scale)
        }.joined()
      }.joined().map { $0 }
    }
    guard scale == 1 else {
      lines = rows.map { row in String(row.map { $0 ? "█" : " " }) }
      return
    }
    lines = stride(from: 0, to: 6, by: 2).map { top in
      String(
        rows[top].indices.map { column in
          switch (rows[top][column], top + 1 < 5 && rows[top + 1][column]) {
          case (true, true): "█"
          case (true, false): "▀"
          case (false, true): "▄"
          case (false, false): " "
          }
        })
    }
  }

  /// Draws it; returns the next free row.
  func draw(_ pen: inout Pen, in box: Box) -> Int {
    for (row, line) in lines.enumerated() { pen.line(line, .title, in: box, row: row) }
    return lines.count
  }

  /// Fifteen dots each, row by row.
  private static let letters: [Character: Int] = [
    " ": 0, "A": 0b010_101_111_101_101, "B": 0b110_101_110_101_110, "C": 0b011_100_100_100_011,
    "D": 0b110_101_101_101_110, "E": 0b111_100_110_100_111, "F": 0b111_100_110_100_100,
    "G": 0b011_100_101_101_011, "H": 0b101_101_111_101_101, "I": 0b111_010_010_010_111,
    "J": 0b001_001_001_101_010, "K": 0b101_101_110_101_101, "L": 0b100_100_100_100_111,
    "M": 0b101_111_111_101_101, "N": 0b110_101_101_101_101, "O": 0b010_101_101_101_010,
    "P": 0b110_101_110_100_100, "Q": 0b010_101_101_110_011, "R": 0b110_101_110_101_101,
    "S": 0b011_100_010_001_110, "T": 0b111_010_010_010_010, "U": 0b101_101_101_101_111,
    "V": 0b101_101_101_101_010, "W": 0b101_101_111_111_101, "X": 0b101_101_010_101_101,
    "Y": 0b101_101_010_010_010, "Z": 0b111_001_010_100_111, "0": 0b111_101_101_101_111,
    "1": 0b010_110_010_010_111, "2": 0b110_001_010_100_111, "3": 0b110_001_010_001_110,
    "4": 0b101_101_111_001_001, "5": 0b111_100_110_001_110, "6": 0b011_100_111_101_111,
    "7": 0b111_001_010_010_010, "8": 0b111_101_111_101_111, "9": 0b111_101_111_001_110,
    "?": 0b110_001_010_000_010, "!": 0b010_010_010_000_010, ".": 0b000_000_000_000_010,
    ",": 0b000_000_000_010_100, "-": 0b000_000_111_000_000, ":": 0b000_010_000_010_000,
    "'": 0b010_010_000_000_000, "=": 0b000_111_000_111_000, "%": 0b101_001_010_100_101,
  ]
}

extension WorkbenchState {
  /// The title of a step in large letters, its few words, and where the lesson stands.
  func drawSlide(_ lesson: Lesson, _ pen: inout Pen, _ box: Box) {
    let text = Box(
      column: box.column + 1, row: box.row, columns: max(1, box.columns - 2), rows: box.rows)
    let title = safe(lesson.task?.topic ?? lesson.title ?? "")
    var row = 1
    if look.glyphs.isUnicode, let large = SlideText(title, on: size) {
      row =
        large.draw(
          &pen, in: Box(column: text.column, row: text.row, columns: text.columns, rows: text.rows))
        + 1
    } else {
      pen.line(title.uppercased(), .title, in: text, row: row)
      row += 2
    }
    if let quizSentence {
      pen.line(quizSentence, .warning, in: text, row: row)
    } else {
      pen.line(safe(lesson.task?.slide ?? ""), .text, in: text, row: row)
    }
    let next =
      "\(keymap.label("next-step")) next \(look.glyphs.dot) \(keymap.label("previous-step")) back"
    pen.line(
      lesson.isDone ? "the end" : "\(lesson.place + 1) of \(lesson.count)", .muted, in: text,
      row: box.rows - 1)
    pen.rightLine([pen.piece(next, .muted)], in: text, row: box.rows - 1)
  }
}
