import Files
import Screen
import Tensors
import Traces

extension WorkbenchState {
  /// The right column: the picture or what lies over its place, heat slices, panels.
  func drawRight(_ pen: inout Pen, _ panes: Panes) {
    if let box = panes.picture { drawPicture(&pen, box) }
    if let box = panes.cover { layers.taking(.picture)?.draw(self, &pen, box) }
    if let box = panes.legend { drawLegend(&pen, box) }
    if let box = panes.slices { drawSlices(&pen, box) }
    for case (let panel, let box?) in zip(SidePanel.all, panes.panels) {
      pen.heading(panel.title, in: box)
      panel.draw(
        self, &pen,
        Box(column: box.column, row: box.row + 1, columns: box.columns, rows: box.rows - 1))
    }
  }

  private func drawPicture(_ pen: inout Pen, _ box: Box) {
    guard let request = pictureRequest else { return }
    switch pictures[request] {
    case nil where current.map { posts[$0].imageID == nil } == true:
      sentence(&pen, "this post has no picture", box)
    case nil: sentence(&pen, "loading picture \(pen.look.glyphs.ellipsis)", box)
    case .placeholder(let words)?: sentence(&pen, words, box)
    case .cells(let cells, let columns, let rows)?:
      let place = picturePlace(in: box, columns: columns, rows: rows)
      guard columns > 0, columns <= box.columns, rows <= box.rows else { return }
      pen.frame.draw(Array(cells.prefix(columns * rows)), columns: columns, at: place.origin)
    case .pixels(let encoded, let columns, let rows)?:
      let place = picturePlace(in: box, columns: columns, rows: rows)
      guard columns <= box.columns, rows <= box.rows else { return }
      // Two requests differ in post, box or heat, so their hash tells the terminal when to redraw.
      pen.frame.place(
        PicturePlacement(box: place, identity: request.identity, picture: encoded))
    }
  }

  /// Where a picture lies in its box: in the middle of the screen where that is its own, else at
  /// the top, beside the text.
  func picturePlace(in box: Box, columns: Int, rows: Int) -> Box {
    var place = box.centered(columns: columns, rows: rows)
    if fullScreen != .picture { place.row = box.row }
    return place
  }

  /// A sentence in the middle of a box.
  func sentence(_ pen: inout Pen, _ words: String, _ box: Box) {
    let lines = Wrapping.lines(safe(words), columns: max(1, box.columns - 2))
    let top = max(0, (box.rows - lines.count) / 2)
    for (i, line) in lines.enumerated() {
      let indent = max(0, (box.columns - TextWidth.columns(of: line)) / 2)
      pen.line(line, .placeholder, in: box, row: top + i, indent: indent)
    }
  }

  /// Which slice of which signal, and the range of its values.
  private func drawLegend(_ pen: inout Pen, _ box: Box) {
    guard let signal = spatialSignal, let heat else {
      let name = shownName.map { "\(safe($0)) has no map here" } ?? ""
      pen.line(name, .muted, in: box, row: 0)
      return
    }
    let span = HeatNumbers(heat).range
    let ramp = ramp(heat, pen)
    if heat.isSigned, heat.values.allSatisfy({ $0 == 0 }) {
      pen.line("no region changes p", .muted, in: box, row: 0)
      return
    }
    var right = [pen.piece(span + " ", .muted)] + ramp
    var room = box.columns - TextWidth.columns(of: span) - ramp.count - 2
    var words = heatTitle.isEmpty ? safe(signal.caption) : safe(heatTitle)
    let full = words.contains(safe(signal.caption)) ? words : safe(signal.caption) + ", " + words
    // Where there is no room for the sentence, its number and place.
    let short = words.hasPrefix("largest ") ? String(words.dropFirst(8)) : words
    if TextWidth.columns(of: words) > room { words = short }
    // The place of the largest effect matters more than the end of the scale.
    if heat.unit == .points, TextWidth.columns(of: words) > room {
      right = ramp
      room = box.columns - ramp.count - 1
      words = words.replacing("row ", with: "r").replacing(", column ", with: " c")
    }
    if !heatTitle.isEmpty, TextWidth.columns(of: full) <= room { words = full }
    pen.line(pen.cell(words, max(1, room)), .text, in: box, row: 0)
    pen.rightLine(right, in: box, row: 0)
  }

  /// The colours of the heat from least to most; of points of p between `T` and `M`, the experts
  /// that they pull to.
  private func ramp(_ heat: Heat, _ pen: Pen) -> [Pen.Piece] {
    let theme = pen.look.theme
    let steps: [Double] = heat.isSigned ? [-1, -0.5, 0.5, 1] : [0.25, 0.5, 0.75, 1]
    let pieces = steps.map { step in
      let ink = heat.isSigned ? theme.signedHeatInk(step) : theme.heatInk(step)
      return Pen.Piece(text: pen.look.glyphs.level(abs(step)), style: Style(ink))
    }
    guard heat.unit == .points else { return pieces }
    return [pen.piece("T", .routeText)] + pieces + [pen.piece("M", .routeMultimodal)]
  }

  /// The other slices as small grids of numbers, as many as fit.
  private func drawSlices(_ pen: inout Pen, _ box: Box) {
    guard let signal = spatialSignal, signal.sliceCount > 1,
      let first = signal.heat(slice: 0, word: token)
    else { return }
    let grid = HeatNumbers(first)
    let need = grid.columnsNeeded
    let tall = grid.rowsNeeded + 1
    let across = max(1, (box.columns + 2) / (need + 2))
    let down = box.rows / tall
    guard need <= box.columns, down > 0 else { return }
    let page = across * down
    let start = (choice.slice ?? 0) / page * page
    for i in 0..<min(page, signal.sliceCount - start) {
      guard let heat = signal.heat(slice: start + i, word: token) else { continue }
      let cell = Box(
        column: box.column + i % across * (need + 2), row: box.row + i / across * tall,
        columns: need, rows: tall)
      let isChosen = choice.slice == start + i
      pen.line(
        (isChosen ? pen.look.glyphs.pointer : " ") + safe(signal.title(ofSlice: start + i)),
        isChosen ? .title : .muted, in: cell, row: 0)
      HeatNumbers(heat).draw(
        &pen, Box(column: cell.column, row: cell.row + 1, columns: need, rows: tall - 1))
    }
  }
}

extension PictureRequest {
  /// A name that differs when post, box or heat differ, and is the same in every run.
  var identity: String {
    var hash = FNV1a()
    hash.add(bytes: post.utf8)
    for value in heat?.values ?? [] { hash.add(UInt64(value.bitPattern)) }
    // The same values over other places are another picture.
    let places: [ImageRegion] =
      switch heat?.shape {
      case .regions(let regions)?: regions
      case .grid(_, _, let region)?: [region]
      case nil: []
      }
    for place in places {
      for number in [place.left, place.top, place.width, place.height] {
        hash.add(number.bitPattern)
      }
    }
    return "\(hash.digits)-\(box.columns)x\(box.rows)\(heat == nil ? "" : "-heat")"
  }
}
