import CJPEG

/// JPEG through libturbojpeg, which turns libjpeg's long jumps into return codes itself.
enum JPEGReader {
  /// A scan over a pixel costs a few nanoseconds: this many of both together stays below half a
  /// minute.
  private static let scanPixelLimit = 5_000_000_000

  static func decode(
    _ bytes: [UInt8], for purpose: DecodingPurpose, limits: DecodingLimits
  ) throws(PictureError) -> DecodedPicture {
    let header = try JPEGHeader(bytes)
    let size = header.size
    guard size.width > 0, size.height > 0 else {
      throw .zeroSize(width: size.width, height: size.height)
    }
    guard size.width * size.height <= limits.pixels else {
      throw .tooManyPixels(width: size.width, height: size.height, limit: limits.pixels)
    }
    guard header.scans * size.width * size.height <= scanPixelLimit else {
      throw .tooManyScans(header.scans, width: size.width, height: size.height)
    }
    let stored = header.orientation.swapsSides
    let eighths: Int
    switch purpose {
    case .screen(let box):
      let target = box.map { (stored ? size.turned : size).fitted(in: $0) }
      eighths = scale(from: size, to: target.map { stored ? $0.turned : $0 })
    case .shortSide(let side):
      eighths = (1...8).first { scaled(min(size.width, size.height), $0) >= 2 * side } ?? 8
    case .reference: eighths = 8
    }
    // Whether scans are missing cannot be told, only that the end is.
    guard header.hasEnd || !header.isProgressive else { throw .truncated(format: "JPEG") }
    // Otherwise a missing end marker alone is harmless. With one appended, the decoder warns only
    // if data is missing.
    let whole = header.hasEnd ? bytes : bytes + [0xFF, 0xD9]
    let picture = try pixels(of: whole, header: header, eighths: eighths)
    return DecodedPicture(
      picture: picture.upright(from: header.orientation),
      originalSize: stored ? size.turned : size, format: .jpeg)
  }

  /// The smallest number of eighths that is not below the target in either direction.
  private static func scale(from size: PixelSize, to target: PixelSize?) -> Int {
    guard let target else { return 8 }
    return (1...8).first {
      scaled(size.width, $0) >= target.width && scaled(size.height, $0) >= target.height
    } ?? 8
  }

  /// libjpeg rounds scaled sizes up.
  private static func scaled(_ length: Int, _ eighths: Int) -> Int { (length * eighths + 7) / 8 }

  private static func pixels(
    of bytes: [UInt8], header: JPEGHeader, eighths: Int
  ) throws(PictureError) -> Picture {
    guard let handle = tjInitDecompress() else {
      throw .damaged(format: "JPEG", reason: "no memory for its decoder")
    }
    defer { tjDestroy(handle) }
    func message() -> String { String(cString: tjGetErrorStr2(handle)) }

    var (width, height, sampling, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, -1)
    let read = tjDecompressHeader3(
      handle, bytes, UInt(bytes.count), &width, &height, &sampling, &space)
    // Odd chroma sampling is reported as an error although such files can be decoded.
    guard read == 0 || (width > 0 && height > 0 && space >= 0) else {
      throw refusal(header, message())
    }
    guard Int(width) == header.size.width, Int(height) == header.size.height else {
      throw .damaged(format: "JPEG", reason: "its frame headers contradict each other")
    }
    let inks = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
    let channels = inks ? 4 : 3
    let (w, h) = (scaled(header.size.width, eighths), scaled(header.size.height, eighths))
    var status: Int32 = 0
    var pixels = [UInt8](unsafeUninitializedCapacity: w * h * channels) { buffer, count in
      // What a damaged file leaves untouched must not be whatever the memory held.
      buffer.initialize(repeating: 128)
      status = tjDecompress2(
        handle, bytes, UInt(bytes.count), buffer.baseAddress, Int32(w), 0, Int32(h),
        Int32(inks ? TJPF_CMYK.rawValue : TJPF_RGB.rawValue), TJFLAG_LIMITSCANS)
      count = w * h * channels
    }
    if status != 0 {
      let reason = message()
      guard header.hasEnd, tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue) else {
        throw refusal(header, reason)
      }
    }
    if inks { pixels = rgb(fromInverted: pixels) }
    return Picture(width: w, height: h, pixels: pixels)
  }

  private static func refusal(_ header: JPEGHeader, _ reason: String) -> PictureError {
    header.hasEnd ? .damaged(format: "JPEG", reason: reason) : .truncated(format: "JPEG")
  }

  /// CMYK in JPEG files is stored inverted (255 = no ink), as Adobe began and all readers assume.
  private static func rgb(fromInverted inks: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: inks.count / 4 * 3)
    for i in 0..<(inks.count / 4) {
      let black = Int(inks[4 * i + 3])
      for c in 0..<3 {
        // Black less ink times black, rounded as Pillow rounds it.
        let product = (255 - Int(inks[4 * i + c])) * black + 128
        result[3 * i + c] = UInt8(max(0, black - ((product >> 8) + product) >> 8))
      }
    }
    return result
  }
}
