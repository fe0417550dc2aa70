import Files
import Foundation

/// A new store of everything that is sound in an old one, on pages that nothing leads to any more,
/// and in its backups. The old one is only read.
package struct StoreRepair: Sendable {
  /// Where steps were taken from.
  package struct Source: Sendable, Hashable {
    package let path: String
    package let what: String
    package let steps: Int
  }

  /// Steps that no source has.
  package struct Loss: Sendable, Hashable {
    package let steps: ClosedRange<Int64>
    /// The post that the damaged row of a single step names; it may be what is damaged.
    package let post: String?
  }

  /// The new store.
  package let output: String
  /// Steps in it.
  package let steps: Int
  package let sources: [Source]
  package let losses: [Loss]
  /// Backups that were not used, and why.
  package let remarks: [String]

  /// Makes the new store, a file.
  /// - Parameter told: is told the share of the old one's steps that was read, now and then.
  /// - Throws: `StoreError`: `exists` where anything has the new name, `unreadable` where no step
  ///   is left.
  package init(of place: String, to output: String, told: (Double) -> Void = { _ in }) throws {
    var info = stat()
    guard !PostgresAddress.isMeant(by: output) else {
      throw StoreError.badAddress("a repair writes a file; `annotations copy` moves it to a server")
    }
    guard lstat(output, &info) != 0 else { throw StoreError.exists(output) }
    let contents = try StoreContents(place, told: told)
    let address = PostgresAddress.isMeant(by: place) ? try PostgresAddress(place) : nil
    let path = address?.name ?? place
    var rows: [Int64: StepRow] = [:]
    var (sources, remarks): ([Source], [String]) = ([], [])
    func take(_ found: some Sequence<StepRow>, from path: String, _ what: String) {
      var taken = 0
      for row in found where rows[row.sequence] == nil {
        rows[row.sequence] = row
        taken += 1
      }
      if taken > 0 { sources.append(Source(path: path, what: what, steps: taken)) }
    }
    take(contents.rows, from: path, address == nil ? "as SQLite reads it" : "as the server has it")
    var last = max(contents.last, contents.promised)
    let isWhole = contents.failure == nil && contents.findings.isEmpty && contents.verdicts.isEmpty
    if !isWhole, address == nil {
      take(PageScan(StoreFile.resolve(path) ?? path).rows.values, from: path, "page by page")
    }
    for backup in address == nil ? StoreBackups(of: path).all : [] {
      guard let held = try? StoreContents(backup.path), held.failure == nil else {
        remarks.append("\(FilePath.name(of: backup.path)) cannot be read")
        continue
      }
      guard held.rows.allSatisfy({ rows[$0.sequence] == nil || rows[$0.sequence] == $0 }) else {
        remarks.append("\(FilePath.name(of: backup.path)) is of another history and was not used")
        continue
      }
      take(held.rows, from: backup.path, "a backup")
    }
    last = max(last, rows.keys.max() ?? 0)
    guard !rows.isEmpty || isWhole else {
      throw StoreError.unreadable(path, detail: "no step is left in it or its backups")
    }
    let store = try AnnotationStore.writing(
      rows: rows.values.sorted { $0.sequence < $1.sequence }, to: output)
    try store.note(openings: contents.openings)
    (self.output, self.steps, self.sources) = (output, rows.count, sources)
    self.remarks = remarks
    losses = Self.losses(rows, upTo: last, contents.posts)
  }

  private static func losses(
    _ rows: [Int64: StepRow], upTo last: Int64, _ posts: [Int64: String]
  ) -> [Loss] {
    var losses: [Loss] = []
    var next: Int64 = 1
    // A number that a damaged file makes up is not counted through.
    for sequence in rows.keys.sorted() + [last + 1] where sequence >= next {
      if sequence > next {
        let isSingle = sequence - next == 1
        losses.append(Loss(steps: next...sequence - 1, post: isSingle ? posts[next] : nil))
      }
      next = sequence + 1
    }
    return losses
  }
}
