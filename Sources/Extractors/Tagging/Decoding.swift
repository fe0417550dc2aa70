import Corpora
import Tensors

/// What a CRF says about one post.
public struct DecodedTags: Sendable {
  /// The Viterbi path, one tag per word.
  public let path: [Int]
  /// Words × tags: probability of each tag.
  public let marginals: [[Float]]
  /// The path's mentions with the probability that exactly they stand there.
  public let mentions: [ScoredMention]
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
    let mentions = scheme.mentions(of: path).map { mention in
      // The mention as it stands, and what follows does not continue it (MODELS §2.6).
      let type = scheme.types.firstIndex(of: mention.type.rawValue) ?? 0
      let words = mention.range
      let next = words.upperBound < steps.count ? steps[words.upperBound] : total
      let span = steps[words.lowerBound]..<next
      let confidence = probability(emissions, logPartition: sums.logPartition) { t, state in
        if span.contains(t) { return state == states[t] }
        return t != next || tagOf[state] != 2 + 2 * type
      }
      return ScoredMention(mention, confidence: Float(confidence))
    }
    return DecodedTags(path: path, marginals: marginals, mentions: mentions)
  }
}
