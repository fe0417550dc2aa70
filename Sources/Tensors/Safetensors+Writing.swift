import Files
import Foundation

extension Safetensors {
  /// How floats are stored.
  package enum Precision: String, Sendable {
    case float32 = "F32"
    case float16 = "F16"

    /// Bytes of a number.
    var size: Int { self == .float32 ? 4 : 2 }
  }

  /// The bytes of a file with these tensors; the same tensors give the same bytes.
  ///
  /// - Parameter precision: how the tensor of a name is stored.
  package static func encode(
    _ tensors: [String: Tensor], metadata: [String: String] = [:],
    precision: (String) -> Precision = { _ in .float32 }
  ) -> Data {
    let names = tensors.keys.sorted()
    var data = header(
      names.map { ($0, tensors[$0]?.shape ?? []) }, metadata: metadata, precision: precision)
    data.reserveCapacity(data.count + 4 * tensors.values.reduce(0) { $0 + $1.count })
    for name in names {
      let array = tensors[name]?.array ?? []
      switch precision(name) {
      case .float32: array.withUnsafeBytes { data.append(contentsOf: $0) }
      case .float16:
        array.map(HalfPrecision.bits).withUnsafeBytes { data.append(contentsOf: $0) }
      }
    }
    return data
  }

  /// The length and the JSON header of a file whose tensors follow in the given order.
  static func header(
    _ tensors: [(name: String, shape: [Int])], metadata: [String: String],
    precision: (String) -> Precision = { _ in .float32 }
  ) -> Data {
    var header = "{"
    if !metadata.isEmpty {
      let fields = metadata.keys.sorted().map { "\(quote($0)):\(quote(metadata[$0] ?? ""))" }
      header += "\"__metadata__\":{\(fields.joined(separator: ","))},"
    }
    var offset = 0
    var parts: [String] = []
    for (name, shape) in tensors {
      let precision = precision(name)
      let end = offset + shape.reduce(1, *) * precision.size
      parts.append(
        "\(quote(name)):{\"dtype\":\"\(precision.rawValue)\",\"shape\":"
          + "[\(shape.map(String.init).joined(separator: ","))],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    header += parts.joined(separator: ",") + "}"
    while header.utf8.count % 8 != 0 { header += " " }
    var data = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header.utf8)
    return data
  }

  private static func quote(_ text: String) -> String {
    let encoded = (try? JSONEncoder().encode(text)) ?? Data("\"\"".utf8)
    return String(decoding: encoded, as: UTF8.self)
  }

  /// Writes a file: to a temporary name, synced, then renamed, so that a crash leaves the old or
  /// the new file.
  ///
  /// - Throws: `DurableFileError` when the disk refuses.
  package static func write(
    _ tensors: [String: Tensor], to path: String, metadata: [String: String] = [:],
    precision: (String) -> Precision = { _ in .float32 }
  ) throws {
    try DurableFile.write(encode(tensors, metadata: metadata, precision: precision), to: path)
  }
}

/// IEEE half precision without a compiler type.
enum HalfPrecision {
  static func float(_ h: UInt16) -> Float {
    let sign = UInt32(h & 0x8000) << 16
    let exponent = UInt32(h >> 10) & 0x1F
    let fraction = UInt32(h & 0x3FF)
    if exponent == 0x1F { return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13) }
    if exponent != 0 { return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13) }
    let small = Float(fraction) * 0x1p-24
    return sign == 0 ? small : -small
  }

  /// Rounded to nearest, ties to even.
  static func bits(_ value: Float) -> UInt16 {
    let x = value.bitPattern
    let sign = UInt16((x >> 16) & 0x8000)
    let magnitude = x & 0x7FFF_FFFF
    if magnitude >= 0x7F80_0000 { return sign | (magnitude > 0x7F80_0000 ? 0x7E00 : 0x7C00) }
    if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
    if magnitude < 0x3880_0000 {
      let scaled = Float(bitPattern: magnitude) * 0x1p24
      return sign | UInt16(scaled.rounded(.toNearestOrEven))
    }
    let rounded = magnitude &- 0x3800_0000 &+ 0xFFF &+ ((magnitude >> 13) & 1)
    return sign | UInt16(truncatingIfNeeded: rounded >> 13)
  }
}
