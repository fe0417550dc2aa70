import Files
import Records

extension DataFormat {
  /// Prodigy's tasks: a text with its tokens, spans and relations.
  package static let prodigy: DataFormat = {
    var format = DataFormat(
      name: "prodigy", title: "Prodigy JSON Lines", fileExtension: "jsonl",
      recognises: { RecordKind(of: $0) == .prodigy },
      read: { try SpanLines.read(Prodigy.self, $0, $1) },
      rewrite: { SpanLines.rewrite(Prodigy.self, $0, $1) },
      write: { posts, request in
        posts.flatMap { Array((Prodigy.line($0, request) + "\n").utf8) }
      },
      holds: { _, _ in true },
      lacks: { $0.tokens.contains { $0.text.isEmpty } ? "an empty word" : nil })
    format.joins = true
    format.carriesState = true
    format.cut = cutLines
    return format
  }()
}

/// One task of Prodigy's JSON Lines.
///
/// Offsets are code points, as Python counts; `token_end` is the last token of a span, and a
/// relation names the last tokens of its ends (prodi.gy/docs/api-interfaces#relations; the
/// relation extraction project of spaCy's makers reads them so).
struct Prodigy: SpanLines.Line {
  private(set) var record = SpanRecord()
  private var fields = JSONFields()

  /// A span or an end of a relation as it stands in the file.
  private struct Part {
    var start: Int?
    var end: Int?
    var tokenStart: Int?
    var tokenEnd: Int?
    var label: String?
    var source: Range<Int>?

    init(_ scanner: inout JSONScanner) throws {
      try scanner.object { key, scanner in
        switch key {
        case "start": start = try scanner.optionalInteger()
        case "end": end = try scanner.optionalInteger()
        case "token_start": tokenStart = try scanner.optionalInteger()
        case "token_end": tokenEnd = try scanner.optionalInteger()
        case "label": label = try scanner.optionalText()
        default: try scanner.skip()
        }
      }
    }
  }

