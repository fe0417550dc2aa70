extension Tensor {
  /// The first NaN or infinity, with its place; nil when all numbers are finite.
  package var firstNotFinite: NotFinite? {
    NotFinite.first(in: array).map { NotFinite(index: $0, shape: shape, value: array[$0]) }
  }
}

/// A number that no parameter and no answer may be.
package struct NotFinite: Sendable, Hashable {
  /// Its place in row-major order.
  package let index: Int
  /// The shape of the tensor it stands in.
  package let shape: [Int]
  /// NaN or an infinity.
  package let value: Float

  /// What is wrong with a tensor of this name.
  package func sentence(_ name: String) -> String {
    let kind = value.isNaN ? "NaN" : value < 0 ? "-infinity" : "infinity"
    return "\(name) holds \(kind) at element \(index) of \(shape)"
  }

  /// The index of the first number whose exponent is all ones.
  ///
  /// The numbers may be many, so whole blocks are judged before single ones are looked at.
  package static func first(in numbers: [Float]) -> Int? {
    let exponent: UInt32 = 0x7F80_0000
    return numbers.withUnsafeBufferPointer { buffer in
      let block = 1024
      for start in stride(from: 0, to: buffer.count, by: block) {
        let end = min(buffer.count, start + block)
        var largest: UInt32 = 0
        for i in start..<end { largest = max(largest, buffer[i].bitPattern & exponent) }
        guard largest == exponent else { continue }
        return (start..<end).first { !buffer[$0].isFinite }
      }
      return nil
    }
  }
}
