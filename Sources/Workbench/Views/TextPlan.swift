import Corpora
import Screen

/// Where the tokens of the post on screen stand.
struct TextFlow: Sendable, Equatable {
  /// Column and line of each token, counted from the text's own corner.
  let places: [Position]
  let widths: [Int]
  /// Number of lines.
  let lines: Int

  init(_ tokens: [String], columns: Int) {
    let columns = max(1, columns)
    widths = tokens.map { min(columns, max(1, TextWidth.columns(of: $0))) }
    places = Wrapping.flow(widths, columns: columns)
    lines = (places.last?.row ?? 0) + 1
  }

  /// The lines over which a range of tokens goes.
  func lines(of range: Range<Int>) -> ClosedRange<Int>? {
    let range = range.clamped(to: places.indices)
    guard !range.isEmpty else { return nil }
    return places[range.lowerBound].row...places[range.upperBound - 1].row
  }
}

/// The rows of the text: under each line of words those that say something there, and no other.
struct TextRows: Sendable, Equatable {
  /// What stands under words.
  enum Row: Sendable, Equatable {
    case labels
    /// Of `seats(fitting: 2)`, by its place there.
    case expert(Int)
    /// Signs at the words of which the experts on screen say different things.
    case disputes
  }

  /// From the top, by line.
  let under: [[Row]]
  /// The row of each line's words; one number more, which counts all rows.
  let starts: [Int]

  /// - Parameter ranges: what the kinds of rows have marks at, from the top.
  init(_ flow: TextFlow, _ ranges: [(Row, [Range<Int>])]) {
    var under = Array(repeating: [Row](), count: flow.lines)
    for (row, ranges) in ranges {
      for line in Set(ranges.compactMap { flow.lines(of: $0) }.joined()) { under[line].append(row) }
    }
    self.under = under
    starts = under.reduce(into: [0]) { $0.append($0[$0.count - 1] + 1 + $1.count) }
  }

  var count: Int { starts[starts.count - 1] }

  /// How far under its words a row of a line stands; nil where the line has none of that kind.
  func depth(of row: Row, line: Int) -> Int? { under[line].firstIndex(of: row).map { $0 + 1 } }

  /// The first line on screen, so that a line is on it, in its middle where the text goes on.
  func top(showing line: Int, rows: Int) -> Int {
    guard count > rows, starts.indices.contains(line) else { return 0 }
    let lines = 0..<under.count
    let middle = lines.first { starts[line] - starts[$0] <= rows / 2 } ?? line
    let last = lines.first { count - starts[$0] <= rows } ?? under.count - 1
    return min(middle, last)
  }
}

/// How the centre column is shared between the tokens and what is said about them.
struct TextPlan: Sendable, Equatable {
  let text: Box
  /// Whether the experts have rows in the text, with names before them.
  let showsExperts: Bool
  let details: Box

  /// Columns kept free before the tokens for the names of the rows.
  static func gutter(_ showsExperts: Bool) -> Int { showsExperts ? 7 : 0 }

  init(_ state: WorkbenchState, _ box: Box) {
    guard let index = state.current, !box.isEmpty else {
      text = box
      showsExperts = false
      details = box.line(box.rows)
      return
    }
    let tokens = state.visibleTokens(index)
    let wanted = min(max(8, box.rows / 2), state.mentionRows.count + state.pairs.count + 7)
    let room = max(2, box.rows - wanted - 1)
    func rows(_ showsExperts: Bool) -> Int {
      let flow = TextFlow(tokens, columns: box.columns - Self.gutter(showsExperts))
      return TextRows(flow, state.textRanges(showsExperts)).count
    }
    showsExperts = box.columns >= 48 && state.asksModels && rows(true) <= room
    let used = min(room, rows(showsExperts))
    let parts = box.splitRows([.fixed(used), .fixed(1), .share(1)])
    text = parts[0]
    details = parts[2]
  }
}

extension WorkbenchState {
  /// Tokens as they may be shown.
  func visibleTokens(_ index: Int) -> [String] {
    posts[index].tokens.map {
      let text = safe($0.text)
      return text.isEmpty ? (look.glyphs.isUnicode ? "\u{2423}" : "_") : text
    }
  }

  /// What the rows under the words have marks at.
  func textRanges(_ showsExperts: Bool) -> [(TextRows.Row, [Range<Int>])] {
    guard let post = currentPost else { return [] }
    let ends = markedPair
    let crossed = layers.downwards.flatMap { $0.crossedTokens(self) }
    let labels =
      post.mentions.map(\.range) + pairRanges + crossed.map { $0..<($0 + 1) }
      + [suggestion?.mentionRange, ends.head, ends.tail].compactMap { $0 }
    guard showsExperts else { return [(.labels, labels)] }
    let seats = self.seats
    return [(.labels, labels)]
      + self.seats(fitting: 2).enumerated().map { place, seat in
        (.expert(place), seat.prediction?.mentions.map(\.mention.range) ?? [])
      } + (seats.count > 2 ? [(.disputes, disputedRanges)] : [])
  }
}
