import Screen
import Traces

/// All slices of the map on screen at once, each over the picture: in the place of the picture, a
/// title over each with its rank correlation with occlusion.
struct HeadsLayer: Layer {
  let place = LayerPlace.picture
  let isOfModels = true
  var title: String? { "all heads" }

  /// Most that are drawn at once.
  static let most = 36
  /// The smallest in which a map can be told.
  static let smallest = Size(columns: 12, rows: 5)

  static let action = Action(
    "heads", .looking, keys: ["|"],
    "all heads, layers or slots of the shown map at once, each over the picture",
    needsAnswer: true, ofSignals: true,
    unavailable: { state in
      if state.layers[HeadsLayer.self] != nil { return nil }
      if state.layers.first({ $0.legend(state) }) != nil {
        return "rectangles put by hand have no heads"
      }
      return Action.needsMap(state)
        ?? (state.spatialSignal?.sliceCount ?? 0 < 2
          ? "the map of \(state.shownName ?? "this system") has one slice only" : nil)
    }
  ) { state, _ in
    let opens = state.layers[HeadsLayer.self] == nil
    state.layers.toggle(HeadsLayer())
    // Many pictures need the whole screen.
    state.choice.fullScreen = opens ? .picture : nil
    return []
  }.ofModels()

  func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    switch key {
    case .escape:
      state.choice.fullScreen = nil
      return .leaves([])
    case .click(let position):
      // As the screen is with this layer.
      var shown = state
      shown.layers.open(self)
      guard let cover = Panes(shown).cover,
        let tile = shown.tiles(in: cover).first(where: { $0.whole.contains(position) })
      else { return .passes }
      state.choice.slice = state.choice.slice == tile.slice ? nil : tile.slice
      return .stays([])
    default: return .passes
    }
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(
      [
        state.hint("next-head", "next head"), state.hint("previous-head", "previous"),
        state.hint("map", "next map"), state.hint("witness", "second witness"),
      ].compactMap(\.self), last: state.hint("heads", "done"), in: box)
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    state.drawHeads(&pen, box)
  }

  /// Each head with its correlation, and where it looks most.
  func sentences(_ state: WorkbenchState) -> [String] {
    guard let signal = state.spatialSignal else { return drawnSentences(state) }
    return (0..<signal.sliceCount).prefix(Self.most).map { slice in
      let heat = signal.heat(slice: slice, word: state.token)
      let most = heat.flatMap { heat in
        heat.largest.map { ", most in \(heat.title(ofPlace: $0))" }
      }
      return state.tileTitle(signal, slice) + (most ?? "")
    }
  }
}

/// One slice with its place on the screen.
struct HeadTile: Sendable, Equatable {
  let slice: Int
  /// The title's row with the picture's box under it.
  let whole: Box

  /// Where the picture goes.
  var picture: Box {
    Box(column: whole.column, row: whole.row + 1, columns: whole.columns, rows: whole.rows - 1)
  }
}

extension WorkbenchState {
  /// The slices of the map on screen that have room in a box, and where: as large as can be, so
  /// that the one that was chosen is among them.
  func tiles(in box: Box, atLeast least: Size = HeadsLayer.smallest) -> [HeadTile] {
    guard let signal = spatialSignal, signal.sliceCount > 1 else { return [] }
    let fits =
      max(1, (box.columns + 1) / (least.columns + 1)) * max(1, box.rows / (least.rows + 1))
    let count = min(signal.sliceCount, HeadsLayer.most, fits)
    let start = (choice.slice ?? 0) / count * count
    // Cells are twice as tall as wide, and pictures about as wide as tall.
    let best = (1...count).map { across -> (across: Int, side: Int) in
      let down = (count + across - 1) / across
      let columns = (box.columns + 1) / across - 1
      return (across, min(columns, 2 * (box.rows / down - 1)))
    }.max { ($0.side, -$0.across) < ($1.side, -$1.across) }
    guard let across = best?.across else { return [] }
    let down = (count + across - 1) / across
    let size = Size(columns: (box.columns + 1) / across - 1, rows: box.rows / down)
    guard size.columns > 3, size.rows > 1 else { return [] }
    return (start..<min(signal.sliceCount, start + count)).map { slice in
      let i = slice - start
      return HeadTile(
        slice: slice,
        whole: Box(
          column: box.column + i % across * (size.columns + 1),
          row: box.row + i / across * size.rows, columns: size.columns, rows: size.rows))
    }
  }

