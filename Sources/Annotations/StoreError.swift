import Foundation

/// Why a store could not be opened or an edit not be kept. No case ever means that a file was
/// overwritten.
public enum StoreError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
  case inUse(String, process: String)
  case notADatabase(String)
  case foreign(String)
  case newer(String)
  case damaged(String, detail: String)
  case missing(String)
  case cannotOpen(String, reason: String)
  case readOnly(String)
  case outOfOrder(String, expected: Int64, given: Int64)
  case notSaved(String, reason: String)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .inUse(let path, let process):
      "\(path): in use by \(process); close it there, or give another file to --store"
    case .notADatabase(let path):
      "\(path): not an SQLite file; it was left as it is, give another file to --store"
    case .foreign(let path):
      "\(path): an SQLite file of another program; it was left as it is, give another file to --store"
    case .newer(let path):
      "\(path): written by a newer Twinlens; use that version, or give another file to --store"
    case .damaged(let path, let detail):
      "\(path): damaged (\(detail)); it was left as it is, copy it away and try `sqlite3 FILE .recover`"
    case .missing(let path):
      "\(path): no annotations are there yet; check --store"
    case .cannotOpen(let path, let reason):
      "\(path): cannot be opened (\(reason)); check permissions and free space, or use --store"
    case .readOnly(let path):
      "\(path): opened for reading only; open it for writing to make edits"
    case .outOfOrder(let path, let expected, let given):
      "\(path): step \(given) does not follow, \(expected) was expected; another program wrote to it "
        + "or an earlier edit was not saved, open the dataset again"
    case .notSaved(let path, let reason):
      "\(path): the edit is not saved (\(reason)); check free space and repeat it"
    }
  }

  /// The same, for `localizedDescription`.
  public var errorDescription: String? { description }
}
