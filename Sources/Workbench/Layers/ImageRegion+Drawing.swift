import Traces

/// What keys and the mouse do to a rectangle.
extension ImageRegion {
  func moved(_ x: Double, _ y: Double) -> ImageRegion {
    ImageRegion(left: left + x, top: top + y, width: width, height: height)
  }

  /// Wider and higher, the middle staying where it is.
  func grown(_ x: Double, _ y: Double) -> ImageRegion {
    ImageRegion(left: left - x / 2, top: top - y / 2, width: width + x, height: height + y)
  }

  /// From corner to corner.
  init(_ one: (x: Double, y: Double), _ other: (x: Double, y: Double)) {
    self.init(
      left: min(one.x, other.x), top: min(one.y, other.y), width: abs(one.x - other.x),
      height: abs(one.y - other.y))
  }

  func contains(_ point: (x: Double, y: Double)) -> Bool {
    (left...(left + width)).contains(point.x) && (top...(top + height)).contains(point.y)
  }

  func centred(on point: (x: Double, y: Double)) -> ImageRegion {
    ImageRegion(
      left: point.x - width / 2, top: point.y - height / 2, width: width, height: height)
  }
}
