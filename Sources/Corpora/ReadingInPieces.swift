import Dispatch
import Synchronization

/// A large file is cut where one post ends and the next begins, and its pieces are read on all
/// cores. What comes of it is what reading in one go gives, findings and their lines included.
struct ReadingInPieces {
  /// Bytes of a piece, about.
  var size = 4 << 20

  /// A size for every reading within `$pieceSize.withValue(…) { … }`: tests cut small files.
  @TaskLocal static var pieceSize: Int?

  /// Cuts bytes into pieces that are read alone.
  /// - Parameter cut: the first place from an offset on at which a piece may begin; nil for none.
  func pieces(
    of bytes: UnsafeBufferPointer<UInt8>, cut: (_ from: Int) -> Int?
  ) -> [Range<Int>] {
    let size = max(1, Self.pieceSize ?? size)
    var pieces: [Range<Int>] = []
    var start = 0
    while bytes.count - start > size, let end = cut(start + size), end < bytes.count {
      pieces.append(start..<end)
      start = end
    }
    return pieces + [start..<bytes.count]
  }

  /// Reads pieces at the same time.
  /// - Returns: what came of each, in their order.
  static func read<Value: Sendable>(
    _ pieces: [Range<Int>], _ bytes: UnsafeBufferPointer<UInt8>,
    _ body: @Sendable (UnsafeBufferPointer<UInt8>) -> Value
  ) -> [Value] {
    // Safe: the bytes outlive the call, and nobody writes them.
    nonisolated(unsafe) let bytes = bytes
    let found = Mutex<[Int: Value]>([:])
    DispatchQueue.concurrentPerform(iterations: pieces.count) { place in
      let value = body(UnsafeBufferPointer(rebasing: bytes[pieces[place]]))
      found.withLock { $0[place] = value }
    }
    return found.withLock { found in pieces.indices.compactMap { found[$0] } }
  }

  /// The first line at or after a place that may begin a piece: of files that have a record a line.
  static func recordStart(_ bytes: UnsafeBufferPointer<UInt8>, from place: Int) -> Int? {
    var start = lineStart(bytes, from: place)
    // Nothing that could be taken for the mark at the beginning of a file.
    while let line = start, line < bytes.count, bytes[line] >= 0x80 {
      start = lineStart(bytes, from: line + 1)
    }
    return start
  }

  /// The first begin of a line at or after a place.
  static func lineStart(_ bytes: UnsafeBufferPointer<UInt8>, from place: Int) -> Int? {
    guard place > 0 else { return 0 }
    return bytes[(place - 1)...].firstIndex(of: 0x0A).map { $0 + 1 }
  }
}

/// A piece of a file as it was read.
struct ParsedPiece: Sendable {
  var file = ParsedFile()
  var tally = TaggingScheme.Tally()
  var findings: FindingCollector
  /// Why a strict reading ended in it.
  var failure: (any Error)?
  /// Whether the file's word for MISC was found in it.
  var knowsMisc = false
  /// Lines of the piece.
  var lines = 0
}

extension ParsedPiece {
  /// Pieces in their order as one file.
  /// - Throws: why a strict reading ended, where it ended first.
  static func joined(
    _ pieces: [ParsedPiece], findings: FindingCollector
  ) throws -> (file: ParsedFile, tally: TaggingScheme.Tally) {
    var (result, tally, findings) = (ParsedFile(), TaggingScheme.Tally(), findings)
    result.posts.reserveCapacity(pieces.reduce(0) { $0 + $1.file.posts.count })
    var (lines, knowsMisc) = (0, false)
    for piece in pieces {
      findings.add(piece.findings, below: lines)
      if let failure = piece.failure { throw FindingCollector.moved(failure, below: lines) }
      for var post in piece.file.posts {
        post.line += lines
        result.posts.append(post)
      }
      if !knowsMisc, piece.knowsMisc { (result.misc, knowsMisc) = (piece.file.misc, true) }
      tally.add(piece.tally)
      lines += piece.lines
    }
    result.findings = findings.all
    return (result, tally)
  }
}

extension FindingCollector {
  /// Takes up the findings of a piece.
  /// - Parameter lines: how many lines stand above the piece.
  mutating func add(_ piece: FindingCollector, below lines: Int) {
    let room = max(0, Bounds.findings - findings.count)
    findings += piece.findings.prefix(room).map { $0.moved(below: lines) }
    dropped += piece.dropped + max(0, piece.findings.count - room)
  }

  /// The error of a piece, as one of the whole file.
  static func moved(_ failure: any Error, below lines: Int) -> any Error {
    guard case CorporaError.malformed(let finding) = failure else { return failure }
    return CorporaError.malformed(finding.moved(below: lines))
  }
}

extension Finding {
  fileprivate func moved(below lines: Int) -> Finding {
    guard location.line > 0 else { return self }
    return Finding(
      SourceLocation(file: location.file, line: location.line + lines), problem)
  }
}