  /// What is to be drawn for the heads on screen; none where they are not shown as pictures.
  var tileRequests: [PictureRequest] {
    guard layers.taking(.picture) is HeadsLayer, let index = current,
      let cover = Panes(self).cover, let signal = spatialSignal
    else { return [] }
    return tiles(in: cover).compactMap { request($0, signal, index) }
  }

  private func request(_ tile: HeadTile, _ signal: Signal, _ index: Int) -> PictureRequest? {
    guard !tile.picture.isEmpty else { return nil }
    return signal.heat(slice: tile.slice, word: token).map {
      PictureRequest(post: posts[index].id, box: tile.picture.size, heat: $0)
    }
  }

  /// Asks for the pictures of heads, once each.
  mutating func requestTiles() -> [Effect] {
    let wanted = tileRequests
    guard requested.tiles != wanted else { return [] }
    requested.tiles = wanted
    let missing = wanted.filter { pictures[$0] == nil }
    return missing.isEmpty ? [] : [.renderPictures(missing)]
  }

  /// `head 3 of 8, ρ .31`; where that has no room, `3 ρ .31`: the number is what `.` counts.
  func tileTitle(_ signal: Signal, _ slice: Int, columns: Int = .max) -> String {
    let rho = correlationWords(signal, slice: slice)
    let whole = safe(signal.title(ofSlice: slice)) + (rho.map { ", \($0)" } ?? "")
    guard TextWidth.columns(of: whole) > columns, let rho else { return whole }
    return "\(slice + 1) \(rho)"
  }

  fileprivate func drawHeads(_ pen: inout Pen, _ box: Box) {
    guard let signal = spatialSignal, let index = current else {
      return sentence(&pen, "\(shownName.map { safe($0) } ?? "this system") has no map here", box)
    }
    var all = tiles(in: box)
    guard !all.isEmpty else { return sentence(&pen, "no room for all heads", box) }
    let requests = all.map { request($0, signal, index) }
    // Where heat cannot be told from a picture its numbers stand there.
    let isNumbers = requests.contains { $0.flatMap { pictures[$0] }?.tellsHeat == false }
    if isNumbers, let heat = requests.first??.heat {
      let grid = HeatNumbers(heat)
      all = tiles(
        in: box, atLeast: Size(columns: grid.columnsNeeded, rows: max(2, grid.rowsNeeded)))
    }
    for tile in all {
      let isChosen = choice.slice == tile.slice
      pen.line(
        pen.cell(
          (isChosen ? look.glyphs.pointer : " ")
            + tileTitle(signal, tile.slice, columns: tile.whole.columns - 1),
          tile.whole.columns), isChosen ? .title : .text, in: tile.whole, row: 0)
      guard let request = request(tile, signal, index), let heat = request.heat else { continue }
      if isNumbers {
        HeatNumbers(heat).draw(&pen, tile.picture)
      } else {
        draw(pictures[request], request.identity, &pen, tile.picture)
      }
    }
    if all.count < signal.sliceCount {
      pen.more(look.glyphs.down, signal.sliceCount - all.count, in: box, row: box.rows - 1)
    }
  }

  private func draw(
    _ picture: RenderedPicture?, _ identity: String, _ pen: inout Pen, _ box: Box
  ) {
    switch picture {
    case nil, .placeholder?: pen.line(look.glyphs.ellipsis, .muted, in: box, row: 0)
    case .cells(let cells, let columns, let rows)?:
      guard columns > 0, columns <= box.columns, rows <= box.rows else { return }
      pen.frame.draw(
        Array(cells.prefix(columns * rows)), columns: columns,
        at: box.centered(columns: columns, rows: rows).origin)
    case .pixels(let encoded, let columns, let rows)?:
      guard columns <= box.columns, rows <= box.rows else { return }
      pen.frame.place(
        PicturePlacement(
          box: box.centered(columns: columns, rows: rows), identity: identity, picture: encoded))
    }
  }
}

extension RenderedPicture {
  /// Whether heat over it can be told: in pixels, or in cells that have colours.
  fileprivate var tellsHeat: Bool {
    switch self {
    case .pixels: true
    case .cells(let cells, _, _):
      cells.contains { $0.style.background != .standard || $0.style.foreground != .standard }
    case .placeholder: false
    }
  }
}
