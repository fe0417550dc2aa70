import Corpora
import Extractors
import Foundation

/// Scores labels by what experts say of posts that they did not learn from, and by how the same
/// words are labelled in other posts.
///
/// What counts how much is learned on the dataset itself: labels are spoiled at random
/// (`LabelNoise`), and a logistic regression tells the spoiled ones from the others by the
/// evidence. A score is the share of spoiled labels among those with such evidence, were one label
/// in twenty wrong. The experts' answers stay as they are, since no answer rests on its own post's
/// labels.
package struct SuspicionScoring: Sendable {
  /// Spoiled labels to all labels, while the weights are learned.
  static let rate = 0.05
  /// The weights rest on about so many spoiled labels.
  private static let wanted = 800.0
  /// Mentions that may be missing and are told of; those that hardly anything speaks for are not.
  private static let least = 0.05

  /// The posts, with the labels that are judged.
  package let posts: [Post]
  /// What was said of each of them; nil where nothing was.
  package let answers: [HeldOutAnswer?]
  private let task: ExpertTask
  private let seed: UInt64
  private let numbers: WordNumbers

  /// Scores for posts with an answer each.
  ///
  /// - Parameter seed: decides which labels are spoiled while weights are learned.
  package init(_ posts: [Post], _ answers: [HeldOutAnswer?], _ task: ExpertTask, seed: UInt64) {
    precondition(posts.count == answers.count, "an answer for each post")
    self.posts = posts
    self.answers = answers
    self.task = task
    self.seed = seed
    numbers = WordNumbers(posts)
  }

  /// What was found in each post, in their order; nil for posts that could not be judged.
  ///
  /// - Parameter progress: called with the share that is done; false stops.
  /// - Returns: nil when stopped.
  package func judged(progress: (Double) -> Bool = { _ in true }) -> [SuspiciousPost?]? {
    switch task {
    case .entities: judgedMentions(progress)
    case .relations: judgedPairs(progress)
    }
  }

  /// The ranking, most suspicious first.
  ///
  /// - Returns: nil when stopped.
  package func ranking(
    _ origin: SuspicionRanking.Origin, progress: (Double) -> Bool = { _ in true }
  ) -> SuspicionRanking? {
    judged(progress: progress).map {
      SuspicionRanking(origin: origin, posts: $0.compactMap(\.self))
    }
  }

  /// How often labels are spoiled to learn from.
  private func rounds(_ labels: Int) -> Int {
    let each = max(1, Self.rate * Double(labels))
    return min(12, max(1, Int((Self.wanted / each).rounded(.up))))
  }

  private func noise(_ round: Int) -> LabelNoise {
    LabelNoise(
      of: posts, task, rate: Self.rate, seed: seed, stream: "weights of suspicion \(round)")
  }

  /// 1 − Π(1 − p): the probability that any of some labels is wrong.
  private static func any(_ scores: [Double]) -> Double {
    1 - scores.reduce(1) { $0 * (1 - $1) }
  }

  // MARK: Mentions

  private func judgedMentions(_ progress: (Double) -> Bool) -> [SuspiciousPost?]? {
    let types = Set(posts.flatMap { $0.mentions.map(\.type) }).sorted()
    let evidence = MentionEvidence(types: types)
    let rounds = rounds(posts.reduce(0) { $0 + $1.mentions.count })
    var (given, missing): (Table, Table) = (Table(), Table())
    for round in 0..<rounds {
      let noise = noise(round)
      let spoiled = Dictionary(grouping: noise.places, by: \.post)
      let counts = SurfaceCounts(noise.posts, numbers)
      for (place, post) in noise.posts.enumerated() {
        guard case .tags(let tags)? = answers[place] else { continue }
        let here = spoiled[place] ?? []
        for item in evidence.items(post, numbers.posts[place], tags, counts) {
          let range = item.mention.range
          if item.isGiven {
            given.add(item.row, here.contains { $0.kind != .dropped && $0.range == range })
          } else {
            missing.add(
              item.row, here.contains { $0.kind == .dropped && $0.range.overlaps(range) })
          }
        }
      }
      guard progress(Double(round + 1) / Double(rounds + 1)) else { return nil }
    }
    let (givenWeights, missingWeights) = (given.weights, missing.weights)
    let counts = SurfaceCounts(posts, numbers)
    let result = posts.indices.map { place -> SuspiciousPost? in
      guard case .tags(let tags)? = answers[place] else { return nil }
      let items = evidence.items(posts[place], numbers.posts[place], tags, counts)
      return judged(
        posts[place],
        items.map { ($0, $0.isGiven ? givenWeights($0.row) : missingWeights($0.row)) })
    }
    return progress(1) ? result : nil
  }

  private func judged(
    _ post: Post, _ items: [(item: MentionEvidence.Item, score: Double)]
  ) -> SuspiciousPost {
    // Of missing mentions that share words the most probable one is told of, and counts.
    var kept: [(item: MentionEvidence.Item, score: Double)] = []
    var rest: [(item: MentionEvidence.Item, score: Double)] = []
    let order = items.indices.sorted { (-items[$0].score, $0) < (-items[$1].score, $1) }
    for entry in order.map({ items[$0] }) {
      let clashes = kept.contains {
        !$0.item.isGiven && $0.item.mention.range.overlaps(entry.item.mention.range)
      }
      if entry.item.isGiven || entry.score >= Self.least, !clashes {
        kept.append(entry)
      } else if !clashes {
        rest.append(entry)
      }
    }
    // One answer may be told of in place of several parts of it.
    var missing: Set<Range<Int>> = []
    let told = kept.compactMap { entry -> Suspicion? in
      let item = Self.named(entry.item, among: items.map(\.item))
      guard item.isGiven || missing.insert(item.mention.range).inserted else { return nil }
      return suspicion(item, entry.score, post)
    }.prefix(SuspicionRanking.mostOfPost)
    return SuspiciousPost(
      id: post.id, score: Self.any(kept.map(\.score)),
      why: told.first?.why
        ?? rest.first { $0.item.answer != nil }.map { SuspicionWords.why($0.item, post) }
        ?? SuspicionWords.nothing(post),
      mark: SuspicionRanking.mark(of: post), mentions: Array(told))
  }

  /// What is told of where a mention is missing: the expert's own answer, where it has one among
  /// the words in question.
  private static func named(
    _ item: MentionEvidence.Item, among items: [MentionEvidence.Item]
  ) -> MentionEvidence.Item {
    guard !item.isGiven, let answer = item.answer?.mention.range, answer != item.mention.range
    else { return item }
    return items.first { !$0.isGiven && $0.mention.range == answer } ?? item
  }

  private func suspicion(
    _ item: MentionEvidence.Item, _ score: Double, _ post: Post
  ) -> Suspicion {
    let range = item.mention.range
    let against = item.isGiven ? item.answer?.mention : item.mention
    return Suspicion(
      range, given: item.isGiven ? item.mention.type.rawValue : nil,
      suggested: against?.type.rawValue,
      suggestedRange: against?.range == range ? nil : against?.range, score: score,
      why: SuspicionWords.why(item, post))
  }

  // MARK: Pairs

  private func judgedPairs(_ progress: (Double) -> Bool) -> [SuspiciousPost?]? {
    let rounds = rounds(posts.reduce(0) { $0 + $1.relations.count })
    var table = Table()
    for round in 0..<rounds {
      let noise = noise(round)
      let spoiled = Set(noise.places.map { PairPlace($0.post, $0.range, $0.tail) })
      let counts = PairCounts(noise.posts, numbers)
      let evidence = PairEvidence(noise.posts, answers)
      for (place, post) in noise.posts.enumerated() {
        guard case .pairs(let found)? = answers[place] else { continue }
        for item in evidence.items(post, numbers.posts[place], found, counts) {
          let pair = post.relations[item.place]
          table.add(item.row, spoiled.contains(PairPlace(place, pair.head, pair.tail)))
        }
      }
      guard progress(Double(round + 1) / Double(rounds + 1)) else { return nil }
    }
    let weights = table.weights
    let counts = PairCounts(posts, numbers)
    let evidence = PairEvidence(posts, answers)
    let result = posts.indices.map { place -> SuspiciousPost? in
      guard case .pairs(let found)? = answers[place] else { return nil }
      let post = posts[place]
      let told = evidence.items(post, numbers.posts[place], found, counts).map { item in
        let pair = post.relations[item.place]
        let best = item.answer.best.label
        return Suspicion(
          pair.head, tail: pair.tail, given: pair.label,
          suggested: best, score: weights(item.row), why: SuspicionWords.why(item, post))
      }
      guard !told.isEmpty else { return nil }
      let sorted = told.indices.sorted { (-told[$0].score, $0) < (-told[$1].score, $1) }
        .map { told[$0] }
      return SuspiciousPost(
        id: post.id, score: Self.any(told.map(\.score)), why: sorted.first?.why ?? "",
        mark: SuspicionRanking.mark(of: post),
        pairs: Array(sorted.prefix(SuspicionRanking.mostOfPost)))
    }
    return progress(1) ? result : nil
  }

  private struct PairPlace: Hashable {
    let post: Int
    let head: Range<Int>
    let tail: Range<Int>?

    init(_ post: Int, _ head: Range<Int>, _ tail: Range<Int>?) {
      (self.post, self.head, self.tail) = (post, head, tail)
    }
  }
}

/// Rows of evidence, and whether the label was spoiled.
private struct Table {
  private var rows: [[Double]] = []
  private var isSpoiled: [Bool] = []

  mutating func add(_ row: [Double], _ isSpoiled: Bool) {
    rows.append(row)
    self.isSpoiled.append(isSpoiled)
  }

  var weights: LogisticRegression { LogisticRegression(rows, isSpoiled) }
}
