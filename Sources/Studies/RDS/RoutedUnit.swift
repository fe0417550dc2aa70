import Corpora
import Extractors
import Routing

/// What is routed as one: the entities of a post, or one pair of a post.
public struct RoutedUnit: Sendable {
  /// The post with its gold.
  public let post: Post
  /// Which of the post's relations; nil for entities.
  public let pair: Int?

  /// The units of posts, in order: posts, or their pairs.
  public static func units(of posts: [Post], _ task: ExpertTask) -> [RoutedUnit] {
    switch task {
    case .entities: posts.map { RoutedUnit(post: $0, pair: nil) }
    case .relations:
      posts.flatMap { post in post.relations.indices.map { RoutedUnit(post: post, pair: $0) } }
    }
  }

  /// Stable and unique among the units of a dataset.
  public var id: String { pair.map { "\(post.id)#\($0)" } ?? post.id }

  /// Whether the picture adds to the text, where the dataset says.
  public var imageAdds: Bool? {
    switch post.attributes["imageAdds"] {
    case "yes": true
    case "no": false
    default: nil
    }
  }
}

extension MatchCounts {
  /// The counts of one answered pair: `None` is neither an answer nor asked for (MODELS §2.8.2).
  public init(answer: String, gold: String) {
    let none = RelationScore.none
    self.init(
      correct: answer == gold && gold != none ? 1 : 0, predicted: answer == none ? 0 : 1,
      gold: gold == none ? 0 : 1)
  }
}
