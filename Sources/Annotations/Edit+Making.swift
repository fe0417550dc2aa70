import Corpora

/// Edits as a person means them, made from a post with its current labels. Each is nil when it
/// would change nothing. Mentions that an edit overlaps are removed wholly: half a name is no name.
extension Edit {
  /// The opposite edit: what was after is before.
  public var inverted: Edit {
    switch action {
    case .mentions(let range, let before, let after):
      Edit(post: post, action: .mentions(range: range, before: after, after: before))
    case .relation(let head, let tail, let before, let after):
      Edit(post: post, action: .relation(head: head, tail: tail, before: after, after: before))
    case .review(let before, let after):
      Edit(post: post, action: .review(before: after, after: before))
    }
  }

  /// One mention of that type over the range.
  public static func setting(_ type: EntityType, over range: Range<Int>, in post: Post) -> Edit? {
    guard !range.isEmpty else { return nil }
    return replacing(range, with: [EntityMention(range, type)], in: post)
  }

  /// No mention in the range.
  public static func clearing(_ range: Range<Int>, in post: Post) -> Edit? {
    replacing(range, with: [], in: post)
  }

  /// Another type for the mention at a token.
  public static func retyping(mentionAt token: Int, to type: EntityType, in post: Post) -> Edit? {
    guard let mention = post.mention(at: token) else { return nil }
    return setting(type, over: mention.range, in: post)
  }

  /// An end of a mention.
  public enum Edge: Sendable, Hashable, CaseIterable {
    case left, right
  }

  /// The mention at a token, one token longer at an end.
  public static func extending(mentionAt token: Int, _ edge: Edge, in post: Post) -> Edit? {
    resizing(token, edge, by: 1, post)
  }

  /// The mention at a token, one token shorter at an end; nil when it has only one.
  public static func shrinking(mentionAt token: Int, _ edge: Edge, in post: Post) -> Edit? {
    resizing(token, edge, by: -1, post)
  }

  /// Another label for a pair, or none.
  public static func relating(
    head: Range<Int>, tail: Range<Int>, label: String?, in post: Post
  ) -> Edit? {
    let before = post.relations.first { $0.head == head && $0.tail == tail }?.label
    guard before != label else { return nil }
    return Edit(
      post: post.id, action: .relation(head: head, tail: tail, before: before, after: label))
  }

  /// Another review state.
  public static func reviewing(
    _ post: Post, from before: ReviewState, to after: ReviewState = .reviewed
  ) -> Edit? {
    before == after ? nil : Edit(post: post.id, action: .review(before: before, after: after))
  }

  private static func resizing(_ token: Int, _ edge: Edge, by step: Int, _ post: Post) -> Edit? {
    guard let mention = post.mention(at: token) else { return nil }
    let low = mention.range.lowerBound - (edge == .left ? step : 0)
    let high = mention.range.upperBound + (edge == .right ? step : 0)
    guard low >= 0, low < high, high <= post.tokens.count else { return nil }
    let old = mention.range
    let hull = min(low, old.lowerBound)..<max(high, old.upperBound)
    return replacing(hull, with: [EntityMention(low..<high, mention.type)], in: post)
  }

  private static func replacing(
    _ range: Range<Int>, with after: [EntityMention], in post: Post
  ) -> Edit? {
    guard range.lowerBound >= 0, range.upperBound <= post.tokens.count, !range.isEmpty else {
      return nil
    }
    let before = post.mentions.filter { $0.range.overlaps(range) }
    guard before != after else { return nil }
    let low = min(range.lowerBound, before.first?.range.lowerBound ?? range.lowerBound)
    let high = max(range.upperBound, before.last?.range.upperBound ?? range.upperBound)
    return Edit(
      post: post.id, action: .mentions(range: low..<high, before: before, after: after))
  }
}

extension Post {
  /// The mention that covers a token.
  public func mention(at token: Int) -> EntityMention? {
    mentions.first { $0.range.contains(token) }
  }
}
