import Dispatch
import Files
import Foundation
import Synchronization

extension Opener {
  /// Parses and hashes at the same time: the two take about as long.
  func parse(
    _ bytes: [UInt8], stored: [UInt8], _ source: Source, text: [UInt8]?
  ) throws -> (ParsedFile, String) {
    guard bytes.count > 1 << 16, text == nil else {
      let readable = text.map { TextEncoding(of: $0, named: settings.encoding).utf8($0) ?? $0 }
      return (
        try bytes.withUnsafeBufferPointer { try parse($0, source, text: readable) },
        DatasetWriter.hash(of: stored, text: text)
      )
    }
    let parsed = Box<Result<ParsedFile, any Error>>()
    let hash = Box<String>()
    DispatchQueue.concurrentPerform(iterations: 2) { part in
      if part == 0 {
        parsed.set(Result { try bytes.withUnsafeBufferPointer { try parse($0, source) } })
      } else {
        hash.set(SHA256.hexDigest(of: stored))
      }
    }
    guard let result = parsed.value else { throw CorporaError.unreadable(source.name, code: EIO) }
    return (try result.get(), hash.value ?? SHA256.hexDigest(of: stored))
  }

  private func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, _ source: Source, text: [UInt8]? = nil
  ) throws -> ParsedFile {
    try source.format.read(
      bytes,
      DataFormat.ReadingRequest(
        file: source.name, strict: strict, reading: reading, tagNames: settings.tags, text: text))
  }
}

/// A result that one iteration of `concurrentPerform` leaves for its caller.
private final class Box<Value: Sendable>: Sendable {
  private let content = Mutex<Value?>(nil)
  func set(_ value: Value) { content.withLock { $0 = value } }
  var value: Value? { content.withLock { $0 } }
}
