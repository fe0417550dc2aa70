import Corpora
import Traces

/// What one system says about one post, with what it shows of how it came to it.
public struct Prediction: Sendable {
  /// Name of the model folder that answered, e.g. `riva`.
  public let system: String
  /// The mentions of the Viterbi path with their confidence.
  public let mentions: [ScoredMention]
  /// BIO label names, the columns of `marginals`.
  public let labels: [String]
  /// tokens × labels: probability of each tag at each token (CRF marginals).
  public let marginals: [[Float]]
  /// The Viterbi path, one label index per token.
  public let path: [Int]
  /// Everything else that the model shows.
  public let trace: Trace

  /// A prediction as a system made it.
  public init(
    system: String, mentions: [ScoredMention], labels: [String], marginals: [[Float]], path: [Int],
    trace: Trace
  ) {
    self.system = system
    self.mentions = mentions
    self.labels = labels
    self.marginals = marginals
    self.path = path
    self.trace = trace
  }
}

/// A predicted mention with the probability that exactly this mention is read there.
public struct ScoredMention: Sendable, Hashable {
  /// Where it stands and what it is.
  public let mention: EntityMention
  /// Share of all tag sequences, by their probability, in which a lenient reading finds this
  /// mention, 0 … 1: constrained partitions over the full one (MODELS §2.6).
  public let confidence: Float

  /// A mention with its confidence.
  public init(_ mention: EntityMention, confidence: Float) {
    self.mention = mention
    self.confidence = confidence
  }
}
