import Foundation

/// The bytes of a large file: mapped, so that they are read when they are needed and the system
/// may drop them again, or already in memory.
package struct ByteSource: Sendable {
  private enum Storage: Sendable {
    case mapped(MappedFile)
    case memory(Data)
  }

  private let storage: Storage
  /// Number of bytes.
  package let count: Int

  /// Maps a plain file.
  ///
  /// - Throws: `ByteSourceError` when it cannot be opened or is no plain file.
  package init(path: String) throws {
    let file = try MappedFile(path: path)
    storage = .mapped(file)
    count = file.count
  }

  /// Bytes that are in memory already.
  package init(_ data: Data) {
    storage = .memory(data)
    count = data.count
  }

  /// Lends a range of the bytes; the range must lie inside.
  package func withBytes<R>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes \(range) of \(count)")
    switch storage {
    case .mapped(let file):
      return try body(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
    case .memory(let data):
      return try data.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
  }

  /// Lends a range piece by piece (each a multiple of 8 bytes but the last), and gives the mapped
  /// pages of each piece back once it was read, so that a file never stands in memory beside what
  /// is made from it.
  package func readOnce(
    _ range: Range<Int>, _ body: (_ offset: Int, _ piece: UnsafeRawBufferPointer) -> Void
  ) {
    let step = 4 << 20
    var at = range.lowerBound
    while at < range.upperBound {
      let end = min(range.upperBound, at + step)
      withBytes(at..<end) { body(at - range.lowerBound, $0) }
      if case .mapped(let file) = storage { file.release(at..<end) }
      at = end
    }
  }

  /// A copy of a range of the bytes.
  package func copy(_ range: Range<Int>) -> [UInt8] { withBytes(range) { [UInt8]($0) } }
}

/// A file that cannot be mapped.
package struct ByteSourceError: Error, CustomStringConvertible {
  /// The file.
  package let path: String
  /// What the system said.
  package let reason: String

  package var description: String {
    "\(path) cannot be opened (\(reason)); check the path and permissions"
  }
}

/// A plain file in the address space, read-only.
///
/// `@unchecked Sendable`: the mapping is private and read-only, and it ends only with the last
/// reference, so threads can read it together.
private final class MappedFile: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  var count: Int { bytes.count }

  init(path: String) throws {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      throw ByteSourceError(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ByteSourceError(path: path, reason: "it is not a plain file")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), base != MAP_FAILED else {
      throw ByteSourceError(path: path, reason: String(cString: strerror(errno)))
    }
    bytes = UnsafeRawBufferPointer(start: base, count: size)
  }

  /// Lets go of the whole pages inside a range; they come from the file again when read again.
  func release(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let low = range.lowerBound / page * page
    let high = range.upperBound / page * page
    guard high > low, let base = bytes.baseAddress else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + low), high - low, MADV_DONTNEED)
  }

  deinit {
    if let base = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
  }
}
