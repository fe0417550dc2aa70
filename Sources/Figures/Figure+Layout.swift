import Pictures

extension Figure {
  /// Smallest and largest side of a drawing in pixels.
  static let sides = 16...20_000

  /// The figure laid out.
  /// - Parameters:
  ///   - size: in pixels; nil for the figure's own. Brought within 16 … 20,000 a side.
  ///   - ground: what it is drawn on.
  ///   - textSize: height of text in pixels.
  package func drawing(
    _ size: PixelSize? = nil, _ ground: FigureGround = .light, textSize: Float = Figure.textSize
  ) -> Drawing {
    func side(_ pixels: Int) -> Int {
      min(Self.sides.upperBound, max(Self.sides.lowerBound, pixels))
    }
    let size = size ?? self.size
    let bounded = PixelSize(width: side(size.width), height: side(size.height))
    var sheet = Sheet(
      drawing: Drawing(size: bounded, ground: ground),
      room: Area(x: 0, y: 0, width: Float(bounded.width), height: Float(bounded.height)),
      em: min(200, max(4, textSize)))
    sheet.room = sheet.room.inset(sheet.em * 0.8)
    sheet.draw(title: title)
    sheet.draw(legend: legend)
    sheet.draw(caption: caption)
    if let colorBar { sheet.draw(colorBar) }
    sheet.draw(panels: panels, columns: columns)
    return sheet.drawing
  }
}

extension Area {
  func inset(_ by: Float) -> Area {
    Area(
      x: x + by, y: y + by, width: max(1, width - 2 * by), height: max(1, height - 2 * by))
  }
}

/// A drawing with the room that is left in it.
struct Sheet {
  var drawing: Drawing
  var room: Area
  /// Height of text in pixels; everything else is measured by it.
  let em: Float

  var ground: FigureGround { drawing.ground }
  var line: Float { em * 1.3 }

  /// Takes rows of pixels from the top of the room.
  mutating func takeTop(_ height: Float) -> Area {
    let taken = Area(x: room.x, y: room.y, width: room.width, height: min(height, room.height))
    room.y += taken.height
    room.height -= taken.height
    return taken
  }

  /// Takes rows of pixels from the bottom of the room.
  mutating func takeBottom(_ height: Float) -> Area {
    let height = min(height, room.height)
    room.height -= height
    return Area(x: room.x, y: room.bottom, width: room.width, height: height)
  }

  mutating func draw(title: String) {
    let size = em * 1.25
    for words in Letters.lines(title, room.width, size) {
      let area = takeTop(size * 1.3)
      drawing.text(
        words, Point(area.x, area.y + size), size, ground.color(.text), isBold: true)
    }
    if !title.isEmpty { _ = takeTop(em * 0.4) }
  }

  mutating func draw(caption: [String]) {
    let size = em * 0.85
    let lines = caption.flatMap { Letters.lines($0, room.width, size) }
    // However much is to be said, the panels keep half the room.
    let most = max(0, Int(room.height / 2 / (size * 1.3)))
    let shown = lines.count > most ? Array(lines.prefix(most)) : lines
    guard !shown.isEmpty else { return }
    let area = takeBottom(Float(shown.count) * size * 1.3 + em * 0.4)
    for (i, words) in shown.enumerated() {
      let isCut = i == shown.count - 1 && shown.count < lines.count
      drawing.text(
        isCut ? words + " …" : words,
        Point(area.x, area.y + em * 0.4 + size * (1 + 1.3 * Float(i))), size, ground.color(.muted))
    }
  }

  mutating func draw(legend: [LegendEntry]) {
    guard !legend.isEmpty else { return }
    var area = takeTop(line)
    var x = area.x
    for entry in legend {
      let width = em * 2 + Letters.width(entry.words, em) + em
      if x > area.x, x + width > area.right {
        area = takeTop(line)
        x = area.x
      }
      let middle = area.y + line / 2
      draw(entry.sign, entry.ink, x: x, middle: middle)
      drawing.text(
        Letters.cut(entry.words, area.right - x - em * 2, em),
        Point(x + em * 2, middle + em * 0.36), em, ground.color(.text))
      x += width
    }
    _ = takeTop(em * 0.4)
  }

