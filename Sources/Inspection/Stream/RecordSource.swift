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

/// What bytes are that must be unpacked or converted before there are records in them.
package enum Packing: Error, CustomStringConvertible {
  case gzip
  case zstandard
  case zip
  case utf16

  /// By their first bytes; nil where they may be records.
  init?(_ beginning: [UInt8]) {
    // RFC 1952 §2.3.1, RFC 8878 §3.1.1, a local file header of ZIP, byte order marks.
    let marks: [(Packing, [UInt8])] = [
      (.gzip, [0x1F, 0x8B]), (.zstandard, [0x28, 0xB5, 0x2F, 0xFD]),
      (.zip, [0x50, 0x4B, 0x03, 0x04]), (.utf16, [0xFF, 0xFE]), (.utf16, [0xFE, 0xFF]),
    ]
    guard let found = marks.first(where: { beginning.starts(with: $0.1) })?.0 else { return nil }
    self = found
  }

  package var description: String {
    switch self {
    case .gzip: "the input is packed by gzip; send it through `zcat`"
    case .zstandard: "the input is packed by Zstandard; send it through `zstdcat`"
    case .zip: "the input is a ZIP archive, or a file of torch.save; send what is in it"
    case .utf16: "the input is UTF-16; send it through `iconv -f UTF-16 -t UTF-8`"
    }
  }
}

extension ByteStream {
  /// The records of these bytes: samples of a tar shard, or else JSON Lines. No more is waited for
  /// than is needed to tell: who sends one line may wait for its answer.
  ///
  /// - Throws: what the stream throws; `Packing`.
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
    if let packing = Packing(beginning) { throw packing }
    return TarStream.isArchive(beginning)
      ? ShardSource(TarStream(self, beginning: beginning))
      : LineSource(self, beginning: beginning)
  }

  /// Bytes that tell an archive.
  private static let told = 512
}
