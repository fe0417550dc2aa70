/// Bytes of a file that are replaced by others.
struct Patch {
  var range: Range<Int>
  var text: String
}

extension [Patch] {
  /// The bytes with these patches; one that reaches into another is left out. Insertions at one
  /// place keep their order.
  func applied(to bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + 1024)
    var copied = 0
    // The sort is stable.
    for patch in sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard patch.range.lowerBound >= copied else { continue }
      output.append(contentsOf: bytes[copied..<patch.range.lowerBound])
      output.append(contentsOf: patch.text.utf8)
      copied = patch.range.upperBound
    }
    output.append(contentsOf: bytes[copied...])
    return output
  }
}
