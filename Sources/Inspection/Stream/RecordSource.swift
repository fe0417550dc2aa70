import Corpora
import Files
import Synchronization

/// One record of a stream as it came, before it is read.
package struct StreamItem: Sendable, Hashable {
  /// What came.
  package enum Content: Sendable, Hashable {
    /// A line of JSON.
    case line([UInt8])
    /// What an archive has of a post.
    case sample(ArchiveSample)
    /// Something that is no record, with the reason.
    case broken(StreamRecordError)
  }

  /// Counted from 1.
  package let number: Int
  /// What came.
  package let content: Content

  /// An item by its parts.
  package init(_ number: Int, _ content: Content) {
    (self.number, self.content) = (number, content)
  }

  /// The bytes that it holds.
  package var bytes: Int {
    switch content {
    case .line(let line): line.count
    case .sample(let sample): sample.bytes
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

/// A tar shard as WebDataset writes it: every sample is a record, and so is every damage.
package struct ShardSource: RecordSource {
  private var samples: ArchiveSamples

  /// Samples of an archive.
  package init(_ archive: TarStream) { samples = ArchiveSamples(archive) }

  package mutating func next() throws -> StreamItem.Content? {
    switch try samples.next() {
    case nil: nil
    case .sample(let sample): .sample(sample)
    case .damage(let reason): .broken(StreamRecordError(id: nil, reason: reason))
    }
  }

  package mutating func skip(_ count: Int) throws -> Int {
    for skipped in 0..<max(0, count) where try samples.next(keeping: false) == nil {
      return skipped
    }
    return max(0, count)
  }
}

extension ByteStream {
  /// The records of these bytes: samples of a tar shard, or else JSON Lines. No more is waited for
  /// than is needed to tell: who sends one line may wait for its answer.
  ///
  /// - Throws: what the stream throws.
  package func records() throws -> any RecordSource {
    var beginning = [UInt8](repeating: 0, count: Self.told)
    var count = 0
    while count < Self.told {
      let got = try beginning.withUnsafeMutableBytes {
        try read(UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
      }
      count += got
      // A line of JSON begins with a brace, and no name in an archive does that is a post's.
      if got == 0 || beginning[..<count].first(where: { !isBlank($0) }) == UInt8(ascii: "{") {
        break
      }
    }
    beginning.removeLast(Self.told - count)
    return TarStream.isArchive(beginning)
      ? ShardSource(TarStream(self, beginning: beginning))
      : LineSource(self, beginning: beginning)
  }

  /// Bytes that tell an archive.
  private static let told = 512
}
