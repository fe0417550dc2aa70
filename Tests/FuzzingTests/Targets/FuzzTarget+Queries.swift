import Corpora

@testable import Queries

extension FuzzTarget {
  /// Search lines as typed: read, completed, asked of posts, and explained.
  static let query = FuzzTarget(
    name: "query", kind: .queries,
    tokens: QueryField.all.map { $0.name + ":" }
      + ["or", "not ", "-", "(", ")", "/a+b*/", "\"", "@ferry", "sort:", "<", ">=", "..", "*", "?"]
  ) { bytes in
    let line = String(decoding: bytes.prefix(4_096), as: UTF8.self)
    for word in [line, line.split(separator: " ").last.map(String.init) ?? ""] {
      _ = QueryCompletion.candidates(of: word, saved: ["ferry"]) { _ in ["PER", "a b"] }
    }
    let query = try Query.parse(line, saved: ["ferry": "label:PER or @ferry", "pier": line])
    var context = QueryContext(posts: posts(words: 12))
    var matcher = QueryMatcher(query, limit: 200_000)
    var explainer = QueryExplainer(query)
    for index in context.posts.indices {
      if case .yes = matcher.verdict(index, &context) { _ = explainer.reasons(index, &context) }
    }
  }

  /// A few posts with labels, pairs, attributes and signs of many scripts.
  static func posts(words: Int) -> [Post] {
    let text = "Anna Berg takes Straße 東京 e\u{301}té past the OLD pier 😂 tonight aaaaaaaaaaaaaaaa"
    let tokens = text.split(separator: " ").prefix(words).map { Token(String($0)) }
    return (0..<3).map { number in
      Post(
        id: "p\(number)", tokens: tokens, imageID: number == 1 ? nil : "p\(number)",
        mentions: [EntityMention(0..<2, .person), EntityMention(3..<5, .location)],
        relations: [RelationMention(head: 0..<2, tail: 3..<5, label: "/per/loc/place_of_birth")],
        split: .train, attributes: ["imageAdds": "yes"],
        source: SourceLocation(file: "train.txt", line: 1 + number))
    }
  }
}
