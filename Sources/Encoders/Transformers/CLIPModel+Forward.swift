import Tensors

extension CLIPTextConfiguration {
  /// Where each sequence is read: at its first end-of-text piece; in folders that still say 2, at
  /// its largest id, which is the end of text in CLIP's vocabulary.
  func readPositions(_ batch: TextBatch) -> [Int] {
    (0..<batch.count).map { item in
      let row = batch.ids[(item * batch.length)..<((item + 1) * batch.length)]
      let found =
        endOfText == 2
        ? row.max().flatMap { row.firstIndex(of: $0) } : row.firstIndex(of: endOfText)
      return found.map { $0 - row.startIndex } ?? 0
    }
  }
}

extension CLIPTextModel {
  /// Pieces → vectors; `pooled` is the end-of-text position, all after the last norm.
  ///
  /// - Parameter watch: sees and may replace the attention weights; nil costs nothing.
  /// - Throws: `EncoderInputError` when the batch does not fit the model's tables.
  package func callAsFunction(
    _ batch: TextBatch, _ tape: Tape, _ watch: AttentionWatch? = nil
  ) throws(EncoderInputError) -> EncoderOutput {
    try batch.check(
      vocabulary: configuration.vocabulary, longest: configuration.positions, tokenTypes: 1)
    return self(
      words(batch.ids, shape: [batch.count, batch.length], tape), of: batch, tape, watch)
  }

  /// The same from the vectors of the pieces, B×T×D, without their positions.
  func callAsFunction(
    _ vectors: Tape.Variable, of batch: TextBatch, _ tape: Tape, _ watch: AttentionWatch? = nil
  ) -> EncoderOutput {
    let shape = [batch.count, batch.length]
    let places = batch.ids.indices.map { $0 % batch.length }
    let x = tape.add(vectors, positions(places, shape: shape, tape))
    let states = encoder(x, mask: AttentionMask(keys: batch.mask, causal: true), tape, watch)
    let last = finalNorm(states[states.count - 1], tape)
    let pooled = tape.positions(configuration.readPositions(batch), of: last)
    return EncoderOutput(last: last, hidden: states, pooled: pooled)
  }
}

extension CLIPModel {
  /// The unit vectors of sentences, B×P, from the text tower's pooled output B×D.
  package func textVectors(_ pooled: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    tape.normalizeRows(textProjection(pooled, tape))
  }

  /// The unit vectors of pictures, B×P, from the vision tower's pooled output B×D.
  package func pictureVectors(_ pooled: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    tape.normalizeRows(visualProjection(pooled, tape))
  }

  /// pictures × sentences: cosines times exp(logit scale).
  package func logits(
    pictures: Tape.Variable, texts: Tape.Variable, _ tape: Tape
  ) -> Tape.Variable {
    tape.scaleByExp(tape.multiplyTransposed(pictures, texts), tape(logitScale))
  }

  /// What each piece adds to direction · t by the gradient: its vector times the gradient there, a
  /// number per piece. Against pieces whose vectors are zero, in their positions.
  ///
  /// - Throws: `EncoderInputError` when the pieces do not fit the model's tables.
  package func gradientTimesInput(
    pieces: [Int], toward direction: [Float]
  ) throws(EncoderInputError) -> [Float] {
    let batch = TextBatch([pieces], padding: 0)
    let text = configuration.text
    try batch.check(vocabulary: text.vocabulary, longest: text.positions, tokenTypes: 1)
    let plain = Tape()
    let vectors = plain[self.text.words(pieces, shape: [1, pieces.count], plain)]
    let tape = Tape(recording: true, training: false)
    let input = tape.input(vectors)
    guard let pooled = self.text(input, of: batch, tape).pooled else { return [] }
    return tape.gradientTimesInput(
      input, less: [Float](repeating: 0, count: vectors.count), textVectors(pooled, tape),
      direction
    ).sums(of: vectors.count / pieces.count)
  }

  /// What each pixel of a picture adds to direction · v by the gradient: its distance from the
  /// picture's mean colour times the gradient there, S × S numbers, row by row.
  ///
  /// - Parameter pixels: 1×3×S×S.
  /// - Throws: `EncoderInputError` for pictures of another size.
  package func gradientTimesInput(
    pixels: Tensor, toward direction: [Float]
  ) throws(EncoderInputError) -> [Float] {
    let tape = Tape(recording: true, training: false)
    let input = tape.input(pixels)
    guard let pooled = try vision(input, tape).pooled else { return [] }
    return tape.gradientTimesInput(
      input, less: pixels.array.channelMeans(3), pictureVectors(pooled, tape), direction
    ).sumOverChannels(3)
  }
}
