import Corpora
import Tensors

extension Agreement {
  /// Resamples behind every interval, unless somebody wants another number.
  package static let resamples = 1000

  /// Measures the agreement of a table.
  ///
  /// Intervals are those of the percentile bootstrap over posts (B. Efron and R. J. Tibshirani, "An
  /// Introduction to the Bootstrap", 1993, chapter 13): as many posts as at least two annotators
  /// labelled are drawn from these, with replacement; draws for which a measure is not defined say
  /// nothing of it.
  /// - Parameters:
  ///   - seed: decides the draws.
  ///   - progress: told how much of the resampling is done, 0 … 1.
  /// - Complexity: O(resamples · posts) beside one pass over the words for each two annotators of a
  ///   post.
  package init(
    _ table: LabelTable, resamples: Int = Agreement.resamples, seed: UInt64 = 1,
    progress: (Double) -> Void = { _ in }
  ) {
    var generator = SeededGenerator(seed: seed, stream: "bootstrap")
    self.init(table, resamples: resamples, seed: seed, progress: progress) { weights in
      let posts = weights.count
      for _ in 0..<posts { weights[generator.index(below: posts)] += 1 }
    }
  }

  /// - Parameter draw: adds to how often each post is taken, of posts with two annotators or more
  ///   in the table's order.
  init(
    _ table: LabelTable, resamples: Int, seed: UInt64, progress: (Double) -> Void = { _ in },
    draw: (inout [Int32]) -> Void
  ) {
    let counts = AgreementCounts(table)
    var mentions = FacetPlan(
      counts.mentions, annotators: table.annotators.count, codes: LabelTable.codes(ofType:))
    var relations = FacetPlan(
      counts.relations, annotators: table.annotators.count, codes: LabelTable.codes(ofRelation:))
    for resample in 0..<(counts.posts > 0 ? resamples : 0) {
      var weights = [Int32](repeating: 0, count: counts.posts)
      draw(&weights)
      mentions.take(weights)
      relations.take(weights)
      progress(Double(resample + 1) / Double(resamples))
    }
    annotators = counts.annotators
    self.mentions = mentions.facet(table.annotators, labels: table.types.map(\.rawValue))
    self.relations = relations.facet(table.annotators, labels: table.relations)
    posts = counts.posts
    self.resamples = resamples
    self.seed = seed
  }
}

/// One pass over a table.
private struct AgreementCounts {
  var annotators: [Agreement.Annotator] = []
  var mentions = AgreementTally()
  var relations = AgreementTally()
  /// Posts with at least two annotators.
  var posts = 0

  init(_ table: LabelTable) {
    let people = table.annotators.count
    var shares = [(posts: Int, tokens: Int, mentions: Int, relations: Int)](
      repeating: (0, 0, 0, 0), count: people)
    func pair(_ first: Int, _ second: Int) -> Int { first * people + second }
    for row in table.posts {
      let found = row.labels.map { table.relations($0.labels) }
      for (place, item) in row.labels.enumerated() {
        let share = shares[item.annotator]
        shares[item.annotator] = (
          share.posts + 1, share.tokens + row.tokens, share.mentions + item.labels.mentions.count,
          share.relations + found[place].count
        )
      }
      guard row.labels.count > 1 else { continue }
      posts += 1
      let who = row.labels.map(\.annotator)
      mentions.count(
        AgreementTally.Judgements(
          annotators: who, codes: row.labels.map { table.codes($0.labels, tokens: row.tokens) },
          label: LabelTable.type(of:)), pair: pair)
      mentions.count(
        spans: row.labels.map { table.spans($0.labels) }, of: who, pair: pair)
      mentions.endPost()
      countRelations(row, found, who, pair)
    }
    annotators = zip(table.annotators, shares).map {
      Agreement.Annotator(
        name: $0, posts: $1.posts, tokens: $1.tokens, mentions: $1.mentions,
        relations: $1.relations)
    }
  }

  private mutating func countRelations(
    _ row: LabelTable.Row, _ found: [[LabelTable.Pair: Int32]], _ who: [Int],
    _ pair: (Int, Int) -> Int
  ) {
    let listed = row.pairs.map { LabelTable.Pair(head: $0.head, tail: $0.tail) }
    for second in found.indices.dropFirst() {
      for first in 0..<second {
        // For two annotators the pairs are those of these two.
        let units = Array(Set(listed).union(found[first].keys).union(found[second].keys))
        let codes = [first, second].map { place in units.map { found[place][$0] ?? 0 } }
        relations.countPair(codes[0], codes[1], number: pair(who[first], who[second]))
      }
    }
    let units = Array(found.reduce(into: Set(listed)) { $0.formUnion($1.keys) })
    relations.countAll(
      AgreementTally.Judgements(
        annotators: who, codes: found.map { own in units.map { own[$0] ?? 0 } },
        label: LabelTable.relation(of:)))
    relations.count(
      spans: found.map { own in own.map { ($0.key, $0.value - 1) } }, of: who, pair: pair)
    relations.endPost()
  }
}
