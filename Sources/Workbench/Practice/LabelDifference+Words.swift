import Corpora

extension LabelDifference {
  /// What was given and what is right, with the words of the post.
  package func words(in post: Post) -> String {
    func words(_ mention: EntityMention) -> String {
      "\(post.quote(mention.range)) \(mention.type.rawValue)"
    }
    func words(_ pair: RelationMention) -> String {
      "\(post.quote(pair.head)) → \(post.quote(pair.tail)) \(pair.label)"
    }
    return switch self {
    case .missed(let mention), .invented(let mention): words(mention)
    case .type(let mention, let right): "\(words(mention)), should be \(right.rawValue)"
    case .boundary(let mention, let right): "\(words(mention)), should be \(words(right))"
    case .missedPair(let pair), .inventedPair(let pair), .reversedPair(let pair): words(pair)
    case .relation(let pair, let right): "\(words(pair)), should be \(right)"
    }
  }
}
