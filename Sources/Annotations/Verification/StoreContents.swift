import Foundation

/// The rows of a store that are sound, with what is wrong beside them, whatever state it is in.
struct StoreContents {
  /// Rows that fit their checksums, by number.
  let rows: [StepRow]
  let findings: [StoreFinding]
  /// Posts that damaged rows name, by number.
  let posts: [Int64: String]
  /// The number of the last step of which anything is left.
  let last: Int64
  /// The last step that was acknowledged; 0 where nobody said.
  let promised: Int64
  /// What SQLite says of the whole file.
  let verdicts: [String]
  /// Why it could not be opened or read; nil where it could.
  let failure: StoreError?
  let openings: [StoreOpening]

  /// Sentences of SQLite that are asked for.
  private static let mostVerdicts = 100

  /// Reads a store for reading alone.
  /// - Parameter told: is told the share that was read, now and then.
  /// - Throws: `StoreError.missing`; whatever the opening of a server's store throws.
  init(_ path: String, told: (Double) -> Void = { _ in }) throws {
    if PostgresAddress.isMeant(by: path) {
      let store = try StoreAddress.open(path, access: .readOnly)
      let stored = try store.stored(keepingRows: true, told: told)
      (rows, findings, posts, last) = (stored.rows, stored.findings, stored.posts, stored.last)
      (verdicts, failure, promised) = ([], nil, 0)
      openings = try store.openings()
      return
    }
    guard access(path, F_OK) == 0 else { throw StoreError.missing(path) }
    let promised = StoreLock.promised(beside: StoreFile.resolve(path) ?? path)
    var (stored, verdicts, openings): (StepRows.Stored, [String], [StoreOpening])
    (stored, verdicts, openings) = (StepRows.Stored(), [], [])
    var failure: StoreError?
    do {
      let store = try AnnotationStore(path: path, access: .readOnly)
      verdicts = store.integrity(most: Self.mostVerdicts)
      openings = (try? store.openings()) ?? []
      stored = try store.stored(keepingRows: true, told: told)
    } catch {
      failure = AnnotationStore.explain(error, path)
      if promised > 0 { stored.findings = [.cutBack(first: 1, last: promised)] }
    }
    (rows, findings, posts, last) = (stored.rows, stored.findings, stored.posts, stored.last)
    (self.verdicts, self.openings, self.failure) = (verdicts, openings, failure)
    self.promised = promised
  }

  /// Whether all steps that both have are the same.
  func agrees(with other: StoreContents) -> Bool {
    let own = Dictionary(rows.map { ($0.sequence, $0) }) { first, _ in first }
    return other.rows.allSatisfy { own[$0.sequence] == nil || own[$0.sequence] == $0 }
  }
}
