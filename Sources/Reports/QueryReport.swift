import Annotations
import Corpora
import Queries
import Screen
import Services

/// What `twinlens query` prints.
package struct QueryReport {
  private let text: String
  private let query: Query
  private let dataset: Dataset
  private let result: DatasetQuery.Result
  private var context: QueryContext
  private let shown: [Int]
  private let safe = Sanitizer(emoji: .base)

  /// - Parameters:
  ///   - text: the query as it was typed.
  ///   - limit: how many posts are listed; nil lists all.
  package init(_ query: DatasetQuery, _ text: String, _ result: DatasetQuery.Result, limit: Int?) {
    self.text = text
    self.query = query.query
    dataset = query.session.dataset
    context = query.context
    self.result = result
    shown = limit.map { Array(result.posts.prefix($0)) } ?? result.posts
  }

  /// How many posts match.
  package var count: Int { result.posts.count }

  /// A line for each post: id, place in its file, state, text with its labels.
  package func table() -> String {
    TextTable.aligned(
      shown.map { index in
        let post = dataset.posts[index]
        return [
          safe.visible(post.id), safe.visible(post.source.description),
          context.review(index).word, safe.visible(Self.labelled(context.post(index))),
        ]
      }, numbersRight: false
    ).joined(separator: "\n")
  }

  /// `[Anna Berg](PER) takes her boat out`, and behind a bar what is said of pairs.
  private static func labelled(_ post: Post) -> String {
    let starts = Dictionary(
      post.mentions.map { ($0.range.lowerBound, $0) }, uniquingKeysWith: { first, _ in first })
    let ends = Dictionary(
      post.mentions.map { ($0.range.upperBound - 1, $0) }, uniquingKeysWith: { first, _ in first })
    let text = post.tokens.enumerated().map { place, token in
      (starts[place] == nil ? "" : "[") + token.text
        + (ends[place].map { "](\($0.type.rawValue))" } ?? "")
    }
    func words(_ range: Range<Int>) -> String {
      post.tokens[range.clamped(to: post.tokens.indices)].map(\.text).joined(separator: " ")
    }
    let pairs = post.relations.map { "\($0.label): \(words($0.head)) → \(words($0.tail))" }
    return ([text.joined(separator: " ")] + pairs).joined(separator: " | ")
  }

  /// `12 of 400 posts`, with what could not be judged, for a person.
  package var summary: String {
    let posts = dataset.posts.count
    var words = "\(count) of \(posts) \(posts == 1 ? "post" : "posts")"
    if shown.count < count { words += ", the first \(shown.count) listed" }
    if !query.orders.isEmpty {
      words += ", " + query.orders.map(\.words).joined(separator: ", then ")
    }
    guard result.unjudged > 0 else { return words }
    return words + "; \(result.unjudged) could not be judged"
      + (result.reason.map { ": " + safe.visible($0) } ?? "")
  }

  /// The same for programs: of each post also its labels, and which terms speak for it. Handed on
  /// piece by piece, because of a million posts it is more than memory should hold.
  package mutating func json(
    countOnly: Bool = false, to take: (String) throws -> Void
  ) rethrows {
    let fields: [(String, JSONText)] = [
      ("dataset", .string(dataset.name)), ("query", .string(text)),
      ("sort", .strings(query.orders.map(\.name))), ("posts", .int(dataset.posts.count)),
      ("matches", .int(count)), ("unjudged", .int(result.unjudged)),
      ("reason", .optional(result.reason)),
    ]
    if countOnly { return try take(JSONText.object(fields).text()) }
    var explainer = QueryExplainer(query)
    var places = shown.makeIterator()
    try JSONText.write(fields, "found") {
      places.next().map { post($0, explainer.reasons($0, &context)) }
    } to: {
      try take($0)
    }
  }

  private func post(_ index: Int, _ reasons: [QueryExplainer.Reason]) -> JSONText {
    let post = context.post(index)
    let state = context.states[index]
    func words(_ range: Range<Int>) -> JSONText {
      .string(
        post.tokens[range.clamped(to: post.tokens.indices)].map(\.text).joined(separator: " "))
    }
    return .object([
      ("id", .string(post.id)), ("file", .string(post.source.file)),
      ("line", .int(post.source.line)), ("split", .string(post.split.rawValue)),
      ("text", .string(PostTexts.text(of: post))), ("state", .string(context.review(index).word)),
      ("annotator", .optional(state?.annotator)), ("note", .optional(state?.note)),
      ("flagged", .bool(state?.isFlagged ?? false)), ("skipped", .bool(state?.isSkipped ?? false)),
      (
        "mentions",
        .list(
          post.mentions.map { mention in
            .object([
              ("start", .int(mention.range.lowerBound)), ("end", .int(mention.range.upperBound)),
              ("type", .string(mention.type.rawValue)), ("text", words(mention.range)),
            ])
          })
      ),
      (
        "relations",
        .list(
          post.relations.map { relation in
            .object([
              ("head", words(relation.head)), ("tail", words(relation.tail)),
              ("label", .string(relation.label)),
            ])
          })
      ),
      (
        "why",
        .list(
          reasons.map { reason in
            .object([("term", .string(reason.term)), ("found", .strings(reason.found))])
          })
      ),
    ])
  }
}
