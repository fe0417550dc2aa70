extension PostgresStore {
  package func checksums() throws -> [Int64: String] {
    try queue.sync {
      try session.persist(for: Self.patience) { connection in
        var checksums: [Int64: String] = [:]
        var last: Int64 = 0
        while true {
          let rows = try connection.run(
            """
            SELECT sequence, checksum FROM twinlens.step WHERE sequence > $1::bigint
            ORDER BY sequence LIMIT \(PostgresRows.batch)
            """, ["\(last)"])
          for row in rows {
            guard row.count == 2, let sequence = row[0].flatMap({ Int64($0) }), sequence > last
            else {
              throw StoreError.damaged(path, detail: "a step without a sequence number")
            }
            checksums[sequence] = row[1]
            last = sequence
          }
          if rows.count < PostgresRows.batch { return checksums }
        }
      }
    }
  }

  package func openings() throws -> [StoreOpening] {
    try queue.sync {
      try session.persist(for: Self.patience) { connection in
        try connection.run(
          "SELECT dataset, hash FROM twinlens.opening ORDER BY id DESC LIMIT 64"
        ).compactMap { $0.count == 2 ? StoreOpening(stored: $0[0], hash: $0[1]) : nil }
      }
    }
  }

  @discardableResult
  package func noteOpening(of opening: StoreOpening, at time: Int64) throws -> Bool {
    try queue.sync {
      try session.persist(for: Self.patience) { connection in
        let rows = try connection.run(
          "SELECT hash FROM twinlens.opening WHERE dataset = $1 ORDER BY id DESC LIMIT 1",
          [opening.dataset])
        let latest = rows.first?.first ?? nil
        if latest == opening.hash { return true }
        try connection.run(
          "INSERT INTO twinlens.opening (dataset, hash, time) VALUES ($1, $2, $3::bigint)",
          [opening.dataset, opening.hash, "\(time)"])
        return latest == nil
      }
    }
  }
}
