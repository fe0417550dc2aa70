import Foundation
import Tensors
import Testing

@testable import Encoders

/// Damages bytes in a few random ways.
struct Mutator {
  var generator: SeededGenerator

  mutating func damage(_ good: [UInt8]) -> [UInt8] {
    var bytes = good
    for _ in 0...generator.index(below: 4) {
      guard bytes.count > 8 else { break }
      let at = generator.index(below: bytes.count)
      switch generator.index(below: 8) {
      case 0: bytes[at] = UInt8(generator.index(below: 256))
      case 1: bytes[at] ^= 1 << UInt8(generator.index(below: 8))
      case 2: bytes.insert(UInt8(generator.index(below: 256)), at: at)
      case 3: bytes.remove(at: at)
      case 4: bytes.removeLast(generator.index(below: min(bytes.count, 30)))
      case 5:
        // A number of the extreme kind, at any place.
        let extremes: [UInt8] = [0, 0x7F, 0x80, 0xFF]
        let value = generator.pick(extremes)
        for i in at..<min(bytes.count, at + 1 << generator.index(below: 4)) { bytes[i] = value }
      case 6:
        let end = min(bytes.count, at + generator.index(below: 40))
        bytes.insert(contentsOf: bytes[at..<end], at: generator.index(below: bytes.count))
      default:
        if let digit = bytes[at...].firstIndex(where: { (48...57).contains($0) }) {
          let numbers = ["-1", "0", "7", "99999999999", "1e300", "null", "[]", "true", "\"x\""]
          bytes.replaceSubrange(digit...digit, with: [UInt8](generator.pick(numbers).utf8))
        }
      }
    }
    return bytes
  }
}

/// Files by themselves are damaged in FuzzingTests; here a model computes with what was damaged.
@Suite("Damaged model folders give an error, never a crash")
struct CheckpointFuzzTests {
  /// Runs many damaged copies; returns how many were refused.
  private func refused(
    _ good: [UInt8], rounds: Int, _ open: ([UInt8]) throws -> Void
  ) -> (count: Int, seed: UInt64) {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("fuzzing with seed \(seed)")
    var mutator = Mutator(generator: SeededGenerator(seed: seed))
    var count = 0
    for _ in 0..<rounds {
      let bytes = mutator.damage(good)
      do { try open(bytes) } catch { count += 1 }
    }
    return (count, seed)
  }

  /// Folders that load although they were damaged compute something, or say why not.
  @Test func wholeFolders() throws {
    let folder = try TemporaryFolder()
    try folder.write("model.safetensors", Safetensors.encode(SmallBERT.tensors()))
    var loaded = 0
    let (count, seed) = refused(
      [UInt8](SmallBERT.config.utf8), rounds: 500
    ) {
      try folder.write("config.json", Data($0))
      let opened = try EncoderFolder(folder.path)
      _ = try opened.selfCheck(opened.load())
      loaded += 1
    }
    #expect(count > 0 && loaded > 0, "seed \(seed)")
  }
}
