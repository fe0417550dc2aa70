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

  /// What the server makes of its rows up to a number: how many fit the checksum that stands beside
  /// them, how many there are, what `LogMark.take` makes of them, and the checksum of the last.
  static let markQuery: String = {
    let numbers = ["sequence", "time", "coalesce(undoes, 0)", "coalesce(redoes, 0)"].map {
      "\($0)::text"
    }
    let texts = [
      "post", "file", "post_hash", "tokens_hash", "annotator", "kind", "payload", "name",
    ]
    // As `StepRow.checksum` has them.
    let fields = (numbers + texts).map { "octet_length(\($0)) || ':' || \($0)" }
      .joined(separator: " || ")
    return """
      SELECT count(*) FILTER (WHERE own = checksum), count(*),
        coalesce(sum(('x' || left(own, \(LogMark.digits)))::bit(\(LogMark.digits * 4))::bigint), 0)
          % 18446744073709551616,
        (SELECT checksum FROM twinlens.step WHERE sequence = $1::bigint)
      FROM (
        SELECT checksum, encode(sha256(convert_to(\(fields), 'UTF8')), 'hex') AS own
        FROM twinlens.step WHERE sequence <= $1::bigint) AS row
      """
  }()

  /// The checksum of the last step of a mark; nil where the answer to `markQuery` is another than
  /// what the mark was made of.
  static func checksum(ofLastOf mark: LogMark, _ answer: [[String?]]) -> String? {
    guard let values = answer.first, values.count == 4, answer.count == 1,
      values[0] == "\(mark.rows)", values[1] == values[0],
      values[2] == "\(mark.digest &- LogMark().digest)"
    else { return nil }
    return values[3]
  }

  /// A row that was read.
  struct Found {
    let sequence: Int64
    /// Nil where the columns make none.
    let row: StepRow?
    let checksum: String?
    let key: String?
    /// That the columns name, whatever they are worth.
    let post: String?

    var isIntact: Bool { row?.checksum == checksum }

    /// Nil where there is no number in it.
    init?(_ columns: [String?]) {
      guard columns.count == 14, let sequence = columns[0].flatMap({ Int64($0) }),
        (1..<(1 << 62)).contains(sequence)
      else { return nil }
      self.sequence = sequence
      row = StepRow(columns: columns)
      (checksum, key, post) = (columns[12], columns[13], columns[1])
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

extension StepRows.Stored {
  /// Takes up the row of a later step; names those that are missing before it.
  mutating func take(_ found: PostgresRows.Found) {
    take(found.row, found.sequence, isIntact: found.isIntact, post: found.post)
    if found.isIntact, let checksum = found.checksum, firstLoss == nil {
      mark?.take(checksum, of: found.sequence)
    } else {
      mark = nil
    }
  }
}

extension LogMark {
  /// Hexadecimal digits of a checksum that count.
  static let digits = 15

  /// Takes up a row of a server by its checksum, in which its number is. A sum, as servers of every
  /// version can make one.
  mutating func take(_ checksum: String, of sequence: Int64) {
    guard let number = UInt64(checksum.prefix(Self.digits), radix: 16) else { return }
    (last, rows, digest) = (sequence, rows + 1, digest &+ number)
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
