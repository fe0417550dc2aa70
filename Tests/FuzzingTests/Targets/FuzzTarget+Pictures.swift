import Pictures

extension FuzzTarget {
  static let pictures: [FuzzTarget] = [
    FuzzTarget(
      name: "png", kind: .pictures,
      tokens: [
        "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "sRGB", "eXIf", "iCCP", "bKGD", "acTL",
        "\u{89}PNG\r\n\u{1A}\n",
      ]
    ) { bytes in
      // Chunks carry checksums: without them hardly any damage would reach the decoder.
      try decode(repairingChecksums(bytes))
    },
    FuzzTarget(
      name: "jpeg", kind: .pictures, tokens: ["JFIF\0", "Exif\0\0", "II*\0", "MM\0*", "Adobe"]
    ) { try decode($0) },
  ]

  private static func decode(_ bytes: [UInt8]) throws {
    var limits = DecodingLimits()
    // So that a round stays short; that larger ones are refused is tested by itself.
    limits.pixels = 250_000
    let box = bytes.count % 2 == 0 ? PixelSize(width: 8, height: 8) : nil
    let decoded = try Picture.decode(bytes, fitting: box, limits: limits)
    let (picture, original) = (decoded.picture, decoded.originalSize)
    try require(original.width * original.height <= limits.pixels, "more pixels than allowed")
    try require(
      picture.width <= original.width && picture.height <= original.height, "larger than its file")
    if picture.width * picture.height <= 4_096 { _ = try picture.png() }
  }

  private static func repairingChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - at - 12 else { break }
      var checksum: UInt32 = 0xFFFF_FFFF
      for byte in bytes[(at + 4)..<(at + 8 + length)] {
        checksum ^= UInt32(byte)
        for _ in 0..<8 {
          checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1
        }
      }
      for i in 0..<4 {
        bytes[at + 8 + length + i] = UInt8(truncatingIfNeeded: ~checksum >> UInt32(24 - 8 * i))
      }
      at += 12 + length
    }
    return bytes
  }
}
