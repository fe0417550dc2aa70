import Corpora
import Files
import Foundation
import Records

/// One file of a tokenizer, read whole and bounded, that knows its lines.
struct TokenizerFile {
  let path: String
  let bytes: [UInt8]

  /// Reads a file; nil when there is none.
  init?(ifPresent path: String) throws {
    // Without O_NONBLOCK a named pipe would stop the program.
    let handle = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard handle >= 0 else {
      if errno == ENOENT { return nil }
      throw TokenizerError.unreadable(path, code: errno)
    }
    defer { close(handle) }
    var info = stat()
    guard fstat(handle, &info) == 0 else { throw TokenizerError.unreadable(path, code: errno) }
    guard info.st_mode & S_IFMT == S_IFREG else { throw TokenizerError.notAFile(path) }
    guard info.st_size <= TokenizerBounds.file else {
      throw TokenizerError.tooLarge(path, bytes: Int(info.st_size))
    }
    let size = Int(info.st_size)
    var failure: Int32 = 0
    bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let base = buffer.baseAddress {
        let got = read(handle, base + count, size - count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    if failure != 0 { throw TokenizerError.unreadable(path, code: failure) }
    self.path = path
  }

  /// A file that exists only in memory.
  init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// An error at a byte of the file.
  func error(_ problem: TokenizerError.Problem, at offset: Int) -> TokenizerError {
    let before = bytes.prefix(max(0, offset))
    let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return .malformed(file: path, line: line, column: before.count - start + 1, problem)
  }

  /// An error of a line.
  func error(_ problem: TokenizerError.Problem, line: Int) -> TokenizerError {
    .malformed(file: path, line: line, column: 0, problem)
  }

  /// Runs `body` over the JSON value in `range`, all of the file when nil, and gives what it
  /// throws its place.
  func scan<Result>(
    _ range: Range<Int>? = nil, _ body: (inout JSONScanner) throws -> Result
  ) throws -> Result {
    try bytes.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer, in: range ?? 0..<buffer.count)
      do {
        let result = try body(&scanner)
        try scanner.finish()
        return result
      } catch let failure as JSONScanner.Failure {
        throw error(.json(failure.reason), at: failure.offset)
      } catch let refusal as PieceInventory.Refusal {
        throw error(refusal.problem, at: scanner.position)
      }
    }
  }

  /// Calls `body` with each line and its number from 1; a line feed at the end ends no new line.
  func forEachLine(_ body: (_ line: String, _ number: Int) throws -> Void) throws {
    var start = 0
    var number = 0
    while start < bytes.count {
      number += 1
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      guard let line = String(validating: bytes[start..<end], as: UTF8.self) else {
        throw error(.notUTF8, line: number)
      }
      guard number <= TokenizerBounds.pieces else { throw error(.tooManyPieces, line: number) }
      try body(line, number)
      start = end + 1
    }
  }
}
