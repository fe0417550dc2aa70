import Foundation
import Tensors
import Traces

/// What one relation expert says of the pairs of one post.
package struct RelationAnswers: Sendable, Hashable {
  /// Name of the model folder that answered, e.g. `mtb`.
  package let expert: String
  /// The labels that `probabilities` stand for.
  package let labels: [String]
  /// One answer per pair that it was asked about.
  package let answers: [RelationAnswer]

  /// Answers by their parts.
  package init(expert: String, labels: [String], answers: [RelationAnswer]) {
    self.expert = expert
    self.labels = labels
    self.answers = answers
  }

  /// The answer for a pair, nil when it was not asked about it.
  package subscript(head: Range<Int>, tail: Range<Int>) -> RelationAnswer? {
    answers.first { $0.head == head && $0.tail == tail }
  }

  /// Labels of a pair with their probability, likeliest first; empty for an unknown pair, and the
  /// answer alone of experts that tell no probabilities.
  package func ranked(head: Range<Int>, tail: Range<Int>) -> [(String, Float?)] {
    guard let answer = self[head, tail] else { return [] }
    guard answer.probabilities.count == labels.count else {
      return [(answer.label, answer.confidence)]
    }
    return zip(labels, answer.probabilities).sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }
}

extension RelationAnswers {
  /// What stands beside the answers when words of a pair were cut off, as a sentence; nil when all
  /// were read.
  ///
  /// - Parameter words: the post's tokens.
  package func cutOffNotice(words: [String]) -> String? {
    let cut = answers.filter { !$0.cutOff.isEmpty }
    guard let first = cut.first else { return nil }
    let named = first.cutOff.map { part in
      let range = part == .head ? first.head : first.tail
      let text = range.clamped(to: words.indices).map { words[$0] }.joined(separator: " ")
      return "the \(part.rawValue) “\(text)”"
    }
    return
      "\(expert) did not read \(named.joined(separator: " and ")): the text is longer than its "
      + "encoder, so \(first.label) rests on the words before"
      + (cut.count > 1 ? "; the same holds for \(cut.count - 1) more pairs" : "")
  }
}

/// What a relation expert says of one pair.
package struct RelationAnswer: Sendable, Hashable {
  /// Tokens of the first of the two.
  package let head: Range<Int>
  /// Tokens of the second.
  package let tail: Range<Int>
  /// The likeliest label.
  package let label: String
  /// One probability per label of the expert; empty where it tells none.
  package let probabilities: [Float]
  /// The label's probability; nil where the expert tells none.
  package let confidence: Float?
  /// What the expert shows of how it came to it; empty behind the first 64 pairs of a post.
  package let trace: Trace
  /// Mentions of the pair that lie behind the encoder's last position and were not read.
  package let cutOff: [PairPart]

  /// An answer by its parts.
  package init(
    head: Range<Int>, tail: Range<Int>, label: String, probabilities: [Float] = [],
    confidence: Float? = nil, trace: Trace = Trace(), cutOff: [PairPart] = []
  ) {
    self.confidence = confidence ?? probabilities.max()
    self.cutOff = cutOff
    self.trace = trace
    self.head = head
    self.tail = tail
    self.label = label
    self.probabilities = probabilities
  }
}

extension RelationAnswer {
  /// The same with another trace.
  func replacing(trace: Trace) -> RelationAnswer {
    RelationAnswer(
      head: head, tail: tail, label: label, probabilities: probabilities,
      confidence: confidence, trace: trace, cutOff: cutOff)
  }

  /// The answer for a pair by one score per label.
  ///
  /// - Parameter isShown: whether the probabilities are shown as a signal behind the trace.
  init(
    _ pair: TokenPair, logits: [Float], _ scheme: RelationScheme, cutOff: [PairPart],
    trace: Trace = Trace(), isShown: Bool = false
  ) {
    let most = logits.max() ?? 0
    let powers = logits.map { exp($0 - most) }
    let sum = powers.reduce(0, +)
    let probabilities = powers.map { $0 / sum }
    var trace = trace
    if isShown {
      trace.append(
        Signal(
          name: "relation/probabilities", caption: "probability of each relation",
          kind: .distribution(labels: scheme.labels),
          tensor: Tensor([probabilities.count], probabilities)))
    }
    // The first of equals.
    let best = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
    self.init(
      head: pair.head, tail: pair.tail, label: scheme.labels[best], probabilities: probabilities,
      trace: trace, cutOff: cutOff)
  }
}

/// Two token ranges of a text between which a relation is asked for.
package struct TokenPair: Sendable, Hashable {
  /// Where the relation begins.
  package let head: Range<Int>
  /// Where it ends.
  package let tail: Range<Int>

  /// A pair of half-open ranges.
  package init(head: Range<Int>, tail: Range<Int>) {
    self.head = head
    self.tail = tail
  }
}
