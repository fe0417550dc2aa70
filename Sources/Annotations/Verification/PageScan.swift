import Foundation

/// The steps that are still somewhere in the bytes of a store, whatever became of the pages that
/// led to them: each page of the file and of its log is read as if it held rows
/// (https://sqlite.org/fileformat.html §1.6, §2.1, §4).
///
/// Nothing is believed that does not fit: a row counts only if its SHA-256 is among the checksums
/// that were found for its number.
struct PageScan {
  /// Rows by number.
  private(set) var rows: [Int64: StepRow] = [:]
  private var candidates: [Int64: Set<StepRow>] = [:]
  private var checksums: [Int64: Set<String>] = [:]
  private let pageSize: Int
  private let file: Data

  /// More than a store is ever allowed to be.
  private static let mostBytes = 1 << 31
  /// Bytes of a row, at most; a note is of 2,000 characters.
  private static let mostPayload = 1 << 20

  /// Reads a store and its log; what cannot be read counts as empty.
  init(_ path: String) {
    file = Self.bytes(path)
    pageSize = Self.pageSize(of: file)
    let log = Self.bytes(path + "-wal")
    scan(file, from: 0, stride: pageSize, skipping: 0)
    // 32 bytes of header, and 24 before each page.
    scan(log, from: 32, stride: pageSize + 24, skipping: 24)
    for (sequence, found) in candidates {
      rows[sequence] = found.first { checksums[sequence]?.contains($0.checksum) == true }
    }
  }

  private static func bytes(_ path: String) -> Data {
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= mostBytes
    else { return Data() }
    return (try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)) ?? Data()
  }

  /// The header's, where it can be one; else SQLite's usual.
  private static func pageSize(of file: Data) -> Int {
    guard file.count >= 18 else { return 4096 }
    let stated = Int(file[16]) << 8 | Int(file[17])
    let size = stated == 1 ? 65536 : stated
    return size >= 512 && size & (size - 1) == 0 ? size : 4096
  }

  private mutating func scan(_ bytes: Data, from first: Int, stride: Int, skipping: Int) {
    var at = first
    while at + stride <= bytes.count {
      let page = bytes.subdata(in: (at + skipping)..<(at + stride))
      at += stride
      // A leaf of a table.
      if page.first == 0x0D { scan([UInt8](page)) }
    }
  }

  private mutating func scan(_ page: [UInt8]) {
    let count = Int(page[3]) << 8 | Int(page[4])
    for place in 0..<count where 8 + place * 2 + 2 <= page.count {
      let cell = Int(page[8 + place * 2]) << 8 | Int(page[9 + place * 2])
      guard cell >= 8, cell < page.count, let (sequence, payload) = cellContent(page, at: cell),
        let values = Record(payload)?.values
      else { continue }
      take(values, sequence)
    }
  }

  private mutating func take(_ values: [Record.Value], _ sequence: Int64) {
    func text(_ place: Int) -> String? {
      if case .text(let text) = values[place] { text } else { nil }
    }
    func integer(_ place: Int) -> Int64? {
      if case .integer(let number) = values[place] { number } else { nil }
    }
    // The first column is the row's number, which is not stored a second time.
    guard sequence > 0, case .null? = values.first else { return }
    if values.count == 2, let checksum = text(1) {
      checksums[sequence, default: []].insert(checksum)
    } else if values.count == 12, let post = text(1), let file = text(2), let postHash = text(3),
      let tokensHash = text(4), let annotator = text(5), let time = integer(6),
      let kind = text(7), let payload = text(8), let name = text(11)
    {
      candidates[sequence, default: []].insert(
        StepRow(
          sequence: sequence, post: post, file: file, postHash: postHash, tokensHash: tokensHash,
          annotator: annotator, time: time, kind: kind, payload: payload, undoes: integer(9),
          redoes: integer(10), name: name))
    }
  }

  /// The number and the bytes of a row, those on overflow pages of the file included.
  private func cellContent(_ page: [UInt8], at place: Int) -> (Int64, [UInt8])? {
    var reader = ByteReader(page, at: place)
    guard let length = reader.varint(), let sequence = reader.varint(),
      (1...Int64(Self.mostPayload)).contains(length)
    else { return nil }
    let total = Int(length)
    // §1.6: how much of a row stays on its page.
    let most = page.count - 35
    let least = (page.count - 12) * 32 / 255 - 23
    let usual = least + (total - least) % (page.count - 4)
    let local = total <= most ? total : usual <= most ? usual : least
    guard var payload = reader.bytes(local) else { return nil }
    guard payload.count < total else { return (sequence, payload) }
    var next = reader.bytes(4).map(Self.number) ?? 0
    while payload.count < total {
      guard next > 0, next * page.count <= file.count else { return nil }
      let overflow = [UInt8](file[(next - 1) * page.count..<next * page.count])
      payload += overflow.dropFirst(4).prefix(total - payload.count)
      next = Self.number(Array(overflow.prefix(4)))
    }
    return (sequence, payload)
  }

  private static func number(_ bytes: [UInt8]) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}

/// One row as SQLite stores it (https://sqlite.org/fileformat.html §2.1).
private struct Record {
  enum Value {
    case null, integer(Int64), text(String), other
  }

  let values: [Value]

  /// Columns, at most: those of a step, and one more to see that it is none.
  private static let mostColumns = 13

  init?(_ payload: [UInt8]) {
    var header = ByteReader(payload, at: 0)
    guard let length = header.varint(), (1...Int64(payload.count)).contains(length) else {
      return nil
    }
    var content = ByteReader(payload, at: Int(length))
    var values: [Value] = []
    while header.place < Int(length) {
      guard let type = header.varint(), values.count < Self.mostColumns,
        let value = Self.value(type, &content)
      else { return nil }
      values.append(value)
    }
    self.values = values
  }

  private static func value(_ type: Int64, _ content: inout ByteReader) -> Value? {
    let sizes = [1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8]
    switch type {
    case 0: return .null
    case 8: return .integer(0)
    case 9: return .integer(1)
    case 1...6:
      guard let bytes = content.bytes(sizes[Int(type)] ?? 0) else { return nil }
      let first = Int64(Int8(bitPattern: bytes[0]))
      return .integer(bytes.dropFirst().reduce(first) { $0 << 8 | Int64($1) })
    case 7: return content.bytes(8).map { _ in .other }
    case 13... where type % 2 == 1 && type <= 1 << 24:
      return content.bytes(Int(type - 13) / 2).map { bytes in
        String(validating: bytes, as: UTF8.self).map(Value.text) ?? .other
      }
    case 12... where type <= 1 << 24: return content.bytes(Int(type - 12) / 2).map { _ in .other }
    default: return nil
    }
  }
}

/// Reads numbers and bytes in order, never past the end.
private struct ByteReader {
  private let all: [UInt8]
  private(set) var place: Int

  init(_ all: [UInt8], at place: Int) {
    self.all = all
    self.place = place
  }

  mutating func bytes(_ count: Int) -> [UInt8]? {
    guard count >= 0, count <= all.count - place else { return nil }
    defer { place += count }
    return Array(all[place..<place + count])
  }

  /// Seven bits a byte, the ninth has eight.
  mutating func varint() -> Int64? {
    var value: UInt64 = 0
    for count in 0..<9 {
      guard place < all.count else { return nil }
      let byte = all[place]
      place += 1
      if count == 8 { return Int64(bitPattern: value << 8 | UInt64(byte)) }
      value = value << 7 | UInt64(byte & 0x7F)
      if byte & 0x80 == 0 { break }
    }
    return Int64(bitPattern: value)
  }
}
