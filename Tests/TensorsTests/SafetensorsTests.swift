import Foundation
import Testing

@testable import Tensors

@Suite("Safetensors files")
struct SafetensorsTests {
  @Test func roundTripInBothPrecisions() throws {
    let tensors = ["b": randomTensor([2, 3], seed: 1), "a \"x\"": Tensor(scalar: 0.1)]
    let data = Safetensors.encode(tensors, metadata: ["k": "v"])
    let file = try Safetensors(data: data, path: "memory")
    #expect(try file.allTensors() == tensors)
    #expect(file.metadata == ["k": "v"])
    #expect(data == Safetensors.encode(tensors, metadata: ["k": "v"]))
    let half = try Safetensors(
      data: Safetensors.encode(tensors, precision: { _ in .float16 }), path: "m")
    #expect(difference(try half.tensor("b"), tensors["b"] ?? Tensor([])) < 2e-3)
  }

  @Test func halfPrecisionIsExactOnAllBits() {
    for bits in 0...UInt16.max where (bits >> 10) & 0x1F != 0x1F {
      #expect(HalfPrecision.bits(HalfPrecision.float(bits)) == bits)
    }
    #expect(HalfPrecision.float(HalfPrecision.bits(70000)) == .infinity)
  }

  @Test func mutatedFilesGiveAnErrorNeverACrash() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let good = [UInt8](
      Safetensors.encode(["weight": randomTensor([3, 2], seed: 1), "b": Tensor([4])]))
    var refused = 0
    for _ in 0..<20_000 {
      var bytes = good
      for _ in 0...generator.index(below: 4) {
        switch generator.index(below: 3) {
        case 0: bytes[generator.index(below: bytes.count)] = UInt8(generator.index(below: 256))
        case 1: bytes.removeLast(min(bytes.count - 1, generator.index(below: 20)))
        default:
          bytes.insert(UInt8(generator.index(below: 256)), at: generator.index(below: bytes.count))
        }
      }
      do {
        let file = try Safetensors(data: Data(bytes), path: "mutated")
        for name in file.names { _ = try file.tensor(name) }
      } catch { refused += 1 }
    }
    #expect(refused > 1_000, "seed \(seed)")
  }

  @Test func errorsNameTheFile() {
    #expect(throws: SafetensorsError.self) { try Safetensors(path: "/nonexistent/x.safetensors") }
    // A length that no file has is that of something else; one that this file lacks is damage.
    for (last, words) in [
      (UInt8(127), "big is no safetensors file"), (0, "big claims a header of"),
    ] {
      let claim = Data([255, 255, 255, 255, last == 0 ? 0 : 255, 0, 0, last, 0])
      do {
        _ = try Safetensors(data: claim, path: "big")
        Issue.record("accepted")
      } catch { #expect("\(error)".contains(words)) }
    }
  }
}
