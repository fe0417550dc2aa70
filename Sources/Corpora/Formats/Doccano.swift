import Files
import Records

extension DataFormat {
  /// doccano's JSON Lines: a text and `[start, end, label]`, or entities and relations with ids
  /// where a file has relations.
  package static let doccano: DataFormat = {
    var format = DataFormat(
      name: "doccano", title: "doccano JSON Lines", fileExtension: "jsonl",
      recognises: { RecordKind(of: $0) == .doccano },
      read: { try SpanLines.read(Doccano.self, $0, $1) },
      rewrite: { SpanLines.rewrite(Doccano.self, $0, $1) },
      write: { posts, request in
        let columns = Doccano.Columns(posts)
        return posts.flatMap { Array((Doccano.line($0, request, columns) + "\n").utf8) }
      },
      holds: { new, _ in SpanRecord.lacks(new) == nil },
      lacks: { JoinedWords.unreadable($0) ?? SpanRecord.lacks($0) })
    format.carriesState = true
    format.cut = cutLines
    return format
  }()
}

/// One line of doccano's JSON Lines.
///
/// Offsets are Unicode code points: doccano's editor converts from JavaScript's. A project that
/// counts grapheme clusters as one character exports other offsets, which nothing in the file
/// tells.
struct Doccano: SpanLines.Line {
  private(set) var record = SpanRecord()
  private var fields = JSONFields()
  /// The key of the spans; files of older versions say `labels` and `annotations`.
  private var spansKey: String?
  private var nextID = 0
  private var nextRelation = 0

