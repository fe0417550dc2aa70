import Foundation

/// Steps in and out of the tables of a server.
enum PostgresRows {
  /// The columns that are read, in the order of `StepRow.init(columns:)`, the checksum and the key.
  static let selection = "SELECT \(StepRow.columns), checksum, key FROM twinlens.step"
  /// Rows that are asked for at a time: not more than a few hundred MB, however long they are.
  static let batch = 1_000
  /// Rows that are sent at a time.
  static let sent = 500

  /// Appends one step, which must be the next.
  static let insertion = """
    INSERT INTO twinlens.step (\(StepRow.columns), checksum, key)
    VALUES ($1::bigint, $2, $3, $4, $5, $6, $7::bigint, $8, $9, $10::bigint, $11::bigint, $12, $13, $14)
    """

  /// Appends several, which must be the next ones: each parameter is the array of a column.
  static let insertions = """
    INSERT INTO twinlens.step (\(StepRow.columns), checksum, key)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
      $7::bigint[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::text[], $13::text[],
      $14::text[]) AS new (\(StepRow.columns), checksum, key)
    ORDER BY sequence
    """

  /// A row that was read.
  struct Found {
    let sequence: Int64
    /// Nil where the columns make none.
    let row: StepRow?
    let checksum: String?
    let key: String?

    var isIntact: Bool { row?.checksum == checksum }

    /// Nil where there is no number in it.
    init?(_ columns: [String?]) {
      guard columns.count == 14, let sequence = columns[0].flatMap({ Int64($0) }),
        (1..<(1 << 62)).contains(sequence)
      else { return nil }
      self.sequence = sequence
      row = StepRow(columns: columns)
      (checksum, key) = (columns[12], columns[13])
    }
  }

  /// The arrays of the columns of some rows, each as PostgreSQL spells an array.
  static func arrays(_ rows: [StepRow], key: (StepRow) -> String) -> [String] {
    let all = rows.map { $0.values + [$0.checksum, key($0)] }
    return (0..<14).map { column in
      "{\(all.map { array(element: $0[column]) }.joined(separator: ","))}"
    }
  }

  /// https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
  private static func array(element text: String?) -> String {
    guard let text else { return "NULL" }
    let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
      .replacingOccurrences(of: "\"", with: "\\\"")
    return "\"\(escaped)\""
  }
}

extension StepRow {
  /// The columns as texts, in the order of `StepRow.columns`.
  var values: [String?] {
    [
      String(sequence), post, file, postHash, tokensHash, annotator, String(time), kind, payload,
      undoes.map { String($0) }, redoes.map { String($0) }, name,
    ]
  }

  /// A row from columns as texts; nil where they make none.
  init?(columns: [String?]) {
    func number(_ text: String?) -> Int64? { text.flatMap { Int64($0) } }
    guard let sequence = number(columns[0]), let post = columns[1], let file = columns[2],
      let postHash = columns[3], let tokensHash = columns[4], let annotator = columns[5],
      let time = number(columns[6]), let kind = columns[7], let payload = columns[8],
      let name = columns[11]
    else { return nil }
    self.init(
      sequence: sequence, post: post, file: file, postHash: postHash, tokensHash: tokensHash,
      annotator: annotator, time: time, kind: kind, payload: payload, undoes: number(columns[9]),
      redoes: number(columns[10]), name: name)
  }
}
