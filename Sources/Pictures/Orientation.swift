/// How stored pixels must be turned to stand upright: EXIF tag 274, values 1 … 8.
enum Orientation: Int, CaseIterable {
  case upright = 1
  case mirrored, upsideDown, flipped, transposed, turnRight, transversed, turnLeft

  /// True when width and height change places.
  var swapsSides: Bool { rawValue >= 5 }

  /// Reads tag 274 from a TIFF block (EXIF without its `Exif\0\0` prefix); anything broken is
  /// upright.
  ///
  /// Source: TIFF 6.0, section 2, and EXIF 2.3, section 4.6.
  init(tiff bytes: ArraySlice<UInt8>) {
    self = Orientation.find(in: bytes) ?? .upright
  }

  private static func find(in bytes: ArraySlice<UInt8>) -> Orientation? {
    let bigEndian: Bool
    switch Array(bytes.prefix(4)) {
    case [0x49, 0x49, 42, 0]: bigEndian = false
    case [0x4D, 0x4D, 0, 42]: bigEndian = true
    default: return nil
    }
    func number(at offset: Int, bytes count: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - count else { return nil }
      let start = bytes.startIndex + offset
      let part = bytes[start..<(start + count)]
      return (bigEndian ? Array(part) : part.reversed()).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(at: 4, bytes: 4), let entries = number(at: directory, bytes: 2)
    else { return nil }
    for entry in 0..<min(entries, 1000) {
      let at = directory + 2 + 12 * entry
      guard let tag = number(at: at, bytes: 2), let type = number(at: at + 2, bytes: 2) else {
        return nil
      }
      guard tag == 274 else { continue }
      // SHORT is the rule; LONG is met in the wild.
      guard let value = number(at: at + 8, bytes: type == 4 ? 4 : 2), type == 3 || type == 4 else {
        return nil
      }
      return Orientation(rawValue: value)
    }
    return nil
  }
}

extension Picture {
  /// The picture turned or mirrored so that it stands upright.
  func upright(from orientation: Orientation) -> Picture {
    guard orientation != .upright else { return self }
    let (w, h) = orientation.swapsSides ? (height, width) : (width, height)
    // Where the upright pixel (0, 0) is stored, and the steps in the store for one column and one
    // row.
    let last = (x: width - 1, y: height - 1)
    let (start, column, row): ((x: Int, y: Int), Int, Int) =
      switch orientation {
      case .upright: ((0, 0), 1, width)
      case .mirrored: ((last.x, 0), -1, width)
      case .upsideDown: ((last.x, last.y), -1, -width)
      case .flipped: ((0, last.y), 1, -width)
      case .transposed: ((0, 0), width, 1)
      case .turnRight: ((0, last.y), -width, 1)
      case .transversed: ((last.x, last.y), -width, -1)
      case .turnLeft: ((last.x, 0), width, -1)
      }
    let first = start.y * width + start.x
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { output, count in
      pixels.withUnsafeBufferPointer { input in
        var to = 0
        for y in 0..<h {
          var from = 3 * (first + y * row)
          for _ in 0..<w {
            output[to] = input[from]
            output[to + 1] = input[from + 1]
            output[to + 2] = input[from + 2]
            to += 3
            from += 3 * column
          }
        }
        count = to
      }
    }
    return Picture(width: w, height: h, pixels: turned)
  }
}
