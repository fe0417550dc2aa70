import Corpora
import Files
import GRDB

/// A step as the columns of its row, before anything is understood of it.
struct StepRow: Hashable {
  var sequence: Int64
  var post, file, postHash, tokensHash, annotator: String
  var time: Int64
  var kind, payload: String
  var undoes, redoes: Int64?
  var name: String

  /// The columns, in the order of `init(_:)`.
  static let columns =
    "sequence, post, file, post_hash, tokens_hash, annotator, time, kind, payload, undoes, redoes, name"

  /// A row by its columns.
  init(
    sequence: Int64, post: String, file: String, postHash: String, tokensHash: String,
    annotator: String, time: Int64, kind: String, payload: String, undoes: Int64?, redoes: Int64?,
    name: String
  ) {
    self.sequence = sequence
    (self.post, self.file, self.postHash, self.tokensHash) = (post, file, postHash, tokensHash)
    (self.annotator, self.time, self.name) = (annotator, time, name)
    (self.kind, self.payload, self.undoes, self.redoes) = (kind, payload, undoes, redoes)
  }

  init(_ step: Step) {
    sequence = step.sequence
    (post, file, postHash, tokensHash) = (step.post, step.file, step.postHash, step.tokensHash)
    (annotator, time, name) = (step.annotator, step.time, step.name)
    (kind, payload) = (step.kind.word, step.payload)
    switch step.kind {
    case .edit: break
    case .undo(let sequence): undoes = sequence
    case .redo(let sequence): redoes = sequence
    }
  }

  /// Columns are checked one by one, as GRDB traps on a value of the wrong type and the file may
  /// come from anywhere.
  init?(_ row: Row) {
    func text(_ column: Int) -> String? { String.fromDatabaseValue(row[column]) }
    func integer(_ column: Int) -> Int64? { Int64.fromDatabaseValue(row[column]) }
    guard let sequence = integer(0), let post = text(1), let file = text(2),
      let postHash = text(3), let tokensHash = text(4), let annotator = text(5),
      let time = integer(6), let kind = text(7), let payload = text(8), let name = text(11)
    else { return nil }
    self.init(
      sequence: sequence, post: post, file: file, postHash: postHash, tokensHash: tokensHash,
      annotator: annotator, time: time, kind: kind, payload: payload, undoes: integer(9),
      redoes: integer(10), name: name)
  }

  /// The step; nil when its columns make none.
  var step: Step? {
    guard let kind = Step.Kind(word: kind, payload: payload, undoes: undoes, redoes: redoes)
    else { return nil }
    let additions = Step.additions(in: payload)
    return Step(
      sequence: sequence, post: post, file: file, postHash: postHash, tokensHash: tokensHash,
      annotator: annotator, time: time, kind: kind, name: name, group: additions.group,
      isSuggestion: additions.isSuggestion, clock: additions.clock)
  }

  /// SHA-256 over all columns, each with its length in front: no change of the row leaves it the
  /// same.
  var checksum: String {
    let numbers = [sequence, time, undoes ?? 0, redoes ?? 0].map(String.init)
    var bytes: [UInt8] = []
    for field in numbers + [post, file, postHash, tokensHash, annotator, kind, payload, name] {
      bytes += Array("\(field.utf8.count):".utf8) + Array(field.utf8)
    }
    return SHA256.hexDigest(of: bytes)
  }

  var arguments: StatementArguments {
    [
      sequence, post, file, postHash, tokensHash, annotator, time, kind, payload, undoes, redoes,
      name,
    ]
  }
}

