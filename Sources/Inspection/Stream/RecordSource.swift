import Corpora
import Files
import Synchronization

/// One record of a stream as it came, before it is read.
package struct StreamItem: Sendable, Hashable {
  /// What came.
  package enum Content: Sendable, Hashable {
    /// A line of JSON.
    case line([UInt8])
    /// A record that was put together already: of an archive.
    case record(StreamRecord)
    /// Something that is no record, with the reason.
    case broken(StreamRecordError)
  }

  /// Counted from 1.
  package let number: Int
  /// What came.
  package let content: Content

  /// An item by its parts.
  package init(_ number: Int, _ content: Content) { (self.number, self.content) = (number, content) }

  /// The bytes that it holds.
  package var bytes: Int {
    switch content {
    case .line(let line): line.count
    case .record(let record): if case .bytes(let bytes) = record.picture { bytes.count } else { 0 }
    case .broken: 0
    }
  }
}

/// Where the records of a stream come from, one after the other.
package protocol RecordSource: Sendable {
  /// The next record, waiting for it; nil at the end.
  ///
  /// - Throws: what reading throws.
  mutating func next() throws -> StreamItem.Content?
  /// Passes over records without reading them; fewer at the end.
  ///
  /// - Returns: how many were there.
  /// - Throws: what reading throws.
  mutating func skip(_ count: Int) throws -> Int
}

/// JSON Lines: every line is a record, an empty one too, so that lines and answers can be counted
/// against each other.
package struct LineSource: RecordSource {
  private var lines: ByteLines

  /// Lines of a stream of bytes.
  ///
  /// - Parameter beginning: bytes that were read from it before.
  package init(_ stream: ByteStream, beginning: [UInt8] = []) {
    lines = ByteLines(stream, beginning: beginning, longest: StreamRecord.Most.line)
  }

  package mutating func next() throws -> StreamItem.Content? {
    switch try lines.next() {
    case nil: nil
    case .bytes(let line): .line(line)
    case .tooLong:
      .broken(
        StreamRecordError(
          id: nil,
          reason: "the line is longer than \(StreamRecord.Most.line >> 20) MiB; give its picture "
            + "by path"))
    }
  }

  package mutating func skip(_ count: Int) throws -> Int { try lines.skip(count) }
}
