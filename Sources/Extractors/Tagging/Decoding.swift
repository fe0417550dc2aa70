import Corpora
import Tensors

/// What a CRF says about one post.
package struct DecodedTags: Sendable {
  /// The Viterbi path, one tag per word.
  package let path: [Int]
  /// Words × tags: probability of each tag.
  package let marginals: [[Float]]
  /// The path's mentions, each with the probability that exactly it is read there.
  package let mentions: [ScoredMention]
}

extension LinearChainCRF {
  /// Decodes T×K emissions of one sequence.
  ///
  /// - Parameters:
  ///   - steps: the step of each word, rising; nil: every step is a word.
  ///   - tagOf: the scheme's tag that each of the K states stands for; nil: the states are the
  ///     tags.
  func decode(
    _ emissions: [Float], scheme: TagScheme, steps: [Int]? = nil, tagOf: [Int]? = nil
  ) -> DecodedTags {
    let total = emissions.count / max(1, tags)
    guard total > 0 else { return DecodedTags(path: [], marginals: [], mentions: []) }
    let steps = steps ?? Array(0..<total)
    let tagOf = tagOf ?? Array(0..<tags)
    let sums = sums(emissions)
    let states = viterbi(emissions)
    let path = steps.map { tagOf[states[$0]] }
    let flat = self.marginals(emissions, sums)
    let marginals = steps.map { step in
      var row = [Float](repeating: 0, count: scheme.count)
      for (state, tag) in tagOf.enumerated() { row[tag] += Float(flat[step * tags + state]) }
      return row
    }
    let wordOf = Dictionary(zip(steps, steps.indices)) { first, _ in first }
    let mentions = scheme.mentions(of: path).map { mention in
      let readings = readings(of: mention, scheme: scheme)
      let confidence = readings.reduce(0.0) { sum, reading in
        sum
          + probability(emissions, logPartition: sums.logPartition) { t, state in
            // Steps between words (later pieces, special tokens) are read by nobody.
            guard let word = wordOf[t] else { return true }
            return reading(word, tagOf[state])
          }
      }
      return ScoredMention(mention, confidence: Float(min(1, confidence)))
    }
    return DecodedTags(path: path, marginals: marginals, mentions: mentions)
  }

  /// The tag sequences in which exactly this mention is read leniently, as disjoint sets that each
  /// allow some tags at every word: it begins with B; or with I, and no mention of the type stands
  /// right before it. Inside are I, and no I of the type follows.
  private func readings(
    of mention: EntityMention, scheme: TagScheme
  ) -> [(_ word: Int, _ tag: Int) -> Bool] {
    let type = scheme.types.firstIndex(of: mention.type.rawValue) ?? 0
    let (begin, inside) = (1 + 2 * type, 2 + 2 * type)
    let range = mention.range
    func reading(first: Int, before: @escaping (Int) -> Bool) -> (Int, Int) -> Bool {
      { word, tag in
        if word == range.lowerBound { return tag == first }
        if range.contains(word) { return tag == inside }
        if word == range.upperBound { return tag != inside }
        return word != range.lowerBound - 1 || before(tag)
      }
    }
    return [
      reading(first: begin) { _ in true },
      reading(first: inside) { $0 != begin && $0 != inside },
    ]
  }
}