  private struct Link {
    var head: Int?
    var child: Int?
    var headPart: Part?
    var childPart: Part?
    var label: String?
    var source: Range<Int>
  }

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ content: Range<Int>) throws {
    var scanner = JSONScanner(bytes, in: content)
    var meta: [String: String] = [:]
    var parts: [Part] = []
    var links: [Link] = []
    var answer: String?
    var fields = JSONFields()
    try fields.read(&scanner) { key, scanner in
      switch key {
      case "text": record.text = try scanner.string()
      case "image": record.image = PictureName.id(try scanner.optionalString())
      case "meta": meta = try scanner.texts()
      case "attributes": record.attributes = try scanner.texts()
      case "answer": answer = try scanner.optionalText()
      case "tokens": record.tokens = try Self.tokens(&scanner)
      case "spans":
        try scanner.items { scanner, source in
          var part = try Part(&scanner)
          part.source = source(scanner.position)
          parts.append(part)
        }
      case "relations": links = try Self.links(&scanner)
      default: try scanner.skip()
      }
    }
    try scanner.finish()
    self.fields = fields
    guard fields.values["text"] != nil else { throw scanner.failure("no \"text\"") }
    record.id = meta["id"]
    record.image = record.image ?? PictureName.id(meta["image"])
    // What somebody turned down is shown as such, not as labels that are right.
    if let answer, answer != "accept" { record.attributes[SpanRecord.answerName] = answer }
    for part in parts {
      let places = places(part)
      record.spans.append(
        SpanRecord.Span(
          name: name(places), start: places.start, end: places.end, label: part.label,
          source: part.source))
    }
    var ends = Ends(record.spans)
    for link in links { addRelation(link, &ends) }
  }

  private static func tokens(
    _ scanner: inout JSONScanner
  ) throws -> [(text: String, start: Int, end: Int)]? {
    if scanner.null() { return nil }
    var tokens: [(text: String, start: Int, end: Int)] = []
    try scanner.array { scanner in
      var token = (text: "", start: -1, end: -1)
      try scanner.object { key, scanner in
        switch key {
        case "text": token.text = try scanner.string()
        case "start": token.start = try scanner.integer()
        case "end": token.end = try scanner.integer()
        default: try scanner.skip()
        }
      }
      guard token.start >= tokens.last?.end ?? 0, token.end >= token.start else {
        throw scanner.failure("tokens need \"text\", \"start\" and \"end\", in order")
      }
      guard tokens.count < Bounds.tokens else {
        throw scanner.failure("more than \(Bounds.tokens) tokens; split the post")
      }
      tokens.append(token)
    }
    return tokens.isEmpty ? nil : tokens
  }

  private static func links(_ scanner: inout JSONScanner) throws -> [Link] {
    var links: [Link] = []
    try scanner.items { scanner, source in
      var link = Link(source: 0..<0)
      try scanner.object { key, scanner in
        switch key {
        case "head": link.head = try scanner.optionalInteger()
        case "child": link.child = try scanner.optionalInteger()
        case "head_span": link.headPart = scanner.null() ? nil : try Part(&scanner)
        case "child_span": link.childPart = scanner.null() ? nil : try Part(&scanner)
        case "label": link.label = try scanner.optionalText()
        default: try scanner.skip()
        }
      }
      link.source = source(scanner.position)
      links.append(link)
    }
    return links
  }

  /// Where a part stands in the text: by its tokens, else by its offsets.
  private func places(_ part: Part) -> (start: Int, end: Int) {
    if let tokens = record.tokens, let first = part.tokenStart, let last = part.tokenEnd,
      tokens.indices.contains(first), tokens.indices.contains(last), first <= last
    {
      return (tokens[first].start, tokens[last].end)
    }
    return (part.start ?? -1, part.end ?? -1)
  }

  /// Spans have no ids: a relation finds them by where they are.
  private func name(_ places: (start: Int, end: Int)) -> String {
    "\(places.start)-\(places.end)"
  }

  /// Spans by their names, and by the last place of each.
  private struct Ends {
    var names: Set<String>
    var places: [Int: (start: Int, end: Int)]

    init(_ spans: [SpanRecord.Span]) {
      names = Set(spans.map(\.name))
      places = Dictionary(spans.map { ($0.end, ($0.start, $0.end)) }) { first, _ in first }
    }
  }

  private mutating func addRelation(_ link: Link, _ ends: inout Ends) {
    guard let label = link.label, !label.isEmpty else { return }
    let head = end(link.headPart, link.head, &ends)
    let tail = end(link.childPart, link.child, &ends)
    record.relations.append(
      SpanRecord.Relation(
        head: head, tail: tail, label: label, source: link.source))
  }

  /// The name of the span that a relation ends in; one that no label covers is added.
  private mutating func end(_ part: Part?, _ token: Int?, _ ends: inout Ends) -> String {
    var places: (start: Int, end: Int) = part.map { self.places($0) } ?? (-1, -1)
    if places.start < 0, let token, let tokens = record.tokens, tokens.indices.contains(token) {
      // The last token of a span stands for it.
      let last = tokens[token]
      places = ends.places[last.end] ?? (last.start, last.end)
    }
    let name = name(places)
    if places.start >= 0, ends.names.insert(name).inserted {
      record.spans.append(
        SpanRecord.Span(name: name, start: places.start, end: places.end, label: nil))
    }
    return name
  }

  func patches(
    _ bytes: UnsafeBufferPointer<UInt8>, _ reading: SpanReading, _ post: Post, misc: String
  ) -> [Patch] {
    let edit = SpanEdit(post, over: record, reading, misc: misc) { "new\($0)" }
    func raw(_ source: Range<Int>) -> String { String(decoding: bytes[source], as: UTF8.self) }
    func part(_ span: SpanEdit.Span) -> String {
      Self.part(reading.places(span.range), span.range, span.label)
    }
    var patches: [Patch] = []
    let isSame =
      edit.spans.compactMap { $0.isKept ? $0.origin.flatMap { record.spans[$0].source } : nil }
      == record.spans.compactMap(\.source) && edit.spans.allSatisfy { $0.isKept || $0.label == nil }
    if !isSame {
      let spans = edit.spans.compactMap { span -> String? in
        if span.isKept, let own = span.origin.flatMap({ record.spans[$0].source }) {
          return raw(own)
        }
        return span.label == nil ? nil : part(span)
      }
      patches.append(fields.putting("spans", "[\(spans.joined(separator: ","))]"))
    }
    // A relation repeats its ends with their labels.
    let stays = edit.relations.map { relation in
      [relation.head, relation.tail].allSatisfy { edit.spans[$0].isKept } ? relation.kept : nil
    }
    if stays != record.relations.indices.map(Optional.some) {
      let relations = zip(edit.relations, stays).map { relation, own -> String in
        if let own, let source = record.relations[own].source { return raw(source) }
        let (head, tail) = (edit.spans[relation.head], edit.spans[relation.tail])
        return Self.relation(
          (head.range, part(head)), (tail.range, part(tail)), relation.label)
      }
      patches.append(fields.putting("relations", "[\(relations.joined(separator: ","))]"))
    }
    return patches
  }

  /// A new task.
  static func line(_ post: Post, _ request: DataFormat.WritingRequest) -> String {
    let joined = JoinedWords(post.tokens)
    let text = CharacterText(joined.text, unit: .codePoints)
    let edit = SpanEdit(post, misc: request.misc) { "\($0)" }
    func part(_ span: SpanEdit.Span) -> String {
      Self.part(text.places(joined.bytes(of: span.range)), span.range, span.label)
    }
    var parts = ["\"text\":\(JSONScanner.quoted(joined.text))"]
    if let image = post.imageID { parts.append("\"image\":\(JSONScanner.quoted(image))") }
    let tokens = zip(post.tokens, joined.words).enumerated().map { i, word -> String in
      let places = text.places(word.1)
      return "{\"text\":\(JSONScanner.quoted(word.0.text)),\"start\":\(places.lowerBound),"
        + "\"end\":\(places.upperBound),\"id\":\(i),\"ws\":\(i + 1 < post.tokens.count)}"
    }
    parts.append("\"tokens\":[\(tokens.joined(separator: ","))]")
    let spans = edit.spans.filter { $0.label != nil }.map(part)
    parts.append("\"spans\":[\(spans.joined(separator: ","))]")
    if !edit.relations.isEmpty {
      let relations = edit.relations.map { relation in
        let (head, tail) = (edit.spans[relation.head], edit.spans[relation.tail])
        return Self.relation(
          (head.range, part(head)), (tail.range, part(tail)), relation.label)
      }
      parts.append("\"relations\":[\(relations.joined(separator: ","))]")
    }
    if !post.attributes.isEmpty {
      parts.append("\"attributes\":\(SpanRecord.text(of: post.attributes))")
    }
    parts += review(post, request)
    return "{\(parts.joined(separator: ","))}"
  }

  /// Who answered what, and the card's small print. Labels that nobody accepted have no answer.
  private static func review(_ post: Post, _ request: DataFormat.WritingRequest) -> [String] {
    let meta = ["\"id\":\(JSONScanner.quoted(post.id))"] + request.fields(of: post)
    var parts = ["\"meta\":{\(meta.joined(separator: ","))}"]
    guard let mark = request.mark(of: post) else { return parts }
    if mark.isAccepted || mark.isRejected || mark.isSkipped {
      let answer = mark.isAccepted ? "accept" : mark.isRejected ? "reject" : "ignore"
      parts.append("\"answer\":\"\(answer)\"")
    }
    if let annotator = mark.annotator {
      parts.append("\"_annotator_id\":\(JSONScanner.quoted(annotator))")
    }
    if let time = mark.time { parts.append("\"_timestamp\":\(time / 1000)") }
    return parts
  }

  private static func part(_ places: Range<Int>, _ tokens: Range<Int>, _ label: String?) -> String {
    "{\"start\":\(places.lowerBound),\"end\":\(places.upperBound),"
      + "\"token_start\":\(tokens.lowerBound),\"token_end\":\(tokens.upperBound - 1),"
      + "\"label\":\(label.map(JSONScanner.quoted) ?? "null")}"
  }

  private typealias End = (range: Range<Int>, text: String)

  private static func relation(_ head: End, _ tail: End, _ label: String) -> String {
    "{\"head\":\(head.range.upperBound - 1),\"child\":\(tail.range.upperBound - 1),"
      + "\"head_span\":\(head.text),\"child_span\":\(tail.text),"
      + "\"label\":\(JSONScanner.quoted(label))}"
  }
}
