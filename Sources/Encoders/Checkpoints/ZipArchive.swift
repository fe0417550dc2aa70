import Tensors

/// The directory of a zip file whose entries are stored, not compressed, as `torch.save` writes it.
///
/// Only what is needed to find an entry's bytes: no compression, no encryption, one disk. Sizes and
/// offsets are believed after they were checked against the file.
struct ZipArchive: Sendable {
  /// Bytes of each entry, by name.
  let entries: [String: Range<Int>]

  /// Largest number of entries that is read.
  static let entryLimit = 100_000

  private static let endSignature: UInt32 = 0x0605_4B50
  private static let end64Signature: UInt32 = 0x0606_4B50
  private static let locatorSignature: UInt32 = 0x0706_4B50
  private static let centralSignature: UInt32 = 0x0201_4B50
  private static let localSignature: UInt32 = 0x0403_4B50

  /// Whether bytes begin as a zip file does.
  static func isZip(_ bytes: LittleEndianReader) -> Bool {
    bytes.u32(0) == localSignature || bytes.u32(0) == endSignature
  }

  /// Reads the directory.
  ///
  /// - Throws: `CheckpointError.archive`.
  init(_ bytes: LittleEndianReader, path: String) throws(CheckpointError) {
    func fail(_ offset: Int, _ problem: String) -> CheckpointError {
      .archive(path: path, offset: offset, problem: problem)
    }
    guard let end = Self.end(of: bytes) else { throw fail(0, "it has no end of a zip directory") }
    var count = Int(bytes.u16(end + 10) ?? 0)
    var size = Int(bytes.u32(end + 12) ?? 0)
    var start = Int(bytes.u32(end + 16) ?? 0)
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      guard bytes.u32(end - 20) == Self.locatorSignature, let at = bytes.int64(end - 12),
        bytes.u32(at) == Self.end64Signature, let wideCount = bytes.int64(at + 32),
        let wideSize = bytes.int64(at + 40), let wideStart = bytes.int64(at + 48)
      else { throw fail(end, "the large zip directory is not where it should be") }
      (count, size, start) = (wideCount, wideSize, wideStart)
    }
    guard count <= Self.entryLimit else { throw fail(end, "it claims \(count) entries") }
    guard start <= bytes.count, size <= bytes.count - start else {
      throw fail(end, "its directory lies outside the file")
    }
    var entries: [String: Range<Int>] = [:]
    var at = start
    for _ in 0..<count {
      guard at - start < size, bytes.u32(at) == Self.centralSignature,
        let header = CentralHeader(bytes, at)
      else { throw fail(at, "a directory entry is damaged") }
      let name = header.name.prefix(80).debugDescription
      guard header.method == 0, header.packed == header.size else {
        throw fail(at, "the entry \(name) is compressed; torch.save stores entries as they are")
      }
      guard header.flags & 1 == 0 else { throw fail(at, "the entry \(name) is encrypted") }
      guard let range = Self.range(of: header, bytes) else {
        throw fail(at, "the entry \(name) lies outside the file")
      }
      guard entries.updateValue(range, forKey: header.name) == nil else {
        throw fail(at, "the entry \(name) stands there twice")
      }
      at = header.end
    }
    self.entries = entries
  }

  /// The offset of the end record, which is the last thing but a comment.
  private static func end(of bytes: LittleEndianReader) -> Int? {
    var at = bytes.count - 22
    let lowest = max(0, at - 65535)
    while at >= lowest {
      if bytes.u32(at) == endSignature { return at }
      at -= 1
    }
    return nil
  }

  private static func range(of header: CentralHeader, _ bytes: LittleEndianReader) -> Range<Int>? {
    let at = header.offset
    guard bytes.u32(at) == localSignature, let name = bytes.u16(at + 26),
      let extra = bytes.u16(at + 28)
    else { return nil }
    let start = at + 30 + Int(name) + Int(extra)
    guard start <= bytes.count, header.size <= bytes.count - start else { return nil }
    return start..<(start + header.size)
  }
}

/// One entry of a zip directory.
private struct CentralHeader {
  let flags: UInt16
  let method: UInt16
  var packed: Int
  var size: Int
  var offset: Int
  let name: String
  /// Where the next entry begins.
  let end: Int

  init?(_ bytes: LittleEndianReader, _ at: Int) {
    guard let flags = bytes.u16(at + 8), let method = bytes.u16(at + 10),
      let packed = bytes.u32(at + 20), let size = bytes.u32(at + 24),
      let nameLength = bytes.u16(at + 28), let extraLength = bytes.u16(at + 30),
      let commentLength = bytes.u16(at + 32), let offset = bytes.u32(at + 42),
      let name = bytes.text(at + 46, Int(nameLength))
    else { return nil }
    self.flags = flags
    self.method = method
    self.packed = Int(packed)
    self.size = Int(size)
    self.offset = Int(offset)
    self.name = name
    let extra = at + 46 + Int(nameLength)
    end = extra + Int(extraLength) + Int(commentLength)
    guard end <= bytes.count else { return nil }
    if size == .max || packed == .max || offset == .max {
      guard takeWide(bytes, extra, Int(extraLength)) else { return nil }
    }
  }

  /// Takes the 64-bit sizes out of the extra field, in their fixed order.
  private mutating func takeWide(_ bytes: LittleEndianReader, _ start: Int, _ length: Int) -> Bool {
    var at = start
    while at + 4 <= start + length, let kind = bytes.u16(at), let size = bytes.u16(at + 2) {
      if kind == 1 {
        var field = at + 4
        let end = min(field + Int(size), start + length)
        func next() -> Int? {
          guard field + 8 <= end else { return nil }
          defer { field += 8 }
          return bytes.int64(field)
        }
        if self.size == 0xFFFF_FFFF {
          guard let value = next() else { return false }
          self.size = value
        }
        if packed == 0xFFFF_FFFF {
          guard let value = next() else { return false }
          packed = value
        }
        if offset == 0xFFFF_FFFF {
          guard let value = next() else { return false }
          offset = value
        }
        return true
      }
      at += 4 + Int(size)
    }
    return false
  }
}
