import Files
import Foundation
import Inspection

/// Where the what-ifs of a store are kept: `STORE-what-ifs.jsonl`, a record a line.
package struct WhatIfFile: Sendable {
  /// The file.
  package let path: String

  /// Bytes of a file.
  private static let mostBytes = 8 << 20

  /// The file beside a store.
  package init(besideStore store: String) { path = store + "-what-ifs.jsonl" }

  /// All, by name; none where there is no file.
  ///
  /// - Throws: `WhatIfFileError` with the line of what cannot be read.
  package func read() throws(WhatIfFileError) -> [SavedWhatIf] {
    var info = stat()
    guard stat(path, &info) == 0 else { return [] }
    guard info.st_mode & S_IFMT == S_IFREG, info.st_size <= Self.mostBytes,
      let data = FileManager.default.contents(atPath: path)
    else { throw WhatIfFileError("\(path): not a readable file of at most 8 MB") }
    do throws(SavedWhatIfError) {
      return try SavedWhatIfText.read(String(decoding: data, as: UTF8.self))
        .sorted { $0.name < $1.name }
    } catch {
      throw WhatIfFileError(
        "\(path):\(error.line): \(error.reason); correct the line or take it out")
    }
  }

  /// Keeps a what-if under its name, or with none removes that of the name; other processes may do
  /// so at the same time.
  ///
  /// - Returns: all that are there then, and what was done.
  /// - Throws: `WhatIfFileError`; the file is then as it was.
  func save(
    _ name: String, _ saved: SavedWhatIf?
  ) throws(WhatIfFileError) -> (all: [SavedWhatIf], words: String) {
    let folder = FilePath.parent(of: path)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch { throw WhatIfFileError("\(folder) cannot be made") }
    let lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
      if lock >= 0 { close(lock) }
      throw WhatIfFileError("\(folder) cannot be locked")
    }
    defer {
      flock(lock, LOCK_UN)
      close(lock)
    }
    var all = try read()
    let before = all.first { $0.name == name }
    all.removeAll { $0.name == name }
    if let saved {
      guard all.count < SavedWhatIf.most else {
        throw WhatIfFileError("\(path) has \(all.count) what-ifs already; remove some")
      }
      all = (all + [saved]).sorted { $0.name < $1.name }
    }
    do {
      try DurableFile.write(Data(SavedWhatIfText.written(all).utf8), to: path)
    } catch { throw WhatIfFileError("\(error)") }
    func changes(_ saved: SavedWhatIf) -> String {
      saved.whatIf.changes.map(\.words).joined(separator: "; ")
    }
    let words: String =
      switch (before, saved) {
      case (nil, let saved?): "\(name) is kept: \(changes(saved))"
      case (let before?, let saved?):
        "\(name) is kept: \(changes(saved)) (before: \(changes(before)))"
      case (let before?, nil): "\(name) is removed; it was \(changes(before))"
      case (nil, nil): "there was no what-if \(name)"
      }
    return (all, words)
  }
}

/// A file of what-ifs that cannot be read or written.
package struct WhatIfFileError: Error, CustomStringConvertible {
  /// What is wrong and what to do.
  package let description: String
  init(_ description: String) { self.description = description }
}
