import Corpora
import Extractors

/// Which tag stands in which column of an expert's probabilities.
package struct TagColumns: Sendable, Hashable {
  /// BIO label names: `O`, `B-PER`, `I-PER`, …
  package let labels: [String]
  /// The column of each type's `B-` and `I-`.
  let types: [EntityType: (begin: Int, inside: Int)]
  /// The column of `O`.
  let outside: Int

  /// Columns by their names; nil where there is no `O`, or a type lacks one of its two tags.
  package init?(_ labels: [String]) {
    guard let outside = labels.firstIndex(of: "O"), Set(labels).count == labels.count else {
      return nil
    }
    let places = Dictionary(zip(labels, labels.indices)) { first, _ in first }
    var types: [EntityType: (begin: Int, inside: Int)] = [:]
    for (label, begin) in places where label.hasPrefix("B-") {
      let name = String(label.dropFirst(2))
      guard !name.isEmpty, let inside = places["I-" + name] else { return nil }
      types[EntityType(name)] = (begin, inside)
    }
    (self.labels, self.types, self.outside) = (labels, types, outside)
  }

  package static func == (a: Self, b: Self) -> Bool { a.labels == b.labels }

  package func hash(into hasher: inout Hasher) { hasher.combine(labels) }

  /// The column of each token's tag by some mentions; nil for types without a column.
  func columns(of mentions: [EntityMention], count: Int) -> [Int?] {
    var result = [Int?](repeating: outside, count: count)
    for mention in mentions {
      let columns = types[mention.type]
      for token in mention.range where token < count {
        result[token] = token == mention.range.lowerBound ? columns?.begin : columns?.inside
      }
    }
    return result
  }
}

/// What an expert says of the words of a post that it did not learn from.
package struct HeldOutTags: Sendable, Hashable {
  /// Which tag stands in which column.
  package let columns: TagColumns
  /// tokens × labels, row-major: the probability of each tag at each token that was read.
  package let marginals: [Float]
  /// The mentions that it answers, with their confidence.
  package let mentions: [ScoredMention]
  /// Tokens that were read: what lies behind the longest input was not.
  package let count: Int

  /// What was said of a post.
  ///
  /// - Parameter marginals: a row per token; nil when they do not fill whole rows, or hold anything
  ///   but numbers from 0 to 1.
  package init?(columns: TagColumns, marginals: [Float], mentions: [ScoredMention]) {
    let width = columns.labels.count
    guard marginals.count % width == 0,
      marginals.allSatisfy({ $0 >= 0 && $0 <= 1.001 })
    else { return nil }
    let count = marginals.count / width
    guard mentions.allSatisfy({ $0.mention.range.upperBound <= count }) else { return nil }
    self.columns = columns
    self.marginals = marginals
    self.mentions = mentions
    self.count = count
  }

  /// The part of a prediction that counts; nil where the expert tells no probabilities.
  package init?(_ prediction: Prediction) {
    guard let columns = TagColumns(prediction.labels), !prediction.marginals.isEmpty else {
      return nil
    }
    let read = prediction.marginals.prefix { $0.first?.isNaN != true }
    guard read.allSatisfy({ $0.count == columns.labels.count }) else { return nil }
    self.init(
      columns: columns, marginals: read.flatMap(\.self),
      mentions: prediction.mentions.filter { $0.mention.range.upperBound <= read.count })
  }

  /// The probability of a tag at a token.
  func probability(_ token: Int, _ column: Int) -> Double {
    Double(marginals[token * columns.labels.count + column])
  }

  /// The probability that a token is in no mention.
  func outside(_ token: Int) -> Double { probability(token, columns.outside) }

  /// The least that any tag of a mention, or its right edge, has: an upper bound of the mention's
  /// own probability. Zero for types that the expert does not know.
  func probability(of mention: EntityMention) -> Double {
    guard let type = columns.types[mention.type], mention.range.upperBound <= count else {
      return 0
    }
    var least = probability(mention.range.lowerBound, type.begin)
    for token in mention.range.dropFirst() {
      least = min(least, probability(token, type.inside))
    }
    if mention.range.upperBound < count {
      least = min(least, 1 - probability(mention.range.upperBound, type.inside))
    }
    return max(0, least)
  }

  /// The probability that words belong to a mention of a type, the mean over the words.
  func share(of type: EntityType, over range: Range<Int>) -> Double {
    guard let columns = columns.types[type], range.upperBound <= count else { return 0 }
    let sum = range.reduce(0) {
      $0 + probability($1, columns.begin) + probability($1, columns.inside)
    }
    return sum / Double(range.count)
  }
}

/// What a relation expert says of a pair that it did not learn from.
package struct HeldOutPair: Sendable, Hashable {
  /// The labels that the probabilities stand for.
  package let labels: [String]
  /// One per label.
  package let probabilities: [Float]

  /// What was said of a pair; nil when the two do not fit, or the numbers are no probabilities.
  package init?(labels: [String], probabilities: [Float]) {
    guard labels.count == probabilities.count, !labels.isEmpty,
      probabilities.allSatisfy({ $0 >= 0 && $0 <= 1.001 })
    else { return nil }
    self.labels = labels
    self.probabilities = probabilities
  }

  /// The probability of a label; zero for one that the expert does not know.
  func probability(of label: String) -> Double {
    labels.firstIndex(of: label).map { Double(probabilities[$0]) } ?? 0
  }

  /// The likeliest label; of equals the first.
  var best: (label: String, probability: Double) {
    let place = probabilities.indices.reduce(0) {
      probabilities[$1] > probabilities[$0] ? $1 : $0
    }
    return (labels[place], Double(probabilities[place]))
  }
}

/// What experts say of a post that they did not learn from.
package enum HeldOutAnswer: Sendable, Hashable {
  /// Of its words.
  case tags(HeldOutTags)
  /// Of each of its pairs, in their order; nil for pairs that could not be read whole.
  case pairs([HeldOutPair?])
}
