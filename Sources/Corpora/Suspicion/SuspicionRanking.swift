import Files

/// How suspicious the labels of each post of a dataset are: what `twinlens suspect` finds, and what
/// it keeps beside the annotations for the workbench and for queries.
package struct SuspicionRanking: Sendable, Equatable {
  /// What a ranking was made with.
  package struct Origin: Sendable, Hashable {
    /// The dataset's name.
    package var dataset: String
    /// The system whose experts were trained.
    package var system: String
    /// `mentions` or `relations`: what was judged.
    package var subject: String
    /// In how many parts the posts were divided.
    package var folds: Int
    /// The seed of the parts and of the trainings.
    package var seed: UInt64

    /// When the newest edit was made that the labels hold, in milliseconds since 1970; 0: none.
    package var newestEdit: Int64

    /// An origin by its parts.
    package init(
      dataset: String, system: String, subject: String, folds: Int, seed: UInt64,
      newestEdit: Int64 = 0
    ) {
      self.dataset = dataset
      self.system = system
      self.subject = subject
      self.folds = folds
      self.seed = seed
      self.newestEdit = newestEdit
    }
  }

  /// What it was made with.
  package let origin: Origin
  /// The posts that were judged, most suspicious first.
  package let posts: [SuspiciousPost]
  private let ranks: [String: Int]

  /// Posts whose mentions and pairs are kept; of all others only score and reason are. Nobody
  /// reviews more, and a file of a large dataset would become too large to be read at each start.
  package static let mostDetailed = 20_000

  /// A ranking of posts in any order; of posts with the same score the first stays first, and of
  /// posts with the same id only the first counts.
  package init(origin: Origin, posts: [SuspiciousPost]) {
    var seen: Set<String> = []
    let once = posts.filter { seen.insert($0.id).inserted }
    let order = once.indices.sorted { (-once[$0].score, $0) < (-once[$1].score, $1) }
    let ranked = order.enumerated().map { rank, place in
      rank < Self.mostDetailed ? once[place] : once[place].withoutDetails
    }
    self.origin = origin
    self.posts = ranked
    ranks = Dictionary(zip(ranked.map(\.id), ranked.indices)) { first, _ in first }
  }

  /// From 0 to 1; nil for a post that was not judged.
  package func score(of id: String) -> Double? { ranks[id].map { posts[$0].score } }

  /// The place in `posts`, from 0; nil for a post that was not judged.
  package func rank(of id: String) -> Int? { ranks[id] }

  /// What was found in a post; nil when it was not judged.
  package func post(_ id: String) -> SuspiciousPost? { ranks[id].map { posts[$0] } }

  /// Whether the post's words and labels are still those that were judged; nil for a post that was
  /// not judged. The labels are the corrected ones.
  package func isCurrent(_ post: Post) -> Bool? {
    self.post(post.id).map { $0.mark == Self.mark(of: post) }
  }

  /// How many of the posts have other labels than those that were judged, or are not in the
  /// ranking. Hashes every post: not for each frame.
  package func staleCount(in posts: [Post]) -> Int {
    posts.reduce(0) { $0 + (isCurrent($1) == true ? 0 : 1) }
  }

  /// Names words and labels of a post: 16 hexadecimal digits.
  package static func mark(of post: Post) -> String {
    var hash = SHA256()
    for token in post.tokens { hash.update(field: token.text) }
    hash.update(labelsOf: post)
    return String(hash.hexDigest().prefix(16))
  }

  /// Inside 0 … 1, with four decimals; what is no number is 0.
  static func rounded(_ score: Double) -> Double {
    guard score.isFinite else { return 0 }
    return (min(1, max(0, score)) * 10_000).rounded() / 10_000
  }
}
