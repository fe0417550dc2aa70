import Foundation
import Tensors

@testable import Encoders

/// Writes what `torch.save` writes, opcode by opcode, so that tests need no PyTorch.
struct PickleWriter {
  var bytes: [UInt8] = []

  static func number<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
  }

  mutating func op(_ text: String) { bytes += [UInt8](text.utf8) }

  mutating func global(_ module: String, _ name: String) { op("c\(module)\n\(name)\n") }

  mutating func text(_ value: String) {
    op("X")
    bytes += Self.number(UInt32(value.utf8.count)) + [UInt8](value.utf8)
  }

  mutating func integer(_ value: Int) {
    op("J")
    bytes += Self.number(Int32(value))
  }

  mutating func integers(_ values: [Int]) {
    op("(")
    for value in values { integer(value) }
    op("t")
  }

  /// `OrderedDict()` with the tensors, each over a storage of its own.
  mutating func dictionary(
    _ tensors: [(name: String, value: Tensor)], storage: String = "FloatStorage", old: Bool = false
  ) {
    bytes += [0x80, 2]
    global("collections", "OrderedDict")
    op(")R")
    bytes += [UInt8(ascii: "q"), 0]
    op("(")
    for (i, (name, value)) in tensors.enumerated() {
      text(name)
      global("torch._utils", "_rebuild_tensor_v2")
      op("((")
      text("storage")
      global("torch", storage)
      text("\(i)")
      text("cpu")
      integer(value.count)
      op(old ? "NtQ" : "tQ")
      integer(0)
      integers(value.shape)
      integers(Self.strides(value.shape))
      bytes += [0x89]
      global("collections", "OrderedDict")
      op(")RtR")
    }
    op("u.")
  }

  static func strides(_ shape: [Int]) -> [Int] {
    var result: [Int] = []
    var step = 1
    for side in shape.reversed() {
      result.insert(step, at: 0)
      step *= side
    }
    return result
  }
}

enum TorchBytes {
  static func raw(_ tensor: Tensor) -> [UInt8] { tensor.array.withUnsafeBytes { [UInt8]($0) } }

  /// A file as `torch.save` writes it since 1.6.
  static func archive(
    _ tensors: [(name: String, value: Tensor)], pickle: [UInt8]? = nil
  ) -> Data {
    var writer = PickleWriter()
    writer.dictionary(tensors)
    var entries = [("archive/data.pkl", pickle ?? writer.bytes)]
    for (i, tensor) in tensors.enumerated() {
      entries.append(("archive/data/\(i)", raw(tensor.value)))
    }
    entries.append(("archive/version", [UInt8]("3\n".utf8)))
    return zip(entries)
  }

  /// A file as `torch.save` wrote it before.
  static func plain(_ tensors: [(name: String, value: Tensor)]) -> Data {
    var writer = PickleWriter()
    writer.bytes = [
      0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    writer.bytes += [0x80, 2, UInt8(ascii: "M"), 0xE9, 3, 0x2E]
    writer.bytes += [0x80, 2]
    writer.op("}(")
    writer.text("little_endian")
    writer.bytes += [0x88]
    writer.op("u.")
    writer.dictionary(tensors, old: true)
    writer.bytes += [0x80, 2]
    writer.op("](")
    for i in tensors.indices { writer.text("\(i)") }
    writer.op("e.")
    for tensor in tensors {
      writer.bytes += PickleWriter.number(UInt64(tensor.value.count)) + raw(tensor.value)
    }
    return Data(writer.bytes)
  }

  /// A zip file of stored entries (checksums are left 0: nobody reads them).
  static func zip(_ entries: [(name: String, bytes: [UInt8])], method: UInt16 = 0) -> Data {
    func n16(_ value: Int) -> [UInt8] { PickleWriter.number(UInt16(value)) }
    func n32(_ value: Int) -> [UInt8] { PickleWriter.number(UInt32(value)) }
    var (file, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, bytes) in entries {
      let offset = file.count
      let sizes = n32(0) + n32(bytes.count) + n32(bytes.count) + n16(name.utf8.count)
      let common = n16(10) + n16(0) + PickleWriter.number(method) + n16(0) + n16(0) + sizes
      file += n32(0x0403_4B50) + common + n16(0) + [UInt8](name.utf8) + bytes
      directory += n32(0x0201_4B50) + n16(10) + common + n16(0) + n16(0) + n16(0) + n16(0) + n32(0)
      directory += n32(offset) + [UInt8](name.utf8)
    }
    let start = file.count
    file += directory
    file += n32(0x0605_4B50) + n16(0) + n16(0) + n16(entries.count) + n16(entries.count)
    file += n32(directory.count) + n32(start) + n16(0)
    return Data(file)
  }
}
