extension Picture {
  /// The mean of every channel, rounded.
  package var meanColor: RGB {
    var sums = (0, 0, 0)
    for i in stride(from: 0, to: pixels.count, by: 3) {
      sums.0 += Int(pixels[i])
      sums.1 += Int(pixels[i + 1])
      sums.2 += Int(pixels[i + 2])
    }
    let count = width * height
    func mean(_ sum: Int) -> UInt8 { UInt8((sum + count / 2) / count) }
    return RGB(mean(sums.0), mean(sums.1), mean(sums.2))
  }

  /// The pixels of a rectangle; at least one, also of a rectangle without area.
  func pixels(of region: PictureRegion) -> (columns: Range<Int>, rows: Range<Int>) {
    func range(_ start: Double, _ length: Double, _ limit: Int) -> Range<Int> {
      func place(_ share: Double) -> Int {
        share.isFinite ? Int((min(1, max(0, share)) * Double(limit)).rounded()) : 0
      }
      let low = min(limit - 1, place(start))
      return low..<max(low + 1, place(start + length))
    }
    return (
      range(region.left, region.width, width), range(region.top, region.height, height)
    )
  }

  /// The picture with a rectangle of one colour.
  package func masked(_ region: PictureRegion, with color: RGB) -> Picture {
    var result = self
    let (columns, rows) = pixels(of: region)
    for y in rows { for x in columns { result[x, y] = color } }
    return result
  }

  /// What lies inside a rectangle.
  package func cut(_ region: PictureRegion) -> Picture {
    let (columns, rows) = pixels(of: region)
    return cropped(
      x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
      ?? self
  }

  /// Pixels of an outline that is drawn on a picture as it comes, as the released code of FocalMRE
  /// has it.
  package static let nativeFrame = 3

  /// The picture with the outline of a rectangle on it, a hundredth of the short side wide: two
  /// pixels of 224.
  ///
  /// - Parameter wide: pixels of the outline in its place.
  package func framed(_ region: PictureRegion, with color: RGB, wide: Int? = nil) -> Picture {
    var result = self
    let (columns, rows) = pixels(of: region)
    let wide = max(1, wide ?? min(width, height) * 2 / 224)
    for y in rows {
      for x in columns
      where y < rows.lowerBound + wide || y >= rows.upperBound - wide
        || x < columns.lowerBound + wide || x >= columns.upperBound - wide
      {
        result[x, y] = color
      }
    }
    return result
  }
}
