import Corpora
import Encoders
import Files
import Foundation
import Tensors
import Traces

/// A published token classifier as Hugging Face lays it out (`BertForTokenClassification`,
/// `RobertaForTokenClassification`): an encoder, and a linear layer that scores every piece. It
/// opens as an expert as it is; `id2label` may spell any scheme of tags.
///
/// Words are read at their first piece, as the published training scripts do. Tags do not depend on
/// each other: the probability of a mention is the product of those of its tags. May be used from
/// several threads at once.
package struct TokenClassifier: Expert {
  /// The `system` of such folders, which do not name it.
  package static let system = "token-classification"

  /// What it is and where it came from.
  package let card: ModelCard
  /// The labels in the order of the scores, as `id2label` has them.
  package let labels: [String]
  let scheme: TaggingScheme
  private let tokenizer: Tokenizer
  private let network: Network
  private let engine: BERTEngine
  private let longest: Int

  /// How the scores of a word's pieces become those of the word.
  package enum Pooling: String, Sendable, CaseIterable {
    /// The first piece alone.
    case first
    /// The largest score of any piece.
    case max
  }

  private let pooling: Pooling

  /// Most labels of a classifier.
  static let mostLabels = 1000

  /// The encoder with its classifier.
  struct Network: ParameterContainer {
    var encoder: BERTModel
    var classifier: Linear
    let prefix: String

    mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
      encoder.visitParameters(prefix + self.prefix, visit)
      classifier.visitParameters(prefix + "classifier.", visit)
    }
  }

  private struct Labels: Decodable {
    let id2label: [String: String]
    /// Not of transformers: `first`, or `max` where the classifier was trained so.
    let word_pooling: String?
  }

  /// Reads a folder.
  ///
  /// - Throws: `ModelFolderError`, `CheckpointError`, `SafetensorsError`, `TokenizerError`.
  package init(folder: String) throws {
    let known = try ModelFolder.configuration(Labels.self, folder)
    let count = known.id2label.count
    let names = (0..<count).compactMap { known.id2label["\($0)"] }
    guard (2...TokenClassifier.mostLabels).contains(count), names.count == count,
      Set(names).count == count, names.contains("O")
    else {
      throw ModelFolderError(
        folder: folder,
        problem:
          "has an id2label in config.json that does not number 2 to \(TokenClassifier.mostLabels) "
          + "different tags from 0, O among them")
    }
    let (encoder, prefix, weights) = try FineTunedFolder.hollowEncoder(folder)
    var hollow = WeightSource.hollow
    var network = Network(
      encoder: encoder,
      classifier: Linear(
        encoder.configuration.stack.hiddenSize, count, deviation: 0.02, &hollow), prefix: prefix)
    try weights.fill(&network, folder: folder)
    tokenizer = try Tokenizer(folder: folder)
    guard tokenizer.vocabularySize <= encoder.configuration.vocabulary else {
      throw ModelFolderError(
        folder: folder, problem: "has a tokenizer with more pieces than its encoder")
    }
    labels = names
    scheme = TaggingScheme(inventory: names)
    guard let pooling = Pooling(rawValue: known.word_pooling ?? Pooling.first.rawValue) else {
      throw ModelFolderError(
        folder: folder, problem: "has a word_pooling in config.json that is neither first nor max",
        advice: "write one of the two, or leave it out")
    }
    self.pooling = pooling
    longest = network.encoder.configuration.longest
    self.network = network
    engine = BERTEngine(network.encoder)
    var types: [String] = []
    for name in names {
      if let type = scheme.type(of: name)?.rawValue, !types.contains(type) { types.append(type) }
    }
    card = ModelCard(
      name: FilePath.name(of: folder), system: Self.system, task: .entities, sights: [],
      labels: types
    ).reading(folder)
  }

  /// Words with an unknown piece.
  package func unknownCount(of words: [String]) -> Int { tokenizer.unknownCount(of: words) }

  // MARK: Answers

  private struct Pieces: PieceSequence {
    let encoding: Encoding
    var ids: [Int] { encoding.ids }
  }

  private func pieces(_ words: [String]) -> Pieces {
    Pieces(
      encoding: tokenizer.encode(
        words: words, options: EncodingOptions(maximumLength: longest, emptyWords: .unknown)))
  }

  /// T×K scores of the pieces of each text, in the order of the texts.
  ///
  /// - Throws: `EncoderInputError`.
  func logits(_ texts: [[String]]) throws(EncoderInputError) -> [[Float]] {
    try logits(texts.map { pieces($0) })
  }

  private func logits(_ items: [Pieces]) throws(EncoderInputError) -> [[Float]] {
    var result = [[Float]](repeating: [], count: items.count)
    for batch in LengthBatches.sorted(lengths: items.map(\.ids.count), batch: 32) {
      let part = batch.map { items[$0] }
      let tape = Tape()
      let scores = tape[network.classifier(tape.constant(try engine.states(part)), tape)]
      try EncoderInputError.check(scores.array, "the tag scores of \(name)")
      let (steps, k) = (scores.shape[1], scores.shape[2])
      for (row, i) in batch.enumerated() {
        let start = row * steps * k
        result[i] = Array(scores.array[start..<(start + items[i].ids.count * k)])
      }
    }
    return result
  }

  /// Words × labels: probabilities; words that were cut off are O, surely, since nothing was read
  /// there.
  private func probabilities(_ logits: [Float], _ item: Pieces, words: Int) -> [[Float]] {
    let k = labels.count
    let outside = labels.map { $0 == "O" ? Float(1) : 0 }
    var scores = [[Float]?](repeating: nil, count: words)
    for (piece, word) in item.encoding.wordIndices.enumerated() {
      guard let word, word < words else { continue }
      let row = Array(logits[(piece * k)..<((piece + 1) * k)])
      switch (scores[word], pooling) {
      case (nil, _): scores[word] = row
      case (let known?, .max): scores[word] = zip(known, row).map { max($0, $1) }
      case (_?, .first): break
      }
    }
    return scores.map { row in
      guard let row else { return outside }
      let most = row.max() ?? 0
      let powers = row.map { exp($0 - most) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }

  private func path(_ rows: [[Float]]) -> [Int] {
    rows.map { row in row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 } }
  }

  private func mentions(
    _ path: [Int], _ rows: [[Float]], _ reading: BIO.Reading
  ) -> [ScoredMention] {
    BIO.mentions(of: path.map { labels[$0] }, reading: reading, scheme: scheme).mentions.map {
      ScoredMention($0, confidence: $0.range.reduce(1) { $0 * rows[$1][path[$1]] })
    }
  }

  /// Labels of many posts.
  package func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Extractors.Labels] {
    let items = posts.map { pieces($0.words) }
    return zip(zip(posts, items), try logits(items)).map { post, logits in
      let rows = probabilities(logits, post.1, words: post.0.words.count)
      let found = mentions(path(rows), rows, asking.reading)
      return .mentions(
        found.map(\.mention), confidences: asking.confidences ? found.map(\.confidence) : nil)
    }
  }

  /// The answer for one post with its attention by layer and head, word by word.
  package func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    let item = pieces(post.words)
    let probe = Probe(substituting: taps)
    let watch = AttentionWatch(probe, "attention")
    let tape = Tape()
    let states = try network.encoder(
      TextBatch([item.ids], padding: network.encoder.configuration.padding), tape, watch
    ).last
    let logits = tape[network.classifier(states, tape)].array
    try EncoderInputError.check(logits, "the tag scores of \(name)")
    let rows = probabilities(logits, item, words: post.words.count)
    let pieces = item.ids.map { tokenizer.piece($0) ?? "piece \($0)" }
    if pieces.count <= AttentionWatch.mostPieces {
      probe.show(
        watch.signal(
          "attention", caption: "attention between pieces", item: 0, pieces: pieces))
    }
    let path = path(rows)
    var trace = probe.trace
    trace.appendFlow(of: "attention")
    trace.append(
      Signal(
        name: "tags/probabilities", caption: "tag probabilities",
        kind: .wordDistributions(labels: labels),
        tensor: Tensor([rows.count, labels.count], rows.flatMap { $0 })))
    return .mentions(
      Prediction(
        expert: name, mentions: mentions(path, rows, .lenient), labels: labels, marginals: rows,
        path: path, trace: trace))
  }
}

extension System {
  /// Token classifiers as they are published.
  static let tokenClassification = System(
    id: TokenClassifier.system, title: "token classifier",
    summary: "Open a published BERT or RoBERTa token classifier", task: .entities,
    seesPicture: false, needsEncoder: true, recipe: .tagger(TaggerTraining()),
    open: { try TokenClassifier(folder: $0) }, train: nil
  )
  .with(\.architectures, ["BertForTokenClassification", "RobertaForTokenClassification"])
}
