import Files
import Foundation
import GRDB

/// Copies of a store, in the folder `STORE-backups` beside it: each is what the store held at one
/// moment, is read back before it gets its name, and is never written again.
///
/// `NUMBER-TIME.sqlite`: the last step, and when it was made (`20261201T024308Z`, by this
/// computer's clock). The order is that of the numbers first: clocks go back.
package struct StoreBackups: Sendable {
  /// The store.
  package let store: String

  /// The backups of a store, whether there are any or not.
  package init(of store: String) { self.store = store }

  /// Where they are.
  package var folder: String { store + "-backups" }

  /// One of them, by its name alone.
  package struct Backup: Sendable, Hashable, Comparable {
    package let path: String
    /// The last step that it holds by its name.
    package let last: Int64
    fileprivate let time: String

    package static func < (a: Self, b: Self) -> Bool { (a.last, a.time) < (b.last, b.time) }

    fileprivate init?(_ name: String, in folder: String) {
      let parts = name.split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 2, name.hasSuffix(".sqlite"), let last = Int64(parts[0]), last > 0
      else { return nil }
      (path, self.last, time) = ("\(folder)/\(name)", last, String(parts[1].dropLast(7)))
    }
  }

  /// What is there, the newest first; a name that no backup has is passed over.
  package var all: [Backup] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { Backup($0, in: folder) }.sorted(by: >)
  }

  /// Copies the store as it is now, unless it has no step that the newest backup lacks, and removes
  /// the oldest beyond `most`. Writers are not kept waiting: SQLite reads one moment of a store
  /// while others write.
  /// - Parameter time: names the backup.
  /// - Returns: the new backup; nil where none was needed.
  /// - Throws: `StoreError`; older backups are as they were then.
  @discardableResult
  package func make(keeping most: Int, at time: Date = Date()) throws -> Backup? {
    let real = StoreFile.resolve(store) ?? store
    let copy: String
    let last: Int64
    do {
      // Through SQLite alone: when any other handle of the file is closed, its locks go.
      let queue = try DatabaseQueue(path: real, configuration: Self.configuration)
      defer { try? queue.close() }
      last =
        try queue.unsafeRead { try Int64.fetchOne($0, sql: "SELECT max(sequence) FROM step") } ?? 0
      guard last > 0, last > all.first?.last ?? 0 else { return nil }
      try StoreFile.makeFolder(of: "\(folder)/backup")
      removeStrays()
      copy = "\(folder)/.\(UUID().uuidString).writing"
      try queue.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
    } catch {
      throw AnnotationStore.explain(error, folder)
    }
    do {
      try Self.sync(copy)
      let found = try AnnotationStore(path: copy, access: .readOnly).stored(keepingRows: true)
      // Others may have written since.
      guard found.last >= last, let newest = found.rows.last?.sequence else {
        throw StoreError.damaged(folder, detail: "a copy lacks its last steps")
      }
      let target = "\(folder)/\(Self.name(newest, time))"
      guard rename(copy, target) == 0 else {
        throw StoreError.cannotOpen(target, reason: StoreFile.reason(errno))
      }
      try Self.sync(folder)
      let made = Backup(FilePath.name(of: target), in: folder)
      // A copy of a damaged store takes the place of none that holds more.
      if found.findings.isEmpty { rotate(keeping: most) }
      return made
    } catch {
      unlink(copy)
      throw AnnotationStore.explain(error, folder)
    }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "twinlens.backup"
    // Reading alone, but for the copy: `VACUUM INTO` is refused on a connection for reading.
    configuration.busyMode = .timeout(10)
    return configuration
  }

  private static func name(_ last: Int64, _ time: Date) -> String {
    let stamp = time.formatted(.iso8601).filter { !"-:".contains($0) }
    let digits = String(last)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + "\(digits)-\(stamp).sqlite"
  }

  private func rotate(keeping most: Int) {
    for backup in all.dropFirst(max(1, most)) { unlink(backup.path) }
  }

  /// What a program that was killed began to write.
  private func removeStrays() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(".") && name.contains(".writing") {
      var info = stat()
      let path = "\(folder)/\(name)"
      // One that is written right now is younger.
      guard lstat(path, &info) == 0, time(nil) - info.st_mtim.tv_sec > 3600 else { continue }
      unlink(path)
    }
  }

  private static func sync(_ path: String) throws {
    let handle = open(path, O_RDONLY | O_CLOEXEC)
    guard handle >= 0 else { throw StoreError.cannotOpen(path, reason: StoreFile.reason(errno)) }
    defer { close(handle) }
    guard fsync(handle) == 0 else {
      throw StoreError.notSaved(path, reason: StoreFile.reason(errno))
    }
  }
}
