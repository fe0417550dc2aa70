/// Counts of labelled pairs and the scores that follow (MODELS §2.8.2). The headline leaves `None`
/// out: a `None` pair answered otherwise costs precision only, a pair answered with a wrong
/// relation costs both.
package struct RelationScore: Sendable, Hashable, FineTuneScore {
  /// Counts of one label.
  package struct Counts: Sendable, Hashable {
    /// Pairs with the label that were answered so.
    package var correct = 0
    /// Pairs answered so.
    package var predicted = 0
    /// Pairs with the label.
    package var gold = 0

    /// Correct / predicted, percent; 0 when undefined.
    package var precision: Double { predicted == 0 ? 0 : 100 * Double(correct) / Double(predicted) }
    /// Correct / gold, percent; 0 when undefined.
    package var recall: Double { gold == 0 ? 0 : 100 * Double(correct) / Double(gold) }
    /// Harmonic mean of the two, percent; 0 when undefined.
    package var f1: Double {
      predicted + gold == 0 ? 0 : 200 * Double(correct) / Double(predicted + gold)
    }
  }

  /// One-vs-rest counts over all pairs, by label.
  package private(set) var labels: [String: Counts] = [:]
  /// Pairs counted.
  package private(set) var pairs = 0
  /// The label that is no relation.
  package static let none = "None"

  /// Nothing counted yet.
  package init() {}

  /// Adds one pair.
  package mutating func add(predicted: String, gold: String) {
    pairs += 1
    labels[predicted, default: Counts()].predicted += 1
    labels[gold, default: Counts()].gold += 1
    if predicted == gold { labels[gold, default: Counts()].correct += 1 }
  }

  /// Summed over all relations, `None` left out: the headline.
  package var withoutNone: Counts { sum { $0 != Self.none } }

  /// Summed over all labels: precision, recall and F1 are all the accuracy.
  package var withNone: Counts { sum { _ in true } }

  /// Micro F1 without `None`, percent.
  package var f1: Double { withoutNone.f1 }

  /// Share of pairs answered right, `None` counted, percent.
  package var accuracy: Double { pairs == 0 ? 0 : 100 * Double(withNone.correct) / Double(pairs) }

  private func sum(_ included: (String) -> Bool) -> Counts {
    labels.reduce(into: Counts()) { sum, entry in
      guard included(entry.key) else { return }
      sum.correct += entry.value.correct
      sum.predicted += entry.value.predicted
      sum.gold += entry.value.gold
    }
  }
}

extension RelationScore {
  /// Scores of the likeliest labels over the pairs that have one.
  ///
  /// - Parameters:
  ///   - logits: one score per label for each pair.
  ///   - gold: number of each pair's label, −1 where there is none.
  init(_ logits: [[Float]], gold: [Int], _ scheme: RelationScheme) {
    self.init()
    for (scores, label) in zip(logits, gold) where label >= 0 {
      add(predicted: scheme.labels[RelationScheme.best(scores)], gold: scheme.labels[label])
    }
  }
}
