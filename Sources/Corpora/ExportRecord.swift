import Files
import Foundation
import Tensors

/// What exports wrote into a folder: a hidden file with a checksum and a name a line, as
/// `sha256sum` writes and checks them. An export replaces nothing but what stands there unchanged.
struct ExportRecord {
  static let fileName = ".twinlens-export"

  private let folder: String
  /// Checksums that a file may have, by name: while an export is under way the old and the new one.
  private var known: [String: Set<String>] = [:]

  /// The record of a folder; empty where there is none.
  init(folder: String) {
    self.folder = folder
    let path = "\(folder)/\(Self.fileName)"
    var info = stat()
    guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
      let bytes = try? FileBytes.read(path, limit: 64 << 20)
    else { return }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      guard parts.count == 2, parts[0].utf8.count == 64 else { continue }
      known[parts[1].trimmingCharacters(in: .whitespaces), default: []].insert(String(parts[0]))
    }
  }

  /// Refuses to write over a file that no export left there.
  /// - Throws: `CorporaError.notAnExport`.
  func requireReplaceable(_ name: String, by hash: String) throws {
    let target = "\(folder)/\(name)"
    var info = stat()
    guard lstat(target, &info) == 0 else { return }
    guard info.st_mode & S_IFMT == S_IFREG, let bytes = try? FileBytes.read(target) else {
      throw CorporaError.notAnExport(target)
    }
    let found = SHA256.hexDigest(of: bytes)
    guard found == hash || known[name]?.contains(found) == true else {
      throw CorporaError.notAnExport(target)
    }
  }

  /// Whether a file stands there as an export left it.
  func isUnchanged(_ name: String) -> Bool {
    let path = "\(folder)/\(name)"
    var info = stat()
    guard let known = known[name], lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
      let bytes = try? FileBytes.read(path)
    else { return false }
    return known.contains(SHA256.hexDigest(of: bytes))
  }

  /// Files that earlier exports wrote and that are still there, but for those of this one.
  func left(besides names: Set<String>) -> [String] {
    known.keys.filter { !names.contains($0) && access("\(folder)/\($0)", F_OK) == 0 }.sorted()
  }

  /// Writes the record with these files in it. `replacing` forgets what they were before: to be
  /// said only once they are in place.
  /// - Parameter gone: files that are not there any more.
  /// - Throws: `CorporaError`.
  mutating func note(
    _ files: [(name: String, hash: String)], replacing: Bool, without gone: Set<String> = []
  ) throws {
    for name in gone { known[name] = nil }
    for file in files {
      if replacing { known[file.name] = [] }
      known[file.name, default: []].insert(file.hash)
    }
    var text = ""
    for (name, hashes) in known.sorted(by: { $0.key < $1.key }) {
      for hash in hashes.sorted() { text += "\(hash)  \(name)\n" }
    }
    try FileBytes.write(Array(text.utf8), to: "\(folder)/\(Self.fileName)")
  }
}