  private static let spanKeys = ["entities", "label", "labels", "annotations"]

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ content: Range<Int>) throws {
    var scanner = JSONScanner(bytes, in: content)
    var meta: [String: String] = [:]
    var spans: [String: [SpanRecord.Span]] = [:]
    var fields = JSONFields()
    try fields.read(&scanner) { key, scanner in
      switch key {
      case "id": record.id = try scanner.optionalText()
      case "text": record.text = try scanner.string()
      case "image": record.image = PictureName.id(try scanner.optionalString())
      case "meta": meta = try scanner.texts()
      case "attributes": record.attributes = try scanner.texts()
      case "relations": try readRelations(&scanner)
      case _ where Self.spanKeys.contains(key): spans[key] = try Self.spans(&scanner)
      default: try scanner.skip()
      }
    }
    try scanner.finish()
    self.fields = fields
    guard fields.values["text"] != nil else { throw scanner.failure("no \"text\"") }
    record.image = record.image ?? PictureName.id(meta["image"])
    spansKey =
      Self.spanKeys.first { spans[$0]?.isEmpty == false }
      ?? Self.spanKeys.first { spans[$0] != nil }
    record.spans = spansKey.flatMap { spans[$0] } ?? []
    nextID = (record.spans.compactMap { Self.count($0.name) }.max() ?? -1) + 1
  }

  /// A number that ids can be counted on from; nil for texts and for what no database would give.
  private static func count(_ id: String) -> Int? {
    Int(id).flatMap { (0..<1 << 53).contains($0) ? $0 : nil }
  }

  /// `[[0, 3, "PER"]]`, or objects with ids.
  private static func spans(_ scanner: inout JSONScanner) throws -> [SpanRecord.Span] {
    var spans: [SpanRecord.Span] = []
    try scanner.items { scanner, source in
      var span = SpanRecord.Span(name: "\(spans.count)", start: -1, end: -1)
      if scanner.peek() == UInt8(ascii: "[") {
        var place = 0
        try scanner.array { scanner in
          switch place {
          case 0: span.start = try scanner.integer()
          case 1: span.end = try scanner.integer()
          case 2: span.label = SpanRecord.label(try scanner.scalarText())
          default: try scanner.skip()
          }
          place += 1
        }
        guard place >= 3 else { throw scanner.failure("a label needs start, end and a name") }
      } else {
        var label: String?
        try scanner.object { key, scanner in
          switch key {
          case "id": span.name = try scanner.optionalText() ?? span.name
          case "start_offset": span.start = try scanner.integer()
          case "end_offset": span.end = try scanner.integer()
          case "label": label = try scanner.scalarText()
          default: try scanner.skip()
          }
        }
        guard let label else { throw scanner.failure("an entity needs a \"label\"") }
        span.label = SpanRecord.label(label)
      }
      span.source = source(scanner.position)
      spans.append(span)
    }
    return spans
  }

  private mutating func readRelations(_ scanner: inout JSONScanner) throws {
    try scanner.items { scanner, source in
      var relation = SpanRecord.Relation(head: "", tail: "", label: "")
      try scanner.object { key, scanner in
        switch key {
        case "id":
          let id = try scanner.optionalInteger().flatMap { Self.count("\($0)") }
          nextRelation = max(nextRelation, (id ?? -1) + 1)
        case "from_id": relation.head = try scanner.scalarText()
        case "to_id": relation.tail = try scanner.scalarText()
        case "type": relation.label = try scanner.scalarText()
        default: try scanner.skip()
        }
      }
      guard !relation.head.isEmpty, !relation.tail.isEmpty, !relation.label.isEmpty else {
        throw scanner.failure("a relation needs \"from_id\", \"to_id\" and \"type\"")
      }
      relation.source = source(scanner.position)
      record.relations.append(relation)
    }
  }

  /// What all lines of a new file have: doccano takes them for a table, and a value that is missing
  /// for a number that is none, which its database refuses.
  struct Columns {
    /// Spans have ids, so that relations can name them.
    let hasRelations: Bool
    let hasImages: Bool
    let hasAttributes: Bool

    init(_ posts: [Post]) {
      hasRelations = posts.contains { !$0.relations.isEmpty }
      hasImages = posts.contains { $0.imageID != nil }
      hasAttributes = posts.contains { !$0.attributes.isEmpty }
    }
  }

  /// A new line.
  static func line(
    _ post: Post, _ request: DataFormat.WritingRequest, _ columns: Columns
  ) -> String {
    let joined = JoinedWords(post.tokens)
    let text = CharacterText(joined.text, unit: .codePoints)
    let edit = SpanEdit(post, misc: request.misc) { "\($0)" }
    var parts = ["\"id\":\(JSONScanner.quoted(post.id))"]
    parts.append("\"text\":\(JSONScanner.quoted(joined.text))")
    if columns.hasImages {
      parts.append("\"image\":\(post.imageID.map(JSONScanner.quoted) ?? "null")")
    }
    let spans = edit.spans.map { span in
      let places = text.places(joined.bytes(of: span.range))
      return columns.hasRelations
        ? entity(span.name, places, span.label) : tuple(places, span.label)
    }
    let key = columns.hasRelations ? "entities" : "label"
    parts.append("\"\(key)\":[\(spans.joined(separator: ","))]")
    if columns.hasRelations {
      let relations = edit.relations.enumerated().map { i, relation in
        self.relation(
          i, edit.spans[relation.head].name, edit.spans[relation.tail].name, relation.label)
      }
      parts.append("\"relations\":[\(relations.joined(separator: ","))]")
    }
    if columns.hasAttributes {
      parts.append("\"attributes\":\(SpanRecord.text(of: post.attributes))")
    }
    return "{\((parts + (request.mark(of: post)?.columns ?? [])).joined(separator: ","))}"
  }

  func patches(
    _ bytes: UnsafeBufferPointer<UInt8>, _ reading: SpanReading, _ post: Post, misc: String
  ) -> [Patch] {
    let edit = SpanEdit(post, over: record, reading, misc: misc) { "\(nextID + $0)" }
    let isTupled = spansKey != "entities" && spansKey != "annotations"
    // Spans without ids become entities, which have them, on a line that gets relations.
    let becomesEntities = isTupled && !edit.relations.isEmpty
    let spans = edit.spans.compactMap { span -> String? in
      if span.isKept, !becomesEntities, let own = span.origin.flatMap({ record.spans[$0].source }) {
        return String(decoding: bytes[own], as: UTF8.self)
      }
      if span.range.isEmpty { return nil }
      let places = reading.places(span.range)
      return isTupled && !becomesEntities
        ? Self.tuple(places, span.label) : Self.entity(span.name, places, span.label)
    }
    var patches: [Patch] = []
    let list = "[\(spans.joined(separator: ","))]"
    if becomesEntities {
      if let spansKey { patches.append(fields.putting(spansKey, "[]")) }
      patches.append(fields.putting("entities", list))
    } else if edit.changesSpans(of: record) {
      patches.append(fields.putting(spansKey ?? "label", list))
    }
    guard becomesEntities || edit.changesRelations(of: record) else { return patches }
    var number = nextRelation
    let relations = edit.relations.map { relation in
      if !becomesEntities, let own = relation.kept.flatMap({ record.relations[$0].source }) {
        return String(decoding: bytes[own], as: UTF8.self)
      }
      number += 1
      return Self.relation(
        number - 1, edit.spans[relation.head].name, edit.spans[relation.tail].name, relation.label)
    }
    patches.append(fields.putting("relations", "[\(relations.joined(separator: ","))]"))
    return patches
  }

  private static func tuple(_ places: Range<Int>, _ label: String?) -> String {
    "[\(places.lowerBound),\(places.upperBound),\(JSONScanner.quoted(SpanRecord.spelled(label)))]"
  }

  private static func entity(_ id: String, _ places: Range<Int>, _ label: String?) -> String {
    "{\"id\":\(number(id)),\"label\":\(JSONScanner.quoted(SpanRecord.spelled(label))),"
      + "\"start_offset\":\(places.lowerBound),\"end_offset\":\(places.upperBound)}"
  }

  private static func relation(
    _ id: Int, _ head: String, _ tail: String, _ label: String
  ) -> String {
    "{\"id\":\(id),\"from_id\":\(number(head)),\"to_id\":\(number(tail)),"
      + "\"type\":\(JSONScanner.quoted(label))}"
  }

  /// An id as it is written: doccano's are numbers, others' may be texts.
  private static func number(_ name: String) -> String {
    // `007` is a text: JSON has no such number.
    Int(name).map(String.init) == name ? name : JSONScanner.quoted(name)
  }
}
