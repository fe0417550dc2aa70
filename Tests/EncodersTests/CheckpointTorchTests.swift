import Files
import Foundation
import Tensors
import Testing

@testable import Encoders

@Suite("Reading pytorch_model.bin")
struct CheckpointTorchTests {
  let tensors: [(name: String, value: Tensor)] = [
    ("a.weight", Tensor([2, 3], [1, 2, 3, 4, 5, 6])), ("a.bias", Tensor([2], [0.5, -1])),
    ("scale", Tensor(scalar: 7)),
  ]

  private func open(_ data: Data) throws -> TorchFile {
    try TorchFile(source: ByteSource(data), path: "model.bin")
  }

  /// The problem and the offset with which a file is refused.
  private func refusal(_ data: Data) -> (problem: String, offset: Int)? {
    do {
      _ = try open(data)
      return nil
    } catch CheckpointError.archive(_, let offset, let problem) {
      return (problem, offset)
    } catch { return ("\(error)", -1) }
  }

  @Test func bothFormatsGiveEveryTensor() throws {
    for data in [TorchBytes.archive(tensors), TorchBytes.plain(tensors)] {
      let file = try open(data)
      #expect(file.stored.count == 3)
      for (name, value) in tensors {
        let found = try file.floats(name)
        #expect(found == value)
      }
    }
  }

  @Test func everyOtherGlobalIsRefusedByItsName() throws {
    var writer = PickleWriter()
    writer.bytes = [0x80, 2]
    writer.global("posix", "system")
    writer.text("true")
    writer.bytes += [0x85]
    writer.op("R.")
    let found = try #require(refusal(TorchBytes.archive([], pickle: writer.bytes)))
    #expect(found.problem.contains("posix.system"))
    #expect(found.offset == 2)
    for (module, name) in [
      ("builtins", "eval"), ("torch", "load"), ("torch.storage", "_load_from_bytes"),
      ("collections", "Counter"), ("torch._utils", "_rebuild_tensor_v3"), ("torch", "float32"),
    ] {
      #expect(PickleGlobal(module: module, name: name) == nil)
    }
  }

  @Test func tensorsOutsideTheirStorageAreRefused() throws {
    func file(offset: Int, shape: [Int], strides: [Int]) -> Data {
      var writer = PickleWriter()
      writer.bytes = [0x80, 2]
      writer.op("}")
      writer.text("w")
      writer.global("torch._utils", "_rebuild_tensor_v2")
      writer.op("((")
      writer.text("storage")
      writer.global("torch", "FloatStorage")
      writer.text("0")
      writer.text("cpu")
      writer.integer(6)
      writer.op("tQ")
      writer.integer(offset)
      writer.integers(shape)
      writer.integers(strides)
      writer.op("tRs.")
      return TorchBytes.zip([
        ("x/data.pkl", writer.bytes),
        ("x/data/0", TorchBytes.raw(Tensor([6], [0, 1, 2, 3, 4, 5]))),
      ])
    }
    let turned = try open(file(offset: 0, shape: [3, 2], strides: [1, 3]))
    #expect(try turned.floats("w").array == [0, 3, 1, 4, 2, 5])
    let cut = try open(file(offset: 2, shape: [2], strides: [2]))
    #expect(try cut.floats("w").array == [2, 4])
    #expect(refusal(file(offset: 1, shape: [3, 2], strides: [2, 1])) != nil)
    #expect(refusal(file(offset: 0, shape: [1000, 1000], strides: [0, 0])) != nil)
    #expect(refusal(file(offset: 0, shape: [2, 2], strides: [.max >> 33, 1])) != nil)
  }

  @Test func compressedAndDamagedArchivesAreRefused() throws {
    let packed = TorchBytes.zip([("x/data.pkl", [0x80, 2, 0x2E])], method: 8)
    #expect(refusal(packed)?.problem.contains("compressed") == true)
    #expect(refusal(Data()) != nil)
    #expect(refusal(Data([0x50, 0x4B, 3, 4])) != nil)
    #expect(refusal(TorchBytes.zip([]))?.problem.contains("data.pkl") == true)
  }

  @Test func deepNestingCostsNothing() throws {
    var writer = PickleWriter()
    writer.bytes = [0x80, 2, UInt8(ascii: ")")]
    writer.bytes += [UInt8](repeating: 0x85, count: 900_000)
    writer.op(".")
    #expect(refusal(TorchBytes.archive([], pickle: writer.bytes)) != nil)
    writer.bytes.insert(contentsOf: [UInt8](repeating: 0x85, count: 5_000_000), at: 5)
    #expect(
      refusal(TorchBytes.archive([], pickle: writer.bytes))?.problem.contains("too many") == true)
  }
}
