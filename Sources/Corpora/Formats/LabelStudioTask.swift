import Files
import Records

/// One of Label Studio's tasks: its text, and the labels of one of its annotations.
///
/// Of several annotations the one that is marked as ground truth counts, else the last that nobody
/// skipped; without any, the last prediction, else the last that was skipped. The others stay in
/// the file.
struct LabelStudioTask {
  private(set) var record = SpanRecord()
  private var fields = JSONFields()
  private var annotations: [Answer] = []
  private var annotationsKey: String?
  /// The answer that is shown.
  private var chosen: Answer?
  /// Whether that is an annotation, where edits go.
  private var isAnnotated = false

  /// One item of an answer's result.
  private struct Item {
    var source: Range<Int>
    var id: String?
    var type = ""
    var fromName: String?
    var toName: String?
    var start: Int?
    var end: Int?
    var text: String?
    var labels: [String] = []
    var from: String?
    var to: String?
    var isReversed = false
    var isSpan: Bool { type == "labels" && start != nil && end != nil }
  }

  /// An annotation or a prediction.
  private struct Answer {
    var items: [Item] = []
    var fields = JSONFields()
    var isSkipped = false
    var isGroundTruth = false
  }

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) throws {
    var scanner = JSONScanner(bytes, in: range)
    var taskID: String?
    var predictions: [Answer] = []
    var fields = JSONFields()
    try fields.read(&scanner) { key, scanner in
      switch key {
      case "id": taskID = try scanner.optionalText()
      case "data": try readData(&scanner)
      // Older versions say completions.
      case "annotations", "completions":
        guard annotationsKey == nil else {
          throw scanner.failure("\"annotations\" and \"completions\"; leave one of them")
        }
        annotationsKey = key
        annotations = try Self.answers(&scanner)
      case "predictions": predictions = try Self.answers(&scanner)
      default: try scanner.skip()
      }
    }
    self.fields = fields
    guard fields.values["data"] != nil else { throw scanner.failure("a task needs \"data\"") }
    record.id = record.id ?? taskID
    let annotation =
      annotations.last { $0.isGroundTruth } ?? annotations.last { !$0.isSkipped }
    chosen = annotation ?? predictions.last ?? annotations.last
    isAnnotated = annotation != nil || predictions.isEmpty && !annotations.isEmpty
    if annotation == nil, chosen?.isSkipped == true {
      record.attributes[SpanRecord.answerName] = "skipped"
    }
    addSpans()
  }

  private mutating func readData(_ scanner: inout JSONScanner) throws {
    var texts: [String: String] = [:]
    try scanner.object { key, scanner in
      switch key {
      case "attributes": record.attributes = try scanner.texts()
      default:
        if scanner.peek() == UInt8(ascii: "\"") {
          texts[key] = try scanner.string()
        } else if let text = try scanner.optionalText(), key == "id" {
          texts[key] = text
        }
      }
    }
    record.id = texts["id"]
    record.image = PictureName.id(texts["image"])
    let others = texts.filter { $0.key != "id" && $0.key != "image" }
    // Projects name their fields as they like; the text is the longest.
    record.text =
      texts["text"]
      ?? others.max { ($0.value.utf8.count, $1.key) < ($1.value.utf8.count, $0.key) }?.value ?? ""
  }

  private static func answers(_ scanner: inout JSONScanner) throws -> [Answer] {
    var answers: [Answer] = []
    try scanner.items { scanner, _ in
      var answer = Answer()
      var items: [Item] = []
      var flags: [String: Bool] = [:]
      try answer.fields.read(&scanner) { key, scanner in
        switch key {
        case "result":
          try scanner.items { scanner, source in
            var item = Item(source: 0..<0)
            try read(&item, &scanner)
            item.source = source(scanner.position)
            items.append(item)
          }
        case "was_cancelled", "skipped", "ground_truth":
          flags[key] = try scanner.optionalText() == "true"
        default: try scanner.skip()
        }
      }
      answer.items = items
      answer.isSkipped = flags["was_cancelled"] == true || flags["skipped"] == true
      answer.isGroundTruth = flags["ground_truth"] == true
      answers.append(answer)
    }
    return answers
  }

  private static func read(_ item: inout Item, _ scanner: inout JSONScanner) throws {
    var labels: [String] = []
    try scanner.object { key, scanner in
      switch key {
      case "id": item.id = try scanner.optionalText()
      case "type": item.type = try scanner.optionalString() ?? ""
      case "from_name": item.fromName = try scanner.optionalString()
      case "to_name": item.toName = try scanner.optionalString()
      case "from_id": item.from = try scanner.optionalText()
      case "to_id": item.to = try scanner.optionalText()
      case "direction": item.isReversed = try scanner.optionalString() == "left"
      case "labels": labels = try scanner.labels()
      case "value":
        guard scanner.peek() == UInt8(ascii: "{") else {
          try scanner.skip()
          return
        }
        try scanner.object { key, scanner in
          switch key {
          case "start": item.start = try scanner.optionalInteger()
          case "end": item.end = try scanner.optionalInteger()
          case "text": item.text = try scanner.optionalString()
          case "labels": item.labels = try scanner.labels()
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
    if item.type == "relation" { item.labels = labels }
  }

  private mutating func addSpans() {
    let items = chosen?.items ?? []
    record.unit = Self.unit(items, in: record.text)
    for (i, item) in items.enumerated() {
      if item.isSpan, let start = item.start, let end = item.end {
        record.spans.append(
          SpanRecord.Span(
            name: item.id ?? "#\(i)", start: start, end: end,
            label: item.labels.first.flatMap { SpanRecord.label($0) }, source: item.source))
      } else if item.type == "relation", let from = item.from, let to = item.to,
        let label = item.labels.first
      {
        record.relations.append(
          SpanRecord.Relation(
            head: item.isReversed ? to : from, tail: item.isReversed ? from : to, label: label,
            source: item.source))
      }
    }
  }

  /// What the places of some labels count, told by the text that each repeats.
  private static func unit(_ items: [Item], in text: String) -> OffsetUnit {
    guard text.utf16.count != text.unicodeScalars.count else { return .codePoints }
    func fits(_ unit: OffsetUnit) -> Int {
      let characters = CharacterText(text, unit: unit)
      return items.count { item in
        guard item.isSpan, let start = item.start, let end = item.end, let said = item.text,
          let range = characters.range(start, end)
        else { return false }
        return characters.says(said, at: range)
      }
    }
    return fits(.utf16) > fits(.codePoints) ? .utf16 : .codePoints
  }

  func patches(
    _ bytes: UnsafeBufferPointer<UInt8>, _ reading: SpanReading, _ post: Post, misc: String
  ) -> [Patch] {
    let edit = SpanEdit(post, over: record, reading, misc: misc) { "tl\($0)" }
    guard edit.changesSpans(of: record) || edit.changesRelations(of: record) else { return [] }
    let items = chosen?.items ?? []
    let model = items.first { $0.isSpan }
    func text(_ span: SpanEdit.Span) -> String {
      let range = reading.places(span.range)
      let said = reading.text.range(range.lowerBound, range.upperBound).map(reading.text.slice)
      return Self.span(
        span, range, said ?? "", from: model?.fromName ?? "label", to: model?.toName ?? "text")
    }
    func text(_ relation: SpanEdit.Relation) -> String { Self.relation(relation, edit) }
    let own = Dictionary(
      edit.spans.compactMap { span in span.origin.map { ($0, span) } },
      uniquingKeysWith: { a, _ in a })
    let stays = Set(edit.relations.compactMap(\.kept))
    var result: [String] = []
    var (span, relation) = (0, 0)
    for item in items {
      let raw = String(decoding: bytes[item.source], as: UTF8.self)
      if span < record.spans.count, record.spans[span].source == item.source {
        if let new = own[span] { result.append(new.isKept ? raw : text(new)) }
        span += 1
      } else if relation < record.relations.count, record.relations[relation].source == item.source
      {
        if stays.contains(relation) { result.append(raw) }
        relation += 1
      } else {
        // Choices, boxes on the picture and whatever else there is.
        result.append(raw)
      }
    }
    result += edit.spans.filter { $0.origin == nil }.map(text)
    result += edit.relations.filter { $0.kept == nil }.map(text)
    return [patch("[\(result.joined(separator: ","))]", bytes)]
  }

  /// Puts a result into the annotation that is shown, or into a new one: predictions stay.
  private func patch(_ result: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Patch {
    if isAnnotated, let chosen { return chosen.fields.putting("result", result) }
    let annotation = "{\"result\":\(result)}"
    guard let key = annotationsKey, let range = fields.values[key],
      bytes[range.lowerBound] == UInt8(ascii: "[")
    else { return fields.putting(annotationsKey ?? "annotations", "[\(annotation)]") }
    let end = range.upperBound - 1
    return Patch(range: end..<end, text: (annotations.isEmpty ? "" : ",") + annotation)
  }

  /// A new task. What a model suggested is a prediction.
  static func text(_ post: Post, number: Int, _ request: DataFormat.WritingRequest) -> String {
    let joined = JoinedWords(post.tokens)
    let characters = CharacterText(joined.text, unit: .codePoints)
    let edit = SpanEdit(post, misc: request.misc) { "tl\($0)" }
    let spans = edit.spans.map { span in
      let bytes = joined.bytes(of: span.range)
      return Self.span(
        span, characters.places(bytes), characters.slice(bytes), from: "label", to: "text")
    }
    let items = spans + edit.relations.map { relation($0, edit) }
    var data = ["\"text\":\(JSONScanner.quoted(joined.text))"]
    if let image = post.imageID { data.append("\"image\":\(JSONScanner.quoted(image))") }
    data.append("\"id\":\(JSONScanner.quoted(post.id))")
    if !post.attributes.isEmpty {
      data.append("\"attributes\":\(SpanRecord.text(of: post.attributes))")
    }
    let mark = request.mark(of: post)
    let skipped = mark?.isRejected == true ? "\"was_cancelled\":true," : ""
    let answer = "{\(skipped)\"result\":[\(items.joined(separator: ","))]}"
    let model = "{\"model_version\":\"twinlens\",\"result\":[\(items.joined(separator: ","))]}"
    let isSuggestion = mark?.isSuggestion == true
    // Nothing that nobody labelled stands there as an answer.
    let isEmpty = items.isEmpty && mark?.annotator == nil
    let answers = isSuggestion || isEmpty ? "[]" : "[\(answer)]"
    var parts = ["\"id\":\(number)", "\"data\":{\(data.joined(separator: ","))}"]
    parts.append("\"annotations\":\(answers)")
    parts.append("\"predictions\":\(isSuggestion ? "[\(model)]" : "[]")")
    if let mark { parts.append("\"meta\":{\(mark.fields.joined(separator: ","))}") }
    return "{\(parts.joined(separator: ","))}"
  }

  private static func span(
    _ span: SpanEdit.Span, _ places: Range<Int>, _ text: String, from: String, to: String
  ) -> String {
    "{\"id\":\(JSONScanner.quoted(span.name)),\"from_name\":\(JSONScanner.quoted(from)),"
      + "\"to_name\":\(JSONScanner.quoted(to)),\"type\":\"labels\",\"value\":{"
      + "\"start\":\(places.lowerBound),\"end\":\(places.upperBound),"
      + "\"text\":\(JSONScanner.quoted(text)),"
      + "\"labels\":[\(JSONScanner.quoted(SpanRecord.spelled(span.label)))]}}"
  }

  private static func relation(_ relation: SpanEdit.Relation, _ edit: SpanEdit) -> String {
    "{\"from_id\":\(JSONScanner.quoted(edit.spans[relation.head].name)),"
      + "\"to_id\":\(JSONScanner.quoted(edit.spans[relation.tail].name)),"
      + "\"type\":\"relation\",\"direction\":\"right\","
      + "\"labels\":[\(JSONScanner.quoted(relation.label))]}"
  }
}

extension JSONScanner {
  /// A list of texts; nothing for any other value.
  fileprivate mutating func labels() throws -> [String] {
    guard peek() == UInt8(ascii: "[") else {
      try skip()
      return []
    }
    var labels: [String] = []
    try array { scanner in
      if let label = try scanner.optionalString() { labels.append(label) }
    }
    return labels
  }
}
