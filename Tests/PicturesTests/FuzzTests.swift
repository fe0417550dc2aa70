import Tensors
import Testing

@testable import Pictures

/// Hostile files: whatever is changed, there is an error or a picture within the limits.
@Suite struct FuzzTests {
  private func mutate(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0...generator.index(below: 6) where !bytes.isEmpty {
      let at = generator.index(below: bytes.count)
      switch generator.index(below: 6) {
      case 0: bytes[at] = UInt8(truncatingIfNeeded: generator.next())
      case 1: bytes[at] ^= 1 << UInt8(generator.index(below: 8))
      case 2: bytes[at] = generator.pick([0, 1, 0x7F, 0x80, 0xFF])
      case 3: bytes.removeLast(generator.index(below: bytes.count))
      case 4:
        let end = min(bytes.count, at + 1 + generator.index(below: 12))
        bytes.removeSubrange(at..<end)
      default:
        let end = min(bytes.count, at + 1 + generator.index(below: 12))
        bytes.insert(contentsOf: bytes[at..<end], at: generator.index(below: bytes.count))
      }
    }
    return bytes
  }

  /// PNG chunks carry checksums; without repairing them hardly any mutation would reach the
  /// decoder.
  private func repairingChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - at - 12 else { break }
      var crc: UInt32 = 0xFFFF_FFFF
      for byte in bytes[(at + 4)..<(at + 8 + length)] {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
      }
      crc = ~crc
      for i in 0..<4 {
        bytes[at + 8 + length + i] = UInt8(truncatingIfNeeded: crc >> UInt32(24 - 8 * i))
      }
      at += 12 + length
    }
    return bytes
  }

  @Test func mutatedFilesNeverCrash() throws {
    let seed = UInt64.random(in: 0...999_999)
    print("fuzz seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let scene = sampleScene(width: 24, height: 18)
    let png = try scene.png()
    let files =
      JPEGKind.allCases.map { withExif(tiff(orientation: 6), in: jpeg(scene, $0)) } + [png, png]
    var limits = DecodingLimits()
    limits.pixels = 4_000_000
    var (pictures, errors) = (0, 0)
    for round in 0..<2000 {
      let original = files[round % files.count]
      var bytes = mutate(original, using: &generator)
      if round % 3 != 0, original == png { bytes = repairingChecksums(bytes) }
      let box = generator.chance(0.5) ? PixelSize(width: 8, height: 8) : nil
      do {
        let decoded = try Picture.decode(bytes, fitting: box, limits: limits)
        #expect(decoded.originalSize.width * decoded.originalSize.height <= limits.pixels)
        #expect(decoded.picture.width <= decoded.originalSize.width)
        pictures += 1
      } catch {
        #expect(!"\(error)".isEmpty)
        errors += 1
      }
    }
    print("fuzz: \(pictures) pictures, \(errors) errors")
    #expect(pictures > 100 && errors > 100)
  }
}
