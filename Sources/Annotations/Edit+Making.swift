import Corpora
import Foundation

/// Edits as a person means them, made from a post with its current labels. Each is nil when it
/// would change nothing. Mentions that an edit overlaps are removed wholly: half a name is no name.
extension Edit {
  /// The opposite edit: what was after is before.
  package var inverted: Edit {
    switch action {
    case .mentions(let range, let before, let after, let respelled):
      Edit(
        post: post,
        action: .mentions(range: range, before: after, after: before, respelled: respelled))
    case .relation(let head, let tail, let before, let after):
      Edit(post: post, action: .relation(head: head, tail: tail, before: after, after: before))
    case .review(let before, let after):
      Edit(post: post, action: .review(before: after, after: before))
    case .note(let before, let after):
      Edit(post: post, action: .note(before: after, after: before))
    case .mark(let mark, let isSet): Edit(post: post, action: .mark(mark, isSet: !isSet))
    }
  }

  /// One mention of that type over the range.
  package static func setting(_ type: EntityType, over range: Range<Int>, in post: Post) -> Edit? {
    guard !range.isEmpty else { return nil }
    return replacing(range, with: [EntityMention(range, type)], in: post)
  }

  /// No mention in the range.
  package static func clearing(_ range: Range<Int>, in post: Post) -> Edit? {
    replacing(range, with: [], in: post)
  }

  /// Another type for the mention at a token.
  package static func retyping(mentionAt token: Int, to type: EntityType, in post: Post) -> Edit? {
    guard let mention = post.mention(at: token) else { return nil }
    return setting(type, over: mention.range, in: post)
  }

  /// An end of a mention.
  package enum Edge: Sendable, Hashable, CaseIterable {
    case left, right
  }

  /// The mention at a token, some tokens longer at an end, as far as the post goes.
  package static func extending(
    mentionAt token: Int, _ edge: Edge, by count: Int = 1, in post: Post
  ) -> Edit? {
    guard let range = post.mention(at: token)?.range else { return nil }
    let room = edge == .left ? range.lowerBound : post.tokens.count - range.upperBound
    return resizing(token, edge, by: min(count, room), post)
  }

  /// The mention at a token, some tokens shorter at an end; it keeps one. Nil when it has only one.
  package static func shrinking(
    mentionAt token: Int, _ edge: Edge, by count: Int = 1, in post: Post
  ) -> Edit? {
    guard let range = post.mention(at: token)?.range else { return nil }
    return resizing(token, edge, by: -min(count, range.count - 1), post)
  }

  /// Each of some ranges, which do not overlap, one mention of a type; nil: no mention there.
  package static func setting(
    _ type: EntityType?, over ranges: [Range<Int>], in post: Post
  ) -> Edit? {
    let ranges = ranges.filter { !$0.isEmpty && $0.clamped(to: 0..<post.tokens.count) == $0 }
    func isTouched(_ mention: EntityMention) -> Bool {
      ranges.contains { $0.overlaps(mention.range) }
    }
    let changed = ranges + post.mentions.filter(isTouched).map(\.range)
    guard let low = changed.map(\.lowerBound).min(), let high = changed.map(\.upperBound).max()
    else { return nil }
    // What lies between stays, but an edit's range holds its mentions whole.
    var hull = low..<high
    for mention in post.mentions where mention.range.overlaps(hull) {
      hull =
        min(
          hull.lowerBound, mention.range.lowerBound)..<max(
          hull.upperBound, mention.range.upperBound)
    }
    let before = post.mentions.filter { $0.range.overlaps(hull) }
    let added = type.map { type in ranges.map { EntityMention($0, type) } } ?? []
    let after = (before.filter { !isTouched($0) } + added)
      .sorted { $0.range.lowerBound < $1.range.lowerBound }
    guard before != after else { return nil }
    return Edit(post: post.id, action: .mentions(range: hull, before: before, after: after))
  }

  /// Another label for a pair, or none.
  package static func relating(
    head: Range<Int>, tail: Range<Int>, label: String?, in post: Post
  ) -> Edit? {
    let before = post.relations.first { $0.head == head && $0.tail == tail }?.label
    guard before != label else { return nil }
    return Edit(
      post: post.id, action: .relation(head: head, tail: tail, before: before, after: label))
  }

  /// Each run of tags that the file's scheme does not allow as what it must have meant: an orphan
  /// `I-` or a foreign prefix opens a mention, as `conlleval` reads it, what is no tag at all is
  /// outside, and the file gets proper tags there. Mentions that stand there already are kept, or
  /// grow to their run. Nil when every tag is regular.
  /// - Parameter reading: how the file was read.
  package static func fixingTags(in post: Post, reading: BIO.Reading) -> Edit? {
    let tags = post.tagTexts(reading: reading)
    let runs = BIO.mentions(of: tags, reading: .lenient, scheme: post.scheme)
    var after = post.mentions
    var low = post.tokens.count
    var high = 0
    for irregularity in post.irregularities(reading: reading).map(\.irregularity) {
      let token = irregularity.token
      var range = token..<(token + 1)
      if let run = runs.mentions.first(where: { $0.range.contains(token) }) {
        range = run.range
        let there = after.filter { $0.range.overlaps(run.range) }
        if there.allSatisfy({ $0.type == run.type && $0.range.clamped(to: run.range) == $0.range })
        {
          after.removeAll { $0.range.overlaps(run.range) }
          after.append(run)
        }
      }
      low = min(low, range.lowerBound)
      high = max(high, range.upperBound)
    }
    guard low < high else { return nil }
    // No mention may reach over an end of the edit's range.
    for mention in post.mentions + after where mention.range.overlaps(low..<high) {
      low = min(low, mention.range.lowerBound)
      high = max(high, mention.range.upperBound)
    }
    func inside(_ mentions: [EntityMention]) -> [EntityMention] {
      mentions.filter { $0.range.overlaps(low..<high) }
        .sorted { $0.range.lowerBound < $1.range.lowerBound }
    }
    return Edit(
      post: post.id,
      action: .mentions(
        range: low..<high, before: inside(post.mentions), after: inside(after), respelled: true))
  }

  /// Another review state.
  package static func reviewing(
    _ post: Post, from before: ReviewState, to after: ReviewState = .reviewed
  ) -> Edit? {
    before == after ? nil : Edit(post: post.id, action: .review(before: before, after: after))
  }

  /// Another note, cut to `longestNote`; nothing but white space is none.
  package static func noting(_ text: String?, on post: Post, from before: String?) -> Edit? {
    let trimmed = text.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
    let after = trimmed.isEmpty ? nil : String(trimmed.prefix(longestNote))
    return before == after ? nil : Edit(post: post.id, action: .note(before: before, after: after))
  }

  private static func resizing(_ token: Int, _ edge: Edge, by step: Int, _ post: Post) -> Edit? {
    guard step != 0, let mention = post.mention(at: token) else { return nil }
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
  package func mention(at token: Int) -> EntityMention? {
    mentions.first { $0.range.contains(token) }
  }
}
