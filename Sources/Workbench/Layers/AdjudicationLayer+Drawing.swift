import Annotations
import Corpora
import Screen

extension AdjudicationLayer {
  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let box = self.box(state)
    let popup = pen.look.theme[.popup]
    pen.frame.fill(box, style: popup)
    if let walk {
      draw(walk, found[cursor], state, &pen, box)
    } else {
      drawList(state, &pen, box)
    }
    pen.frame.restyle(box) { style in
      style.background == .standard ? style.on(popup.background) : style
    }
  }

  private func drawList(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    pen.line(
      " annotators disagree on \(state.grouped(found.count)) "
        + (found.count == 1 ? "post" : "posts"), .title, in: box, row: 0)
    let rows = box.rows - 1
    let top = max(0, min(cursor - rows / 2, found.count - rows))
    let shown = top..<min(found.count, top + rows)
    // The columns are those of what is on screen.
    func width(_ text: (Dispute) -> String) -> Int {
      shown.map { TextWidth.columns(of: text(found[$0])) }.max() ?? 0
    }
    func id(_ item: Dispute) -> String { state.safe(state.posts[item.post].id) }
    func places(_ item: Dispute) -> String { item.disagreements.count.counted("place") }
    func names(_ item: Dispute) -> String { state.safe(item.annotators.joined(separator: ", ")) }
    let columns = (id: min(20, width(id)), places: width(places), names: min(24, width(names)))
    let ellipsis = pen.look.glyphs.ellipsis
    for (row, number) in shown.enumerated() {
      let item = found[number]
      let post = state.posts[item.post]
      let isHere = number == cursor
      pen.line(
        [
          pen.piece(isHere ? pen.look.glyphs.pointer : " ", .title),
          pen.piece(
            TextWidth.padded(
              WorkbenchState.fitted(id: id(item), columns.id, ellipsis), columns: columns.id)
              + "  ",
            isHere ? .title : .text),
          pen.piece(TextWidth.padded(places(item), columns: columns.places) + "  ", .warning),
          pen.piece(
            TextWidth.padded(names(item), columns: columns.names, ellipsis: ellipsis) + "  ", .muted
          ),
          pen.piece(
            state.safe(post.tokens.prefix(40).map(\.text).joined(separator: " ")), .muted),
        ], in: box, row: row + 1)
    }
  }

  // MARK: The places of a post

  private func draw(
    _ walk: Walk, _ item: Dispute, _ state: WorkbenchState, _ pen: inout Pen, _ box: Box
  ) {
    let post = state.posts[item.post]
    let count = item.disagreements.count
    pen.line(
      " \(state.safe(post.id)): place \(walk.place + 1) of \(count)", .title, in: box, row: 0)
    let left = walk.left(item)
    let words =
      walk.choices == item.verdict
      ? "as decided before " : left == 0 ? "all decided " : "\(left) left "
    pen.rightLine([pen.piece(words, left == 0 ? .success : .muted)], in: box, row: 0)
    let disagreement = item.disagreements[walk.place]
    let readings = disagreement.readings
    // The answers stand whole; the text takes what is left.
    let room = max(1, box.rows - 5 - (readings.count + 1))
    var row = drawText(post, item, walk.place, state, &pen, box, row: 1, rows: room) + 1
    let rows = SaidRows(
      post, disagreement, agreed: item.readings.agreed, width: box.columns - 1, state)
    for line in rows.heading { row = drawLine(line, &pen, box, row) }
    for (number, reading) in readings.enumerated() {
      let isChosen = walk.choices[walk.place] == .reading(number)
      row = drawLine(
        head(number + 1, isChosen, pen) + rows.line(reading, pen), &pen, box, row)
    }
    // Somebody may say already that there is none.
    guard let none = rows.none, !disagreement.readings.contains(where: \.said.isNone) else {
      return
    }
    let isNone = walk.choices[walk.place] == PostReadings.Choice.none
    _ = drawLine(
      head(0, isNone, pen) + [pen.piece(none, isNone ? .title : .muted)], &pen, box, row)
  }

  private func drawLine(_ pieces: [Pen.Piece], _ pen: inout Pen, _ box: Box, _ row: Int) -> Int {
    pen.line(pieces, in: box, row: row)
    return row + 1
  }

  /// `✓2 `: what the number is, and whether it was chosen.
  private func head(_ number: Int, _ isChosen: Bool, _ pen: Pen) -> [Pen.Piece] {
    [
      pen.piece(isChosen ? pen.look.glyphs.check : " ", .success),
      // Only nine have a key.
      pen.piece(number <= 9 ? "\(number) " : "  ", .key),
    ]
  }

  /// The words of the post, the places marked. Returns the next free row.
  private func drawText(
    _ post: Post, _ item: Dispute, _ place: Int, _ state: WorkbenchState, _ pen: inout Pen,
    _ box: Box, row first: Int, rows: Int
  ) -> Int {
    let words = post.tokens.map { state.safe($0.text) }
    let positions = Wrapping.flow(words.map { TextWidth.columns(of: $0) }, columns: box.columns - 2)
    let marked = item.disagreements[place].place.ranges
    let others = item.disagreements.flatMap(\.place.ranges)
    // The line of the place stays to be seen.
    let line = marked.first.map { positions[$0.lowerBound].row } ?? 0
    let count = (positions.last?.row ?? 0) + 1
    let top = max(0, min(line - rows / 2, count - rows))
    for (token, position) in positions.enumerated()
    where (top..<(top + rows)).contains(position.row) {
      let role: Role =
        marked.contains { $0.contains(token) }
        ? .selection : others.contains { $0.contains(token) } ? .disagreement : .text
      pen.line(
        words[token], role, in: box, row: first + position.row - top, indent: 1 + position.column)
    }
    return first + min(rows, count)
  }
}

