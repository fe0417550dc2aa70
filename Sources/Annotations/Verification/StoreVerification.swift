import Files
import Foundation

/// Everything about a store that can be checked without its dataset; reads, and changes nothing.
/// Pages, log and backups of a server are the server's own business.
package struct StoreVerification: Sendable {
  /// Something that is lost or wrong.
  package struct Problem: Sendable, Hashable {
    /// What kind of damage it is.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
      /// The file as a whole.
      case file
      /// A step that does not fit its checksum.
      case damaged
      /// Steps that are not there, with others after them or their checksums left.
      case missing
      /// Steps at the end that were acknowledged.
      case cutBack = "cut-back"
      /// A step that fits its checksum and makes no sense to this version.
      case unusable
      /// An undo or redo of what is not there.
      case reference
      /// A backup that cannot be read.
      case backup
    }

    package let kind: Kind
    /// The numbers of the steps that are concerned.
    package var steps: ClosedRange<Int64>?
    /// Their post, where that is known.
    package var post: String?
    package let what: String
    /// What is lost by it.
    package let lost: String
    /// What to do.
    package let remedy: String
  }

  /// A backup, and what it holds.
  package struct CheckedBackup: Sendable, Hashable {
    package let path: String
    /// Sound steps in it.
    package let steps: Int
    /// The number of its last step.
    package let last: Int64
    /// Whether the steps that both have are the same.
    package let isOfThisHistory: Bool
    /// Why it cannot be used; nil where it can.
    package let problem: String?
  }

  /// The store as it was named, or a server's without user and options.
  package let path: String
  private let isFile: Bool
  /// Sound steps.
  package private(set) var steps = 0
  /// The number of the last step of which anything is left.
  package private(set) var last: Int64 = 0
  /// Sound steps by annotator, in the order of names.
  package private(set) var annotators: [(name: String, steps: Int)] = []
  package private(set) var problems: [Problem] = []
  /// What is odd and no damage.
  package private(set) var remarks: [String] = []
  /// The log beside the file; nil where there is none.
  package private(set) var log: WriteAheadLog?
  package private(set) var backups: [CheckedBackup] = []
  /// Whether the file could be read as a store at all.
  package private(set) var isReadable = false

  /// Whether nothing is lost or wrong.
  package var isSound: Bool { problems.isEmpty }

  /// Sentences of SQLite that are listed.
  private static let mostVerdicts = 20
  /// Milliseconds that a clock may go back between two steps of a person: clocks are set right.
  private static let clockTolerance: Int64 = 60_000
  /// Clocks and references that are listed one by one.
  private static let mostOfAKind = 20

  /// Checks a store.
  /// - Parameter told: is told the share of its steps that was read, now and then.
  /// - Throws: `StoreError.missing` and the like: where nothing can be read.
  package init(path: String, told: (Double) -> Void = { _ in }) throws {
    let address = PostgresAddress.isMeant(by: path) ? try PostgresAddress(path) : nil
    isFile = address == nil
    self.path = address?.name ?? path
    log = isFile ? WriteAheadLog(of: StoreFile.resolve(path) ?? path) : nil
    let contents = try StoreContents(path, told: told)
    switch contents.failure {
    case .missing?, .cannotOpen?, .leadsOut?, .inUse?:
      throw contents.failure ?? .missing(path)
    default: break
    }
    isReadable = contents.failure == nil
    steps = contents.rows.count
    last = max(contents.last, contents.rows.last?.sequence ?? 0)
    annotators = Dictionary(grouping: contents.rows, by: \.annotator)
      .map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
    backups = isFile ? Self.check(backupsOf: path, contents) : []
    noteFile(contents)
    noteFindings(contents)
    noteReferences(contents)
    noteClocks(contents)
    noteLog()
    noteBackups()
  }

  private var repair: String { "`twinlens annotations repair '\(path)' --output NEW`" }

  private mutating func noteFile(_ contents: StoreContents) {
    if let failure = contents.failure {
      problems.append(
        Problem(
          kind: .file, what: failure.problem, lost: "what no page holds any more",
          remedy: "\(repair) looks through every page and the backups"))
    }
    for verdict in contents.verdicts.prefix(Self.mostVerdicts) {
      problems.append(
        Problem(
          kind: .file, what: "SQLite: \(verdict)", lost: "the steps named here, if any",
          remedy: "\(repair) makes a new store of what is sound"))
    }
  }

  private mutating func noteFindings(_ contents: StoreContents) {
    for finding in contents.findings {
      switch finding {
      case .damaged(let sequence):
        let post = contents.posts[sequence]
        add(
          .damaged, sequence...sequence, post: post, what: "the step does not fit its checksum",
          lost: post.map { "an edit of \($0), as far as the row can be trusted" } ?? "one edit")
      case .missing(let first, let last):
        add(
          .missing, first...last, what: "not in the store",
          lost: (last - first + 1 == 1 ? "1 edit" : "\(last - first + 1) edits"))
      case .cutBack(let first, let last):
        add(
          .cutBack, first...last,
          what:
            "saved here once and not in the store: its log was cut or removed, or an older copy "
            + "stands in its place",
          lost: (last - first + 1 == 1 ? "1 edit" : "\(last - first + 1) edits"))
      case .unusable(let sequence, let reason):
        add(
          .unusable, sequence...sequence, what: reason,
          lost: "its effect, in this version of the program")
      case .emptied(let path):
        problems.append(
          Problem(
            kind: .file, what: "\(path) is there with nothing in it", lost: "whatever it held",
            remedy: "look for a copy"))
      case .damagedFile, .vanished, .tokensChanged, .labelsChanged, .otherFile, .elsewhere: break
      }
    }
  }

  private mutating func add(
    _ kind: Problem.Kind, _ steps: ClosedRange<Int64>, post: String? = nil, what: String,
    lost: String
  ) {
    let holder = backups.first { $0.isOfThisHistory && $0.last >= steps.upperBound }
    problems.append(
      Problem(
        kind: kind, steps: steps, post: post, what: what, lost: lost,
        remedy: holder.map { "\(repair) takes it from \(FilePath.name(of: $0.path))" }
          ?? "check the posts that were edited around then; \(repair) makes a store without the damage"
      ))
  }

  private mutating func noteReferences(_ contents: StoreContents) {
    let rows = Dictionary(contents.rows.map { ($0.sequence, $0) }) { first, _ in first }
    var found = 0
    for row in contents.rows {
      guard let target = row.undoes ?? row.redoes else { continue }
      let what: String
      if let edit = rows[target] {
        if edit.post == row.post, edit.undoes == nil, edit.redoes == nil,
          edit.sequence < row.sequence
        {
          continue
        }
        what = "it names step \(target), which it cannot take back or repeat"
      } else {
        what = "it names step \(target), which is not there"
      }
      found += 1
      guard found <= Self.mostOfAKind else { continue }
      add(
        .reference, row.sequence...row.sequence, post: row.post, what: what, lost: "its effect")
    }
  }

  private mutating func noteClocks(_ contents: StoreContents) {
    var latest: [String: StepRow] = [:]
    var jumps: [String] = []
    let tomorrow = Step.now() + 86_400_000
    for row in contents.rows {
      if let before = latest[row.annotator], row.time < before.time - Self.clockTolerance {
        jumps.append(
          "the clock of \(row.annotator) went back between steps \(before.sequence) and \(row.sequence)"
        )
      }
      if row.time > tomorrow {
        jumps.append("step \(row.sequence) was made in the future, by its clock")
      }
      latest[row.annotator] = row
    }
    remarks += jumps.prefix(Self.mostOfAKind)
    if jumps.count > Self.mostOfAKind {
      remarks.append("\(jumps.count - Self.mostOfAKind) more oddities of clocks")
    }
  }

  private mutating func noteLog() {
    guard let log, log.ignored > 0 else { return }
    remarks.append(
      "\(log.ignored.counted("frame")) of the log do not count, as when the program or the machine "
        + "ended in the middle of an edit; what was acknowledged is listed above where it is gone")
  }

  private mutating func noteBackups() {
    for backup in backups {
      if let problem = backup.problem {
        problems.append(
          Problem(
            kind: .backup, what: "\(FilePath.name(of: backup.path)): \(problem)",
            lost: "what only it holds", remedy: "remove it; the next backup takes its place"))
      } else if !backup.isOfThisHistory {
        remarks.append(
          "\(FilePath.name(of: backup.path)) is of another history: steps that both have differ")
      }
    }
  }

  private static func check(
    backupsOf path: String, _ contents: StoreContents
  ) -> [CheckedBackup] {
    StoreBackups(of: path).all.map { backup in
      let held = try? StoreContents(backup.path)
      let problem = held?.failure?.problem ?? held?.verdicts.first
      return CheckedBackup(
        path: backup.path, steps: held?.rows.count ?? 0,
        last: held?.rows.last?.sequence ?? 0,
        isOfThisHistory: held.map(contents.agrees) ?? false,
        problem: held == nil ? "it cannot be read" : problem)
    }
  }
}
