import Corpora
import Encoders
import Foundation
import Tensors
import Traces

/// A trained MTB with its tokenizer: what a model folder of the system `mtb` holds.
///
/// Forward passes only, with packed weights; may be used from several threads at once.
package struct MTBModel: Expert {
  /// The `system` of such a folder.
  package static let system = "mtb"

  /// What `config.json` says of the head, under `expert`.
  package typealias Configuration = PairReading

  /// What it is and where it came from.
  package let card: ModelCard
  /// How the head reads.
  package let configuration: Configuration
  /// Cuts words into pieces; knows the markers.
  package let tokenizer: Tokenizer
  let engine: BERTEngine
  let head: MTBHead

  /// A model of a trained network.
  package init(
    name: String, _ network: consuming MTB, tokenizer: Tokenizer, _ configuration: Configuration,
    folder: String? = nil
  ) {
    let card = ModelCard(
      name: name, system: Self.system, task: .relations, sights: [],
      labels: configuration.scheme.labels)
    self.card = folder.map { card.reading($0) } ?? card
    self.configuration = configuration
    self.tokenizer = tokenizer
    head = network.head
    engine = BERTEngine(network.encoder)
  }

  /// Words with an unknown piece.
  package func unknownCount(of words: [String]) -> Int { tokenizer.unknownCount(of: words) }

  /// Labels of the pairs of many posts.
  package func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    try answers(posts.map { ($0.words, $0.pairs) }).map { .relations($0) }
  }

  /// The answer for one post with its probabilities.
  package func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    .relations(
      RelationAnswers(
        expert: name, labels: configuration.scheme.labels,
        answers: try answers([(post.words, post.pairs)], isShown: true).first ?? []))
  }

  /// The answers for the pairs of many texts.
  ///
  /// - Parameter isShown: whether each shows its probabilities.
  /// - Throws: `EncoderInputError` when the tokenizer does not fit the encoder.
  package func answers(
    _ posts: [(words: [String], pairs: [TokenPair])], isShown: Bool = false
  ) throws(EncoderInputError) -> [[RelationAnswer]] {
    let items = posts.map { post in
      post.pairs.map { pair in
        configuration.markers.markedPair(
          post.words, head: pair.head, tail: pair.tail, label: -1, tokenizer,
          longest: configuration.longest)
      }
    }
    var logits = try head.logits(items.flatMap { $0 }, engine)[...]
    return zip(posts, items).map { post, items in
      defer { logits = logits.dropFirst(items.count) }
      return zip(zip(post.pairs, items), logits).map {
        RelationAnswer(
          $0.0, logits: $1, configuration.scheme, cutOff: $0.1.cutOff, isShown: isShown)
      }
    }
  }
}
