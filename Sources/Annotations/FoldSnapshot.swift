import Corpora
import Files

/// What the steps of a log made of a dataset's posts, kept so that they need not be made again one
/// by one when the log is opened the next time.
///
/// A snapshot is never right by itself: it counts only over a log that begins with the very rows it
/// was made from (`LogMark`) and over posts that say what they said then. Whatever follows in the
/// log is replayed on top of it, as long as that gives what replaying everything gives; else
/// everything is replayed.
struct FoldSnapshot: Equatable {
  /// The rows that it was made from.
  let mark: LogMark
  let folded: EditHistory.Folded
  /// What each post that has steps said, by its id; 0 for one that was not in the dataset.
  let posts: [Post.ID: UInt64]
  /// What else of the dataset the findings depend on.
  let place: UInt64

  /// - Parameter folded: what all steps up to the mark make over the dataset.
  init(_ folded: EditHistory.Folded, mark: LogMark, over dataset: Dataset) {
    (self.mark, self.folded) = (mark, folded)
    var posts: [Post.ID: UInt64] = [:]
    for step in folded.history.steps where posts[step.post] == nil {
      posts[step.post] = Self.digest(of: dataset.post(id: step.post))
    }
    self.posts = posts
    place = Self.place(of: dataset)
  }

  init(mark: LogMark, folded: EditHistory.Folded, posts: [Post.ID: UInt64], place: UInt64) {
    (self.mark, self.folded, self.posts, self.place) = (mark, folded, posts, place)
  }

  /// What the log makes over a dataset: this and what follows it.
  /// - Parameter later: what stands in the log after the mark.
  /// - Returns: nil where only replaying everything tells.
  func folded(over dataset: Dataset, then later: StepRows.Stored) -> EditHistory.Folded? {
    guard later.findings.isEmpty, later.firstLoss == nil, fits(dataset) else { return nil }
    var result = folded
    let order = StepOrder(later.steps, following: folded.history.steps)
    var hashes: [Post.ID: (tokens: String, whole: String)] = [:]
    for step in later.steps {
      // Steps of another store may take effect before some that are there.
      guard step.clock == nil, !folded.strained.contains(step.post),
        let post = dataset.post(id: step.post)
      else { return nil }
      let known =
        hashes[step.post] ?? (DatasetHash.hash(ofTokens: post), DatasetHash.hash(of: post))
      hashes[step.post] = known
      guard known == (step.tokensHash, step.postHash) else { return nil }
      let isDone: Void? = try? result.history.replay(
        step, base: post, rebase: order.joinedPosts.contains(step.post),
        in: order.isJoined ? order : nil)
      guard isDone != nil else { return nil }
    }
    result.history.skip(to: later.last)
    return result
  }

  /// Whether the posts say what they said when it was made.
  func fits(_ dataset: Dataset) -> Bool {
    place == Self.place(of: dataset)
      && posts.allSatisfy { Self.digest(of: dataset.post(id: $0.key)) == $0.value }
  }

  /// All of a post that steps are compared with.
  private static func digest(of post: Post?) -> UInt64 {
    guard let post else { return 0 }
    var hash = FNV1a()
    func add(_ text: String?) {
      guard var text else { return hash.add(0) }
      hash.add(UInt64(text.utf8.count) + 1)
      text.withUTF8 { hash.add(bytes: $0) }
    }
    func add(_ range: Range<Int>) {
      hash.add(UInt64(range.lowerBound))
      hash.add(UInt64(range.upperBound))
    }
    hash.add(UInt64(post.tokens.count))
    for place in post.tokens.indices {
      post.tokens.withUTF8(place) {
        hash.add(UInt64($0.count))
        hash.add(bytes: $0)
      }
      add(post.tokens.tag(place))
    }
    add(post.imageID)
    hash.add(UInt64(post.mentions.count))
    for mention in post.mentions {
      add(mention.range)
      add(mention.type.rawValue)
    }
    for relation in post.relations {
      add(relation.head)
      add(relation.tail)
      add(relation.label)
    }
    for range in post.respelled { add(range) }
    return max(1, hash.value)
  }

  private static func place(of dataset: Dataset) -> UInt64 {
    var hash = FNV1a()
    hash.add(dataset.path == dataset.root ? 1 : 2)
    for file in dataset.files { hash.add(bytes: "\(file.name)\0".utf8) }
    return hash.value
  }
}
