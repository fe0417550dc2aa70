import Files
import Foundation

/// Reading and writing of safetensors files: a length, a JSON header, raw little-endian tensors.
///
/// Files come from strangers: the header's length, every offset, shape and type are checked before
/// a byte is read. Floats of other widths become float32; I64 is also read as integers. Each tensor
/// is copied out once, and the file's pages are given back while that happens.
package struct Safetensors: Sendable {
  /// One tensor of the file.
  package struct Entry: Sendable {
    /// The type as the header names it: `F32`, `BF16` …
    package let type: String
    /// Sizes of the axes.
    package let shape: [Int]
    let range: Range<Int>

    /// What it takes up in the file.
    package var byteCount: Int { range.count }
  }

  /// Path, for messages.
  package let path: String
  /// Tensors by name.
  package let entries: [String: Entry]
  /// The free `__metadata__` strings.
  package let metadata: [String: String]
  private let source: ByteSource
  private let payloadStart: Int

  /// Largest header that is believed, in bytes: room for a hundred thousand tensors.
  package static let headerLimit = 16 << 20

  /// Maps a file and checks its header.
  ///
  /// - Throws: `SafetensorsError`, which names the file and what is wrong.
  package init(path: String) throws {
    let source: ByteSource
    do {
      source = try ByteSource(path: path)
    } catch {
      throw SafetensorsError(
        path: path, problem: "cannot be opened; check the path and permissions")
    }
    try self.init(source: source, path: path)
  }

  /// Checks a file that is already in memory; `path` is for messages only.
  ///
  /// - Throws: `SafetensorsError`.
  package init(data: Data, path: String) throws {
    try self.init(source: ByteSource(data), path: path)
  }

  private init(source: ByteSource, path: String) throws {
    func fail(_ problem: String) -> SafetensorsError {
      SafetensorsError(path: path, problem: problem)
    }
    let beginning = source.copy(0..<min(512, source.count))
    if let mistake = MistakenFile(beginning: beginning) { throw fail("is \(mistake.advice)") }
    guard source.count >= 8 else { throw fail("is shorter than the 8 bytes of a header length") }
    let length = source.withBytes(0..<8) { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(Self.headerLimit), length <= UInt64(source.count - 8) else {
      throw fail(
        length > UInt64(1) << 40
          ? "is no safetensors file: it does not begin with the length of a header"
          : "claims a header of \(length) bytes in a file of \(source.count)")
    }
    let start = 8 + Int(length)
    let header = Data(source.copy(8..<start))
    guard let object = try? JSONSerialization.jsonObject(with: header),
      let fields = object as? [String: Any]
    else { throw fail("has a header that is not a JSON object") }
    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]
    for (name, value) in fields {
      if name == "__metadata__" {
        metadata = value as? [String: String] ?? [:]
        continue
      }
      entries[name] = try Self.entry(name, value, available: source.count - start, fail: fail)
    }
    try Self.refuseSharing(entries, fail: fail)
    self.path = path
    self.entries = entries
    self.metadata = metadata
    self.source = source
    payloadStart = start
  }

  private static func entry(
    _ name: String, _ value: Any, available: Int, fail: (String) -> SafetensorsError
  ) throws -> Entry {
    guard let fields = value as? [String: Any], let type = fields["dtype"] as? String,
      let shape = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int],
      offsets.count == 2
    else { throw fail("has no dtype, shape and data_offsets for \(name.prefix(80))") }
    guard let size = NumberType(rawValue: type)?.size else {
      throw fail("stores \(name.prefix(80)) as \(type.prefix(20)), which is not read here")
    }
    guard shape.count <= 8, shape.allSatisfy({ $0 >= 0 && $0 <= 1 << 40 }) else {
      throw fail("gives \(name.prefix(80)) the shape \(shape.prefix(9))")
    }
    var count = 1
    for side in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: side)
      guard !overflow, product <= 1 << 40 else { throw fail("makes \(name.prefix(80)) too large") }
      count = product
    }
    guard offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= available,
      offsets[1] - offsets[0] == count * size
    else {
      throw fail("puts \(name.prefix(80)) \(shape) at bytes \(offsets), outside what it has")
    }
    return Entry(type: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  /// Tensors that share bytes would let a small file describe a model of any size.
  private static func refuseSharing(
    _ entries: [String: Entry], fail: (String) -> SafetensorsError
  ) throws {
    var end = 0
    for (name, entry) in entries.sorted(by: {
      ($0.value.range.lowerBound, $0.value.range.upperBound, $0.key)
        < ($1.value.range.lowerBound, $1.value.range.upperBound, $1.key)
    }) where !entry.range.isEmpty {
      guard entry.range.lowerBound >= end else {
        throw fail("puts \(name.prefix(80)) at bytes that belong to another tensor")
      }
      end = entry.range.upperBound
    }
  }

  /// The names, sorted.
  package var names: [String] { entries.keys.sorted() }

  /// A tensor as float32.
  ///
  /// - Throws: `SafetensorsError` when there is none of that name.
  package func tensor(_ name: String) throws -> Tensor {
    guard let entry = entries[name] else {
      throw SafetensorsError(path: path, problem: "has no tensor \(name)")
    }
    guard let type = NumberType(rawValue: entry.type) else {
      throw SafetensorsError(path: path, problem: "stores \(name) as \(entry.type)")
    }
    let start = payloadStart + entry.range.lowerBound
    return Tensor(
      entry.shape,
      source.floats(start..<(start + entry.range.count), type))
  }

  /// A tensor of integers.
  ///
  /// - Throws: `SafetensorsError` when there is none of that name or it holds no integers.
  package func integers(_ name: String) throws -> [Int] {
    guard let entry = entries[name], entry.type == "I64" else {
      throw SafetensorsError(path: path, problem: "has no I64 tensor \(name)")
    }
    let count = entry.shape.reduce(1, *)
    let start = payloadStart + entry.range.lowerBound
    return source.withBytes(start..<(start + entry.range.count)) { raw in
      (0..<count).map { Int(raw.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)) }
    }
  }

  /// All tensors as float32.
  ///
  /// - Throws: `SafetensorsError`.
  package func allTensors() throws -> [String: Tensor] {
    if let problem = Memory.refusal(numbers: entries.values.map(\.shape)) {
      throw SafetensorsError(path: path, problem: "cannot be held: \(problem)")
    }
    var result: [String: Tensor] = [:]
    for name in names { result[name] = try tensor(name) }
    return result
  }
}

/// A safetensors file that cannot be used, and why.
package struct SafetensorsError: Error, CustomStringConvertible {
  /// The file.
  package let path: String
  /// What is wrong with it, as the rest of a sentence about the file.
  package let problem: String

  package var description: String { "\(path) \(problem); get or make the file again" }
}
