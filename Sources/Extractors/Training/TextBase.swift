import Encoders
import Foundation
import Tensors

/// A pretrained text encoder with its tokenizer, as fine-tuning starts from it: any BERT or RoBERTa
/// folder, with or without other heads.
package struct TextBase: Sendable {
  /// The folder it came from.
  package let path: String
  /// The encoder, without a pooler: no head here uses one.
  package var encoder: BERTModel
  /// Its tokenizer.
  package var tokenizer: Tokenizer
  /// In front of the encoder's parameters in files: `bert.` or `roberta.`.
  package let prefix: String

  /// Loads a folder.
  ///
  /// - Throws: `CheckpointError`, `SafetensorsError`, `TokenizerError`; `ModelFolderError` when the
  ///   tokenizer knows more pieces than the encoder.
  package init(folder: String) throws {
    let files = try EncoderFolder(folder)
    try self.init(
      path: folder, encoder: files.loadBERT().withoutPooler, prefix: files.architecture.name + ".")
  }

  init(path: String, encoder: BERTModel, prefix: String) throws {
    self.path = path
    self.encoder = encoder
    self.prefix = prefix
    tokenizer = try Tokenizer(folder: path)
    guard tokenizer.vocabularySize <= encoder.configuration.vocabulary else {
      throw ModelFolderError(
        folder: path,
        problem: "has a tokenizer of \(tokenizer.vocabularySize) pieces and an encoder of "
          + "\(encoder.configuration.vocabulary)")
    }
  }

  /// Pieces of the longest input that both the encoder and `limit` allow.
  package func longest(_ limit: Int) -> Int { min(limit, encoder.configuration.longest) }

  /// Adds control tokens, with N(0, 0.02²) vectors (MODELS §2.9) where the encoder has none.
  ///
  /// - Returns: their ids, in order.
  /// - Throws: `TokenizerError` when the vocabulary is full.
  package mutating func addControlTokens(
    _ pieces: [String], _ generator: inout SeededGenerator
  ) throws -> [Int] {
    let ids = try tokenizer.addControlTokens(pieces)
    encoder = encoder.widened(to: tokenizer.vocabularySize, &generator)
    return ids
  }
}

extension BERTModel {
  /// The same encoder without a pooler.
  var withoutPooler: BERTModel {
    guard pooler != nil else { return self }
    var configuration = configuration
    configuration.pooler = false
    return rebuilt(configuration)
  }

  /// The same encoder with a larger table of pieces; new rows are N(0, 0.02²).
  func widened(to vocabulary: Int, _ generator: inout SeededGenerator) -> BERTModel {
    let missing = vocabulary - configuration.vocabulary
    guard missing > 0 else { return self }
    var configuration = configuration
    configuration.vocabulary = vocabulary
    var result = rebuilt(configuration)
    let width = configuration.stack.hiddenSize
    let rows = Parameter.normal([missing, width], deviation: 0.02, &generator).value.array
    result.embeddings.words.weight = Parameter(
      Tensor([vocabulary, width], embeddings.words.weight.value.array + rows))
    return result
  }

  private func rebuilt(_ configuration: TextConfiguration) -> BERTModel {
    var hollow = WeightSource.hollow
    var result = BERTModel(configuration, &hollow)
    result.embeddings = embeddings
    result.encoder = encoder
    if configuration.pooler { result.pooler = pooler }
    return result
  }

  /// Last states B×T×D of sequences of pieces, padded to the longest of them, or to `length` as far
  /// as there are positions.
  func states(
    _ items: [some PieceSequence], _ tape: Tape, paddedTo length: Int? = nil
  ) throws(EncoderInputError) -> Tape.Variable {
    let atLeast = min(length ?? 0, configuration.longest)
    return try self(
      TextBatch(items.map(\.ids), padding: configuration.padding, atLeast: atLeast), tape
    ).last
  }
}

/// What computes an encoder's last states for inference; may be used from several threads at once.
protocol StatesSource: Sendable {
  /// Last states B×T×D of sequences of pieces, padded to one length.
  func states(_ items: [some PieceSequence]) throws(EncoderInputError) -> Tensor
}

/// An encoder that fills all texts up to a length and computes the states of padding, too.
struct PaddedEncoder: StatesSource {
  let encoder: BERTModel
  let length: Int

  func states(_ items: [some PieceSequence]) throws(EncoderInputError) -> Tensor {
    let tape = Tape()
    return tape[try encoder.states(items, tape, paddedTo: length)]
  }
}

extension BERTEngine: StatesSource {
  /// Last states B×T×D of sequences of pieces, padded to the longest of them.
  func states(_ items: [some PieceSequence]) throws(EncoderInputError) -> Tensor {
    try self(TextBatch(items.map(\.ids), padding: configuration.padding)).last
  }
}

extension Tape {
  /// Vectors of some positions of each sequence: B×T×D → B×N×D; −1 gives zeros.
  func select(_ x: Variable, _ places: [[Int]]) -> Variable {
    let sizes = shape(x)
    let width = places.map(\.count).max() ?? 0
    var rows: [Int] = []
    rows.reserveCapacity(places.count * width)
    for (i, item) in places.enumerated() {
      rows += item.map { $0 < 0 ? -1 : i * sizes[1] + $0 }
      rows += repeatElement(-1, count: width - item.count)
    }
    return gather(
      reshape(x, [sizes[0] * sizes[1], sizes[2]]), rows, shape: [places.count, width])
  }
}
