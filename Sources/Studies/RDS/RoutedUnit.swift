import Corpora
import Extractors
import Routing

/// What is routed as one: the entities of a post, or one pair of a post.
package struct RoutedUnit: Sendable {
  /// The post with its gold.
  package let post: Post
  /// Which of the post's relations; nil for entities.
  package let pair: Int?

  /// The units of posts, in order: posts, or their pairs.
  package static func units(of posts: [Post], _ task: ExpertTask) -> [RoutedUnit] {
    switch task {
    case .entities: posts.map { RoutedUnit(post: $0, pair: nil) }
    case .relations:
      posts.flatMap { post in post.relations.indices.map { RoutedUnit(post: post, pair: $0) } }
    }
  }

  /// Stable and unique among the units of a dataset.
  package var id: String { pair.map { "\(post.id)#\($0)" } ?? post.id }

  /// The post's id in the id of one of its pairs.
  static func post(of id: String) -> Substring {
    id.lastIndex(of: "#").map { id[..<$0] } ?? id[...]
  }

  /// Whether the picture adds to the text, where the dataset says.
  package var imageAdds: Bool? { post.imageAdds }
}
