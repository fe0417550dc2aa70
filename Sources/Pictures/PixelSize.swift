/// Columns and rows of a picture.
package struct PixelSize: Sendable, Hashable {
  /// Columns.
  package let width: Int
  /// Rows.
  package let height: Int

  /// A size in pixels.
  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// The largest size of the same proportions inside a box, never larger than this one, never below
  /// 1×1.
  package func fitted(in box: PixelSize) -> PixelSize {
    guard width > box.width || height > box.height else { return self }
    if width * box.height >= height * box.width {
      return PixelSize(width: max(1, box.width), height: max(1, height * box.width / width))
    }
    return PixelSize(width: max(1, width * box.height / height), height: max(1, box.height))
  }

  var turned: PixelSize { PixelSize(width: height, height: width) }
}

/// A rectangle as fractions (0 … 1) of a picture, from its upper left corner.
package struct PictureRegion: Sendable, Hashable {
  /// The left edge.
  package let left: Double
  /// The upper edge.
  package let top: Double
  /// From the left edge to the right one.
  package let width: Double
  /// From the upper edge to the lower one.
  package let height: Double

  /// A rectangle in fractions of the picture.
  package init(left: Double, top: Double, width: Double, height: Double) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }

  /// The whole picture.
  package static let whole = PictureRegion(left: 0, top: 0, width: 1, height: 1)
}
