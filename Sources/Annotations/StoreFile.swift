import Files
import Foundation
import Synchronization
import Tensors

/// The file of a store as this process has it open: which file it is, and that no other process
/// writes to it.
///
/// A path can come to name another file while it is open (`git clean`, a sync tool), so the file is
/// known by device and inode. Of the names it can be reached by, links are resolved, and a second
/// hard link is refused: SQLite keeps its log beside the name it was opened by.
final class StoreFile: Sendable {
  /// The path as it was given.
  let path: String
  /// The path with every link resolved.
  let realPath: String
  /// Whether a file was there with nothing in it. One that was made just now is another process's
  /// that opens it too.
  let wasEmptied: Bool
  /// The last step that was acknowledged here, as `StoreLock` was told; 0 where nobody said.
  let promised: Int64
  private let handle: Int32
  private let lock: StoreLock?
  // Safe: set by `watchSiblings` before the store is shared, and only read after that.
  private nonisolated(unsafe) var siblings: [(path: String, identity: Identity)] = []
  /// Bytes of the file when it was largest.
  private let largest = Mutex<off_t>(0)

  /// What makes a file itself, whatever it is called.
  struct Identity: Hashable {
    let device: UInt
    let inode: UInt

    init(_ info: stat) {
      device = UInt(info.st_dev)
      inode = UInt(info.st_ino)
    }

    /// Of what a path names now; nil when nothing is there.
    init?(of path: String) {
      var info = stat()
      guard stat(path, &info) == 0 else { return nil }
      self.init(info)
    }
  }

