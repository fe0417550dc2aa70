import Annotations
import Corpora

extension Edit {
  static func replace(_ range: Range<Int>, in post: Post, with new: [EntityMention]) -> Edit {
    var lower = range.lowerBound
    var upper = range.upperBound
    let touched = post.mentions.filter { $0.range.overlaps(range) }
    for mention in touched {
      lower = min(lower, mention.range.lowerBound)
      upper = max(upper, mention.range.upperBound)
    }
    var after = new
    for mention in touched where !new.isEmpty {
      if mention.range.lowerBound < range.lowerBound {
        after.append(EntityMention(mention.range.lowerBound..<range.lowerBound, mention.type))
      }
      if mention.range.upperBound > range.upperBound {
        after.append(EntityMention(range.upperBound..<mention.range.upperBound, mention.type))
      }
    }
    after.sort { $0.range.lowerBound < $1.range.lowerBound }
    return Edit(
      post: post.id, action: .mentions(range: lower..<upper, before: touched, after: after))
  }
  static func setting(_ type: EntityType, over range: Range<Int>, in post: Post) -> Edit {
    replace(range, in: post, with: [EntityMention(range, type)])
  }
  static func clearing(_ range: Range<Int>, in post: Post) -> Edit? {
    let edit = replace(range, in: post, with: [])
    guard case .mentions(_, let before, _) = edit.action, !before.isEmpty else { return nil }
    return edit
  }
  static func moving(_ mention: EntityMention, to range: Range<Int>, in post: Post) -> Edit {
    var without = post
    without.mentions.removeAll { $0 == mention }
    let edit = replace(range, in: without, with: [EntityMention(range, mention.type)])
    guard case .mentions(let r, let before, let after) = edit.action else { return edit }
    return Edit(
      post: post.id,
      action: .mentions(
        range: min(r.lowerBound, mention.range.lowerBound)..<max(
          r.upperBound, mention.range.upperBound), before: before + [mention], after: after))
  }
  static func replacing(with mentions: [EntityMention], in post: Post) -> Edit {
    Edit(
      post: post.id,
      action: .mentions(
        range: 0..<post.tokens.count, before: post.mentions, after: mentions))
  }
}
