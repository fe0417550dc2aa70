import Files

/// The lines of an `.ann` file: `T` marks a span, `R` a pair of them. All others (events,
/// attributes, notes, links to databases) are passed over and stay in the file.
struct BratLabels {
  var record = SpanRecord()
  /// What is wrong, by line.
  private(set) var problems: [(line: Int, problem: Finding.Problem)] = []
  /// Lines that say something of one span: attributes, links and notes.
  private var remarks: [(source: Range<Int>, target: String)] = []
  /// The highest numbers of spans and relations.
  private var lastSpan = 0
  private var lastRelation = 0

  /// - Parameters:
  ///   - bytes: the labels.
  ///   - text: the bytes of the text, as UTF-8.
  init(_ bytes: [UInt8], text: [UInt8]) {
    record.text = Self.unified(text)
    bytes.withUnsafeBufferPointer { buffer in
      var number = 0
      forEachLine(buffer) { content, range in
        number += 1
        guard !trim(buffer, content).isEmpty else { return }
        let (line, isValid) = Files.text(buffer, content)
        guard isValid else { return problems.append((number, .invalidUTF8)) }
        if let problem = read(line, range) { problems.append((number, problem)) }
      }
    }
  }

  /// The text as Python reads it: every line end is one character.
  private static func unified(_ text: [UInt8]) -> String {
    let text = String(decoding: text, as: UTF8.self)
    guard text.utf8.contains(0x0D) else { return text }
    var scalars = String.UnicodeScalarView()
    var before: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if scalar != "\n" || before != "\r" { scalars.append(scalar == "\r" ? "\n" : scalar) }
      before = scalar
    }
    return String(scalars)
  }

  private mutating func read(_ line: String, _ source: Range<Int>) -> Finding.Problem? {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard let id = fields.first, fields.count > 1 else {
      return .syntax(column: 1, "no tab behind the id")
    }
    let words = fields[1].split(separator: " ")
    switch id.first {
    case "T":
      lastSpan = max(lastSpan, Self.number(id))
      guard !fields[1].contains(";") else {
        return .spanInParts(String(words.first ?? ""))
      }
      guard words.count == 3, let start = Int(words[1]), let end = Int(words[2]) else {
        return .syntax(column: id.count + 2, "a span needs a type, a start and an end")
      }
      record.spans.append(
        .init(
          name: String(id), start: start, end: end, label: SpanRecord.label(String(words[0])),
          source: source))
    case "R":
      lastRelation = max(lastRelation, Self.number(id))
      let ends = words.dropFirst().map { $0.split(separator: ":").last.map(String.init) ?? "" }
      guard ends.count == 2 else {
        return .syntax(column: id.count + 2, "a relation needs a type and two ends")
      }
      record.relations.append(
        .init(head: ends[0], tail: ends[1], label: String(words[0]), source: source))
    case "A", "M", "N", "#":
      if words.count > 1 { remarks.append((source, String(words[1]))) }
    default: break
    }
    return nil
  }

  /// The number of `T12`; 0 where none can be counted on from.
  private static func number(_ id: Substring) -> Int {
    Int(id.dropFirst()).flatMap { (0..<1 << 53).contains($0) ? $0 : nil } ?? 0
  }

  /// The lines with other labels; what is said of a span that is gone goes with it.
  func rewritten(_ bytes: [UInt8], to post: Post, misc: String) -> [UInt8] {
    bytes.withUnsafeBufferPointer { buffer in
      let reading = SpanReading(record)
      let edit = SpanEdit(post, over: record, reading, misc: misc) { "T\(lastSpan + 1 + $0)" }
      func text(_ span: SpanEdit.Span) -> String {
        let places = reading.places(span.range)
        let said = reading.text.range(places.lowerBound, places.upperBound)
        return Self.line(span, places, said.map(reading.text.slice) ?? "")
      }
      var patches: [Patch] = []
      let stays = Set(edit.spans.compactMap(\.origin))
      // Several spans may have one name.
      var gone: Set<String> = []
      for (i, span) in record.spans.enumerated()
      where reading.ranges[i] != nil && !stays.contains(i) {
        if let source = span.source { patches.append(Patch(range: source, text: "")) }
        gone.insert(span.name)
      }
      for remark in remarks where gone.contains(remark.target) {
        patches.append(Patch(range: remark.source, text: ""))
      }
      for span in edit.spans where !span.isKept {
        guard let source = span.origin.flatMap({ record.spans[$0].source }) else { continue }
        let end = buffer[source].reversed().prefix { isBlank($0) }.count
        patches.append(
          Patch(range: source.lowerBound..<source.upperBound - end, text: text(span)))
      }
      let kept = Set(edit.relations.compactMap(\.kept))
      for (i, relation) in reading.relations.map({ ($0.relation, record.relations[$0.relation]) })
      where !kept.contains(i) {
        if let source = relation.source { patches.append(Patch(range: source, text: "")) }
      }
      var added = edit.spans.filter { $0.origin == nil }.map(text)
      for (i, relation) in edit.relations.filter({ $0.kept == nil }).enumerated() {
        added.append(Self.line("R\(lastRelation + 1 + i)", relation, edit))
      }
      if !added.isEmpty {
        let end = bytes.count
        let lineEnd = bytes.contains(0x0D) ? "\r\n" : "\n"
        let begin = bytes.isEmpty || bytes.last == 0x0A ? "" : lineEnd
        patches.append(
          Patch(range: end..<end, text: begin + added.map { $0 + lineEnd }.joined()))
      }
      return patches.applied(to: buffer)
    }
  }

  /// `T1`, tab, `PER 0 3`, tab, `Ann`.
  static func line(_ span: SpanEdit.Span, _ places: Range<Int>, _ text: String) -> String {
    // A line of its own has no other line ends.
    let flat = String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\n" || $0 == "\t" ? " " : $0 }))
    return "\(span.name)\t\(SpanRecord.spelled(span.label)) \(places.lowerBound) "
      + "\(places.upperBound)\t\(flat)"
  }

  /// `R1`, tab, `member_of Arg1:T1 Arg2:T2`.
  static func line(_ name: String, _ relation: SpanEdit.Relation, _ edit: SpanEdit) -> String {
    "\(name)\t\(relation.label) Arg1:\(edit.spans[relation.head].name) "
      + "Arg2:\(edit.spans[relation.tail].name)"
  }
}
