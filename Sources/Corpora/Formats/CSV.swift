import Files

extension DataFormat {
  /// A table with a row for each label.
  package static let csv: DataFormat = {
    var format = DataFormat(
      name: "csv", title: "CSV", fileExtension: "csv",
      recognises: { CSV.Columns(of: CSVTable($0)) != nil },
      read: { try CSV.read($0, $1) },
      rewrite: { CSV.rewrite($0, $1) },
      write: { CSV.bytes(of: $0, $1) },
      holds: { _, _ in true },
      lacks: { JoinedWords.unreadable($0) })
    format.carriesState = true
    format.cut = { CSV.cut($0, $1) }
    return format
  }()
}

/// A table for spreadsheets and data frames: one row per mention or relation, and one for a post
/// without any. Places are words from 0, half-open, as in JSON Lines.
enum CSV {
  /// The columns of a new table.
  static let columns = [
    "post", "image", "text", "kind", "label", "start", "end", "words", "tail_start", "tail_end",
    "tail_words", "state", "annotator", "time", "note",
  ]
  private static let needed = ["post", "text", "kind", "label", "start", "end"]

  /// Where a table has its columns, by their names, in any order.
  struct Columns {
    let places: [String: Int]
    let count: Int
    /// The bytes of the first row.
    let head: Range<Int>

    /// Nil where a needed column is missing.
    init?(of table: CSVTable) {
      var found: (places: [String: Int], count: Int, head: Range<Int>)?
      table.forEachRow { row in
        var places: [String: Int] = [:]
        for (i, cell) in row.cells.prefix(256).enumerated() {
          if let name = table.text(cell), places[name] == nil { places[name] = i }
        }
        found = (places, row.cells.count, row.range)
        return false
      }
      guard let found, CSV.needed.allSatisfy({ found.places[$0] != nil }) else { return nil }
      (places, count, head) = found
    }

    func cell(_ name: String, _ row: CSVTable.Row) -> Range<Int>? {
      places[name].flatMap { row.cells.indices.contains($0) ? row.cells[$0] : nil }
    }
  }

  /// The rows of one post.
  struct Group {
    var post: String
    var image: String?
    var tokens: [Token]
    var rows: [(row: CSVTable.Row, label: Label?)] = []
    var mentions: [EntityMention] { rows.compactMap { $0.label?.mention } }
    var relations: [RelationMention] { rows.compactMap { $0.label?.relation } }
  }

  /// What a row says.
  enum Label: Hashable {
    case mention(EntityMention)
    case relation(RelationMention)

    var mention: EntityMention? {
      if case .mention(let mention) = self { mention } else { nil }
    }
    var relation: RelationMention? {
      if case .relation(let relation) = self { relation } else { nil }
    }
  }

  /// Calls `body` with the rows of each post, and `note` with what is wrong with a row.
  private static func walk(
    _ bytes: UnsafeBufferPointer<UInt8>, _ misc: inout String?,
    _ note: (Finding.Problem, _ line: Int) throws -> Void, _ body: (Group) throws -> Void
  ) throws {
    let table = CSVTable(bytes)
    guard let columns = Columns(of: table) else { return }
    var group: Group?
    try table.forEachRow { row in
      if row.range == columns.head { return true }
      func text(_ name: String) -> String { columns.cell(name, row).flatMap(table.text) ?? "" }
      guard row.range.count <= Bounds.line else {
        try note(.lineTooLong(bytes: row.range.count), row.line)
        return true
      }
      guard row.cells.count == columns.count,
        row.cells.allSatisfy({ table.text($0) != nil })
      else {
        let problem: Finding.Problem =
          row.cells.count == columns.count
          ? .invalidUTF8
          : .syntax(column: 1, "\(row.cells.count) cells under \(columns.count) columns")
        try note(problem, row.line)
        return true
      }
      let (id, words) = (text("post"), text("text"))
      let tokens = words.utf8.split(whereSeparator: isBlank).map { Token(String($0) ?? "") }
      if group?.post != id || group?.tokens != tokens {
        if let group { try body(group) }
        let image = text("image")
        group = Group(post: id, image: image.isEmpty ? nil : image, tokens: tokens)
      }
      let kind = text("kind")
      var label: Label?
      if !kind.isEmpty {
        label = self.label(kind, text, count: tokens.count)
        if label == nil { try note(.syntax(column: 1, wrong(kind, text, tokens.count)), row.line) }
        if misc == nil, let mention = label?.mention, mention.type == .miscellaneous {
          misc = text("label")
        }
      }
      group?.rows.append((row, label))
      return true
    }
    if let group { try body(group) }
  }

