import GRDB

/// Steps in and out of the store's table.
enum StepRows {
  /// What a store holds.
  struct Stored {
    var steps: [Step] = []
    /// Rows that make no sense.
    var findings: [StoreFinding] = []
    /// The last sequence number, whether its row makes sense or not.
    var last: Int64 = 0
  }

  /// Appends a step, if it follows the last one.
  static func insert(_ step: Step, _ db: Database, _ path: String) throws -> Int64 {
    let last = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT coalesce(max(sequence), 0) FROM step"))
    let (expected, overflow) = (last ?? 0).addingReportingOverflow(1)
    guard step.sequence == expected, !overflow else {
      throw StoreError.outOfOrder(path, expected: expected, given: step.sequence)
    }
    let (undoes, redoes): (Int64?, Int64?) =
      switch step.kind {
      case .edit: (nil, nil)
      case .undo(let sequence): (sequence, nil)
      case .redo(let sequence): (nil, sequence)
      }
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO step (sequence, post, file, post_hash, tokens_hash, annotator, time, kind,
          payload, undoes, redoes, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(
      arguments: [
        step.sequence, step.post, step.file, step.postHash, step.tokensHash, step.annotator,
        step.time, step.kind.word, step.kind.payload, undoes, redoes, step.name,
      ])
    return step.sequence
  }

  /// Reads all steps. Columns are checked one by one, as GRDB traps on a value of the wrong type
  /// and the file may come from anywhere.
  static func fetch(_ db: Database, _ path: String) throws -> Stored {
    var stored = Stored()
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT sequence, post, file, post_hash, tokens_hash, annotator, time, kind, payload, undoes,
          redoes, name FROM step ORDER BY sequence
        """)
    while let row = try rows.next() {
      guard let sequence = integer(row, 0), (1..<(1 << 62)).contains(sequence) else {
        throw StoreError.damaged(path, detail: "a step without a sequence number")
      }
      stored.last = sequence
      if let step = step(row, sequence) {
        stored.steps.append(step)
      } else {
        stored.findings.append(.unusable(sequence: sequence, reason: "its row makes no sense"))
      }
    }
    return stored
  }

  private static func step(_ row: Row, _ sequence: Int64) -> Step? {
    guard let post = text(row, 1), let file = text(row, 2), let postHash = text(row, 3),
      let tokensHash = text(row, 4), let annotator = text(row, 5), let time = integer(row, 6),
      let word = text(row, 7), let payload = text(row, 8), let name = text(row, 11),
      let kind = Step.Kind(
        word: word, payload: payload, undoes: integer(row, 9), redoes: integer(row, 10))
    else { return nil }
    return Step(
      sequence: sequence, post: post, file: file, postHash: postHash, tokensHash: tokensHash,
      annotator: annotator, time: time, kind: kind, name: name)
  }

  private static func text(_ row: Row, _ column: Int) -> String? {
    String.fromDatabaseValue(row[column])
  }

  private static func integer(_ row: Row, _ column: Int) -> Int64? {
    Int64.fromDatabaseValue(row[column])
  }
}
