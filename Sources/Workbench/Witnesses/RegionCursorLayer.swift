import Corpora
import Extractors
import Screen
import Traces

/// A cursor on the picture: which words look at the region under it, in the place of the tables
/// under the text.
struct RegionCursorLayer: Layer {
  let place = LayerPlace.details
  let isOfModels = true
  var heat: Bool? = true
  /// Where the cursor stands, as shares of the picture's width and height: maps have different
  /// grids.
  private var point: (x: Double, y: Double) = (0.5, 0.5)

  static let action = Action(
    "look-back", .looking, keys: ["@"],
    "put a cursor on the picture and see which words look at the region under it",
    needsAnswer: true, ofSignals: true,
    unavailable: { state in
      if state.layers[RegionCursorLayer.self] != nil { return nil }
      if let reason = Action.needsMap(state) { return reason }
      return state.byWord == nil
        ? "the maps of \(state.shownName ?? "this system") are the same for all words" : nil
    }
  ) { state, _ in
    if let map = state.byWord { state.choice.map = map }
    state.layers.toggle(RegionCursorLayer())
    if Panes.picture(state) == nil { state.choice.fullScreen = nil }
    return []
  }.ofModels()

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    if key == .escape || key == .enter { return .leaves([]) }
    guard let grid = state.cursorGrid else { return .passes }
    var (row, column) = grid.cell(at: point)
    switch key {
    case .left: column -= 1
    case .right: column += 1
    case .up: row -= 1
    case .down: row += 1
    case .click(let position):
      guard let there = state.picturePoint(at: position) else { return .passes }
      (row, column) = grid.cell(at: there)
    default: return .passes
    }
    state.notice = nil
    point = grid.middle(row: row, column: column)
    return .stays([])
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(
      [
        Hint(label: "arrows", words: "move on the picture", key: nil),
        state.hint("next-head", "next head"), state.hint("system", "next expert"),
      ].compactMap(\.self), last: state.hint("look-back", "done"), in: box)
  }

  /// The region under the cursor, as part of the picture; nil where no map has any.
  func outlined(_ state: WorkbenchState) -> ImageRegion? {
    state.cursorGrid.map { grid in
      let (row, column) = grid.cell(at: point)
      return grid.region.cell(
        row * grid.columns + column, rows: grid.rows, columns: grid.columns)
    }
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    guard let post = state.currentPost, !box.isEmpty else { return }
    guard let signal = state.spatialSignal, let grid = state.cursorGrid,
      case .wordsByImage = signal.kind
    else {
      let name = state.shownName.map { state.safe($0) } ?? "this system"
      pen.wrap("\(name) has no map here that differs by word", .muted, in: box, row: 0)
      return
    }
    let (row, column) = grid.cell(at: point)
    let cells = grid.rows * grid.columns
    let all = state.choice.slice.map { signal.slice($0) } ?? signal.mean
    let values = (0..<(all.count / max(1, cells))).map {
      all[$0 * cells + row * grid.columns + column]
    }
    let slice =
      signal.sliceCount > 1
      ? state.choice.slice.map { ", " + state.safe(signal.title(ofSlice: $0)) }
        ?? ", mean of \(signal.sliceCount)" : ""
    var next = pen.wrap(
      "row \(row + 1), column \(column + 1) in \(state.safe(signal.caption))\(slice)", .title,
      in: box, row: 0)
    // As many as the words fill: the bars stand in their order.
    let start = max(0, min(state.token - (box.columns - 8) / 2, values.count - (box.columns - 8)))
    let shown = start..<min(values.count, start + max(1, box.columns - 8))
    let number = values.indices.contains(state.token) ? values[state.token] : nil
    next += SignedBars(values, shown: shown, above: .bar, below: .warning).draw(
      &pen, box, row: next, label: "", marked: state.token,
      number: number.map { " " + ($0.isNaN ? "not read" : Digits.short($0)) } ?? "")
    let order = values.indices.filter { values[$0].isFinite && post.tokens.indices.contains($0) }
      .sorted { (-values[$0], $0) < (-values[$1], $1) }
    for word in order {
      guard next < box.rows else { return pen.miss(next, in: box, lines: 1) }
      pen.line(
        [
          pen.piece(word == state.token ? pen.look.glyphs.pointer : " ", .title),
          pen.piece(pen.cell(Digits.short(values[word]), 7)),
          pen.piece(state.safe(post.quote(word..<(word + 1)))),
        ], in: box, row: next)
      next += 1
    }
  }
}

extension WorkbenchState {
  /// The first map of the shown system that differs by word, the one on screen before others.
  fileprivate var byWord: Int? {
    func differs(_ signal: Signal) -> Bool {
      if case .wordsByImage = signal.kind { true } else { false }
    }
    let all = spatialSignals
    if let shown = spatialSignal, differs(shown) { return choice.map % all.count }
    return all.firstIndex(where: differs)
  }

  /// The grid of the map on screen; nil where it has none.
  fileprivate var cursorGrid: CursorGrid? {
    switch spatialSignal?.kind {
    case .wordsByImage(let rows, let columns, let region)? where rows > 0 && columns > 0:
      CursorGrid(rows: rows, columns: columns, region: region)
    default: nil
    }
  }
}

/// Cells over a part of the picture.
private struct CursorGrid {
  let rows: Int
  let columns: Int
  let region: ImageRegion

  /// The cell under a point of the picture, the nearest where none lies under it.
  func cell(at point: (x: Double, y: Double)) -> (row: Int, column: Int) {
    func place(_ value: Double, _ start: Double, _ size: Double, _ count: Int) -> Int {
      guard size > 0 else { return 0 }
      return Int(
        min(Double(count - 1), max(0, ((value - start) / size * Double(count)).rounded(.down))))
    }
    return (
      place(point.y, region.top, region.height, rows),
      place(point.x, region.left, region.width, columns)
    )
  }

  /// The middle of a cell that is not beyond the edge.
  func middle(row: Int, column: Int) -> (x: Double, y: Double) {
    let (row, column) = (min(rows - 1, max(0, row)), min(columns - 1, max(0, column)))
    return (
      region.left + (Double(column) + 0.5) / Double(columns) * region.width,
      region.top + (Double(row) + 0.5) / Double(rows) * region.height
    )
  }
}

extension ImageRegion {
  /// A cell of a grid over this part of the picture, by its place row by row.
  func cell(_ place: Int, rows: Int, columns: Int) -> ImageRegion {
    ImageRegion(
      left: left + width * Double(place % columns) / Double(columns),
      top: top + height * Double(place / columns) / Double(rows),
      width: width / Double(columns), height: height / Double(rows))
  }
}
