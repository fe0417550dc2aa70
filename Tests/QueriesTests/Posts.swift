import Corpora

@testable import Queries

/// Posts made of words, for queries.
enum Posts {
  static func post(
    _ id: String, _ text: String, _ mentions: [(Range<Int>, EntityType)] = [],
    split: Split = .train, relations: [RelationMention] = []
  ) -> Post {
    Post(
      id: id, tokens: text.split(separator: " ").map { Token(String($0)) }, imageID: nil,
      mentions: mentions.map { EntityMention($0, $1) }, relations: relations, split: split,
      source: SourceLocation(file: "train.txt", line: 1))
  }

  /// What a query means, as plainly as it can be said: for comparison.
  static func holds(_ node: Query.Node, _ post: Post) -> Bool {
    switch node {
    case .all(let nodes): nodes.allSatisfy { holds($0, post) }
    case .any(let nodes): nodes.contains { holds($0, post) }
    case .not(let node): !holds(node, post)
    case .condition(let condition): holds(condition, post)
    }
  }

  private static func holds(_ condition: Query.Condition, _ post: Post) -> Bool {
    switch condition {
    case .text(let text):
      return (PostTexts.text(of: post) + " " + post.id).lowercased().contains(text)
    case .id(let text): return post.id.lowercased().contains(text)
    case .label(let type): return post.mentions.contains { $0.type == type }
    case .split(let split): return post.split == split
    case .number(.length, let range): return range.contains(Float(post.tokens.count))
    case .pattern(let pattern):
      var budget = MatchBudget(left: 1_000_000)
      return pattern.firstMatch(in: Array(PostTexts.text(of: post)), &budget) != nil
    default: return false
    }
  }

  /// The matches of a query, looked for in pieces of so much work.
  static func matches(_ query: Query, _ posts: [Post], work: Int = QueryJob.piece) -> [Int] {
    var context = QueryContext(posts: posts)
    var job = QueryJob(query, total: posts.count)
    while !job.isDone { job.step(&context, work: work) }
    return job.matches
  }
}

/// Random numbers that a seed repeats (SplitMix64).
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
