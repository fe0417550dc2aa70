import Corpora

/// The posts of which annotators say different things, and how many others several of them judged.
///
/// An annotator's labels are those that his or her own steps leave (`AnnotatorLabels`), of posts
/// that he or she accepted; where others rejected the post, that is a place of its own.
package struct Disputes: Sendable {
  /// Those to decide on, in the dataset's order.
  package private(set) var open: [Dispute] = []
  /// Posts on which all who judged them say the same.
  package private(set) var agreed = 0
  /// Posts on which they do not, and somebody decided.
  package private(set) var decided = 0

  /// - Parameters:
  ///   - posts: as the dataset has them.
  ///   - position: where the post of an id stands among them.
  /// - Complexity: O(steps).
  package init(_ history: EditHistory, over posts: [Post], position: (String) -> Int?) {
    let labels = AnnotatorLabels(history.steps) { id in position(id).map { posts[$0] } }
    for index in labels.posts.compactMap(position).sorted() {
      let post = posts[index]
      let own = labels.annotators.indices.compactMap { place in
        labels.labels(of: post.id, by: place).map { (labels.annotators[place], $0) }
      }
      let rejecting = labels.annotators.indices
        .filter { labels.isRejected(post.id, by: $0) }.map { labels.annotators[$0] }
      guard !own.isEmpty, own.count + rejecting.count > 1 else { continue }
      let readings = PostReadings(
        listed: post.relations, own.map { (annotator: $0.0, labels: $0.1) }, rejecting: rejecting,
        file: LabelTable.Labels(mentions: post.mentions, relations: post.relations))
      let isOpen =
        switch history.labels(of: post).review {
        case .adjudicated, .rejected: labels.isLabelledSinceAdjudication(post.id)
        case .untouched, .suggested, .edited, .reviewed: true
        }
      if readings.disagreements.isEmpty {
        agreed += 1
      } else if isOpen {
        let verdict = labels.adjudication(of: post.id).map { last in
          readings.choices(of: history.labels(of: post) { $0.sequence <= last })
        }
        open.append(
          Dispute(
            post: index, annotators: own.map(\.0) + rejecting, readings: readings,
            verdict: verdict))
      } else {
        decided += 1
      }
    }
  }
}

/// A post on which annotators do not say the same.
package struct Dispute: Sendable, Equatable {
  /// Its place in the dataset.
  package let post: Int
  /// Who judged it.
  package let annotators: [String]
  package let readings: PostReadings
  /// What was decided, by disagreement, before somebody labelled the post again; nil for the whole
  /// where nothing was, and for a place at which nobody says any more what was right.
  package let verdict: [PostReadings.Choice?]?

  package var disagreements: [PostReadings.Disagreement] { readings.disagreements }
}
