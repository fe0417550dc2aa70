/// What the marker segments of a JPEG file say, read without decoding anything.
///
/// Source: ITU-T T.81, annex B. Every length is checked against the bytes that exist.
struct JPEGHeader {
  /// Size in the file, before orientation.
  let size: PixelSize
  let orientation: Orientation
  /// Whether the picture comes in scans that refine each other.
  let isProgressive: Bool
  /// Number of scans (progressive files have several).
  let scans: Int
  /// Whether an end-of-image marker follows the scans.
  let hasEnd: Bool

  /// Throws `truncated` when the bytes end before the first scan, `damaged` when there is no frame.
  init(_ bytes: [UInt8]) throws(PictureError) {
    var size: PixelSize?
    var isProgressive = false
    var orientation = Orientation.upright
    var at = 2
    var scanStart: Int?
    while scanStart == nil {
      // Between segments, fill bytes and stray garbage are skipped up to the next marker.
      while at < bytes.count, bytes[at] != 0xFF { at += 1 }
      while at < bytes.count, bytes[at] == 0xFF { at += 1 }
      guard at + 2 < bytes.count else { throw .truncated(format: "JPEG") }
      let marker = bytes[at]
      at += 1
      if marker == 0x00 || marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
      if marker == 0xD9 { throw .damaged(format: "JPEG", reason: "it ends without a picture") }
      let length = Int(bytes[at]) << 8 | Int(bytes[at + 1])
      guard length >= 2, at + length <= bytes.count else { throw .truncated(format: "JPEG") }
      let body = bytes[(at + 2)..<(at + length)]
      switch marker {
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        guard body.count >= 6, size == nil else { break }
        isProgressive = marker & 3 == 2
        let b = Array(body.prefix(6))
        size = PixelSize(
          width: Int(b[3]) << 8 | Int(b[4]), height: Int(b[1]) << 8 | Int(b[2]))
      case 0xE1 where body.starts(with: Array("Exif\0\0".utf8)):
        // Some writers put the six bytes in front twice.
        var tiff = body
        while tiff.starts(with: Array("Exif\0\0".utf8)) { tiff = tiff.dropFirst(6) }
        if orientation == .upright { orientation = Orientation(tiff: tiff) }
      case 0xDA: scanStart = at + length
      default: break
      }
      at += length
    }
    guard let size else { throw .damaged(format: "JPEG", reason: "it has no frame header") }
    self.size = size
    self.orientation = orientation
    self.isProgressive = isProgressive
    (scans, hasEnd) = JPEGHeader.countScans(bytes, from: scanStart ?? at)
  }

  /// Inside a scan a 0xFF byte of data is followed by 0, so other markers can be told from data.
  private static func countScans(_ bytes: [UInt8], from start: Int) -> (Int, Bool) {
    bytes.withUnsafeBufferPointer { bytes in
      var scans = 1
      var at = start
      while at + 1 < bytes.count {
        guard bytes[at] == 0xFF else {
          at += 1
          continue
        }
        let marker = bytes[at + 1]
        if marker == 0xD9 { return (scans, true) }
        if marker == 0xDA { scans += 1 }
        // Tables between scans have a length; their bytes are not markers.
        if marker >= 0xC0, !(0xD0...0xD8).contains(marker), at + 3 < bytes.count {
          at += 2 + max(2, Int(bytes[at + 2]) << 8 | Int(bytes[at + 3]))
        } else {
          at += marker == 0xFF ? 1 : 2
        }
      }
      return (scans, false)
    }
  }
}
