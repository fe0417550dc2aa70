import Pictures

/// A figure laid out for a size: shapes and words at pixels, from the lowest to the topmost. What
/// draws it knows nothing of axes.
package struct Drawing: Sendable, Hashable {
  /// Columns and rows in pixels.
  package let size: PixelSize
  /// What it is drawn on.
  package let ground: FigureGround
  /// What is drawn, from the lowest to the topmost.
  package internal(set) var items: [Item] = []

  /// An empty one.
  package init(size: PixelSize, ground: FigureGround) {
    self.size = size
    self.ground = ground
  }

  /// Something drawn, with what a reader of the file can look up.
  package struct Item: Sendable, Hashable {
    /// What is drawn.
    package let shape: Shape
    /// The number that it shows.
    package let value: Value?
    /// What it counts; empty for nothing.
    package let name: String
  }

  /// What can be drawn.
  package enum Shape: Sendable, Hashable {
    /// Lines from point to point, closed and filled where `fill` is given.
    case path([Point], fill: RGB?, stroke: RGB?, width: Float, dashed: Bool, opacity: Float)
    /// Words; the place is where their lower line begins, has its middle or ends.
    case text(Words)
    /// A picture over a rectangle.
    case picture(Picture, Area)
  }

  /// Words at a place.
  package struct Words: Sendable, Hashable {
    /// What is written, of one line.
    package let text: String
    /// The end of the line that `anchor` says, at the line that letters stand on.
    package let at: Point
    /// Height in pixels.
    package let size: Float
    /// Which part lies at the place.
    package let anchor: Mark.Anchor
    /// The colour.
    package let color: RGB
    /// Whether it is heavier.
    package let isBold: Bool
    /// Whether it runs from top to bottom.
    package let isTurned: Bool
    /// Whether all letters are equally wide.
    package let isMono: Bool
  }

  /// Adds a filled rectangle.
  package mutating func rectangle(
    _ area: Area, _ fill: RGB, opacity: Float = 1, value: Value? = nil, name: String = ""
  ) {
    path(area.corners, fill: fill, opacity: opacity, value: value, name: name)
  }

  mutating func path(
    _ points: [Point], fill: RGB? = nil, stroke: RGB? = nil, width: Float = 1,
    dashed: Bool = false, opacity: Float = 1, value: Value? = nil, name: String = ""
  ) {
    guard points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }), points.count > 1 else { return }
    items.append(
      Item(
        shape: .path(
          points, fill: fill, stroke: stroke, width: width, dashed: dashed, opacity: opacity),
        value: value, name: name))
  }

  /// Adds words.
  package mutating func text(
    _ text: String, _ at: Point, _ size: Float, _ color: RGB, anchor: Mark.Anchor = .start,
    isBold: Bool = false, isTurned: Bool = false, isMono: Bool = false, value: Value? = nil
  ) {
    guard !text.isEmpty, at.x.isFinite, at.y.isFinite else { return }
    let words = Words(
      text: text, at: at, size: size, anchor: anchor, color: color, isBold: isBold,
      isTurned: isTurned, isMono: isMono)
    items.append(Item(shape: .text(words), value: value, name: ""))
  }

  /// Adds a picture over a rectangle.
  package mutating func picture(_ picture: Picture, _ area: Area) {
    guard area.width >= 1, area.height >= 1 else { return }
    items.append(Item(shape: .picture(picture, area), value: nil, name: ""))
  }
}

/// A rectangle in pixels.
package struct Area: Sendable, Hashable {
  /// The left edge.
  package var x: Float
  /// The upper edge.
  package var y: Float
  /// From left to right.
  package var width: Float
  /// From top to bottom.
  package var height: Float

  /// A rectangle in pixels.
  package init(x: Float, y: Float, width: Float, height: Float) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  var right: Float { x + width }
  var bottom: Float { y + height }
  var corners: [Point] { [Point(x, y), Point(right, y), Point(right, bottom), Point(x, bottom)] }

  /// The largest part with a width over height, at the top in the middle.
  func shaped(_ shape: Double) -> Area {
    guard shape.isFinite, shape > 0, height > 0 else { return self }
    let shape = Float(shape)
    if width > height * shape {
      let narrow = height * shape
      return Area(x: x + (width - narrow) / 2, y: y, width: narrow, height: height)
    }
    return Area(x: x, y: y, width: width, height: width / shape)
  }

  /// A part by fractions of this one, cut at its edges.
  func part(_ region: PictureRegion) -> Area {
    func inside(_ value: Double) -> Float { Float(min(1, max(0, value.isFinite ? value : 0))) }
    let (left, top) = (inside(region.left), inside(region.top))
    let (right, bottom) = (
      inside(region.left + region.width), inside(region.top + region.height)
    )
    return Area(
      x: x + left * width, y: y + top * height, width: max(0, right - left) * width,
      height: max(0, bottom - top) * height)
  }
}
