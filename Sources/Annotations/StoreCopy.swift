import Foundation
import GRDB
import Tensors

/// A copy of a store in a folder of its own, gone with the value: SQLite cannot read a file with a
/// write-ahead log where it may not write beside it.
final class StoreCopy: Sendable {
  /// The copied file.
  let path: String
  private let folder: String

  /// Whether SQLite's answer is the one that it gives there.
  static func mayHelp(_ code: ResultCode) -> Bool {
    code == .SQLITE_CANTOPEN || code == .SQLITE_READONLY
  }

  /// - Throws: `StoreError` about `named`.
  init(of real: String, for named: String) throws {
    var template = Array("\(NSTemporaryDirectory())/twinlens-store-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw StoreError.cannotOpen(named, reason: "no room for a copy to read")
    }
    folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    path = "\(folder)/store.sqlite"
    do {
      try FileManager.default.copyItem(atPath: real, toPath: path)
      chmod(path, 0o600)
      for ending in ["-wal", "-journal"] where access(real + ending, F_OK) == 0 {
        try FileManager.default.copyItem(atPath: real + ending, toPath: path + ending)
        chmod(path + ending, 0o600)
      }
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw StoreError.cannotOpen(named, reason: "it cannot be copied to be read")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}