  /// Opens a file, with `writing` makes it first where none is, and keeps other writers out.
  /// - Throws: `StoreError`.
  init(_ path: String, writing: Bool) throws {
    self.path = path
    if writing { try Self.make(path) }
    guard let real = Self.resolve(path) else {
      throw errno == ENOENT
        ? StoreError.missing(path) : StoreError.cannotOpen(path, reason: Self.reason(errno))
    }
    realPath = real
    // Without O_NONBLOCK a named pipe would stop the program.
    let handle = open(
      real, (writing ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    guard handle >= 0 else {
      let code = errno
      throw writing && (code == EACCES || code == EROFS || code == EPERM)
        ? StoreError.unwritable(path) : StoreError.cannotOpen(path, reason: Self.reason(code))
    }
    do {
      try Self.examine(handle, path, real, writing: writing)
      try Self.examineSiblings(of: real, path)
      promised = StoreLock.promised(beside: real)
      lock = writing ? try StoreLock(handle, beside: real, for: path) : nil
    } catch {
      close(handle)
      throw error
    }
    self.handle = handle
    var info = stat()
    wasEmptied =
      fstat(handle, &info) == 0 && info.st_size == 0 && time(nil) - info.st_mtim.tv_sec > 60
  }

  deinit {
    if lock != nil { flock(handle, LOCK_UN) }
    close(handle)
  }

  /// Says that steps up to a number were acknowledged.
  func promise(_ sequence: Int64) { lock?.promise(sequence) }

  /// Notes the files that SQLite keeps beside the store: they must stay in place too.
  func watchSiblings() {
    siblings = ["-wal", "-shm"].compactMap { ending in
      Identity(of: realPath + ending).map { (realPath + ending, $0) }
    }
  }

  /// Refuses to go on when the path names another file than the one that is open, or none, or the
  /// file lost its end.
  /// - Throws: `StoreError.displaced`, `StoreError.cut`.
  func requireInPlace() throws {
    var info = stat()
    guard fstat(handle, &info) == 0, info.st_nlink > 0, Identity(of: path) == Identity(info),
      siblings.allSatisfy({ Identity(of: $0.path) == $0.identity })
    else { throw StoreError.displaced(path) }
    let size = info.st_size
    try largest.withLock {
      // SQLite writes the first page before the last ones, so a growing file may be shorter than it
      // says; a smaller one only when it was made so and says so.
      guard size >= $0 || size >= sizeInHeader ?? .max else { throw StoreError.cut(path) }
      $0 = size
    }
  }

  /// Bytes that the file has by its own word; nil where its beginning is gone.
  private var sizeInHeader: off_t? {
    var head = [UInt8](repeating: 0, count: 32)
    guard pread(handle, &head, head.count, 0) == head.count else { return nil }
    // https://sqlite.org/fileformat.html §1.3: 1 stands for 65,536.
    let page = off_t(head[16]) << 8 | off_t(head[17])
    let count = head[28..<32].reduce(off_t(0)) { $0 << 8 | off_t($1) }
    return page == 0 || count == 0 ? nil : (page == 1 ? 65536 : page) * count
  }

  /// Makes the folder and an empty file for its owner alone, unless something is there.
  private static func make(_ path: String) throws {
    var info = stat()
    guard lstat(path, &info) != 0 else { return }
    guard errno == ENOENT else { throw StoreError.cannotOpen(path, reason: reason(errno)) }
    let folder = try makeFolder(of: path)
    sync(folder: FilePath.parent(of: folder))
    let handle = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard handle >= 0 else {
      // Somebody else made it just now.
      if errno == EEXIST { return }
      throw StoreError.cannotOpen(path, reason: reason(errno))
    }
    close(handle)
    sync(folder: folder)
  }

  /// Makes the folder of a file for its owner alone, unless it is there; returns its path.
  /// - Throws: `StoreError.cannotOpen`.
  @discardableResult
  static func makeFolder(of path: String) throws(StoreError) -> String {
    let folder = FilePath.parent(of: path)
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw .cannotOpen(path, reason: "its folder cannot be made")
    }
    return folder
  }

  /// Refuses what is no SQLite file, and with `writing` what must not be written.
  private static func examine(
    _ handle: Int32, _ path: String, _ real: String, writing: Bool
  ) throws {
    var info = stat()
    guard fstat(handle, &info) == 0 else {
      throw StoreError.cannotOpen(path, reason: reason(errno))
    }
    guard info.st_mode & S_IFMT == S_IFREG else { throw StoreError.notADatabase(path) }
    // "SQLite format 3" and NUL, https://sqlite.org/fileformat.html §1.3; an empty file is a new
    // one.
    var head = [UInt8](repeating: 0, count: 16)
    let count = pread(handle, &head, head.count, 0)
    // Power that failed while the first page was written leaves anything there, and a journal by
    // which SQLite makes it good.
    var journal = stat()
    let isHalfWritten = lstat(real + "-journal", &journal) == 0 && journal.st_size > 0
    guard count == 0 || isHalfWritten || head == Array("SQLite format 3\0".utf8) else {
      throw StoreError.notADatabase(path)
    }
    guard writing else { return }
    // Root may write anywhere; a file without any write bit was meant to stay as it is.
    if info.st_mode & 0o222 == 0 { throw StoreError.unwritable(path) }
    if info.st_nlink > 1 { throw StoreError.linked(path, names: Int(info.st_nlink)) }
  }

  /// SQLite's own files beside the store: plain ones, and no journal that names another file, which
  /// SQLite would delete.
  private static func examineSiblings(of real: String, _ path: String) throws {
    for ending in ["-wal", "-shm", "-journal", ".lock"] {
      var info = stat()
      guard lstat(real + ending, &info) == 0 else { continue }
      // A file that another program removes at this moment has no name left.
      guard info.st_mode & S_IFMT == S_IFREG, info.st_nlink <= 1 else {
        throw StoreError.altered(
          path, what: "\(FilePath.name(of: real))\(ending) beside it is a link or no plain file")
      }
    }
    let journal = open(real + "-journal", O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard journal >= 0 else { return }
    defer { close(journal) }
    // How the name of a super-journal ends, https://sqlite.org/fileformat.html §3; only
    // transactions over several databases have one, and ours are over one.
    let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
    var end = [UInt8](repeating: 0, count: magic.count)
    let size = lseek(journal, 0, SEEK_END)
    if size >= off_t(magic.count),
      pread(journal, &end, end.count, size - off_t(magic.count)) == end.count, end == magic
    {
      throw StoreError.altered(path, what: "the journal beside it names another file")
    }
  }

  static func resolve(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

  private static func sync(folder: String) {
    let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { return }
    fsync(handle)
    close(handle)
  }
}
