import Foundation

/// What SQLite will take from the log beside a store (https://sqlite.org/fileformat.html §4): the
/// frames up to the last commit before the first frame that does not fit its checksum.
package struct WriteAheadLog: Sendable, Hashable {
  /// Bytes of the log.
  package let bytes: Int
  /// Frames that fit, up to the last commit: those that count.
  package let frames: Int
  /// Commits among them.
  package let commits: Int
  /// Frames after them that belong to this log by their salt: of a commit that was not finished, or
  /// behind one that is damaged.
  package let ignored: Int

  /// Reads the log of a store; nil where there is none, or nothing in it.
  package init?(of store: String) {
    let path = store + "-wal"
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
      (1...1 << 31).contains(info.st_size),
      let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    else { return nil }
    bytes = data.count
    var (fitting, commits, lastCommit, ignored) = (0, 0, 0, 0)
    if let header = Header(data) {
      var sums = header.sums
      var isWhole = true
      var at = 32
      while at + 24 + header.page <= data.count {
        let frame = data.subdata(in: at..<at + 24 + header.page)
        at += frame.count
        guard frame[8..<16] == header.salts else { break }
        if isWhole {
          header.add(frame[0..<8], to: &sums)
          header.add(frame[24...], to: &sums)
          isWhole =
            sums.0 == Header.number(frame, 16) && sums.1 == Header.number(frame, 20)
        }
        guard isWhole else {
          ignored += 1
          continue
        }
        fitting += 1
        if Header.number(frame, 4) > 0 { (commits, lastCommit) = (commits + 1, fitting) }
      }
    }
    (self.frames, self.commits) = (lastCommit, commits)
    self.ignored = ignored + fitting - lastCommit
  }

  private struct Header {
    let page: Int
    let salts: Data
    let isBig: Bool
    var sums: (UInt32, UInt32) = (0, 0)

    init?(_ data: Data) {
      guard data.count >= 32 else { return nil }
      let magic = Self.number(data, 0)
      page = Int(Self.number(data, 8))
      guard magic & ~1 == 0x377F_0682, page >= 512, page <= 65536 else { return nil }
      isBig = magic & 1 == 1
      salts = data.subdata(in: 16..<24)
      add(data.subdata(in: 0..<24), to: &sums)
      guard sums.0 == Self.number(data, 24), sums.1 == Self.number(data, 28) else { return nil }
    }

    static func number(_ data: Data, _ place: Int) -> UInt32 {
      data[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// §4.2: over pairs of words, in the order of bytes of who wrote it.
    func add(_ data: Data, to sums: inout (UInt32, UInt32)) {
      data.withUnsafeBytes { bytes in
        for place in stride(from: 0, to: bytes.count - 7, by: 8) {
          let (first, second) = (
            bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self),
            bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self)
          )
          sums.0 &+= (isBig ? UInt32(bigEndian: first) : UInt32(littleEndian: first)) &+ sums.1
          sums.1 &+= (isBig ? UInt32(bigEndian: second) : UInt32(littleEndian: second)) &+ sums.0
        }
      }
    }
  }
}
