import Files
import Pictures
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
      let isBefore = panel.isOfPost && layers[WhatIfLayer.self]?.question(self) != nil
      pen.heading(panel.title + (isBefore ? ", before" : ""), in: box)
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
    if let words = layers.first({ $0.legend(self) }) {
      pen.line(pen.cell(words, box.columns), .text, in: box, row: 0)
      return
    }
    guard let signal = spatialSignal, let heat else {
      let words =
        awaitsSignals ? "" : shownName.map { "\(safe($0)) has no map here" } ?? ""
      pen.line(words, .muted, in: box, row: 0)
      return
    }
    guard !heat.isSigned || heat.hasEffect else {
      pen.line("no region matters here", .muted, in: box, row: 0)
      return
    }
    let ramp = ramp(heat, pen)
    let scale = [pen.piece(HeatNumbers(heat).range + " ", .muted)] + ramp
    // Whose map it is and which slice matters more than its scale, and that more than its name.
    let words = legendWords(signal)
    for words in [words.whole, words.bare] {
      for scale in [scale, ramp, []] {
        for words in words where legend(words, scale, &pen, box) { return }
      }
    }
    pen.line(pen.cell(words.bare.last ?? "", box.columns), .text, in: box, row: 0)
  }

  /// Writes words and a scale beside each other; false where they do not fit.
  private func legend(
    _ words: String, _ scale: [Pen.Piece], _ pen: inout Pen, _ box: Box
  ) -> Bool {
    let width = scale.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    guard TextWidth.columns(of: words) + (width > 0 ? width + 1 : 0) <= box.columns else {
      return false
    }
    pen.line(words, .text, in: box, row: 0)
    pen.rightLine(scale, in: box, row: 0)
    return true
  }

  /// What the map shows, the fullest words first: those that say whose it is where several systems
  /// have one, and those without.
  private func legendWords(_ signal: Signal) -> (whole: [String], bare: [String]) {
    let (title, bare) = (safe(heatTitle), safe(heatWords))
    let names = [safe(signal.caption), safe(signal.name)]
    let end = bare.isEmpty ? names[0] : bare
    let system = title.hasSuffix(end) ? String(title.dropLast(end.count)) : ""
    guard !bare.isEmpty else { return (names.map { system + $0 }, names) }
    // Of the largest effect the place matters more than the sentence.
    func short(_ words: String) -> String { words.replacing("largest ", with: "") }
    return (
      names.map { "\(system)\($0), \(bare)" } + [title, short(title)],
      [
        bare, short(bare),
        short(bare).replacing("row ", with: "r").replacing(", column ", with: " c"),
      ]
    )
  }

  /// The colours of the heat from least to most, those that lie over the picture, or with its
  /// numbers on screen theirs; of what the router makes of regions between `T` and `M`, the experts
  /// that they pull to. The height of the signs tells the same without colours.
  private func ramp(_ heat: Heat, _ pen: Pen) -> [Pen.Piece] {
    let steps: [Double] = heat.isSigned ? [-1, -0.5, 0.5, 1] : [0.25, 0.5, 0.75, 1]
    let pieces = steps.map { step in
      let ink = heatInk(step, isSigned: heat.isSigned, pen.look.theme)
      return Pen.Piece(
        text: pen.look.glyphs.level(abs(step)), style: Style(ink, on: Self.legendGround))
    }
    guard isOfRouter else { return pieces }
    return [pen.piece("T", .routeText)] + pieces + [pen.piece("M", .routeMultimodal)]
  }

  /// Dark in every theme: the brightest colours of the heat must be seen on it.
  private static let legendGround = Ink.rgb(32, 36, 44)

  private func heatInk(_ value: Double, isSigned: Bool, _ theme: Theme) -> Ink {
    guard layers[NumbersLayer.self] == nil else {
      return isSigned ? theme.signedHeatInk(value) : theme.heatInk(value)
    }
    let style = HeatStyle(map: choice.colors)
    let color = isSigned ? style.color(ofEffect: Float(value)) : style.map(Float(value))
    return .rgb(color.red, color.green, color.blue)
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
    if !changes.isEmpty { hash.add(bytes: "\(changes)".utf8) }
    // The same values over other places are another picture.
    let places: [ImageRegion] =
      switch heat?.shape {
      case .regions(let regions)?: regions
      case .grid(_, _, let region)?: [region]
      case nil: []
      }
    for place in places + (heat?.outlined ?? []) {
      for number in [place.left, place.top, place.width, place.height] {
        hash.add(number.bitPattern)
      }
    }
    return "\(hash.digits)-\(box.columns)x\(box.rows)\(heat == nil ? "" : "-\(colors.rawValue)")"
  }
}
