import Corpora
import Routing

/// Labelling posts whose right labels are hidden, to learn a dataset: what somebody gives is
/// compared when it is accepted, and nothing of it is kept.
package struct Practice: Sendable {
  /// The posts with the labels that are hidden, in the order of the posts on screen.
  let right: [Post]
  /// Whether pairs are given and only their relations asked for: as in datasets without mentions.
  package let givesPairs: Bool
  /// What the hidden labels call no relation.
  let nulls: NullRelations
  /// How the posts were labelled, in the order in which they were accepted.
  package private(set) var results: [Result] = []
  private var places: [Int: Int] = [:]

  /// How one post was labelled when it was accepted for the first time.
  package struct Result: Sendable, Hashable {
    /// The post's id.
    package let post: Post.ID
    /// Seconds of work on it; nil where a pause lies in between.
    package let seconds: Double?
    /// What was wrong.
    package let differences: [LabelDifference]
    /// The same in words: kind and what was given.
    package let sentences: [String]
    /// Mentions with exactly the right words and type.
    package let spans: MatchCounts
    /// Pairs with the right relation; no relation is neither an answer nor asked for.
    package let relations: MatchCounts
    /// Mentions by the types of the hidden labels and of those that were given.
    let types: [EntityType: MatchCounts]
  }

  /// Practice on posts with these labels.
  package init(hiding labels: [Post]) {
    right = labels
    givesPairs = !labels.contains { !$0.mentions.isEmpty }
    nulls = NullRelations(among: Set(labels.flatMap { $0.relations.map(\.label) }))
  }

  /// The posts as they are shown: without labels, and without the tags of their files. Where pairs
  /// are given, their relations are unanswered.
  package var posts: [Post] {
    right.map { post in
      post.replacing(
        tokens: post.tokens.map { Token($0.text) }, mentions: [],
        relations: givesPairs
          ? post.relations.map {
            RelationMention(head: $0.head, tail: $0.tail, label: LabelDifference.unanswered)
          } : [])
    }
  }

  /// Posts that there are to label.
  package var count: Int { right.count }

  /// How a post was labelled; nil before it is accepted.
  func result(of index: Int) -> Result? { places[index].map { results[$0] } }

  /// Compares the labels of a post with the hidden ones. What is accepted again later does not
  /// count: by then the right labels are known.
  mutating func judge(_ given: Post, at index: Int, seconds: Double?) -> Result {
    if let known = result(of: index) { return known }
    let right = right[index]
    let differences = LabelDifference.all(given, right: right, nulls: nulls)
    var types: [EntityType: MatchCounts] = [:]
    for type in Set((given.mentions + right.mentions).map(\.type)) {
      types[type] = .count(
        predicted: given.mentions.filter { $0.type == type },
        gold: right.mentions.filter { $0.type == type })
    }
    let result = Result(
      post: right.id, seconds: seconds, differences: differences,
      sentences: differences.map { "\($0.kind.rawValue): \($0.words(in: right))" },
      spans: .count(predicted: given.mentions, gold: right.mentions),
      relations: count(given, right), types: types)
    places[index] = results.count
    results.append(result)
    return result
  }

  private func count(_ given: Post, _ right: Post) -> MatchCounts {
    func related(_ post: Post) -> Set<RelationMention> {
      Set(
        post.relations.filter {
          $0.label != LabelDifference.unanswered
            && nulls.unified($0.label) != RelationInventory.none
        })
    }
    let (answers, wanted) = (related(given), related(right))
    return MatchCounts(
      correct: answers.intersection(wanted).count, predicted: answers.count, gold: wanted.count)
  }

  // MARK: All of it

  /// Mentions of all accepted posts.
  package var spans: MatchCounts { results.reduce(.zero) { $0 + $1.spans } }
  /// Pairs of all accepted posts.
  package var relations: MatchCounts { results.reduce(.zero) { $0 + $1.relations } }

  /// Mentions by type, sorted by name.
  package var types: [(type: EntityType, counts: MatchCounts)] {
    results.reduce(into: [EntityType: MatchCounts]()) {
      $0.merge($1.types, uniquingKeysWith: +)
    }
    .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// How often each kind of difference occurred, those that did not left out.
  package var kinds: [(kind: LabelDifference.Kind, count: Int)] {
    let all = results.flatMap(\.differences)
    return LabelDifference.Kind.allCases.compactMap { kind in
      let count = all.count { $0.kind == kind }
      return count > 0 ? (kind, count) : nil
    }
  }

  /// Median seconds of the posts whose time is known; nil where none is.
  package var medianSeconds: Double? {
    let all = results.compactMap(\.seconds).sorted()
    guard !all.isEmpty else { return nil }
    return all.count % 2 == 1
      ? all[all.count / 2] : (all[all.count / 2 - 1] + all[all.count / 2]) / 2
  }
}
