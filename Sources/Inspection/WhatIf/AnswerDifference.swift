import Corpora
import Extractors
import Traces

/// What one expert says before and after a change, side by side: labels with their probabilities,
/// and every number that it shows, gates above all.
package struct AnswerDifference: Sendable, Hashable {
  /// The expert's name.
  package let expert: String
  /// Labels in the order of the words, then numbers.
  package let rows: [Row]
  /// Why it did not answer after the change; nil where it did.
  package let failure: String?

  /// One label or number, before and after.
  package struct Row: Sendable, Hashable {
    /// What it is of.
    package let subject: Subject
    /// Nil where there is none.
    package let before: Value?
    package let after: Value?

    /// Whether nothing changed, to the last bit.
    package var isSame: Bool { before == after }
  }

  /// What a row is of.
  package enum Subject: Sendable, Hashable {
    /// The words of a mention.
    case mention(String)
    /// The words of both ends of a pair.
    case pair(head: String, tail: String)
    /// A number, by the signal's name; of relation experts with several pairs, which one.
    case signal(String, pair: Int?)
  }

  /// A label with its probability, or a number.
  package struct Value: Sendable, Hashable {
    /// Nil for numbers.
    package let label: String?
    /// Nil where no probability is told.
    package let number: Float?

    // By bits: what is not a number equals itself.
    package static func == (a: Self, b: Self) -> Bool {
      a.label == b.label && a.number?.bitPattern == b.number?.bitPattern
    }

    package func hash(into hasher: inout Hasher) {
      hasher.combine(label)
      hasher.combine(number?.bitPattern)
    }
  }

  /// Whether nothing changed, to the last bit.
  package var isSame: Bool { failure == nil && rows.allSatisfy(\.isSame) }
}

extension WhatIfAnswer {
  /// Every expert that answered before, in its order. One that is not asked any more, as no pair is
  /// left, has lost all its rows.
  package var differences: [AnswerDifference] {
    before.answers.map { difference($0, after.answer($0.expert)) }
  }

  /// What an expert shows after the change: of a pair, by its ends before, for relations.
  package func signals(
    of expert: String, pair: (head: Range<Int>, tail: Range<Int>)?
  ) -> [Signal] {
    guard let answer = after.answer(expert) else { return [] }
    guard let found = answer.relations else { return answer.trace().signals }
    guard let pair, let head = moved(pair.head), let tail = moved(pair.tail) else { return [] }
    return found[head, tail]?.trace.signals ?? []
  }

  /// The part of the post that is left of a range of words; nil where nothing is.
  private func moved(_ range: Range<Int>) -> Range<Int>? {
    var dropped: Set<Int> = []
    for case .dropWords(let places) in interventions { dropped.formUnion(places) }
    func place(_ at: Int) -> Int { at - dropped.count { $0 < at } }
    let result = place(range.lowerBound)..<place(range.upperBound)
    return result.isEmpty ? nil : result
  }

  private func difference(_ old: Answer, _ new: Answer?) -> AnswerDifference {
    let rows =
      switch old.content {
      case .mentions(let found):
        mentionRows(found, new?.mentions)
          + numberRows(old, 0, new, new == nil ? nil : 0, named: false)
      case .relations(let found): pairRows(old, found, new)
      case .failed: [AnswerDifference.Row]()
      }
    return AnswerDifference(expert: old.expert, rows: rows, failure: new?.failure)
  }

  private func words(_ range: Range<Int>, _ post: Post) -> String {
    post.tokens[range.clamped(to: 0..<post.tokens.count)].map(\.text).joined(separator: " ")
  }

  private func mentionRows(_ old: Prediction, _ new: Prediction?) -> [AnswerDifference.Row] {
    struct Found {
      var words: String
      var before: AnswerDifference.Value?
      var after: AnswerDifference.Value?
    }
    // Places after the change, those of what is left out where its words were.
    var rows: [(place: Int, range: Range<Int>?, found: Found)] = []
    func value(_ mention: ScoredMention) -> AnswerDifference.Value {
      AnswerDifference.Value(label: mention.mention.type.rawValue, number: mention.confidence)
    }
    for mention in old.mentions {
      let range = mention.mention.range
      let left = moved(range)
      rows.append(
        (
          left?.lowerBound ?? range.lowerBound, left,
          Found(words: words(range, post), before: value(mention))
        ))
    }
    for mention in new?.mentions ?? [] {
      let range = mention.mention.range
      if let at = rows.firstIndex(where: { $0.range == range && $0.found.after == nil }) {
        rows[at].found.after = value(mention)
      } else {
        rows.append(
          (range.lowerBound, range, Found(words: words(range, changed), after: value(mention))))
      }
    }
    return rows.enumerated().sorted {
      ($0.element.place, $0.offset) < ($1.element.place, $1.offset)
    }
    .map { _, row in
      AnswerDifference.Row(
        subject: .mention(row.found.words), before: row.found.before, after: row.found.after)
    }
  }

  private func pairRows(
    _ old: Answer, _ found: RelationAnswers, _ new: Answer?
  ) -> [AnswerDifference.Row] {
    func value(_ answer: RelationAnswer) -> AnswerDifference.Value {
      AnswerDifference.Value(label: answer.label, number: answer.confidence)
    }
    let there = new?.relations?.answers ?? []
    var labels: [AnswerDifference.Row] = []
    var numbers: [AnswerDifference.Row] = []
    for (place, pair) in found.answers.enumerated() {
      let (head, tail) = (moved(pair.head), moved(pair.tail))
      let at = there.firstIndex { $0.head == head && $0.tail == tail }
      labels.append(
        AnswerDifference.Row(
          subject: .pair(head: words(pair.head, post), tail: words(pair.tail, post)),
          before: value(pair), after: at.map { value(there[$0]) }))
      numbers += numberRows(old, place, new, at, named: found.answers.count > 1)
    }
    return labels + numbers
  }

  /// The single numbers that an expert shows, of a pair for relations.
  private func numberRows(
    _ old: Answer, _ place: Int, _ new: Answer?, _ newPlace: Int?, named: Bool
  ) -> [AnswerDifference.Row] {
    let there = newPlace.flatMap { new?.trace(pair: $0).signals } ?? []
    return old.trace(pair: place).signals.compactMap { signal in
      guard case .scalar = signal.kind, let value = signal.values.first else { return nil }
      let now = there.last { $0.name == signal.name }?.values.first
      return AnswerDifference.Row(
        subject: .signal(signal.name, pair: named ? place : nil),
        before: AnswerDifference.Value(label: nil, number: value),
        after: now.map { AnswerDifference.Value(label: nil, number: $0) })
    }
  }
}