extension PostReadings.Said {
  /// Whether it says that nothing is there.
  var isNone: Bool { self == .mentions([]) || self == .relation(nil) }
}

extension PostReadings.Place {
  /// The words that it is about.
  var ranges: [Range<Int>] {
    switch self {
    case .words(let range): [range]
    case .pair(let head, let tail): [head, tail]
    case .post: []
    }
  }
}

/// What annotators say at a place, a row for each reading: for mentions under the words that they
/// cover, so that ends can be compared.
private struct SaidRows {
  /// The words, over the rows.
  var heading: [[Pen.Piece]] = []
  /// What it is that nobody is right; nil where somebody is.
  let none: String?
  private let post: Post
  private let state: WorkbenchState
  private let names: Int
  /// Where each word stands, counted from the end of the names; nil where mentions are said in
  /// words, as the words have no room beside each other.
  private var columns: [Int: (start: Int, width: Int)]?

  /// Columns of a number and its mark.
  private static let numbers = 3

  init(
    _ post: Post, _ disagreement: PostReadings.Disagreement, agreed: LabelTable.Labels, width: Int,
    _ state: WorkbenchState
  ) {
    self.post = post
    self.state = state
    let longest =
      disagreement.readings.map { Self.names($0, state) }
      .map { TextWidth.columns(of: $0) }.max() ?? 0
    names = min(longest, width / 3)
    switch disagreement.place {
    case .pair(let head, let tail):
      none = "no relation"
      // Which end is which is said in words, too.
      let arrow = state.look.glyphs.arrow
      heading = [
        [
          Pen.Piece(
            text: " " + state.safe("\(post.quote(head)) \(arrow) \(post.quote(tail))"),
            style: state.look.theme[.title])
        ]
      ]
    case .post:
      none = nil
      heading = [[Pen.Piece(text: " the post", style: state.look.theme[.title])]]
      // What was accepted; where that is said in several ways, it is asked next.
      let labels =
        agreed.mentions.map { "\($0.type.rawValue) \(post.quote($0.range))" }
        + agreed.relations.map { "\($0.label) of \(post.quote($0.head)), \(post.quote($0.tail))" }
      if !labels.isEmpty {
        heading.append([
          Pen.Piece(
            text: " " + state.safe(labels.joined(separator: ", ")), style: state.look.theme[.muted])
        ])
      }
    case .words(let range):
      none = "no mention"
      place(range, disagreement, width - names - Self.numbers - 2)
    }
  }

