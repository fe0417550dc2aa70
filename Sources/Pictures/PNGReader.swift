import CPNG

/// PNG through libpng's simplified interface, which catches its own long jumps.
enum PNGReader {
  /// Samples per pixel for each colour type of the header.
  private static let channelsByColorType = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4]

  static func decode(
    _ bytes: [UInt8], for purpose: DecodingPurpose, limits: DecodingLimits
  ) throws(PictureError) -> DecodedPicture {
    // The header comes first by rule: 8 bytes signature, then IHDR. libpng checks it again.
    guard bytes.count >= 33 else { throw .truncated(format: "PNG") }
    func word(_ at: Int) -> Int { bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
    let (width, height) = (word(16), word(20))
    guard width > 0, height > 0 else { throw .zeroSize(width: width, height: height) }
    guard width <= limits.pixels, height <= limits.pixels, width * height <= limits.pixels else {
      throw .tooManyPixels(width: width, height: height, limit: limits.pixels)
    }
    // Deflate cannot shrink below 1/1032; a short file that claims a vast picture costs no memory
    // then.
    let depth = Int(bytes[24]) * (channelsByColorType[Int(bytes[25])] ?? 1)
    guard (width * depth + 7) / 8 * height <= 1032 * bytes.count else {
      throw .truncated(format: "PNG")
    }
    let plain = try withoutColorSpace(bytes)
    // Sixteen bits a sample mean something else to encoders than to eyes.
    let isDeep = bytes[24] == 16 && purpose == .reference
    let picture =
      isDeep
      ? try deepPixels(of: plain, colorType: Int(bytes[25]), width: width, height: height)
      : try pixels(of: plain, width: width, height: height, keepsHidden: purpose == .reference)
    let upright = picture.upright(from: orientation(in: bytes))
    return DecodedPicture(
      picture: upright, originalSize: PixelSize(width: upright.width, height: upright.height),
      format: .png)
  }

  private static func pixels(
    of bytes: [UInt8], width: Int, height: Int, keepsHidden: Bool
  ) throws(PictureError) -> Picture {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    var failed = false
    var alpha = false
    var pixels: [UInt8] = []
    bytes.withUnsafeBytes { input in
      failed = png_image_begin_read_from_memory(&image, input.baseAddress, input.count) == 0
      guard !failed, Int(image.width) == width, Int(image.height) == height else {
        failed = true
        return
      }
      alpha = image.format & PNGFormat.alphaFlag != 0
      image.format = alpha ? PNGFormat.rgba : PNGFormat.rgb
      // 16-bit files without a gamma are sRGB like all others, not linear light.
      image.flags |= PNGFormat.deepIsSRGB
      let channels = alpha ? 4 : 3
      pixels = [UInt8](unsafeUninitializedCapacity: width * height * channels) { buffer, count in
        buffer.initialize(repeating: 255)
        failed =
          png_image_finish_read(
            &image, nil, buffer.baseAddress, Int32(width * channels), nil) == 0
        count = width * height * channels
      }
    }
    guard !failed else {
      let reason = image.text
      let ends = ["read beyond end of data", "Not enough image data", "Read Error"]
      if ends.contains(where: reason.contains) { throw .truncated(format: "PNG") }
      throw .damaged(format: "PNG", reason: reason)
    }
    let seen = alpha ? (keepsHidden ? withoutAlpha(pixels) : onWhite(pixels)) : pixels
    return Picture(width: width, height: height, pixels: seen)
  }

  /// Pixels of sixteen bits as Pillow's `convert("RGB")` gives them: the high bytes of colours and
  /// of grey with transparency; plain grey cut off at 255, which leaves most of it white.
  private static func deepPixels(
    of bytes: [UInt8], colorType: Int, width: Int, height: Int
  ) throws(PictureError) -> Picture {
    guard let channels = channelsByColorType[colorType], colorType != 3 else {
      throw .damaged(format: "PNG", reason: "a palette of sixteen bits")
    }
    let row = width * channels * 2
    var samples = [UInt8](repeating: 0, count: row * height)
    let status = samples.withUnsafeMutableBufferPointer { samples in
      bytes.withUnsafeBufferPointer { bytes in
        twinlens_png_deep(bytes.baseAddress, bytes.count, samples.baseAddress, row, height)
      }
    }
    guard status == 0 else {
      // A file that ends too soon is told from a damaged one by the other reader.
      _ = try pixels(of: bytes, width: width, height: height, keepsHidden: true)
      throw .damaged(format: "PNG", reason: "its samples of sixteen bits cannot be read")
    }
    var result = [UInt8](repeating: 0, count: width * height * 3)
    for i in 0..<(width * height) {
      let at = i * channels * 2
      for c in 0..<3 {
        let sample = at + (channels >= 3 ? 2 * c : 0)
        result[3 * i + c] =
          channels == 1 && samples[sample] > 0 ? 255 : samples[channels == 1 ? sample + 1 : sample]
      }
    }
    return Picture(width: width, height: height, pixels: result)
  }

  /// The colours under the transparency.
  private static func withoutAlpha(_ rgba: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: rgba.count / 4 * 3)
    for i in 0..<(rgba.count / 4) { for c in 0..<3 { result[3 * i + c] = rgba[4 * i + c] } }
    return result
  }

  /// The file without the chunks that ask for a conversion of colours: encoders were trained on
  /// pictures as Pillow reads them, which converts nothing.
  ///
  /// A chunk before the pixels that claims to go beyond the file is refused here: libpng asks for
  /// as much memory as it claims before it reads it.
  private static func withoutColorSpace(_ bytes: [UInt8]) throws(PictureError) -> [UInt8] {
    var kept: [UInt8]?
    var at = 8
    var copied = 0
    while at + 8 <= bytes.count {
      let length = bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
      let type = String(decoding: bytes[(at + 4)..<(at + 8)], as: UTF8.self)
      guard type != "IDAT", type != "IEND" else { break }
      guard length <= bytes.count - at - 12 else { throw .truncated(format: "PNG") }
      let end = at + 12 + length
      if ["gAMA", "cHRM", "sRGB", "iCCP"].contains(type) {
        kept = (kept ?? []) + bytes[copied..<at]
        copied = end
      }
      at = end
    }
    return kept.map { $0 + bytes[copied...] } ?? bytes
  }

  /// Lays straight-alpha pixels on white, in sRGB as browsers do.
  private static func onWhite(_ rgba: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 255, count: rgba.count / 4 * 3)
    for i in 0..<(rgba.count / 4) {
      let alpha = Int(rgba[4 * i + 3])
      for c in 0..<3 {
        result[3 * i + c] = UInt8((Int(rgba[4 * i + c]) * alpha + 255 * (255 - alpha) + 127) / 255)
      }
    }
    return result
  }

  /// The `eXIf` chunk's orientation; upright when there is none before the pixels.
  private static func orientation(in bytes: [UInt8]) -> Orientation {
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
      let type = bytes[(at + 4)..<(at + 8)]
      guard length <= bytes.count - at - 12, !type.elementsEqual("IEND".utf8) else { break }
      if type.elementsEqual("eXIf".utf8) {
        return Orientation(tiff: bytes[(at + 8)..<(at + 8 + length)])
      }
      at += 12 + length
    }
    return .upright
  }
}
