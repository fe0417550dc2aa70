import Corpora
import Records

extension Step {
  /// Whether it may change what labels the post has.
  package var changesLabels: Bool {
    switch kind {
    case .edit(.mentions), .edit(.relation), .undo, .redo: true
    case .edit(.review), .edit(.note), .edit(.mark): false
    }
  }

  /// The JSON of the `payload` column. Readers that do not know what is said beside the edit pass
  /// over it.
  var payload: String {
    var more: [String] = []
    if case .edit = kind {
      if let group { more.append("\"group\":\(group)") }
      if isSuggestion { more.append("\"suggestion\":true") }
    }
    if let clock { more.append("\"clock\":[\(clock.time),\(clock.count)]") }
    let payload = kind.payload
    guard !more.isEmpty else { return payload }
    return payload.dropLast() + (payload == "{}" ? "" : ",") + more.joined(separator: ",") + "}"
  }

  /// What a payload says beside the edit.
  struct Additions: Equatable {
    var group: Int64?
    var isSuggestion = false
    var clock: StepClock?
  }

  static func additions(in payload: String) -> Additions {
    var additions = Additions()
    // Most say nothing, and this is asked of every step of a store.
    guard ["\"group\":", "\"suggestion\":", "\"clock\":"].contains(where: payload.contains)
    else { return additions }
    let bytes = Array(payload.utf8)
    bytes.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer, in: 0..<buffer.count)
      try? scanner.object { key, scanner in
        switch key {
        case "group": additions.group = Int64(try scanner.integer())
        case "suggestion": additions.isSuggestion = try scanner.scalarText() == "true"
        case "clock":
          var parts: [Int64] = []
          try scanner.array { parts.append(Int64(try $0.integer())) }
          guard parts.count == 2 else { throw scanner.failure("not a clock") }
          additions.clock = StepClock(time: parts[0], count: parts[1])
        default: try scanner.skip()
        }
      }
    }
    return additions
  }
}

/// Steps as the store's rows spell them: `kind` is a word, `payload` a JSON object.
extension Step.Kind {
  /// The word of the `kind` column.
  var word: String {
    switch self {
    case .edit(.mentions): "mentions"
    case .edit(.relation): "relation"
    // The column allows no further words; what is said of a post as a whole is told by `what`.
    case .edit(.review), .edit(.note), .edit(.mark): "review"
    case .undo: "undo"
    case .redo: "redo"
    }
  }

  /// The JSON of the `payload` column.
  var payload: String {
    func text(_ range: Range<Int>) -> String { "[\(range.lowerBound),\(range.upperBound)]" }
    func text(_ mentions: [EntityMention]) -> String {
      let items = mentions.map {
        "{\"start\":\($0.range.lowerBound),\"end\":\($0.range.upperBound),"
          + "\"type\":\(JSONScanner.quoted($0.type.rawValue))}"
      }
      return "[\(items.joined(separator: ","))]"
    }
    func text(_ label: String?) -> String { label.map(JSONScanner.quoted) ?? "null" }
    switch self {
    case .edit(.mentions(let range, let before, let after, let respelled)):
      let more = respelled ? ",\"respelled\":true" : ""
      return "{\"range\":\(text(range)),\"before\":\(text(before)),\"after\":\(text(after))\(more)}"
    case .edit(.relation(let head, let tail, let before, let after)):
      return "{\"head\":\(text(head)),\"tail\":\(text(tail)),"
        + "\"before\":\(text(before)),\"after\":\(text(after))}"
    case .edit(.review(let before, let after)):
      return "{\"before\":\(text(before.rawValue)),\"after\":\(text(after.rawValue))}"
    case .edit(.note(let before, let after)):
      return "{\"what\":\"note\",\"before\":\(text(before)),\"after\":\(text(after))}"
    case .edit(.mark(let mark, let isSet)):
      return "{\"what\":\"\(mark.rawValue)\",\"set\":\(isSet)}"
    case .undo, .redo:
      return "{}"
    }
  }

  /// A kind from its columns; nil when they do not make sense.
  init?(word: String, payload: String, undoes: Int64?, redoes: Int64?) {
    switch word {
    case "undo":
      guard let undoes else { return nil }
      self = .undo(undoes)
    case "redo":
      guard let redoes else { return nil }
      self = .redo(redoes)
    default:
      let bytes = Array(payload.utf8)
      let action = bytes.withUnsafeBufferPointer { buffer -> Edit.Action? in
        var scanner = JSONScanner(buffer, in: 0..<buffer.count)
        return try? Edit.Action(word: word, &scanner)
      }
      guard let action else { return nil }
      self = .edit(action)
    }
  }
}

extension Edit.Action {
  fileprivate init(word: String, _ scanner: inout JSONScanner) throws {
    var ranges: [String: Range<Int>] = [:]
    var mentions: [String: [EntityMention]] = [:]
    var labels: [String: String] = [:]
    var respelled = false
    var what: String?
    var isSet: Bool?
    try scanner.object { key, scanner in
      switch (word, key) {
      case ("mentions", "range"), ("relation", "head"), ("relation", "tail"):
        ranges[key] = try Self.range(&scanner)
      case ("mentions", "before"), ("mentions", "after"):
        mentions[key] = try Self.mentions(&scanner)
      case ("review", "what"): what = try scanner.string()
      case ("review", "set"): isSet = try scanner.scalarText() == "true"
      case ("mentions", "respelled"): respelled = try scanner.scalarText() == "true"
      case (_, "before"), (_, "after"):
        if !scanner.null() { labels[key] = try scanner.string() }
      default:
        try scanner.skip()
      }
    }
    switch word {
    case "mentions":
      guard let range = ranges["range"], let before = mentions["before"],
        let after = mentions["after"]
      else { throw scanner.failure("incomplete") }
      self = .mentions(range: range, before: before, after: after, respelled: respelled)
    case "relation":
      guard let head = ranges["head"], let tail = ranges["tail"] else {
        throw scanner.failure("incomplete")
      }
      self = .relation(head: head, tail: tail, before: labels["before"], after: labels["after"])
    case "review" where what == "note":
      self = .note(before: labels["before"], after: labels["after"])
    case "review" where what != nil:
      guard let mark = what.flatMap(Edit.Mark.init(rawValue:)), let isSet else {
        throw scanner.failure("incomplete")
      }
      self = .mark(mark, isSet: isSet)
    case "review":
      guard let before = labels["before"].flatMap(ReviewState.init(rawValue:)),
        let after = labels["after"].flatMap(ReviewState.init(rawValue:))
      else { throw scanner.failure("incomplete") }
      self = .review(before: before, after: after)
    default:
      throw scanner.failure("unknown kind")
    }
  }

  private static func range(_ scanner: inout JSONScanner) throws -> Range<Int> {
    var ends: [Int] = []
    try scanner.array { ends.append(try $0.integer()) }
    guard ends.count == 2, 0 <= ends[0], ends[0] < ends[1] else {
      throw scanner.failure("not a range")
    }
    return ends[0]..<ends[1]
  }

  private static func mentions(_ scanner: inout JSONScanner) throws -> [EntityMention] {
    var mentions: [EntityMention] = []
    try scanner.array { scanner in
      let (start, end, type) = try scanner.mention()
      guard 0 <= start, start < end else { throw scanner.failure("not a mention") }
      mentions.append(EntityMention(start..<end, EntityType(type)))
    }
    return mentions
  }
}