  private static func label(_ kind: String, _ text: (String) -> String, count: Int) -> Label? {
    func range(_ start: String, _ end: String) -> Range<Int>? {
      guard let start = Int(text(start)), let end = Int(text(end)), start >= 0, start < end,
        end <= count
      else { return nil }
      return start..<end
    }
    let name = text("label")
    guard !name.isEmpty, let first = range("start", "end") else { return nil }
    switch kind {
    case "mention": return .mention(EntityMention(first, .normalized(name)))
    case "relation":
      return range("tail_start", "tail_end").map {
        .relation(RelationMention(head: first, tail: $0, label: name))
      }
    default: return nil
    }
  }

  private static func wrong(_ kind: String, _ text: (String) -> String, _ count: Int) -> String {
    guard ["mention", "relation"].contains(kind) else {
      return "kind `\(kind.prefix(40))` is none of mention and relation"
    }
    return "a \(kind) needs a label, and start and end within the \(count) words"
  }

  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ request: DataFormat.ReadingRequest
  ) throws -> ParsedFile {
    var result = ParsedFile()
    var findings = FindingCollector(file: request.file, strict: request.strict)
    var misc: String?
    try walk(bytes, &misc) { problem, line in
      try findings.add(problem, line: line)
    } _: { group in
      let line = group.rows.first?.row.line ?? 1
      guard try isPost(group, line, &findings) else { return }
      var post = ParsedPost(
        id: group.post.isEmpty ? nil : group.post, imageID: group.image,
        tokens: Tokens(group.tokens),
        line: line)
      var end = 0
      for mention in group.mentions.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
        let range = mention.range
        guard range.lowerBound >= end else {
          try findings.add(
            .mentionOverlap(start: range.lowerBound, end: range.upperBound), line: line)
          continue
        }
        end = range.upperBound
        post.mentions.append(mention)
      }
      post.relations = group.relations
      result.posts.append(post)
    }
    result.misc = misc ?? result.misc
    result.findings = findings.all
    return result
  }

  private static func isPost(
    _ group: Group, _ line: Int, _ findings: inout FindingCollector
  ) throws -> Bool {
    let bytes = max(group.post.utf8.count, group.image?.utf8.count ?? 0)
    if bytes > Bounds.id {
      try findings.add(.idTooLong(bytes: bytes), line: line)
    } else if group.tokens.isEmpty {
      try findings.add(.postWithoutTokens(id: group.post), line: line)
    } else if group.tokens.count > Bounds.tokens {
      try findings.add(.tooManyTokens(id: group.post), line: line)
    } else {
      return true
    }
    return false
  }

  /// The posts in their order; what is wrong was noted when the file was opened.
  private static func posts(_ bytes: UnsafeBufferPointer<UInt8>) -> [(group: Group, place: Int?)] {
    var posts: [(Group, Int?)] = []
    var place = 0
    var misc: String?
    var findings = FindingCollector(file: "", strict: false)
    try? walk(bytes, &misc) { _, _ in
    } _: { group in
      let isPost = try isPost(group, 1, &findings)
      posts.append((group, isPost ? place : nil))
      if isPost { place += 1 }
    }
    return posts
  }

  /// The table with the rows of edited posts changed: the row of a label that is gone is left out,
  /// or loses its label where the post has no other; a new label has a row behind the post's last.
  static func rewrite(_ bytes: [UInt8], _ request: DataFormat.RewritingRequest) -> [UInt8] {
    bytes.withUnsafeBufferPointer { buffer in
      let table = CSVTable(buffer)
      guard let columns = Columns(of: table) else { return bytes }
      var patches: [Patch] = []
      for (group, place) in posts(buffer) {
        guard let post = place.flatMap({ request.places[$0] }), let last = group.rows.last else {
          continue
        }
        var left =
          post.mentions.map(Label.mention) + post.relations.map(Label.relation)
        var gone: [CSVTable.Row] = []
        for (row, label) in group.rows {
          // A row that was not understood may say something all the same.
          if label == nil, columns.cell("kind", row).map({ !$0.isEmpty }) == true { continue }
          if let label, let at = left.firstIndex(of: label) {
            left.remove(at: at)
          } else {
            gone.append(row)
          }
        }
        if left.isEmpty, gone.count == group.rows.count {
          // Nothing is left to say but the words.
          let isBare = group.rows.count == 1 && group.rows[0].label == nil
          if isBare { continue }
        }
        let needsBare = left.isEmpty && gone.count == group.rows.count
        let end = buffer[last.row.range].suffix(2).elementsEqual([0x0D, 0x0A]) ? "\r\n" : "\n"
        let isOpen = buffer[last.row.range].last != 0x0A
        let added = (needsBare ? [nil] : left.map(Optional.some)).map {
          text($0, group, last.row, table, columns, misc: request.misc)
        }
        for row in gone { patches.append(Patch(range: row.range, text: "")) }
        let at = last.row.range.upperBound
        let joined = added.map { (isOpen ? end : "") + $0 + (isOpen ? "" : end) }.joined()
        if !joined.isEmpty { patches.append(Patch(range: at..<at, text: joined)) }
      }
      return patches.applied(to: buffer)
    }
  }

  /// A row for a label; other columns are as in another row of the post.
  private static func text(
    _ label: Label?, _ group: Group, _ row: CSVTable.Row, _ table: CSVTable, _ columns: Columns,
    misc: String
  ) -> String {
    let values = values(of: label, group.tokens, misc: misc)
    let names = Dictionary(uniqueKeysWithValues: columns.places.map { ($1, $0) })
    return row.cells.indices.map { i in
      let name = names[i] ?? ""
      return values[name].map(CSVTable.cell) ?? CSVTable.cell(table.text(row.cells[i]) ?? "")
    }.joined(separator: ",")
  }

  private static func values(of label: Label?, _ tokens: [Token], misc: String) -> [String: String]
  {
    func words(_ range: Range<Int>) -> String {
      tokens[range].map(\.text).joined(separator: " ")
    }
    var values = Dictionary(
      uniqueKeysWithValues: [
        "kind", "label", "start", "end", "words", "tail_start", "tail_end", "tail_words",
      ].map { ($0, "") })
    func put(_ range: Range<Int>, _ prefix: String) {
      values["\(prefix)start"] = "\(range.lowerBound)"
      values["\(prefix)end"] = "\(range.upperBound)"
      values["\(prefix)words"] = words(range)
    }
    switch label {
    case .mention(let mention):
      values["kind"] = "mention"
      values["label"] = mention.type.spelled(misc: misc)
      put(mention.range, "")
    case .relation(let relation):
      values["kind"] = "relation"
      values["label"] = relation.label
      put(relation.head, "")
      put(relation.tail, "tail_")
    case nil: break
    }
    return values
  }

  /// The table without the rows of posts that are not kept.
  static func cut(_ bytes: [UInt8], _ request: DataFormat.CuttingRequest) -> [UInt8] {
    bytes.withUnsafeBufferPointer { buffer in
      var patches: [Patch] = []
      for (group, place) in posts(buffer) {
        guard let place, !request.kept.contains(place) else { continue }
        patches += group.rows.map { Patch(range: $0.row.range, text: "") }
      }
      return patches.applied(to: buffer)
    }
  }

  /// A new table.
  static func bytes(of posts: [Post], _ request: DataFormat.WritingRequest) -> [UInt8] {
    var lines = [columns.joined(separator: ",")]
    for post in posts {
      let labels = post.mentions.map(Label.mention) + post.relations.map(Label.relation)
      let mark = request.mark(of: post)
      for label in labels.isEmpty ? [nil] : labels.map(Optional.some) {
        var values = values(of: label, Array(post.tokens), misc: request.misc)
        values["post"] = post.id
        values["image"] = post.imageID
        values["text"] = JoinedWords(post.tokens).text
        values["state"] = mark?.state
        values["annotator"] = mark?.annotator
        values["time"] = mark?.date
        values["note"] = mark?.note
        lines.append(
          columns.map { CSVTable.cell(values[$0] ?? "") }.joined(separator: ","))
      }
    }
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }
}
