import Pictures

/// Draws one panel into its room.
struct PanelPen {
  let panel: Panel
  var sheet: Sheet
  /// The room of the panel, then what is left of it.
  var room: Area
  /// Where marks are drawn.
  private(set) var plot = Area(x: 0, y: 0, width: 0, height: 0)

  var em: Float { sheet.em }
  private var small: Float { sheet.em * 0.85 }

  init(panel: Panel, sheet: Sheet, room: Area) {
    self.panel = panel
    self.sheet = sheet
    self.room = room
  }

  mutating func draw() {
    writeTitle()
    writeNotes()
    place()
    guard plot.width >= 2, plot.height >= 2 else { return }
    drawGrid()
    for mark in panel.marks { draw(mark) }
    drawAxes()
  }

  private mutating func writeTitle() {
    guard !panel.title.isEmpty else { return }
    sheet.drawing.text(
      Letters.cut(panel.title, room.width, em), Point(room.x, room.y + em), em,
      sheet.ground.color(.text), isBold: true)
    take(top: sheet.line)
  }

  private mutating func writeNotes() {
    let lines = panel.notes.flatMap { Letters.lines($0, room.width, small) }
    guard !lines.isEmpty else { return }
    let height = min(room.height, Float(lines.count) * small * 1.3 + em * 0.2)
    room.height -= height
    for (i, words) in lines.enumerated() where (Float(i) + 1) * small * 1.3 <= height {
      sheet.drawing.text(
        words, Point(room.x, room.bottom + em * 0.2 + small * (1 + 1.3 * Float(i))), small,
        sheet.ground.color(.muted))
    }
  }

  /// Leaves room for what is written along the axes.
  private mutating func place() {
    if let y = panel.y, !y.title.isEmpty { take(top: sheet.line) }
    var left: Float = 0
    if let y = panel.y {
      let widest = y.ticks.map { Letters.width($0.label, small) }.max() ?? 0
      left = min(room.width * 0.4, widest + em * 0.6)
    }
    // Half of the last number stands beyond the plot.
    let right = panel.x == nil ? 0 : em * 0.8
    plot = Area(
      x: room.x + left, y: room.y, width: max(0, room.width - left - right), height: room.height)
    if panel.y != nil { plot.y += em * 0.4 }
    var below: Float = 0
    if let x = panel.x {
      below = em * 0.4 + (isTurned(x) ? turnedRoom(x) : small * 1.3)
      if !x.title.isEmpty { below += sheet.line }
    }
    plot.height = max(0, room.bottom - below - plot.y)
    if let shape = panel.shape { plot = plot.shaped(shape) }
  }

  private mutating func take(top: Float) {
    let top = min(top, room.height)
    room.y += top
    room.height -= top
  }

  /// Whether names stand too close to be written beside each other.
  private func isTurned(_ axis: Axis) -> Bool {
    guard let widest = axis.ticks.map({ Letters.width($0.label, small) }).max() else {
      return false
    }
    return axis.ticks.count > 1 && axis.isOfNames
      && widest + small > plot.width / Float(axis.ticks.count)
  }

  private func turnedRoom(_ axis: Axis) -> Float {
    let widest = axis.ticks.map { Letters.width($0.label, small) }.max() ?? 0
    return min(widest + small * 0.4, room.height / 3)
  }

  // Places

  private var across: Axis { panel.x ?? Axis("", low: 0, high: 1, ticks: []) }
  private var along: Axis { panel.y ?? Axis("", low: 0, high: 1, ticks: []) }

  /// The column of pixels of a number of the x axis, a little outside at most.
  func x(_ number: Double) -> Float {
    plot.x + Self.share(number, across) * plot.width
  }

  /// The row of pixels of a number of the y axis, a little outside at most.
  func y(_ number: Double) -> Float {
    plot.bottom - Self.share(number, along) * plot.height
  }

  private static func share(_ number: Double, _ axis: Axis) -> Float {
    let share = (number - axis.low) / (axis.high - axis.low)
    return share.isNaN ? .nan : Float(min(1, max(0, share)))
  }

  func point(_ spot: Spot) -> Point { Point(x(spot.x.number), y(spot.y.number)) }

  /// Whether a spot lies within both axes: what lies outside is not drawn at their ends.
  func holds(_ spot: Spot) -> Bool {
    func holds(_ axis: Axis, _ number: Double) -> Bool {
      number >= min(axis.low, axis.high) && number <= max(axis.low, axis.high)
    }
    return holds(across, spot.x.number) && holds(along, spot.y.number)
  }

  // Axes

  private mutating func drawGrid() {
    let color = sheet.ground.grid
    if let axis = panel.y, !axis.isOfNames {
      for tick in axis.ticks {
        sheet.drawing.path(
          [Point(plot.x, y(tick.at)), Point(plot.right, y(tick.at))], stroke: color,
          width: em * 0.06)
      }
    }
    if let axis = panel.x, !axis.isOfNames {
      for tick in axis.ticks {
        sheet.drawing.path(
          [Point(x(tick.at), plot.y), Point(x(tick.at), plot.bottom)], stroke: color,
          width: em * 0.06)
      }
    }
  }

  private mutating func drawAxes() {
    let (ink, muted) = (sheet.ground.color(.text), sheet.ground.color(.muted))
    if let axis = panel.x {
      sheet.drawing.path(
        [Point(plot.x, plot.bottom), Point(plot.right, plot.bottom)], stroke: muted,
        width: em * 0.08)
      write(along: axis, ink)
      if !axis.title.isEmpty {
        let below = isTurned(axis) ? turnedRoom(axis) : small * 1.3
        sheet.drawing.text(
          Letters.cut(axis.title, room.width, em),
          Point(plot.x + plot.width / 2, plot.bottom + em * 0.4 + below + em), em, ink,
          anchor: .middle)
      }
    }
    guard let axis = panel.y else { return }
    sheet.drawing.path(
      [Point(plot.x, plot.y), Point(plot.x, plot.bottom)], stroke: muted, width: em * 0.08)
    var last: Float?
    for tick in axis.ticks {
      let place = y(tick.at)
      if let last, abs(last - place) < small * 1.1 { continue }
      last = place
      sheet.drawing.text(
        Letters.cut(tick.label, plot.x - room.x - em * 0.4, small),
        Point(plot.x - em * 0.4, place + small * 0.36), small, ink, anchor: .end)
    }
    if !axis.title.isEmpty {
      sheet.drawing.text(
        Letters.cut(axis.title, room.width, em), Point(room.x, room.y - sheet.line + em), em, ink)
    }
  }

  private mutating func write(along axis: Axis, _ ink: RGB) {
    let isTurned = isTurned(axis)
    var end = -Float.infinity
    for tick in axis.ticks {
      let place = x(tick.at)
      if isTurned {
        sheet.drawing.text(
          Letters.cut(tick.label, turnedRoom(axis), small),
          Point(place - small * 0.36, plot.bottom + em * 0.4), small, ink, isTurned: true)
        continue
      }
      let half = Letters.width(tick.label, small) / 2
      guard place - half > end else { continue }
      end = place + half
      sheet.drawing.text(
        tick.label, Point(place, plot.bottom + em * 0.3 + small), small, ink, anchor: .middle)
    }
  }
}

extension Axis {
  /// Whether its ticks stand in the middle of rooms of 1, as names do.
  fileprivate var isOfNames: Bool {
    !ticks.isEmpty && ticks.enumerated().allSatisfy { $1.at == Double($0) + 0.5 }
      && max(low, high) == Double(ticks.count)
  }
}
