import Foundation
import GRDB
import Tensors

/// A copy of a store in a folder of its own, gone with the value: SQLite cannot read a file with a
/// write-ahead log where it may not write beside it, nor one that lost its end.
final class StoreCopy: Sendable {
  /// The copied file.
  let path: String
  private let folder: String

  /// Whether SQLite's answer is the one that it gives there.
  static func mayHelp(_ code: ResultCode) -> Bool {
    code == .SQLITE_CANTOPEN || code == .SQLITE_READONLY
  }

  /// - Parameter completed: whether pages that are gone from its end are put there, empty.
  /// - Throws: `StoreError` about `named`.
  init(of real: String, for named: String, completed: Bool = false) throws {
    var template = Array("\(NSTemporaryDirectory())/twinlens-store-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw StoreError.cannotOpen(named, reason: "no room for a copy to read")
    }
    folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    path = "\(folder)/store.sqlite"
    do {
      try FileManager.default.copyItem(atPath: real, toPath: path)
      chmod(path, 0o600)
      if completed { try Self.complete(path) }
      for ending in ["-wal", "-journal"] where access(real + ending, F_OK) == 0 {
        try FileManager.default.copyItem(atPath: real + ending, toPath: path + ending)
        chmod(path + ending, 0o600)
      }
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw StoreError.cannotOpen(named, reason: "it cannot be copied to be read")
    }
  }

  /// Gives a file the length that its header tells (https://sqlite.org/fileformat.html §1.3).
  private static func complete(_ path: String) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    defer { try? file.close() }
    let header = [UInt8](try file.read(upToCount: 100) ?? Data())
    guard header.count == 100 else { return }
    let stated = Int(header[16]) << 8 | Int(header[17])
    let page = stated == 1 ? 65536 : stated
    let pages = header[28..<32].reduce(0) { $0 << 8 | Int($1) }
    let length = try file.seekToEnd()
    // More than a store is ever allowed to be is nobody's lost end.
    guard page >= 512, pages > 0, pages * page <= 1 << 31, UInt64(pages * page) > length else {
      return
    }
    try file.truncate(atOffset: UInt64(pages * page))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}
