import Files
import Foundation
import Tensors

/// Names a post as a model sees it: its words, pairs and picture.
struct PostKey: Sendable, Hashable {
  let high: UInt64
  let low: UInt64
}

/// What one model said of posts, on disk: a file that is only appended to, so that what was
/// computed once is there the next time.
///
/// Each record carries a checksum; at the first that is damaged the file is cut off, since all of
/// it can be computed again. Where the file cannot be used (another program has it, a link lies in
/// its place, the folder cannot be written) a nameless temporary file takes its place. Not for
/// several threads.
final class AnswerLog {
  private let file: Int32
  private let limit: Int
  private var places: [PostKey: Range<Int>] = [:]
  private var end = 0

  private static let heading = Array("twinlens answers 1\n".utf8)
  /// A record is its length, its key, its bytes and its checksum.
  private static let front = 20
  private static let back = 8
  /// The longest record that is believed: posts have at most 10,000 words.
  private static let longest = 1 << 22

  /// Number of posts in it.
  var count: Int { places.count }

  /// Opens or makes a file.
  /// - Parameters:
  ///   - path: nil for a temporary one.
  ///   - limit: bytes; a file that would become larger begins anew.
  init?(_ path: String?, limit: Int = 1 << 29) {
    self.limit = limit
    guard let file = path.flatMap(Self.open) ?? Self.temporary() else { return nil }
    self.file = file
    load()
  }

  deinit {
    // Unlocked, not only closed: a child that is being started right now holds a copy of the handle
    // until its exec, and with it the lock.
    flock(file, LOCK_UN)
    close(file)
  }

  /// What was kept for a post.
  func value(_ key: PostKey) -> [UInt8]? {
    places[key].flatMap { Self.read(file, $0) }
  }

  /// Keeps values; false when they could not be written, which costs nothing but time.
  @discardableResult
  func insert(_ values: [(PostKey, [UInt8])]) -> Bool {
    var bytes: [UInt8] = []
    var added: [(PostKey, Range<Int>)] = []
    for (key, value) in values where value.count <= Self.longest {
      let start = bytes.count + Self.front
      bytes += Self.record(key, value)
      added.append((key, start..<(start + value.count)))
    }
    if end + bytes.count > limit { clear() }
    guard bytes.count + end <= limit, Self.write(file, bytes, at: end) else {
      ftruncate(file, off_t(end))
      return false
    }
    for (key, range) in added { places[key] = range.lowerBound + end..<range.upperBound + end }
    end += bytes.count
    return true
  }

  private func clear() {
    places = [:]
    end = 0
    ftruncate(file, 0)
    if Self.write(file, Self.heading, at: 0) { end = Self.heading.count }
  }

  /// Finds the records; what does not belong is cut off.
  private func load() {
    let size = Int(lseek(file, 0, SEEK_END))
    guard size <= limit, Self.read(file, 0..<min(size, Self.heading.count)) == Self.heading else {
      return clear()
    }
    end = Self.heading.count
    while let front = Self.read(file, end..<(end + Self.front), of: size) {
      let length = Int(Self.number(front[0..<4]))
      let value = end + Self.front..<end + Self.front + length
      guard length <= Self.longest,
        let rest = Self.read(file, value.lowerBound..<value.upperBound + Self.back, of: size),
        Self.checksum(front + rest.dropLast(Self.back)) == Self.number(rest.suffix(Self.back))
      else { break }
      places[PostKey(high: Self.number(front[4..<12]), low: Self.number(front[12..<20]))] = value
      end = value.upperBound + Self.back
    }
    if end < size { ftruncate(file, off_t(end)) }
  }

  // MARK: Bytes

  private static func record(_ key: PostKey, _ value: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(front + value.count + back)
    for part in [UInt64(value.count), key.high, key.low] {
      withUnsafeBytes(of: part.littleEndian) { bytes += $0 }
      // The length takes four bytes.
      if bytes.count == 8 { bytes.removeLast(4) }
    }
    bytes += value
    let sum = checksum(bytes)
    withUnsafeBytes(of: sum.littleEndian) { bytes += $0 }
    return bytes
  }

  private static func number(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var sum = FNV1a()
    sum.add(bytes: bytes)
    return sum.value
  }

  private static func read(_ file: Int32, _ range: Range<Int>, of size: Int) -> [UInt8]? {
    range.upperBound <= size ? read(file, range) : nil
  }

  private static func read(_ file: Int32, _ range: Range<Int>) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var at = 0
    while at < range.count {
      let n = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress.map { $0 + at }, range.count - at, off_t(range.lowerBound + at))
      }
      if n < 0, errno == EINTR { continue }
      guard n > 0 else { return nil }
      at += n
    }
    return bytes
  }

  private static func write(_ file: Int32, _ bytes: [UInt8], at start: Int) -> Bool {
    var at = 0
    while at < bytes.count {
      let n = bytes.withUnsafeBytes {
        pwrite(file, $0.baseAddress.map { $0 + at }, bytes.count - at, off_t(start + at))
      }
      if n < 0, errno == EINTR { continue }
      guard n > 0 else { return false }
      at += n
    }
    return true
  }

  // MARK: Opening

  /// A plain file of this user's that nobody else has open, nil otherwise.
  private static func open(_ path: String) -> Int32? {
    let folder = FilePath.parent(of: path)
    mkdir(folder, 0o700)
    var info = stat()
    guard lstat(folder, &info) == 0, info.st_mode & S_IFMT == S_IFDIR, info.st_uid == geteuid()
    else { return nil }
    let file = Foundation.open(
      path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600)
    guard file >= 0 else { return nil }
    guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_uid == geteuid(),
      info.st_nlink == 1, flock(file, LOCK_EX | LOCK_NB) == 0
    else {
      close(file)
      return nil
    }
    // The files used longest ago are those that are removed.
    futimens(file, nil)
    return file
  }

  private static func temporary() -> Int32? {
    var path = Array((NSTemporaryDirectory() + "/twinlens-answers-XXXXXX").utf8CString)
    let file = mkstemp(&path)
    guard file >= 0 else { return nil }
    unlink(path)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    return file
  }

  /// Removes the files of a folder that were used longest ago, until the rest take at most so many
  /// bytes. What is open stays readable to whoever has it open.
  static func prune(_ folder: String, to most: Int) {
    var info = stat()
    guard lstat(folder, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { return }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var files: [(path: String, size: Int, used: Int)] = []
    for name in names where name.hasSuffix(".answers") {
      let path = folder + "/" + name
      guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { continue }
      files.append((path, Int(info.st_size), info.st_mtim.tv_sec))
    }
    files.sort { $0.used > $1.used }
    var total = 0
    for file in files {
      total += file.size
      if total > most { unlink(file.path) }
    }
  }
}
