/// A bitmap in memory: 8-bit RGB, row-major, interleaved, no padding. A plain value.
///
/// It is always fully decoded and upright (EXIF orientation already applied), so that everything
/// after decoding can trust `pixels.count == 3 * width * height`.
package struct Picture: Sendable, Hashable {
  /// Columns, at least 1.
  package let width: Int
  /// Rows, at least 1.
  package let height: Int
  /// `3 * width * height` bytes: red, green, blue of each pixel, rows from the top.
  package var pixels: [UInt8]

  /// Wraps bytes that were decoded elsewhere. The count must fit the size.
  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture has at least one pixel")
    precondition(pixels.count == 3 * width * height, "RGB bytes do not fit \(width)x\(height)")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// A picture of one colour.
  package init(width: Int, height: Int, color: RGB) {
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    for i in 0..<(width * height) {
      pixels[3 * i] = color.red
      pixels[3 * i + 1] = color.green
      pixels[3 * i + 2] = color.blue
    }
    self.init(width: width, height: height, pixels: pixels)
  }

  /// The colour at a column and row inside the picture.
  package subscript(x: Int, y: Int) -> RGB {
    get {
      let i = 3 * (y * width + x)
      return RGB(pixels[i], pixels[i + 1], pixels[i + 2])
    }
    set {
      let i = 3 * (y * width + x)
      pixels[i] = newValue.red
      pixels[i + 1] = newValue.green
      pixels[i + 2] = newValue.blue
    }
  }
}

/// A colour with 8 bits a channel (sRGB).
package struct RGB: Sendable, Hashable {
  /// Red, 0 … 255.
  package var red: UInt8
  /// Green, 0 … 255.
  package var green: UInt8
  /// Blue, 0 … 255.
  package var blue: UInt8

  /// A colour of three bytes.
  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }
}
