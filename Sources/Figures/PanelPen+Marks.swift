import Pictures

extension PanelPen {
  mutating func draw(_ mark: Mark) {
    switch mark {
    case .bars(let bars, let lying): for bar in bars { draw(bar, lying) }
    case .line(let spots, let ink, let dashed):
      stroke(spots.filter(holds).map(point), ink, dashed)
      name(spots)
    case .steps(let spots, let ink):
      stroke(Self.steps(spots.map(point)), ink, false)
      name(spots)
    case .area(let spots, let ink): fill(spots, ink)
    case .points(let spots, let shape, let ink):
      for spot in spots where holds(spot) {
        sheet.draw(
          shape, at: point(spot), sheet.ground.color(ink), value: spot.y, name: Self.title(spot))
      }
    case .rule(let direction, let at, let words, let ink): rule(direction, at, words, ink)
    case .text(let words, let spot, let anchor, let ink):
      let place = point(spot)
      sheet.drawing.text(
        words, Point(place.x, place.y + em * 0.36), em, sheet.ground.color(ink), anchor: anchor)
    case .picture(let picture): sheet.drawing.picture(picture, plot)
    case .heat(let grid, let picture, let style):
      sheet.drawing.picture(large(picture).overlaid(with: grid, style: style), plot)
      name(grid, in: plot.part(grid.region))
    case .regions(let grids, let picture, let style):
      sheet.drawing.picture(large(picture).overlaid(with: grids, style: style), plot)
      for (i, grid) in grids.enumerated() {
        name(plot.part(grid.region), Value(grid.values[0]), "region \(i + 1)")
      }
    case .cells(let grid, let style, let words): cells(grid, style, words)
    case .outline(let region):
      let corners = plot.part(region).corners
      for (color, width) in [(RGB(0, 0, 0), em * 0.3), (RGB(255, 255, 255), em * 0.12)] {
        sheet.drawing.path(corners + [corners[0]], stroke: color, width: width)
      }
    }
  }

  private mutating func draw(_ bar: Bar, _ lying: Bool) {
    let (from, to) = lying ? (y(bar.from), y(bar.to)) : (x(bar.from), x(bar.to))
    let (base, reach) =
      lying ? (x(bar.base), x(bar.value.number)) : (y(bar.base), y(bar.value.number))
    guard reach.isFinite else { return }
    // A hair of the ground between neighbours.
    let gap = min(abs(to - from) * 0.1, em * 0.12)
    let across = (min(from, to) + gap / 2, max(0, abs(to - from) - gap))
    let along = (min(base, reach), abs(reach - base))
    let area =
      lying
      ? Area(x: along.0, y: across.0, width: along.1, height: across.1)
      : Area(x: across.0, y: along.0, width: across.1, height: along.1)
    sheet.drawing.rectangle(area, sheet.ground.color(bar.ink), value: bar.value, name: bar.name)
    guard !bar.words.isEmpty else { return }
    let ink = sheet.ground.color(.text)
    if lying {
      let isLeft = reach < base
      sheet.drawing.text(
        bar.words, Point(reach + (isLeft ? -1 : 1) * em * 0.3, area.y + area.height / 2 + em * 0.3),
        em * 0.85, ink, anchor: isLeft ? .end : .start)
    } else {
      sheet.drawing.text(
        bar.words, Point(area.x + area.width / 2, min(base, reach) - em * 0.25), em * 0.85, ink,
        anchor: .middle)
    }
  }

  private mutating func stroke(_ points: [Point], _ ink: FigureInk, _ dashed: Bool) {
    sheet.drawing.path(
      points, stroke: sheet.ground.color(ink), width: em * 0.14, dashed: dashed)
  }

  private mutating func fill(_ spots: [Spot], _ ink: FigureInk) {
    let points = spots.map(point)
    guard let first = points.first, let last = points.last else { return }
    sheet.drawing.path(
      [Point(first.x, plot.bottom)] + points + [Point(last.x, plot.bottom)],
      fill: sheet.ground.color(ink), opacity: 0.35)
    stroke(points, ink, false)
    name(spots)
  }

