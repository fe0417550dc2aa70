import Foundation

/// Why a store could not be opened or an edit not be kept. No case ever means that a file was
/// overwritten.
package enum StoreError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
  case inUse(String, process: String)
  case notADatabase(String)
  case foreign(String)
  case newer(String)
  case altered(String, what: String)
  case linked(String, names: Int)
  case leadsOut(String, to: String)
  case damaged(String, detail: String)
  /// Damaged so that no step can be read.
  case unreadable(String, detail: String)
  case missing(String)
  case noSource(String)
  case exists(String)
  case cannotOpen(String, reason: String)
  case unwritable(String)
  case readOnly(String)
  case displaced(String)
  /// It lost its end while it was open.
  case cut(String)
  case outOfOrder(String, expected: Int64, given: Int64)
  /// Another process wrote steps that this one has not seen.
  case behind(String)
  case notSaved(String, reason: String)
  /// What is given as the address of a server is none.
  case badAddress(String)
  /// The server does not answer; what is to be stored waits.
  case unreachable(String, reason: String)
  /// The server answers, and nothing can be kept there.
  case refused(String, reason: String)

  /// What is wrong, where, and what to do.
  package var description: String { "\(path): \(problem)" }

  /// The file.
  package var path: String {
    switch self {
    case .inUse(let path, _), .notADatabase(let path), .foreign(let path), .newer(let path),
      .altered(let path, _), .linked(let path, _), .leadsOut(let path, _), .damaged(let path, _),
      .unreadable(let path, _), .missing(let path), .noSource(let path), .exists(let path),
      .cannotOpen(let path, _),
      .unwritable(let path),
      .readOnly(let path), .displaced(let path), .cut(let path), .outOfOrder(let path, _, _),
      .behind(let path),
      .notSaved(let path, _), .unreachable(let path, _), .refused(let path, _):
      path
    case .badAddress: "--store"
    }
  }

  /// What is wrong and what to do, without the file: for a line that has little room.
  package var problem: String {
    switch self {
    case .inUse(_, let process):
      "in use by \(process); close it there, or give another file to --store"
    case .notADatabase:
      "not an SQLite file; it was left as it is, give another file to --store"
    case .foreign:
      "an SQLite file of another program; it was left as it is, give another file to --store"
    case .newer:
      "written by a newer Twinlens; use that version, or give another file to --store"
    case .altered(_, let what):
      "not as Twinlens makes a store (\(what)); it was left as it is, do not trust it and "
        + "give another file to --store"
    case .linked(_, let names):
      "has \(names) names (hard links), which SQLite cannot write safely; copy it to a file "
        + "of its own and give that to --store"
    case .leadsOut(_, let target):
      "a link out of the dataset's folder, to \(target); if you want that file, name it "
        + "with --store"
    case .damaged(_, let detail):
      "damaged (\(detail)); it was left as it is; make a new store of what is sound in it and its "
        + "backups with `twinlens annotations repair FILE --output NEW` and go on with --store NEW"
    case .unreadable(_, let detail):
      "damaged so that SQLite reads no step (\(detail)); it was left as it is; `twinlens annotations "
        + "repair FILE --output NEW` looks for steps in its pages and its backups"
    case .missing:
      "no annotations are there yet; check --store"
    case .noSource:
      "no annotations are there; check --from"
    case .exists:
      "already exists; it was left as it is, give the name of a new file"
    case .cannotOpen(_, let reason):
      "cannot be opened (\(reason)); check permissions and free space, or use --store"
    case .unwritable:
      "you may not write to it; change its permissions, or give another file to --store"
    case .readOnly:
      "opened for reading only; open it for writing to make edits"
    case .displaced:
      "the store was moved, replaced or deleted; put it back and :retry, or :save-history FILE"
    case .cut:
      "the store was cut while it was open, steps in it are lost; write all of them to a new file "
        + "with :save-history FILE"
    case .outOfOrder(_, let expected, let given):
      "steps are gone from it (step \(given) does not follow, \(expected) was expected); "
        + "write every step to a new file with :save-history FILE"
    case .behind:
      "somebody else wrote to it at this moment; :retry"
    case .notSaved(_, let reason):
      "\(reason); make room or check the disk, then :retry"
    case .badAddress(let reason):
      "not the address of a store on PostgreSQL: \(reason)"
    case .unreachable(_, let reason):
      "the server does not answer (\(reason)); edits wait and are sent again"
    case .refused(_, let reason): reason
    }
  }

  /// Whether it ends by itself: nothing is lost, and what is to be stored waits.
  package var isPassing: Bool { if case .unreachable = self { true } else { false } }

  /// The same, for `localizedDescription`.
  package var errorDescription: String? { description }
}
