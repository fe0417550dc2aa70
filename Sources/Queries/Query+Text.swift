import Annotations
import Corpora

/// Queries as they are typed: what is read from the text is an equal query.
extension Query: CustomStringConvertible {
  package var description: String {
    var parts: [String] = []
    switch root {
    case .all(let nodes): parts = nodes.map { $0.text(isInside: true) }
    default: parts = [root.text(isInside: false)]
    }
    return (parts + orders.map { "sort:\($0.name)" }).joined(separator: " ")
  }
}

extension Query.Node {
  /// - Parameter isInside: whether it stands beside others that hold together.
  fileprivate func text(isInside: Bool) -> String {
    switch self {
    case .condition(let condition): condition.description
    case .not(.condition(let condition)): "-" + condition.description
    case .not(let node): "not " + node.text(isInside: true)
    case .all(let nodes):
      "(" + nodes.map { $0.text(isInside: true) }.joined(separator: " ") + ")"
    case .any(let nodes):
      isInside
        ? "(" + text(isInside: false) + ")"
        : nodes.map { $0.text(isInside: true) }.joined(separator: " or ")
    }
  }
}

extension Query.Condition: CustomStringConvertible {
  package var description: String {
    switch self {
    case .text(let text): text.contains("\"") ? text : "\"\(text)\""
    case .pattern(let pattern): "/\(pattern.source)/"
    case .id(let text): Self.field("id", text)
    case .state(let state): Self.field("state", state.word)
    case .label(let type): Self.field("label", type.rawValue)
    case .mention(let type, let text):
      Self.field("mention", (type.map { $0.rawValue + ":" } ?? "") + text)
    case .relation(let text): Self.field("relation", text)
    case .pair(let text): Self.field("pair", text)
    case .number(let measure, let range): Self.field(measure.rawValue, range.text)
    case .route(let route): Self.field("route", route.rawValue)
    case .split(let split): Self.field("split", split.rawValue)
    case .annotator(let name): Self.field("annotator", name)
    case .assigned(let name): Self.field("assigned", name)
    case .note(.isThere(let isThere)): Self.field("note", isThere ? "yes" : "no")
    case .note(.text(let text)): Self.field("note", text)
    case .flagged(let isSet): Self.field("flag", isSet ? "yes" : "no")
    case .skipped(let isSet): Self.field("skipped", isSet ? "yes" : "no")
    case .picture(let picture): Self.field("picture", picture.rawValue)
    case .imageAdds(let adds): Self.field("imageAdds", adds ? "yes" : "no")
    case .since(let moment): Self.field("since", moment.text)
    case .unread: "since:\(Self.me)"
    case .differs: "is:different"
    case .disputed: "is:disputed"
    case .flips: "is:flip"
    case .irregular: "is:irregular"
    case .cell(let cell): Self.field("cell", cell.rawValue)
    case .changed: "is:changed"
    case .divided: "is:divided"
    case .picked: "is:picked"
    }
  }

  /// What stands for the time when whoever asks was last here.
  static let me = "me"

  /// A value in quotes where a word would end in it, or be read otherwise.
  private static func field(_ name: String, _ value: String) -> String {
    let isWord = !value.contains { $0.isWhitespace || $0 == "(" || $0 == ")" }
    return "\(name):" + (isWord ? value : "\"\(value)\"")
  }
}
