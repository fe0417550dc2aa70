import Corpora

/// How far annotators agree on a dataset's labels.
///
/// Words are compared by what a BIO tag says of them: outside of every mention, or at the beginning
/// or inside of one of some type. "Outside" is a category like the others in the measures over all
/// words. As most words are outside, these come out high; beside them stand the same measures over
/// the words that at least one of the annotators put into a mention.
package struct Agreement: Sendable, Equatable {
  /// The annotators in the table's order.
  package let annotators: [Annotator]
  /// Agreement on mentions: of words, and of whole spans.
  package let mentions: Facet
  /// Agreement on the relations of pairs. The pairs of a post are those that the dataset lists and
  /// those to which one of the annotators gave a relation; no relation is a category too.
  package let relations: Facet
  /// Posts with labels of at least two annotators.
  package let posts: Int
  /// Resamples behind the intervals, and the seed that decides them.
  package let resamples: Int
  package let seed: UInt64

  /// One annotator's share.
  package struct Annotator: Sendable, Equatable {
    package let name: String
    /// Posts, their words, and the labels given.
    package let posts, tokens, mentions, relations: Int
  }

  /// A value of a measure, and what it is over.
  package struct Figure: Sendable, Equatable {
    package let value: Double
    /// The middle 95 % over resamples of the posts; nil where there are fewer than two posts.
    package let interval: Interval?
    /// Posts it is over.
    package let posts: Int
    /// Words, pairs, or spans it is over.
    package let units: Int
  }

  /// Ends of an interval.
  package struct Interval: Sendable, Equatable {
    package let low, high: Double
  }

  /// Agreement on one kind of label. What is not defined is nil.
  package struct Facet: Sendable, Equatable {
    /// Over every unit.
    package let all: Nominal
    /// Over units that at least one annotator gave a label.
    package let labelled: Nominal
    /// F1 of spans, the pairs of annotators counted together.
    package let f1: Figure?
    /// Every two annotators with a post in common.
    package let pairs: [Pair]
    /// One row for each label that somebody gave, most frequent first.
    package let labels: [Label]
  }

  /// Measures for any number of annotators.
  package struct Nominal: Sendable, Equatable {
    package let alpha: Figure?
    package let fleiss: Figure?
    /// How many annotators each unit of Fleiss' kappa has: as many as most units have.
    package let annotators: Int?
  }

  /// Measures of two annotators.
  package struct Pair: Sendable, Equatable {
    package let first, second: String
    package let kappa, labelledKappa, f1: Figure?
    /// F1 by label, in the order of `Facet.labels`; labels that neither gave are left out.
    package let labels: [(label: String, f1: Figure)]

    package static func == (a: Self, b: Self) -> Bool {
      (a.first, a.second, a.kappa, a.labelledKappa, a.f1)
        == (b.first, b.second, b.kappa, b.labelledKappa, b.f1)
        && a.labels.elementsEqual(b.labels) { $0 == $1 }
    }
  }

  /// Measures of one label against all others.
  package struct Label: Sendable, Equatable {
    package let name: String
    /// How many spans of all annotators have it, over posts of at least two.
    package let count: Int
    package let alpha, f1: Figure?
  }
}
