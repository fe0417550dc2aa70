import Corpora
import Tensors
import Traces

/// What one expert says about one post, with what it shows of how it came to it.
package struct Prediction: Sendable {
  /// Name of the model folder that answered, e.g. `riva`.
  package let expert: String
  /// The mentions of the Viterbi path with their confidence.
  package let mentions: [ScoredMention]
  /// BIO label names, the columns of `marginals`.
  package let labels: [String]
  /// tokens × labels: probability of each tag at each token (CRF marginals); NaN where a word was
  /// not read.
  package let marginals: [[Float]]
  /// The Viterbi path, one label index per token; words that were not read are O.
  package let path: [Int]
  /// Everything else that the model shows.
  package let trace: Trace

  /// A prediction as an expert made it.
  package init(
    expert: String, mentions: [ScoredMention], labels: [String], marginals: [[Float]], path: [Int],
    trace: Trace
  ) {
    self.expert = expert
    self.mentions = mentions
    self.labels = labels
    self.marginals = marginals
    self.path = path
    self.trace = trace
  }
}

extension Prediction {
  /// Whether it is of a model that learned no labels, which has signals but nothing to answer.
  package var isWithoutLabels: Bool { labels.count == 1 && !marginals.isEmpty }

  /// Whether the text was too long to read this word.
  package func isUnread(_ word: Int) -> Bool {
    marginals.indices.contains(word) && marginals[word].first?.isNaN == true
  }

  /// What stands beside the answer when words were not read, as a sentence; nil when all were.
  package var cutOffNotice: String? {
    guard let first = marginals.indices.first(where: isUnread) else { return nil }
    return
      "\(expert) read the first \(first) of \(marginals.count) words: the text is longer than its "
      + "encoder, and nothing is known of the others"
  }

  /// The same with another trace.
  func replacing(trace: Trace) -> Prediction {
    Prediction(
      expert: expert, mentions: mentions, labels: labels, marginals: marginals, path: path,
      trace: trace)
  }

  /// What a tagger answers: words behind the longest input are O, and nothing is said of how
  /// probable that is. The tags' probabilities are shown behind everything else.
  ///
  /// - Parameter words: words of the post, those that were cut off included.
  init(expert: String, scheme: TagScheme, words: Int, _ decoded: DecodedTags, _ shown: Trace) {
    let cut = words - decoded.path.count
    let unread = [Float](repeating: .nan, count: scheme.count)
    let marginals = decoded.marginals + [[Float]](repeating: unread, count: cut)
    var trace = shown
    if scheme.count > 1 {
      trace.append(
        Signal(
          name: "crf/marginals", caption: "tag probabilities",
          kind: .wordDistributions(labels: scheme.labels),
          tensor: Tensor([marginals.count, scheme.count], marginals.flatMap { $0 })))
      trace.append(
        Signal(
          name: "crf/uncertainty", caption: "1 − largest tag probability", kind: .words,
          tensor: Tensor(
            [marginals.count],
            marginals.map { row in
              row.first?.isNaN == true ? .nan : 1 - (row.max() ?? 1)
            })))
    }
    self.init(
      expert: expert, mentions: decoded.mentions, labels: scheme.labels, marginals: marginals,
      path: decoded.path + [Int](repeating: 0, count: cut), trace: trace)
  }
}

extension LinearChainCRF {
  /// What a tagger answers for one post, without anything that leads to it.
  ///
  /// - Parameters:
  ///   - emissions: T×K scores of the post.
  ///   - words: words of the post, those that were cut off included.
  ///   - steps: the step of each word that was read; nil: every step is a word.
  ///   - tagOf: the scheme's tag that each state stands for; nil: the states are the tags.
  func labels(
    _ emissions: [Float], _ scheme: TagScheme, words: Int, steps: [Int]? = nil,
    tagOf: [Int]? = nil, _ asking: Asking
  ) -> Labels {
    if asking.confidences, asking.reading == .lenient {
      let found = decode(emissions, scheme: scheme, steps: steps, tagOf: tagOf).mentions
      return .mentions(found.map(\.mention), confidences: found.map(\.confidence))
    }
    let states = viterbi(emissions)
    let read = steps.map { $0.map { states[$0] } } ?? states
    let path =
      read.map { tagOf?[$0] ?? $0 } + [Int](repeating: 0, count: max(0, words - read.count))
    return .mentions(
      asking.reading == .strict ? scheme.strictMentions(of: path) : scheme.mentions(of: path))
  }
}

/// A predicted mention with the probability that exactly this mention is read there.
package struct ScoredMention: Sendable, Hashable {
  /// Where it stands and what it is.
  package let mention: EntityMention
  /// Share of all tag sequences, by their probability, in which a lenient reading finds this
  /// mention, 0 … 1: constrained partitions over the full one (MODELS §2.6).
  /// Nil where the expert tells none.
  package let confidence: Float?

  /// A mention with its confidence.
  package init(_ mention: EntityMention, confidence: Float?) {
    self.mention = mention
    self.confidence = confidence
  }
}
