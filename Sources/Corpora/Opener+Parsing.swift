import Dispatch
import Files
import Foundation
import Synchronization

extension Opener {
  /// Parses and hashes at the same time.
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
    // Not both as iterations of `concurrentPerform`: one within another has a single thread.
    let hash = Later { SHA256.hexDigest(of: stored) }
    let parsed = Result { try bytes.withUnsafeBufferPointer { try parse($0, source) } }
    return (try parsed.get(), hash.value)
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

/// What is made on another thread while its caller goes on.
private final class Later<Value: Sendable>: Sendable {
  private let content = Mutex<Value?>(nil)
  private let done = DispatchGroup()
  private let make: @Sendable () -> Value

  init(_ make: @escaping @Sendable () -> Value) {
    self.make = make
    DispatchQueue.global(qos: .userInitiated).async(group: done) { [self] in
      content.withLock { $0 = make() }
    }
  }

  /// Waits for it.
  var value: Value {
    done.wait()
    return content.withLock { $0 } ?? make()
  }
}
