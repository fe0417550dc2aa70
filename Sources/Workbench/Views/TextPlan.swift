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
}

/// How the centre column is shared between the tokens and what is said about them.
struct TextPlan: Sendable, Equatable {
  let text: Box
  let rowsPerLine: Int
  let details: Box

  /// Columns kept free before the tokens for the names of the rows.
  static func gutter(_ rowsPerLine: Int) -> Int { rowsPerLine > 2 ? 6 : 0 }

  init(_ state: WorkbenchState, _ box: Box) {
    guard let index = state.current, !box.isEmpty else {
      text = box
      rowsPerLine = 2
      details = box.line(box.rows)
      return
    }
    let tokens = state.visibleTokens(index)
    let wanted = min(max(8, box.rows / 2), state.mentionRows.count + state.pairs.count + 7)
    let room = max(2, box.rows - wanted - 1)
    let wide = TextFlow(tokens, columns: box.columns - Self.gutter(4))
    let rows =
      box.columns >= 48 && state.opened.hasModels && state.showsModels && wide.lines * 5 <= room
      ? 5 : 2
    let flow = rows == 2 ? TextFlow(tokens, columns: box.columns) : wide
    rowsPerLine = rows
    let used = min(room, flow.lines * rows)
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
}
