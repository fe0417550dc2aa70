import CPNG

// libpng's "simplified" interface catches its own long jumps, so that none crosses Swift frames.
extension Picture {
  /// The picture as a PNG file: 8-bit RGB, not interlaced; the same pixels give the same bytes.
  ///
  /// Throws `PictureError.notEncodable` when libpng refuses.
  package func png() throws(PictureError) -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.format = PNGFormat.rgb
    // Room for incompressible rows: libpng's own bound for stored blocks, with some to spare.
    var size = png_alloc_size_t(pixels.count + height + pixels.count / 64 + 4096)
    var written = false
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
      written =
        png_image_write_to_memory(
          &image, buffer.baseAddress, &size, 0, pixels, Int32(width * 3), nil) != 0
      count = written ? Int(size) : 0
    }
    guard written else {
      throw .notEncodable(format: "PNG", reason: image.text)
    }
    return bytes
  }
}

/// Pixel formats of libpng's simplified interface (its macros do not reach Swift).
enum PNGFormat {
  static let alphaFlag: UInt32 = 1
  static let rgb: UInt32 = 2
  static let rgba: UInt32 = 3
  /// PNG_IMAGE_FLAG_16BIT_sRGB.
  static let deepIsSRGB: UInt32 = 4
}

extension png_image {
  /// libpng's message, e.g. why reading failed.
  var text: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
