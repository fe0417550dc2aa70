import Corpora
import Records

extension Step {
  /// The JSON of the `payload` column. Readers that know of no groups pass over theirs.
  var payload: String {
    guard let group, case .edit = kind else { return kind.payload }
    return kind.payload.dropLast() + ",\"group\":\(group)}"
  }

  /// The group that a payload names.
  static func group(in payload: String) -> Int64? {
    // Most have none, and this is asked of every step of a store.
    guard payload.utf8.count > 8, payload.contains("\"group\":") else { return nil }
    let bytes = Array(payload.utf8)
    return bytes.withUnsafeBufferPointer { buffer -> Int64? in
      var scanner = JSONScanner(buffer, in: 0..<buffer.count)
      var group: Int64?
      try? scanner.object { key, scanner in
        if key == "group" {
          group = Int64(try scanner.integer())
        } else {
          try scanner.skip()
        }
      }
      return group
    }
  }
}

/// Steps as the store's rows spell them: `kind` is a word, `payload` a JSON object.
extension Step.Kind {
  /// The word of the `kind` column.
  var word: String {
    switch self {
    case .edit(.mentions): "mentions"
    case .edit(.relation): "relation"
    case .edit(.review): "review"
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
    try scanner.object { key, scanner in
      switch (word, key) {
      case ("mentions", "range"), ("relation", "head"), ("relation", "tail"):
        ranges[key] = try Self.range(&scanner)
      case ("mentions", "before"), ("mentions", "after"):
        mentions[key] = try Self.mentions(&scanner)
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
