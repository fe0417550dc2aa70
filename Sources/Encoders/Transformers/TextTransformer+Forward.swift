import Tensors

/// What a text or picture encoder gives.
package struct EncoderOutput: Sendable {
  /// The last layer's states, B×T×D, after the model's last norm where it has one over all.
  package var last: Tape.Variable
  /// The stack's input and the output of every layer, each B×T×D.
  package var hidden: [Tape.Variable]
  /// One vector per item, B×D; nil when the model has no pooler.
  package var pooled: Tape.Variable?
}

extension TextConfiguration {
  /// The row of the position table for each id of a B×T batch.
  func positionRows(_ batch: TextBatch) -> [Int] {
    switch counting {
    case .fromZero: return batch.ids.indices.map { $0 % batch.length }
    case .skippingPadding:
      var rows: [Int] = []
      rows.reserveCapacity(batch.ids.count)
      var next = padding
      for (i, id) in batch.ids.enumerated() {
        if i % batch.length == 0 { next = padding }
        if id != padding { next += 1 }
        rows.append(id == padding ? padding : next)
      }
      return rows
    }
  }
}

extension EmbeddingParameters {
  /// The three tables' rows summed, normalised: B×T×D.
  func callAsFunction(
    _ batch: TextBatch, _ configuration: TextConfiguration, _ tape: Tape
  ) -> Tape.Variable {
    let shape = [batch.count, batch.length]
    let types = batch.tokenTypes ?? [Int](repeating: 0, count: batch.ids.count)
    let pieces = words(batch.ids, shape: shape, tape)
    let segments = tokenTypes(types, shape: shape, tape)
    let places = positions(configuration.positionRows(batch), shape: shape, tape)
    let sum = tape.add(tape.add(pieces, segments), places)
    return tape.dropout(norm(sum, tape), configuration.stack.hiddenDropout)
  }
}

extension BERTModel {
  /// What goes into the first layer: B×T×D.
  ///
  /// - Throws: `EncoderInputError` when the batch does not fit the model's tables.
  package func embed(
    _ batch: TextBatch, _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    try batch.check(
      vocabulary: configuration.vocabulary, longest: configuration.longest,
      tokenTypes: configuration.tokenTypes)
    return tape.reading(.words, embeddings(batch, configuration, tape))
  }

  /// Pieces → vectors.
  ///
  /// - Parameters:
  ///   - prefixes: more keys and values, one set per layer, e.g. a `VisualPrefix`; empty: none.
  ///   - watch: sees and may replace the attention weights; nil costs nothing.
  /// - Throws: `EncoderInputError` when the batch does not fit the model's tables.
  package func callAsFunction(
    _ batch: TextBatch, prefixes: [AttentionPrefix] = [], _ tape: Tape,
    _ watch: AttentionWatch? = nil
  ) throws(EncoderInputError) -> EncoderOutput {
    let x = try embed(batch, tape)
    let states = encoder(
      x, mask: AttentionMask(keys: batch.mask), prefixes: prefixes, tape, watch)
    let last = states[states.count - 1]
    var pooled: Tape.Variable?
    if let pooler {
      let first = tape.positions([Int](repeating: 0, count: batch.count), of: last)
      pooled = tape.tanh(pooler(first, tape))
    }
    return EncoderOutput(last: last, hidden: states, pooled: pooled)
  }
}