  private mutating func draw(_ sign: LegendEntry.Sign, _ ink: FigureInk, x: Float, middle: Float) {
    let color = ground.color(ink)
    switch sign {
    case .area:
      drawing.rectangle(
        Area(x: x + em * 0.3, y: middle - em * 0.45, width: em * 0.9, height: em * 0.9), color)
    case .line(let dashed):
      drawing.path(
        [Point(x, middle), Point(x + em * 1.6, middle)], stroke: color, width: em * 0.15,
        dashed: dashed)
    case .point(let shape): draw(shape, at: Point(x + em * 0.8, middle), color)
    }
  }

  /// A point of half a letter's size.
  mutating func draw(
    _ shape: PointShape, at: Point, _ color: RGB, value: Value? = nil, name: String = ""
  ) {
    let r = em * 0.3
    func corner(_ x: Float, _ y: Float) -> Point { Point(at.x + r * x, at.y + r * y) }
    let corners: [Point] =
      switch shape {
      case .circle: Outline.ellipse(center: at, radiusX: r, radiusY: r, corners: 16)
      case .square: [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)]
      case .triangle: [corner(0, -1.2), corner(1.1, 0.9), corner(-1.1, 0.9)]
      case .diamond: [corner(0, -1.3), corner(1.3, 0), corner(0, 1.3), corner(-1.3, 0)]
      case .cross:
        [
          corner(-1, -0.4), corner(-0.4, -1), corner(0, -0.5), corner(0.4, -1), corner(1, -0.4),
          corner(0.5, 0), corner(1, 0.4), corner(0.4, 1), corner(0, 0.5), corner(-0.4, 1),
          corner(-1, 0.4), corner(-0.5, 0),
        ]
      }
    drawing.path(corners, fill: color, value: value, name: name)
  }

  mutating func draw(_ bar: ColorBar) {
    let area = takeBottom(line * 3 + em * 0.4)
    guard area.height > line * 2 else { return }
    drawing.text(
      Letters.cut(bar.title, area.width, em), Point(area.x, area.y + em), em, ground.color(.text))
    let ramp = Area(
      x: area.x + em, y: area.y + line * 1.05, width: min(area.width - 2 * em, em * 32),
      height: em * 0.9)
    let steps = 64
    for i in 0..<steps {
      let width = ramp.width / Float(steps)
      // A little wider than its share, else a light line is seen between two.
      let over: Float = i + 1 < steps ? 0.6 : 0
      drawing.rectangle(
        Area(x: ramp.x + Float(i) * width, y: ramp.y, width: width + over, height: ramp.height),
        bar.color(Float(i) / Float(steps - 1)))
    }
    drawing.path(
      ramp.corners + [ramp.corners[0]], stroke: ground.color(.muted), width: em * 0.06)
    let axis = Axis("", low: bar.low, high: bar.high, ticks: bar.ticks)
    var end = -Float.infinity
    for tick in bar.ticks {
      let x = ramp.x + Float((tick.at - axis.low) / (axis.high - axis.low)) * ramp.width
      guard x >= ramp.x - 1, x <= ramp.right + 1 else { continue }
      drawing.path(
        [Point(x, ramp.bottom), Point(x, ramp.bottom + em * 0.3)], stroke: ground.color(.muted),
        width: em * 0.08)
      let half = Letters.width(tick.label, em * 0.85) / 2
      guard x - half > end else { continue }
      end = x + half
      drawing.text(
        tick.label, Point(x, ramp.bottom + em * 1.25), em * 0.85, ground.color(.text),
        anchor: .middle)
    }
  }

  mutating func draw(panels: [Panel], columns: Int) {
    guard !panels.isEmpty else { return }
    let columns = min(columns, panels.count)
    let rows = (panels.count + columns - 1) / columns
    let gap = em * 0.8
    let width = (room.width - gap * Float(columns - 1)) / Float(columns)
    let height = (room.height - gap * Float(rows - 1)) / Float(rows)
    guard width >= 4, height >= 4 else { return }
    for (i, panel) in panels.enumerated() {
      let area = Area(
        x: room.x + Float(i % columns) * (width + gap),
        y: room.y + Float(i / columns) * (height + gap), width: width, height: height)
      var pen = PanelPen(panel: panel, sheet: self, room: area)
      pen.draw()
      drawing = pen.sheet.drawing
    }
  }
}
