extension Picture {
  /// Columns and rows.
  package var size: PixelSize { PixelSize(width: width, height: height) }

  /// The part of the picture inside a rectangle of pixels; what lies outside the picture is left
  /// away.
  ///
  /// Nil when nothing is left.
  package func cropped(x: Int, y: Int, width: Int, height: Int) -> Picture? {
    let left = min(max(0, x), self.width)
    let top = min(max(0, y), self.height)
    let right = Picture.end(of: x, width, limit: self.width)
    let bottom = Picture.end(of: y, height, limit: self.height)
    guard right > left, bottom > top else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * (right - left) * (bottom - top))
    for row in top..<bottom {
      let start = 3 * (row * self.width + left)
      bytes += pixels[start..<(start + 3 * (right - left))]
    }
    return Picture(width: right - left, height: bottom - top, pixels: bytes)
  }

  /// Where a stretch ends, at most at `limit`; absurd lengths do not overflow.
  private static func end(of start: Int, _ length: Int, limit: Int) -> Int {
    let (sum, overflow) = start.addingReportingOverflow(max(0, length))
    return overflow ? limit : min(limit, sum)
  }

  /// The picture shrunk, proportions kept, until it lies inside a box; unchanged when it does
  /// already.
  ///
  /// Area averaging: the fast choice for the screen.
  package func fitted(in box: PixelSize) -> Picture {
    resized(to: size.fitted(in: box), filter: .box)
  }

  /// The short side resized to `shortSide`, then the middle `side`×`side` pixels, and the rectangle
  /// of the source picture that they show.
  ///
  /// The long side is `Int(shortSide * long / short)` and crop offsets are rounded down, as the
  /// CLIP and ViT preprocessors of Hugging Face do. `side` must not be above `shortSide`.
  package func centerCropped(
    shortSide: Int, side: Int, filter: ResamplingFilter = .bicubic
  ) -> (picture: Picture, seen: PictureRegion) {
    precondition(side > 0 && side <= shortSide, "a crop of \(side) from \(shortSide) pixels")
    let target =
      width <= height
      ? PixelSize(width: shortSide, height: shortSide * height / width)
      : PixelSize(width: shortSide * width / height, height: shortSide)
    let x = (target.width - side) / 2
    let y = (target.height - side) / 2
    let seen = PictureRegion(
      left: Double(x) / Double(target.width), top: Double(y) / Double(target.height),
      width: Double(side) / Double(target.width), height: Double(side) / Double(target.height))
    let picture = resized(
      to: target, columns: x..<(x + side), rows: y..<(y + side), filter: filter)
    return (picture, seen)
  }

  /// Channel planes for a model: `3 × height × width` values `(v / 255 - mean) / std`, red plane
  /// first.
  package func planarFloats(
    mean: SIMD3<Float> = .zero, std: SIMD3<Float> = .one
  ) -> [Float] {
    let count = width * height
    return [Float](unsafeUninitializedCapacity: 3 * count) { output, filled in
      pixels.withUnsafeBufferPointer { input in
        for channel in 0..<3 {
          let table = (0..<256).map { (Float($0) / 255 - mean[channel]) / std[channel] }
          for i in 0..<count { output[channel * count + i] = table[Int(input[3 * i + channel])] }
        }
      }
      filled = 3 * count
    }
  }
}

/// Means and standard deviations (sRGB, 0 … 1) that published models were trained with.
package enum Normalization {
  /// Mean of red, green and blue over ImageNet.
  package static let imageNetMean = SIMD3<Float>(0.485, 0.456, 0.406)
  /// Standard deviation over ImageNet.
  package static let imageNetStd = SIMD3<Float>(0.229, 0.224, 0.225)
}
