import Corpora

/// A mistake that a lesson puts into the right labels of a post, for somebody to correct.
struct SeededError: Sendable, Equatable {
  /// The post's id.
  let post: Post.ID
  let change: Change

  /// Mentions and pairs are counted from 0 among the right ones of the post.
  enum Change: Sendable, Equatable {
    /// A mention has another type.
    case type(Int, EntityType)
    /// A mention is not labelled.
    case missing(Int)
    /// A mention begins and ends so many words further right; negative: further left.
    case moved(Int, begin: Int, end: Int)
    /// Words are labelled that are no name.
    case invented(Range<Int>, EntityType)
    /// A pair has another relation.
    case relation(Int, String)
    /// A pair is not labelled.
    case missingPair(Int)
  }

  /// The labels with the mistake; nil where the post is not as it should be for that.
  func made(in labels: Post, right: Post) -> Post? {
    var post = labels
    switch change {
    case .type(let place, let type):
      guard right.mentions.indices.contains(place), right.mentions[place].type != type else {
        return nil
      }
      return post.exchanging(
        right.mentions[place], for: EntityMention(right.mentions[place].range, type))
    case .missing(let place):
      guard right.mentions.indices.contains(place) else { return nil }
      return post.exchanging(right.mentions[place], for: nil)
    case .moved(let place, let begin, let end):
      guard right.mentions.indices.contains(place) else { return nil }
      let mention = right.mentions[place]
      let (low, high) = (mention.range.lowerBound + begin, mention.range.upperBound + end)
      guard low < high, low..<high != mention.range else { return nil }
      return post.exchanging(mention, for: EntityMention(low..<high, mention.type))
    case .invented(let range, let type):
      return post.exchanging(nil, for: EntityMention(range, type))
    case .relation(let place, let label):
      guard right.relations.indices.contains(place), right.relations[place].label != label,
        let at = post.relations.firstIndex(of: right.relations[place])
      else { return nil }
      let pair = right.relations[place]
      post.relations[at] = RelationMention(head: pair.head, tail: pair.tail, label: label)
      return post
    case .missingPair(let place):
      guard right.relations.indices.contains(place),
        let at = post.relations.firstIndex(of: right.relations[place])
      else { return nil }
      post.relations.remove(at: at)
      return post
    }
  }
}

extension Post {
  /// Another mention in the place of one; nil where the one is not there, or the other has no room.
  fileprivate func exchanging(_ old: EntityMention?, for new: EntityMention?) -> Post? {
    var rest = mentions
    if let old {
      guard let at = rest.firstIndex(of: old) else { return nil }
      rest.remove(at: at)
    }
    if let new {
      guard new.range.clamped(to: 0..<tokens.count) == new.range,
        !rest.contains(where: { $0.range.overlaps(new.range) })
      else { return nil }
      rest.append(new)
    }
    var copy = self
    copy.mentions = rest.sorted { $0.range.lowerBound < $1.range.lowerBound }
    return copy
  }
}
