import Tensors
import Testing

@testable import Pictures

/// What a terminal would draw for a sixel sequence, and how the sequence was written.
private struct DecodedSixel {
  var header = ""
  var width = 0
  var height = 0
  /// Nil where no sixel set the pixel.
  var pixels: [RGB?] = []
  var colors: Set<Int> = []
  /// Rows beyond the announced height that were painted.
  var paintedBelow = false
  var endsWithNewline = false

  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: [0x1B, 0x50]), bytes.suffix(2) == [0x1B, 0x5C] else { return nil }
    let body = Array(bytes.dropFirst(2).dropLast(2))
    guard let q = body.firstIndex(of: UInt8(ascii: "q")) else { return nil }
    header = String(decoding: body[..<q], as: UTF8.self)
    var at = q + 1
    func numbers() -> [Int] {
      var result = [0]
      while at < body.count {
        if body[at] == UInt8(ascii: ";") {
          result.append(0)
        } else if (48...57).contains(body[at]) {
          result[result.count - 1] = result[result.count - 1] * 10 + Int(body[at] - 48)
        } else {
          break
        }
        at += 1
      }
      return result
    }
    var palette: [Int: RGB] = [:]
    var (x, band, current, count) = (0, 0, 0, 1)
    while at < body.count {
      let byte = body[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\""):
        let n = numbers()
        guard n.count == 4, n[0] == 1, n[1] == 1, pixels.isEmpty else { return nil }
        (width, height) = (n[2], n[3])
        pixels = Array(repeating: nil, count: width * height)
      case UInt8(ascii: "#"):
        let n = numbers()
        current = n[0]
        if n.count == 5 {
          guard n[1] == 2, n[2...].allSatisfy({ $0 <= 100 }) else { return nil }
          let c = n[2...].map { UInt8(($0 * 255 + 50) / 100) }
          palette[current] = RGB(c[0], c[1], c[2])
        }
      case UInt8(ascii: "!"): count = numbers()[0]
      case UInt8(ascii: "$"): x = 0
      case UInt8(ascii: "-"): (x, band) = (0, band + 1)
      case 63...126:
        for _ in 0..<count {
          for bit in 0..<6 where (byte - 63) >> UInt8(bit) & 1 == 1 {
            let y = band * 6 + bit
            guard x < width, let color = palette[current] else { return nil }
            colors.insert(current)
            if y < height { pixels[y * width + x] = color } else { paintedBelow = true }
          }
          x += 1
        }
        count = 1
      default: return nil
      }
    }
    endsWithNewline = body.last == UInt8(ascii: "-")
  }

  /// Mean absolute channel difference to a picture; unset pixels count as far away.
  func difference(to picture: Picture) -> Double {
    var sum = 0
    for y in 0..<height {
      for x in 0..<width {
        let p = picture[x, y]
        guard let q = pixels[y * width + x] else { return 255 }
        sum += abs(Int(p.red) - Int(q.red)) + abs(Int(p.green) - Int(q.green))
        sum += abs(Int(p.blue) - Int(q.blue))
      }
    }
    return Double(sum) / Double(3 * width * height)
  }
}

@Suite struct SixelTests {
  @Test(arguments: [(256, 3.0), (64, 6.0), (16, 14.0)])
  func pixelsComeBackClose(colors: Int, bound: Double) throws {
    let scene = sampleScene(width: 90, height: 66)
    let decoded = try #require(DecodedSixel(scene.sixel(SixelStyle(colors: colors))))
    #expect(decoded.header == "0;1;0")
    #expect(decoded.width == 90 && decoded.height == 66)
    #expect(decoded.colors.count <= colors)
    #expect(!decoded.paintedBelow && !decoded.endsWithNewline)
    #expect(decoded.difference(to: scene) < bound)
  }

  @Test func heightIsCutToWholeBands() throws {
    for (height, expected) in [(6, 6), (11, 6), (12, 12), (101, 96), (5, 6), (1, 6)] {
      let scene = sampleScene(width: 17, height: height)
      let decoded = try #require(DecodedSixel(scene.sixel()))
      #expect(decoded.height == expected)
      #expect(!decoded.paintedBelow)
      var padded = Picture(width: 17, height: expected, color: RGB(0, 0, 0))
      for y in 0..<expected {
        for x in 0..<17 { padded[x, y] = scene[x, min(y, height - 1)] }
      }
      #expect(decoded.difference(to: padded) < 4)
    }
  }

  @Test func oneColorPicturesWork() throws {
    for color in [RGB(0, 0, 0), RGB(255, 255, 255), RGB(10, 200, 30)] {
      let flat = Picture(width: 40, height: 24, color: color)
      let decoded = try #require(DecodedSixel(flat.sixel(SixelStyle(colors: 16))))
      #expect(decoded.difference(to: flat) < 1.5)
    }
  }

  @Test func sameInputSameBytes() throws {
    let scene = sampleScene(width: 60, height: 48)
    #expect(try scene.sixel() == scene.sixel())
    let dithered = try scene.sixel(SixelStyle(colors: 16, dithers: true))
    #expect(try dithered == scene.sixel(SixelStyle(colors: 16, dithers: true)))
    #expect(try dithered != scene.sixel(SixelStyle(colors: 16)))
  }

  /// Noise uses every data byte, the backslash too, also at the end.
  @Test func noisyPicturesDecode() throws {
    for seed in 0..<30 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let width = 1 + generator.index(below: 40)
      let height = 6 + generator.index(below: 30)
      let pixels = (0..<(3 * width * height)).map { _ in
        UInt8(truncatingIfNeeded: generator.next())
      }
      let noise = Picture(width: width, height: height, pixels: pixels)
      let decoded = try #require(DecodedSixel(noise.sixel()), "seed \(seed)")
      #expect(decoded.difference(to: noise) < 30, "seed \(seed)")
    }
  }

  @Test func onlyOurOwnEnvelopeRemains() {
    let body = Array("q\"1;1;9;9#0;2;0;0;0~~\\$-\u{1B}\\".utf8)
    let sequence = Picture.sixelSequence(body: body, width: 2, height: 6)
    #expect(
      String(decoding: sequence, as: UTF8.self)
        == "\u{1B}P0;1;0q\"1;1;2;6#0;2;0;0;0~~\\\u{1B}\\")
  }

  @Test func absurdSizesAreRefused() {
    #expect(throws: PictureError.notEncodable(format: "sixel", reason: "5000x6 pixels")) {
      try Picture(width: 5000, height: 6, color: RGB(0, 0, 0)).sixel()
    }
  }
}
