import Encoders
import Tensors

/// Words as a pretrained text encoder knows them: the mean of the last states of each word's pieces
/// (the paper's “+ BERT”; MODELS §8.7). It learns along, slowly.
struct EncodedWords: ParameterContainer, Sendable {
  private var base: TextBase
  /// Packed weights, of a model that has been read from its folder.
  private var engine: BERTEngine?
  private static let longest = 512

  /// An encoder to be trained along.
  init(_ base: TextBase) { self.base = base }

  /// The encoder of an expert's folder.
  ///
  /// - Throws: as `TextBase`; `ModelFolderError` when its width is another.
  init(folder: String, size: Int) throws {
    base = try TextBase(folder: folder)
    guard self.size == size else {
      throw ModelFolderError(
        folder: folder, problem: "has states of \(self.size) numbers where \(size) are read")
    }
    engine = BERTEngine(base.encoder)
  }

  /// Numbers of a word.
  var size: Int { base.encoder.configuration.stack.hiddenSize }

  /// B×`steps`×D; words that do not fit into the encoder are zeros.
  func callAsFunction(_ posts: [[String]], steps: Int, _ tape: Tape) -> Tape.Variable {
    let options = EncodingOptions(
      maximumLength: base.longest(Self.longest), emptyWords: .unknown)
    let encodings = posts.map { base.tokenizer.encode(words: $0, options: options) }
    let batch = TextBatch(
      encodings.map(\.ids), padding: base.encoder.configuration.padding)
    var weights = Tensor([posts.count, steps, batch.length])
    for (i, encoding) in encodings.enumerated() {
      var pieces = [Float](repeating: 0, count: steps)
      for word in encoding.wordIndices.compactMap(\.self) { pieces[word] += 1 }
      for (piece, word) in encoding.wordIndices.enumerated() {
        guard let word else { continue }
        weights.array[(i * steps + word) * batch.length + piece] = 1 / pieces[word]
      }
    }
    do {
      let states =
        if let engine, !tape.recording { tape.constant(try engine(batch).last) } else {
          try base.encoder(batch, tape).last
        }
      return tape.weightedRows(weights, of: states)
    } catch {
      // The tokenizer knows no more pieces than the encoder, and cuts to its length.
      preconditionFailure("\(error)")
    }
  }

  /// Where an expert's folder keeps it.
  static let folder = "encoder"

  /// Writes it into an expert's folder, as other programs read it.
  ///
  /// - Throws: `ModelFolderError`, `DurableFileError`.
  func save(to expert: String) throws {
    try FineTunedFolder.save(
      Prefixed(encoder: base.encoder, prefix: base.prefix), from: base.path,
      vocabulary: base.encoder.configuration.vocabulary, to: expert + "/" + Self.folder)
  }

  private struct Prefixed: ParameterContainer {
    var encoder: BERTModel
    let prefix: String

    mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
      encoder.visitParameters(prefix + self.prefix, visit)
    }
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    base.encoder.visitParameters(prefix, visit)
    // What was packed is of other weights now.
    engine = nil
  }
}