/// Steps in and out of the store's tables.
package enum StepRows {
  /// What a store holds.
  package struct Stored: Sendable {
    package var steps: [Step] = []
    /// Rows that are damaged, missing or make no sense.
    package var findings: [StoreFinding] = []
    /// The last sequence number, whether its row makes sense or not.
    package var last: Int64 = 0
    /// The first sequence number whose step is not there as it was written; what follows in its
    /// post was made on labels that nobody knows any more.
    package var firstLoss: Int64?
    /// What was read, where it was read whole and can be told again.
    package var mark: LogMark?
    /// Whether `rows` and `posts` are wanted.
    var keepsRows = false
    /// The rows that fit their checksums, as they are.
    private(set) var rows: [StepRow] = []
    /// The posts that rows which do not fit name, by number; the names may be what is damaged.
    private(set) var posts: [Int64: String] = [:]

    /// Takes up the row of a later step; names those that are missing before it.
    mutating func take(_ found: Row, _ sequence: Int64, _ level: Schema.Level) {
      let row = StepRow(found)
      let isIntact =
        level < .checksums || row?.checksum == String.fromDatabaseValue(found[12])
      take(
        row, sequence, isIntact: isIntact, post: row?.post ?? String.fromDatabaseValue(found[1]))
    }

    /// - Parameters:
    ///   - row: nil where the columns are of other types.
    ///   - post: that the columns name.
    mutating func take(_ row: StepRow?, _ sequence: Int64, isIntact: Bool, post: String?) {
      noteMissing(before: sequence)
      last = sequence
      if keepsRows {
        if let row, isIntact { rows.append(row) } else { posts[sequence] = post }
      }
      if !isIntact {
        lose(sequence, .damaged(sequence: sequence))
      } else if let step = row?.step {
        steps.append(step)
      } else {
        lose(sequence, .unusable(sequence: sequence, reason: "its row makes no sense"))
      }
    }

    mutating func noteMissing(before next: Int64) {
      let first = last + 1
      if first < next { lose(first, .missing(first: first, last: next - 1)) }
    }

    mutating func lose(_ sequence: Int64, _ finding: StoreFinding) {
      findings.append(finding)
      firstLoss = min(firstLoss ?? sequence, sequence)
    }
  }

  /// Appends a step, if it follows the last one, and reads it back. A step that is there already,
  /// exactly the same, is as good as appended: an answer of the disk may have been lost.
  static func insert(_ step: Step, _ db: Database, _ path: String) throws -> Int64 {
    let last = try Int64.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT max((SELECT coalesce(max(sequence), 0) FROM step),
            (SELECT coalesce(max(sequence), 0) FROM seal))
          """))
    let (expected, overflow) = (last ?? 0).addingReportingOverflow(1)
    let row = StepRow(step)
    if step.sequence < expected, try isStored(row, db) { return step.sequence }
    if step.sequence < expected { throw StoreError.behind(path) }
    guard step.sequence == expected, !overflow else {
      throw StoreError.outOfOrder(path, expected: expected, given: step.sequence)
    }
    try write(row, db)
    guard try isStored(row, db) else {
      throw StoreError.altered(path, what: "what was written is not what is read")
    }
    return step.sequence
  }

  /// Writes a row and its checksum, whatever stands before it.
  static func write(_ row: StepRow, _ db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "INSERT INTO step (\(StepRow.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    try statement.execute(arguments: row.arguments)
    try seal(row, db)
  }

  private static func isStored(_ row: StepRow, _ db: Database) throws -> Bool {
    let found = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT \(StepRow.columns), (SELECT checksum FROM seal WHERE seal.sequence = step.sequence)
          FROM step WHERE sequence = ?
          """),
      arguments: [row.sequence])
    guard let found else { return false }
    return StepRow(found) == row && String.fromDatabaseValue(found[12]) == row.checksum
  }

  private static func seal(_ row: StepRow, _ db: Database) throws {
    try db.cachedStatement(sql: "INSERT INTO seal (sequence, checksum) VALUES (?, ?)")
      .execute(arguments: [row.sequence, row.checksum])
  }

  /// Gives every step of an older store its checksum. A row that makes no step gets none, so it
  /// stays named.
  static func seal(_ db: Database) throws {
    let rows = try Row.fetchCursor(db, sql: "SELECT \(StepRow.columns) FROM step")
    while let found = try rows.next() {
      if let row = StepRow(found), row.step != nil { try seal(row, db) }
    }
  }

  /// Rows after which somebody is told how far it is.
  static let between = 1_024

  /// Reads all steps and compares each with its checksum.
  /// - Parameter told: is told the share that was read, now and then.
  static func fetch(
    _ db: Database, _ path: String, _ level: Schema.Level, keepingRows: Bool = false,
    told: (Double) -> Void = { _ in }
  ) throws -> Stored {
    var stored = Stored()
    stored.keepsRows = keepingRows
    guard level > .begun else { return stored }
    let final = try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM step") ?? 0
    var count = 0
    let rows = try Row.fetchCursor(db, sql: "\(selection(level)) ORDER BY sequence")
    while let found = try rows.next() {
      let number = Int64.fromDatabaseValue(found[0])
      guard let sequence = number, (1..<(1 << 62)).contains(sequence) else {
        throw StoreError.damaged(path, detail: "a step without a sequence number")
      }
      stored.take(found, sequence, level)
      count += 1
      if count % between == 0 { told(min(1, Double(sequence) / Double(max(1, final)))) }
    }
    try noteSealed(&stored, db, level)
    return stored
  }

  /// Names the steps at the end of which only the checksum is left.
  private static func noteSealed(
    _ stored: inout Stored, _ db: Database, _ level: Schema.Level
  ) throws {
    guard level >= .checksums,
      let last = try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM seal"),
      last < 1 << 62, last > stored.last
    else { return }
    stored.noteMissing(before: last + 1)
    stored.last = last
  }

  /// Reads what can be read of a damaged file: each step is looked for by its number, and taken
  /// only if it fits its checksum.
  static func salvage(
    _ db: Database, _ level: Schema.Level, _ path: String, _ damage: String,
    keepingRows: Bool = false
  ) -> Stored {
    var stored = Stored()
    stored.keepsRows = keepingRows
    stored.findings.append(.damagedFile(path, damage))
    stored.firstLoss = 0
    // A lost page holds a few dozen steps; after so many none will come.
    let mostLost: Int64 = 10_000
    var sequence: Int64 = 1
    while sequence <= stored.last + mostLost {
      if let found = try? Row.fetchOne(
        db.cachedStatement(sql: "\(selection(level)) WHERE sequence = ?"),
        arguments: [sequence]), Int64.fromDatabaseValue(found[0]) == sequence
      {
        stored.take(found, sequence, level)
      }
      sequence += 1
    }
    // What the checksums still tell of steps whose pages are gone.
    try? noteSealed(&stored, db, level)
    return stored
  }

  /// Reads the steps after a number, each compared with its checksum.
  static func fetch(
    after sequence: Int64, _ db: Database, _ level: Schema.Level
  ) throws -> Stored {
    var stored = Stored()
    stored.last = sequence
    let rows = try Row.fetchCursor(
      db, sql: "\(selection(level)) WHERE sequence > ? ORDER BY sequence", arguments: [sequence])
    while let found = try rows.next() {
      guard let next = Int64.fromDatabaseValue(found[0]), next < 1 << 62 else { break }
      stored.take(found, next, level)
    }
    try noteSealed(&stored, db, level)
    return stored
  }

  static func selection(_ level: Schema.Level) -> String {
    let checksum =
      level >= .checksums
      ? "(SELECT checksum FROM seal WHERE seal.sequence = step.sequence)" : "NULL"
    return "SELECT \(StepRow.columns), \(checksum) FROM step"
  }
}
