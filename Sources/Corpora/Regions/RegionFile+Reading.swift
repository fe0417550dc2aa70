import Foundation
import Records

extension RegionFile {
  /// Reads a file of regions.
  /// - Throws: `CorporaError` when it cannot be read or is larger than `mostBytes`; `RegionError`
  ///   with line and column when it holds something else.
  package init(path: String) throws {
    let bytes: [UInt8]
    do {
      bytes = try FileBytes.read(path, limit: Self.mostBytes)
    } catch CorporaError.tooLarge(let path, let size) {
      throw CorporaError.regionsTooLarge(path, bytes: size)
    }
    try self.init(bytes: bytes, path: path)
  }

  /// Reads regions from the bytes of a file; the path names them in errors and tells the split.
  /// - Throws: `RegionError`.
  init(bytes: [UInt8], path: String) throws {
    var reader = Reader()
    do {
      try bytes.withUnsafeBufferPointer { try reader.read($0) }
    } catch let failure as JSONScanner.Failure {
      let before = bytes.prefix(failure.offset)
      let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
      throw RegionError.syntax(
        file: path, line: before.count { $0 == 0x0A } + 1, column: failure.offset - start + 1,
        reason: failure.reason)
    } catch is Reader.Full {
      throw RegionError.tooMany(file: path)
    }
    self.path = path
    split = Split(fileName: (path as NSString).lastPathComponent)
    regions = reader.regions
    count = reader.count
  }

  /// Whether a file looks like one of regions: JSON that soon names lists of numbers or of lists. A
  /// damaged one must be told, so that what follows need not be right. What cannot be read is not.
  static func isLikely(_ path: String) -> Bool {
    guard let bytes = try? FileBytes.read(path, limit: 4096, prefix: true) else { return false }
    let text = bytes.drop { [0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard text.first == UInt8(ascii: "{") else { return false }
    var last: [UInt8] = []
    // A key's end, a colon, a bracket, and the beginning of a number or of a list.
    for byte in text.dropFirst() where ![0x20, 0x09, 0x0A, 0x0D].contains(byte) {
      if last == Array("\":[".utf8), "-+0123456789[NI".utf8.contains(byte) { return true }
      last = (last + [byte]).suffix(3)
    }
    return false
  }

  private struct Reader {
    struct Full: Error {}
    /// Numbers of one region: four, and whatever a publisher adds, such as the area.
    static let mostNumbers = 16
    var regions: [Owner: [Box]] = [:]
    var count = 0

    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) throws {
      // A byte order mark is not JSON, but files have it.
      let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      var scanner = JSONScanner(bytes, in: start..<bytes.count)
      try scanner.object { key, scanner in
        guard key.utf8.count <= Bounds.id else {
          throw scanner.failure("a key of more than \(Bounds.id) bytes")
        }
        // A remark of the publisher, which must not keep the regions from being judged.
        if key.hasPrefix("_"), scanner.peek() != UInt8(ascii: "[") {
          _ = try scanner.skip()
          return
        }
        let boxes = try value(&scanner)
        count += max(1, boxes.count)
        if count > RegionFile.most { throw Full() }
        regions[Owner(key: key), default: []] += boxes
      }
      try scanner.finish()
    }

    /// One region, or all of one owner.
    private func value(_ scanner: inout JSONScanner) throws -> [Box] {
      var numbers: [Double] = []
      var boxes: [Box] = []
      try scanner.array { scanner in
        if scanner.peek() == UInt8(ascii: "[") {
          if boxes.count + count > RegionFile.most { throw Full() }
          var inner: [Double] = []
          try scanner.array { try Self.add(&inner, &$0) }
          boxes.append(try Self.box(inner, scanner))
        } else {
          try Self.add(&numbers, &scanner)
        }
      }
      if numbers.isEmpty { return boxes }
      guard boxes.isEmpty else { throw scanner.failure("numbers and regions side by side") }
      return [try Self.box(numbers, scanner)]
    }

    private static func add(_ numbers: inout [Double], _ scanner: inout JSONScanner) throws {
      guard numbers.count < mostNumbers else {
        throw scanner.failure("a region of more than \(mostNumbers) numbers")
      }
      numbers.append(try scanner.number())
    }

    private static func box(_ numbers: [Double], _ scanner: JSONScanner) throws -> Box {
      guard numbers.count >= 4 else {
        throw scanner.failure("a region has four numbers: centre x, centre y, width, height")
      }
      return Box(
        centerX: numbers[0], centerY: numbers[1], width: numbers[2], height: numbers[3])
    }
  }
}

extension JSONScanner {
  /// A finite number.
  /// - Throws: `Failure`.
  package mutating func number() throws -> Double {
    guard let first = peek(), first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
      throw failure("expected a number")
    }
    let text = try scalarText()
    guard let value = Double(text), value.isFinite else {
      throw failure("`\(text)` is too large a number")
    }
    return value
  }
}
