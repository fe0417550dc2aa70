import Corpora

/// What several annotators say of one post, taken apart into what they agree on and where they
/// disagree: what an adjudicator decides on.
package struct PostReadings: Sendable, Equatable {
  /// Where they disagree: the post as a whole, places of the text in its order, then pairs.
  package let disagreements: [Disagreement]
  /// Mentions and relations on which all agree.
  package let agreed: LabelTable.Labels
  /// Pairs that the dataset lists without a relation, as all annotators do.
  private let withoutRelation: [LabelTable.Pair]

  /// One place of a post at which not all say the same.
  package struct Disagreement: Sendable, Equatable {
    package let place: Place
    /// Different things that are said, each with those who say it; in the order of annotators, so
    /// that the same person stands at the same place everywhere.
    package let readings: [Reading]
  }

  /// Where a disagreement is.
  package enum Place: Sendable, Hashable {
    /// Words that mentions of the annotators cover, one mention overlapping the next.
    case words(Range<Int>)
    case pair(head: Range<Int>, tail: Range<Int>)
    /// Whether the post is of use at all.
    case post
  }

  /// What some annotators say at a place.
  package struct Reading: Sendable, Equatable {
    package let annotators: [String]
    package let said: Said
  }

  package enum Said: Sendable, Hashable {
    case mentions([EntityMention])
    /// nil: no relation.
    case relation(String?)
    case accepted, rejected
  }

  /// What is decided at a place.
  package enum Choice: Sendable, Equatable {
    /// The reading with this number is right.
    case reading(Int)
    /// None of them is: no mention, no relation.
    case none
  }

  /// - Parameters:
  ///   - listed: pairs that the dataset lists for the post.
  ///   - labels: what each annotator says who accepted the post.
  ///   - rejecting: who rejected it.
  ///   - file: the labels of the dataset's file, which are a reading, too, where annotators
  ///     disagree.
  package init(
    listed: [RelationMention], _ labels: [(annotator: String, labels: LabelTable.Labels)],
    rejecting: [String] = [], file: LabelTable.Labels? = nil
  ) {
    var disagreements: [Disagreement] = []
    if !rejecting.isEmpty, !labels.isEmpty {
      let said = labels.map { ($0.annotator, Said.accepted) } + rejecting.map { ($0, .rejected) }
      disagreements.append(
        Disagreement(place: .post, readings: Self.readings(said.sorted { $0.0 < $1.0 })))
    }
    var mentions: [EntityMention] = []
    for range in Self.clusters(labels.flatMap(\.labels.mentions)) {
      let said = labels.map { name, own in
        (name, Said.mentions(own.mentions.filter { $0.range.overlaps(range) }))
      }
      let readings = Self.readings(said)
      if readings.count > 1 {
        let own = file?.mentions.filter { $0.range.overlaps(range) } ?? []
        // One that goes on beyond the place has no place in it.
        let isInside = own.allSatisfy { range.clamped(to: $0.range) == $0.range }
        disagreements.append(
          Disagreement(
            place: .words(range),
            readings: file == nil || !isInside
              ? readings : Self.adding(.mentions(own), to: readings)))
      } else if case .mentions(let own)? = readings.first?.said {
        mentions += own
      }
    }
    var relations: [RelationMention] = []
    var without: [LabelTable.Pair] = []
    let found = labels.map { Self.relations($0.labels.relations) }
    for pair in Self.pairs(listed + labels.flatMap(\.labels.relations)) {
      let readings = Self.readings(
        zip(labels, found).map { ($0.annotator, Said.relation($1[pair])) })
      if readings.count > 1 {
        let own = file.map { Self.relations($0.relations)[pair] }
        disagreements.append(
          Disagreement(
            place: .pair(head: pair.head, tail: pair.tail),
            readings: own.map { Self.adding(.relation($0), to: readings) } ?? readings))
      } else if case .relation(let label?)? = readings.first?.said {
        relations.append(RelationMention(head: pair.head, tail: pair.tail, label: label))
      } else {
        without.append(pair)
      }
    }
    self.disagreements = disagreements
    agreed = LabelTable.Labels(mentions: mentions, relations: relations)
    withoutRelation = without
  }

  /// Ranges of mentions that overlap each other, in the order of the text.
  private static func clusters(_ mentions: [EntityMention]) -> [Range<Int>] {
    var clusters: [Range<Int>] = []
    for range in mentions.map(\.range).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = clusters.last, range.lowerBound < last.upperBound {
        clusters[clusters.count - 1] =
          last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        clusters.append(range)
      }
    }
    return clusters
  }

  /// Relations by pair; `None` is none, and of two of the same pair the first counts.
  private static func relations(_ all: [RelationMention]) -> [LabelTable.Pair: String] {
    var result: [LabelTable.Pair: String] = [:]
    for relation in all where relation.label != RelationInventory.none {
      let pair = LabelTable.Pair(head: relation.head, tail: relation.tail)
      if result[pair] == nil { result[pair] = relation.label }
    }
    return result
  }

  /// Every pair once, in the order of the text.
  private static func pairs(_ relations: [RelationMention]) -> [LabelTable.Pair] {
    func key(_ pair: LabelTable.Pair) -> (Int, Int, Int, Int) {
      (
        pair.head.lowerBound, pair.tail.lowerBound, pair.head.upperBound, pair.tail.upperBound
      )
    }
    return Set(relations.map { LabelTable.Pair(head: $0.head, tail: $0.tail) })
      .sorted { key($0) < key($1) }
  }

  /// The readings with that of the file behind them, where nobody says the same.
  private static func adding(_ said: Said, to readings: [Reading]) -> [Reading] {
    readings.contains { $0.said == said }
      ? readings : readings + [Reading(annotators: [Self.file], said: said)]
  }

  /// What stands in the place of a name where the file says something.
  package static let file = "the file"

  /// Those who say the same together.
  private static func readings(_ said: [(String, Said)]) -> [Reading] {
    var order: [Said] = []
    var names: [Said: [String]] = [:]
    for (name, own) in said {
      if names[own] == nil { order.append(own) }
      names[own, default: []].append(name)
    }
    return order.map { Reading(annotators: names[$0] ?? [], said: $0) }
  }
}

