import Corpora
import Extractors
import Routing

/// The posts of a dataset that are most like one of them to the router, by the cosine of their
/// x = t ⊙ v: those that it sends the same way, and those that it sends the other.
package struct RouteNeighbours: Sendable {
  /// One of them.
  package struct Neighbour: Sendable {
    /// Its place in the dataset.
    package let post: Int
    /// Cosine of the two posts' inputs, −1 … 1.
    package let similarity: Float
    package let scores: RouteScores
    /// Where the router sends it.
    package let route: Route
    /// What the router's experts answer; those that were asked and did not fail.
    package var labels: [Route: Labels] = [:]
    /// What the router says of the first post with this one's picture.
    package var swapped: RouteScores?

    /// Both experts' answers counted against the labels of the post; nil unless both answered, and
    /// about the pairs that it has.
    package func counts(gold post: Post) -> ExpertCounts? {
      guard let text = labels[.text], let multimodal = labels[.multimodal],
        Self.fits(text, post), Self.fits(multimodal, post)
      else { return nil }
      return ExpertCounts(
        text: MatchCounts(text, gold: post), multimodal: MatchCounts(multimodal, gold: post))
    }

    /// Somebody may have added or removed pairs since an expert was asked.
    private static func fits(_ labels: Labels, _ post: Post) -> Bool {
      guard let answers = labels.relations else { return true }
      return answers.count == post.relations.count
        && zip(answers, post.relations).allSatisfy { $0.head == $1.head && $0.tail == $1.tail }
    }

    /// What the router would earn for its route if this were the only post (RDS eq. 2–6).
    package func reward(gold post: Post, alpha: Double) -> Double? {
      counts(gold: post).map {
        Reward(counts: [$0], actions: [route == .multimodal], alpha: alpha).value
      }
    }
  }

  /// Whose neighbours they are, by place in the dataset.
  package let of: Int
  /// Where that post goes.
  package let route: Route
  /// The nearest first.
  package private(set) var same: [Neighbour] = []
  package private(set) var other: [Neighbour] = []
  /// How many posts were looked at, and of how many.
  package private(set) var lookedAt = 0
  package let total: Int
  /// Whether all posts were looked at.
  package var isWhole: Bool { lookedAt >= total }
  /// The weight of the multimodal set in rewards.
  package let alpha: Double

  /// How many are kept of each kind.
  package static let most = 3

  private let x: [Float]

  /// A search among a dataset's posts.
  /// - Parameter x: the post's input.
  package init(of post: Int, route: Route, x: [Float], total: Int, alpha: Double) {
    of = post
    self.route = route
    self.x = x
    self.total = total
    self.alpha = alpha
  }

  /// Takes a post into account; without a picture it has no input and is no neighbour.
  package mutating func take(_ post: Int, _ input: RouterInput?, _ decision: RouteDecision?) {
    lookedAt += 1
    guard post != of, let other = input?.product, let scores = decision?.scores,
      let route = decision?.route, other.count == x.count
    else { return }
    let neighbour = Neighbour(
      post: post, similarity: Self.cosine(x, other), scores: scores, route: route)
    if route == self.route {
      Self.insert(neighbour, into: &same)
    } else {
      Self.insert(neighbour, into: &self.other)
    }
  }

  /// Gives the neighbours what the experts answer, and what the router says of the first post with
  /// their pictures.
  package mutating func complete(
    _ labels: (Int) -> [Route: Labels], swapped: (Int) -> RouteScores?
  ) {
    func completed(_ neighbour: Neighbour) -> Neighbour {
      var neighbour = neighbour
      neighbour.labels = labels(neighbour.post)
      neighbour.swapped = swapped(neighbour.post)
      return neighbour
    }
    same = same.map(completed)
    other = other.map(completed)
  }

  private static func insert(_ neighbour: Neighbour, into list: inout [Neighbour]) {
    let place =
      list.firstIndex {
        (-neighbour.similarity, neighbour.post) < (-$0.similarity, $0.post)
      } ?? list.count
    guard place < most else { return }
    list.insert(neighbour, at: place)
    if list.count > most { list.removeLast() }
  }

  private static func cosine(_ a: [Float], _ b: [Float]) -> Float {
    var (dot, first, second) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      dot += Double(x) * Double(y)
      first += Double(x) * Double(x)
      second += Double(y) * Double(y)
    }
    let length = (first * second).squareRoot()
    return length > 0 ? Float(dot / length) : 0
  }
}
