import Corpora
import Encoders
import Tensors
import Traces

/// A trained BERT-CRF with its tokenizer: what a model folder of the system `bert-crf` holds.
///
/// Forward passes only, with packed weights; may be used from several threads at once.
package struct BERTCRFModel: Expert {
  /// The `system` of such a folder.
  package static let system = "bert-crf"

  /// What `config.json` says of the head, under `expert`.
  package struct Configuration: Sendable, Hashable, Codable {
    /// Its tags.
    package var scheme: TagScheme
    /// How the tags stand at pieces.
    package var labels: LabelScheme
    /// Pieces of the longest input; what is behind it gets the tag O.
    package var longest: Int

    /// A configuration by its parts.
    package init(scheme: TagScheme, labels: LabelScheme, longest: Int) {
      self.scheme = scheme
      self.labels = labels
      self.longest = longest
    }
  }

  /// What it is and where it came from.
  package let card: ModelCard
  /// How the head reads.
  package let configuration: Configuration
  /// Cuts words into pieces.
  package let tokenizer: Tokenizer
  let engine: BERTEngine
  let head: BERTCRFHead

  /// A model of a trained network.
  package init(
    name: String, _ network: consuming BERTCRF, tokenizer: Tokenizer, longest: Int,
    folder: String? = nil
  ) {
    let card = ModelCard(
      name: name, system: Self.system, task: .entities, sights: [],
      labels: network.head.scheme.types)
    self.card = folder.map { card.reading($0) } ?? card
    self.tokenizer = tokenizer
    head = network.head
    configuration = Configuration(
      scheme: network.head.scheme, labels: network.head.states.labels, longest: longest)
    engine = BERTEngine(network.encoder)
  }

  /// A post's words as the network reads them.
  ///
  /// - Parameter tags: gold tags, one per word; those of the training.
  package static func pieces(
    _ words: [String], tags: [Int], tokenizer: Tokenizer, _ configuration: Configuration
  ) -> TaggedPieces {
    let encoding = tokenizer.encode(
      words: words,
      options: EncodingOptions(maximumLength: configuration.longest, emptyWords: .unknown))
    return TagStates(scheme: configuration.scheme, labels: configuration.labels)
      .layOut(encoding, tags: tags)
  }

  private func pieces(_ words: [String]) -> TaggedPieces {
    Self.pieces(
      words, tags: [Int](repeating: 0, count: words.count), tokenizer: tokenizer, configuration)
  }

  /// Words with an unknown piece.
  package func unknownCount(of words: [String]) -> Int { tokenizer.unknownCount(of: words) }

  /// Labels of many posts.
  package func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    try labels(posts.map(\.words), asking)
  }

  /// Labels of many texts.
  ///
  /// - Throws: `EncoderInputError`.
  package func labels(
    _ texts: [[String]], _ asking: Asking = Asking()
  ) throws(EncoderInputError) -> [Labels] {
    let items = texts.map { pieces($0) }
    let (chain, states) = (head.crf.chain, head.states)
    return zip(items, try head.emissions(items, engine)).map { item, emissions in
      chain.labels(
        emissions, states.scheme, words: item.tags.count, steps: item.words, tagOf: states.tagOf,
        asking)
    }
  }

  /// The answer for one post with everything it shows.
  package func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    .mentions(try predict(post.words, taps))
  }

  /// Gradient × input of the likeliest tags' log-probability, at the states of the text encoder.
  package func gradients(of post: SeenPost) throws -> [InputGradient] {
    let item = pieces(post.words)
    guard !item.places.isEmpty else { return [] }
    let tape = Tape(recording: true, training: false, watchesInputs: true)
    let states = tape.reading(.states, tape.constant(try engine.states([item])))
    let emissions = head(states, [item], tape)
    let path = head.crf.chain.viterbi(tape[emissions].array)
    return [
      InputGradient(
        tape, from: head.crf.loss(emissions, tags: [path], tape),
        words: pieceRanges(item.words.map { item.places[$0] }, end: item.ids.count - 1),
        count: item.tags.count, views: [])
    ]
  }

  /// The answer for one text with marginals, confidences and the attention of its encoder.
  ///
  /// - Throws: `EncoderInputError` when the tokenizer does not fit the encoder.
  package func predict(
    _ words: [String], _ taps: Taps = [:]
  ) throws(EncoderInputError) -> Prediction {
    let item = pieces(words)
    let probe = Probe(substituting: taps)
    let watch = AttentionWatch(probe, "text/attention")
    let emissions = try head.emissions([item], engine, watch).first ?? []
    if item.ids.count <= AttentionWatch.mostPieces {
      probe.show(
        watch.signal(
          "text/attention", caption: "attention between pieces", item: 0,
          pieces: item.ids.map { tokenizer.piece($0) ?? "piece \($0)" }))
    }
    var trace = probe.trace
    trace.appendFlow(of: "text/attention")
    return Prediction(
      expert: name, scheme: configuration.scheme, words: words.count,
      head.crf.chain.decode(
        emissions, scheme: configuration.scheme, steps: item.words, tagOf: head.states.tagOf),
      trace)
  }
}
