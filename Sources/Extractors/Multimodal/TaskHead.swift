import Corpora
import Encoders
import Tensors

/// How posts of a task are read as pieces, and what can be answered.
package enum TaskReading: Sendable, Hashable, Codable {
  /// Tags over words or pieces.
  case entities(scheme: TagScheme, labels: LabelScheme, longest: Int)
  /// Relations of marked pairs.
  case relations(PairReading)

  /// What is answered.
  package var task: ExpertTask { if case .entities = self { .entities } else { .relations } }

  /// What can be answered.
  var labels: [String] {
    switch self {
    case .entities(let scheme, _, _): scheme.types
    case .relations(let reading): reading.scheme.labels
    }
  }

  /// The same for an encoder of fewer positions.
  func fitting(_ longest: Int) -> TaskReading {
    switch self {
    case .entities(let scheme, let labels, let own):
      return .entities(scheme: scheme, labels: labels, longest: min(own, longest))
    case .relations(var reading):
      reading.longest = min(reading.longest, longest)
      return .relations(reading)
    }
  }

  /// Sizes come from strangers: they are bounded before anything is allocated.
  func validate(_ folder: String) throws {
    switch self {
    case .relations(let reading): try reading.validate(folder)
    case .entities(let scheme, _, let longest):
      guard ModelLimits.types.contains(scheme.types.count),
        Set(scheme.types).count == scheme.types.count, ModelLimits.pieces.contains(longest)
      else {
        throw ModelFolderError(
          folder: folder, problem: "has tags or a length in config.json outside what is read")
      }
    }
  }

  /// The folder's tokenizer, with the markers in it where there are any.
  ///
  /// - Throws: `TokenizerError`; `ModelFolderError` when it does not fit.
  func tokenizer(_ folder: String, _ encoder: TextConfiguration) throws -> Tokenizer {
    if case .relations(let reading) = self { return try reading.tokenizer(folder, encoder) }
    let tokenizer = try Tokenizer(folder: folder)
    guard tokenizer.vocabularySize <= encoder.vocabulary else {
      throw ModelFolderError(
        folder: folder, problem: "has a tokenizer with more pieces than its encoder")
    }
    return tokenizer
  }
}

/// What lies on top of a multimodal network: a CRF over words, or a classifier of pairs.
package struct TaskHead: ParameterContainer {
  /// State or pair → scores.
  var output: Linear
  /// The field over tags; nil for relations.
  var crf: CRF?
  /// What is read and answered.
  let reading: TaskReading
  private let pooling: PairPooling
  private let pairDropout: Float
  static let dropout: Float = 0.1

  init(
    _ reading: TaskReading, size: Int, pooling: PairPooling, pairDropout: Float,
    _ generator: inout SeededGenerator
  ) {
    self.reading = reading
    self.pooling = pooling
    self.pairDropout = pairDropout
    switch reading {
    case .entities(let scheme, let labels, _):
      let count = TagStates(scheme: scheme, labels: labels).count
      output = Linear(size, count, &generator)
      crf = CRF(tags: count, &generator)
    case .relations(let reading):
      output = Linear(
        pooling == .first ? size : 2 * size, reading.scheme.labels.count, &generator)
    }
  }

  /// What the output layer reads: B×S×W at the CRF's steps, or B×W for pairs.
  func representation(
    _ states: Tape.Variable, _ batch: MultimodalBatch, _ tape: Tape
  ) -> Tape.Variable {
    let size = tape.shape(states)[2]
    switch reading {
    case .entities:
      return tape.select(states, batch.items.map { $0.tagged?.places ?? [] })
    case .relations:
      switch pooling {
      case .first:
        return tape.reshape(tape.select(states, batch.items.map { _ in [0] }), [batch.count, size])
      case .startMarkers:
        return tape.reshape(
          tape.select(states, batch.items.map { [$0.pair?.head ?? 0, $0.pair?.tail ?? 0] }),
          [batch.count, 2 * size])
      case .spanMeans:
        let spans = batch.items.map { [$0.pair?.headSpan ?? 0..<1, $0.pair?.tailSpan ?? 0..<1] }
        var weights = Tensor([batch.count, 2, batch.length])
        for (i, pair) in spans.enumerated() {
          for (part, span) in pair.enumerated() {
            let row = (i * 2 + part) * batch.length
            for t in span { weights.array[row + t] = 1 / Float(span.count) }
          }
        }
        return tape.reshape(tape.weightedRows(weights, of: states), [batch.count, 2 * size])
      }
    }
  }

  /// Scores of what a representation may be.
  func scores(_ representation: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    output(tape.dropout(representation, crf == nil ? pairDropout : Self.dropout), tape)
  }

  /// The mean loss of scores over items: the CRF's, or cross-entropy.
  func loss(scores: Tape.Variable, of items: [MultimodalItem], _ tape: Tape) -> Tape.Variable {
    guard let crf else {
      return tape.crossEntropy(scores, targets: items.map { $0.pair?.label ?? -1 })
    }
    return crf.loss(scores, tags: items.map { $0.tagged?.states ?? [] }, tape)
  }

  /// The mean loss of a batch's states.
  func loss(_ states: Tape.Variable, _ batch: MultimodalBatch, _ tape: Tape) -> Tape.Variable {
    loss(scores: scores(representation(states, batch, tape), tape), of: batch.items, tape)
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    output.visitParameters(prefix, visit)
    if var field = crf {
      field.visitParameters(prefix + "crf.", visit)
      crf = field
    }
  }
}