extension PostReadings {
  /// What some labels of the post choose at each disagreement; nil where nobody says the same.
  package func choices(of labels: LabelState) -> [Choice?] {
    let relations = Self.relations(labels.relations)
    return disagreements.map { disagreement in
      let said: Said
      let isNone: Bool
      switch disagreement.place {
      case .post: (said, isNone) = (labels.review == .rejected ? .rejected : .accepted, false)
      case .words(let range):
        let own = labels.mentions.filter { $0.range.overlaps(range) }
        (said, isNone) = (.mentions(own), own.isEmpty)
      case .pair(let head, let tail):
        let label = relations[LabelTable.Pair(head: head, tail: tail)]
        (said, isNone) = (.relation(label), label == nil)
      }
      let reading = disagreement.readings.firstIndex { $0.said == said }
      return reading.map { .reading($0) } ?? (isNone ? Choice.none : nil)
    }
  }

  /// Whether a reading that rejects the post was taken.
  /// - Parameter choices: as in `edits(taking:none:in:)`.
  package func rejects(taking choices: [Int?]) -> Bool {
    zip(disagreements, choices).contains { disagreement, choice in
      choice.map { disagreement.readings[$0].said == .rejected } ?? false
    }
  }

  /// The edits that give a post the labels on which all agree, and at each disagreement those of a
  /// reading.
  /// - Parameters:
  ///   - choices: by disagreement, the reading that is right; nil: none of them, no mention and no
  ///     relation.
  ///   - none: what a pair without a relation is labelled; nil: it is removed.
  ///   - post: with the labels it has now.
  package func edits(taking choices: [Int?], none: String?, in post: Post) -> [Edit] {
    var wanted = LabelState(post)
    wanted.mentions = agreed.mentions
    wanted.relations = agreed.relations
    var without = withoutRelation
    for (disagreement, choice) in zip(disagreements, choices) {
      let said = choice.flatMap {
        disagreement.readings.indices.contains($0) ? disagreement.readings[$0].said : nil
      }
      switch (disagreement.place, said) {
      case (.words, .mentions(let own)?): wanted.mentions += own
      case (.pair(let head, let tail), .relation(let label?)?):
        wanted.relations.append(RelationMention(head: head, tail: tail, label: label))
      case (.pair(let head, let tail), _):
        without.append(LabelTable.Pair(head: head, tail: tail))
      case (.words, _), (.post, _): break
      }
    }
    wanted.mentions.sort { $0.range.lowerBound < $1.range.lowerBound }
    if let none {
      // A pair that is not there needs no label that says that it is none.
      let there = Set(Self.pairs(post.relations))
      for pair in without where there.contains(pair) {
        wanted.relations.append(RelationMention(head: pair.head, tail: pair.tail, label: none))
      }
    }
    return Edit.restoring(wanted, of: post)
  }
}
