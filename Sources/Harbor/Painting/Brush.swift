import Pictures
import Tensors

/// Draws in a thing's unit square: (0, 0) upper left, (1, 1) lower right, before placement.
struct Brush {
  var canvas: Canvas
  let placement: Placement
  let inks: Inks
  var generator: SeededGenerator

  /// A random number around a value, for the small differences between two of a kind.
  mutating func near(_ value: Float, by spread: Float) -> Float {
    value + generator.uniform(-spread, spread)
  }

  /// A filled polygon.
  mutating func polygon(_ corners: [(Float, Float)], _ color: RGB, opacity: Float = 1) {
    outline(corners.map { Point($0.0, $0.1) }, color, opacity: opacity)
  }

  /// A filled outline in unit coordinates.
  mutating func outline(_ points: [Point], _ color: RGB, opacity: Float = 1) {
    canvas.fill(points.map { placement($0) }, color, opacity: opacity)
  }

  /// A filled ellipse around (x, y).
  mutating func ellipse(
    _ x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float, _ color: RGB, turn: Float = 0
  ) {
    outline(
      Outline.ellipse(
        center: Point(x, y), radiusX: radiusX, radiusY: radiusY, turn: turn, corners: 16),
      color)
  }

  /// A filled circle around (x, y).
  mutating func circle(_ x: Float, _ y: Float, _ radius: Float, _ color: RGB) {
    ellipse(x, y, radius, radius, color)
  }

  /// A filled box by its upper left corner and size.
  mutating func box(
    _ x: Float, _ y: Float, _ width: Float, _ height: Float, _ color: RGB
  ) {
    outline(Outline.rectangle(x: x, y: y, width: width, height: height), color)
  }

  /// Lines from point to point.
  mutating func line(_ points: [(Float, Float)], _ width: Float, _ color: RGB) {
    for (a, b) in zip(points, points.dropFirst()) {
      outline(Outline.stroke(from: Point(a.0, a.1), to: Point(b.0, b.1), width: width), color)
    }
  }

  /// Part of a ring.
  mutating func arc(
    _ x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float, width: Float, from start: Float,
    to end: Float, _ color: RGB
  ) {
    outline(
      Outline.arc(
        center: Point(x, y), radiusX: radiusX, radiusY: radiusY, width: width, from: start,
        to: end),
      color)
  }

  /// Draws the outline that makes the thing what it is.
  mutating func paint(_ thing: Thing) {
    switch thing {
    case .person: paintPerson()
    case .crowd: paintCrowd()
    case .dog: paintDog()
    case .gull: paintGull()
    case .fish: paintFish()
    case .boat: paintBoat()
    case .ship: paintShip()
    case .lighthouse: paintLighthouse()
    case .house: paintHouse()
    case .street: paintStreet()
    case .bridge: paintBridge()
    case .match: paintMatch()
    case .stage: paintStage()
    case .flag: paintFlag()
    case .trophy: paintTrophy()
    case .cup: paintCup()
    case .book: paintBook()
    case .empty: break
    }
  }
}