  private static func names(_ reading: PostReadings.Reading, _ state: WorkbenchState) -> String {
    state.safe(reading.annotators.joined(separator: ", "))
  }

  /// Puts the words of a range beside each other, each at least as wide as a type that begins
  /// there.
  private mutating func place(
    _ range: Range<Int>, _ disagreement: PostReadings.Disagreement, _ width: Int
  ) {
    var types: [Int: Int] = [:]
    for reading in disagreement.readings {
      guard case .mentions(let mentions) = reading.said else { continue }
      for mention in mentions {
        let columns = TextWidth.columns(of: state.safe(mention.type.rawValue))
        types[mention.range.lowerBound] = max(types[mention.range.lowerBound] ?? 0, columns)
      }
    }
    var places: [Int: (start: Int, width: Int)] = [:]
    var column = 0
    var words = String(repeating: " ", count: names + Self.numbers + 2)
    for token in range.clamped(to: 0..<post.tokens.count) {
      let word = state.safe(post.tokens[token].text)
      let own = max(TextWidth.columns(of: word), types[token] ?? 0)
      places[token] = (column, own)
      words += TextWidth.padded(word, columns: own) + " "
      column += own + 1
      guard column <= width + 1 else { return }
    }
    columns = places
    heading = [[Pen.Piece(text: words, style: state.look.theme[.muted])]]
  }

  func line(_ reading: PostReadings.Reading, _ pen: Pen) -> [Pen.Piece] {
    let name = pen.piece(
      TextWidth.padded(
        Self.names(reading, state), columns: names, ellipsis: pen.look.glyphs.ellipsis) + "  ",
      .title)
    switch reading.said {
    case .accepted: return [name, pen.piece("accepted", .success)]
    case .rejected: return [name, pen.piece("rejected", .warning)]
    case .relation(let label):
      return [name, pen.piece(label.map { state.safe($0) } ?? none ?? "", .text)]
    case .mentions(let mentions):
      guard !mentions.isEmpty else { return [name, pen.piece(none ?? "", .muted)] }
      return [name] + (columns.map { marks(mentions, $0, pen) } ?? inWords(mentions, pen))
    }
  }

  /// `PER──────`: types under the words.
  private func marks(
    _ mentions: [EntityMention], _ columns: [Int: (start: Int, width: Int)], _ pen: Pen
  ) -> [Pen.Piece] {
    var pieces: [Pen.Piece] = []
    var at = 0
    for mention in mentions {
      guard let first = columns[mention.range.lowerBound],
        let last = columns[mention.range.upperBound - 1]
      else { continue }
      let type = state.safe(mention.type.rawValue)
      let rest = last.start + last.width - first.start - TextWidth.columns(of: type)
      pieces.append(pen.piece(String(repeating: " ", count: max(0, first.start - at))))
      pieces.append(
        Pen.Piece(
          text: type + String(repeating: pen.look.glyphs.horizontal, count: max(0, rest)),
          style: pen.look.theme.entity(mention.type.rawValue).without(.underline)))
      at = last.start + last.width
    }
    return pieces
  }

  private func inWords(_ mentions: [EntityMention], _ pen: Pen) -> [Pen.Piece] {
    let said = mentions.map { "\($0.type.rawValue) \(post.quote($0.range))" }
    return [pen.piece(state.safe(said.joined(separator: ", ")), .text)]
  }
}