  private static func steps(_ points: [Point]) -> [Point] {
    zip(points, points.dropFirst()).flatMap { [$0, Point($1.x, $0.y)] } + points.suffix(1)
  }

  private mutating func rule(
    _ direction: Mark.Direction, _ at: Value, _ words: String, _ ink: FigureInk
  ) {
    let color = sheet.ground.color(ink)
    let ends =
      direction == .x
      ? [Point(x(at.number), plot.y), Point(x(at.number), plot.bottom)]
      : [Point(plot.x, y(at.number)), Point(plot.right, y(at.number))]
    guard ends[0].x.isFinite, ends[0].y.isFinite else { return }
    sheet.drawing.path(
      ends, stroke: color, width: em * 0.12, dashed: true, value: at, name: words)
    if direction == .x {
      let isRight = ends[0].x + em * 0.4 + Letters.width(words, em * 0.85) > plot.right
      let place = ends[0].x + (isRight ? -1 : 1) * em * 0.4
      let width = words.isEmpty ? 0 : Letters.width(words, em * 0.85)
      // Bars behind the words must not swallow them.
      sheet.drawing.rectangle(
        Area(x: isRight ? place - width : place, y: plot.y + em * 0.15, width: width, height: em),
        sheet.ground.color, opacity: 0.75)
      sheet.drawing.text(
        words, Point(place, plot.y + em), em * 0.85, color, anchor: isRight ? .end : .start)
    } else {
      sheet.drawing.text(
        words, Point(plot.right, ends[0].y - em * 0.25), em * 0.85, color, anchor: .end)
    }
  }

  // Heat

  /// A picture with enough pixels to be printed.
  private func large(_ picture: Picture) -> Picture {
    let (width, height) = (Int(plot.width * 2), Int(plot.height * 2))
    guard width > picture.width, width > 0, height > 0 else { return picture }
    return picture.resized(to: PixelSize(width: width, height: height), filter: .bicubic)
  }

  private mutating func cells(_ grid: HeatGrid, _ style: HeatStyle, _ words: [String]) {
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        let i = row * grid.columns + column
        let area = Self.cell(row, column, of: grid, in: plot)
        let share = grid.share(row: row, column: column)
        let color = grid.isSigned ? style.color(ofEffect: 2 * share - 1) : style.map(share)
        sheet.drawing.rectangle(
          area, color, value: Value(grid.values[i]), name: Self.title(row, column))
        guard words.indices.contains(i), Letters.width(words[i], em * 0.85) <= area.width else {
          continue
        }
        sheet.drawing.text(
          words[i], Point(area.x + area.width / 2, area.y + area.height / 2 + em * 0.3), em * 0.85,
          color.luma > 140 ? RGB(0, 0, 0) : RGB(255, 255, 255), anchor: .middle)
      }
    }
  }

  static func cell(_ row: Int, _ column: Int, of grid: HeatGrid, in area: Area) -> Area {
    let (width, height) = (area.width / Float(grid.columns), area.height / Float(grid.rows))
    return Area(
      x: area.x + Float(column) * width, y: area.y + Float(row) * height, width: width,
      height: height)
  }

  /// What lies at places that are drawn as one: seen by who asks the file.
  private mutating func name(_ grid: HeatGrid, in area: Area) {
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        name(
          Self.cell(row, column, of: grid, in: area),
          Value(grid.values[row * grid.columns + column]), Self.title(row, column))
      }
    }
  }

  private mutating func name(_ spots: [Spot]) {
    let side = em * 0.6
    for spot in spots where holds(spot) {
      let place = point(spot)
      name(
        Area(x: place.x - side / 2, y: place.y - side / 2, width: side, height: side), spot.y,
        Self.title(spot))
    }
  }

  private mutating func name(_ area: Area, _ value: Value, _ name: String) {
    sheet.drawing.rectangle(area, RGB(0, 0, 0), opacity: 0, value: value, name: name)
  }

  private static func title(_ row: Int, _ column: Int) -> String {
    "row \(row + 1), column \(column + 1)"
  }

  private static func title(_ spot: Spot) -> String {
    spot.name.isEmpty ? "at \(spot.x.text)" : "\(spot.name), at \(spot.x.text)"
  }
}
