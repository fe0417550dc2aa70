import Corpora

/// A lesson: twenty mistakes in posts of the harbour town, and where somebody stands among them.
package struct Lesson: Sendable {
  /// The posts with their right labels, in the order of the posts on screen.
  let right: [Post]
  /// The posts with all mistakes.
  package let posts: [Post]
  /// The task at hand, counted from 0; the number of tasks when all are done.
  private(set) var place: Int
  /// What the last edit left wrong.
  var fault: String?
  /// Whether the keys of the task at hand are shown.
  var showsHint = false
  /// The number that the next step had when the labels were looked at last.
  var looked: Int64 = 0
  /// The task that was begun last.
  var begun: Int?

  /// Why no lesson can be given.
  package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    case otherPosts(task: Int, post: String)
    case noTask(Int, of: Int)

    package var description: String {
      switch self {
      case .otherPosts(let task, let post):
        "the lesson's posts are others than it was made for (task \(task), post \(post)); remove the "
          + "lesson's folder in the cache and start again"
      case .noTask(let number, let count):
        "there is no task \(number); the lesson has 1 to \(count)"
      }
    }
  }

  /// A lesson over the posts of the harbour town.
  /// - Parameters:
  ///   - right: the posts with their right labels.
  ///   - first: the task to begin with, counted from 1; one more than there are: all are done.
  /// - Throws: `Failure`.
  package init(over right: [Post], from first: Int = 1) throws(Failure) {
    guard (1...Self.tasks.count + 1).contains(first) else {
      throw .noTask(first, of: Self.tasks.count)
    }
    let places = Dictionary(zip(right.map(\.id), right.indices)) { first, _ in first }
    var posts = right
    for (number, task) in Self.tasks.enumerated() {
      guard places[task.post] != nil else {
        throw .otherPosts(task: number + 1, post: task.post)
      }
      for error in task.errors {
        guard let index = places[error.post],
          let wrong = error.made(in: posts[index], right: right[index])
        else { throw .otherPosts(task: number + 1, post: error.post) }
        posts[index] = wrong
      }
    }
    (self.right, self.posts, place) = (right, posts, first - 1)
  }

  /// What the tasks teach, in their order.
  package static var topics: [String] { tasks.map(\.topic) }

  /// The number of tasks.
  package static var count: Int { tasks.count }

  /// The task at hand; nil when all are done.
  var task: LessonTask? { Self.tasks.indices.contains(place) ? Self.tasks[place] : nil }

  /// How many tasks from the first on are done.
  package var done: Int { place }

  /// Whether nothing is left.
  package var isDone: Bool { task == nil }

  mutating func go(to place: Int) {
    self.place = place
    (fault, showsHint) = (nil, false)
  }

  /// What an expert answers that is to be shown beside the labels: the mistakes, but for the posts
  /// in which its answer is to be taken.
  package var suggested: [(post: Post.ID, mentions: [EntityMention])] {
    let taught = Set(Self.tasks.filter { $0.topic == Self.suggestions }.flatMap(\.posts))
    return zip(posts, right).map { wrong, right in
      (right.id, taught.contains(right.id) ? right.mentions : wrong.mentions)
    }
  }
}
