import CPNG

// libpng's "simplified" interface catches its own long jumps, so that none crosses Swift frames.
extension Picture {
  /// The picture as a PNG file: 8-bit RGB, not interlaced; the same pixels give the same bytes.
  ///
  /// - Parameter isQuick: for a file that is read once: larger, and made several times faster.
  /// - Throws: `PictureError.notEncodable` when libpng refuses.
  package func png(isQuick: Bool = false) throws(PictureError) -> [UInt8] {
    try Self.file(
      pixels, samples: 3, width: width, height: height, format: PNGFormat.rgb, isQuick: isQuick)
  }

  /// The picture as a PNG file in at most `colors` (1 … 256) colours of its own: a third of the
  /// bytes.
  ///
  /// - Throws: `PictureError.notEncodable` when libpng refuses.
  package func png(colors: Int) throws(PictureError) -> [UInt8] {
    let few = ColorQuantizer(pixels[...], colors: min(256, max(1, colors)))
    return try Self.file(
      few.indices, samples: 1, width: width, height: height,
      format: PNGFormat.rgb | PNGFormat.paletteFlag, palette: few.palette, isQuick: true)
  }

  private static func file(
    _ data: [UInt8], samples: Int, width: Int, height: Int, format: UInt32, palette: [RGB] = [],
    isQuick: Bool
  ) throws(PictureError) -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.format = format
    image.flags = isQuick ? PNGFormat.quick : 0
    image.colormap_entries = UInt32(palette.count)
    let colors = palette.flatMap { [$0.red, $0.green, $0.blue] }
    // Room for incompressible rows: libpng's own bound for stored blocks, with some to spare.
    var size = png_alloc_size_t(data.count + height + data.count / 64 + 4096)
    var written = false
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
      written =
        png_image_write_to_memory(
          &image, buffer.baseAddress, &size, 0, data, Int32(width * samples),
          palette.isEmpty ? nil : colors) != 0
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
  /// PNG_FORMAT_FLAG_COLORMAP: the data are places in a palette.
  static let paletteFlag: UInt32 = 8
  /// PNG_IMAGE_FLAG_FAST: for speed rather than size.
  static let quick: UInt32 = 2
  /// PNG_IMAGE_FLAG_16BIT_sRGB.
  static let deepIsSRGB: UInt32 = 4
}

extension png_image {
  /// libpng's message, e.g. why reading failed.
  var text: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
