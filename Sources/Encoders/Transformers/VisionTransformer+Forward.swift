import Tensors

extension VisionConfiguration {
  func check(_ shape: [Int]) throws(EncoderInputError) {
    guard shape.count == 4, shape[0] > 0, shape[1] == 3, shape[2] == side, shape[3] == side
    else { throw .pictures(shape: shape, expected: "B×3×\(side)×\(side)") }
  }
}

extension PatchEmbedding {
  /// B×3×S×S → B×P×D, the class position first.
  func callAsFunction(_ pixels: Tape.Variable, patch: Int, _ tape: Tape) -> Tape.Variable {
    let patches = projected(pixels, patch: patch, tape)
    return tape.add(tape.prepend(tape(classToken), to: patches), tape(positions))
  }

  /// B×3×S×S → B×(S/p)²×D, row by row: neither class nor positions, so that S may be any multiple
  /// of the patch's side p.
  package func projected(_ pixels: Tape.Variable, patch: Int, _ tape: Tape) -> Tape.Variable {
    let maps = tape.convolution(pixels, weight: tape(projection), stride: patch, padding: 0)
    let patches = tape.regions(maps)
    return projectionBias.map { tape.add(patches, tape($0)) } ?? patches
  }
}

extension ViTModel {
  /// Pictures B×3×S×S → vectors of the class position and every patch.
  ///
  /// - Parameter watch: sees and may replace the attention weights; nil costs nothing.
  /// - Throws: `EncoderInputError` for pictures of another size.
  package func callAsFunction(
    _ pixels: Tape.Variable, _ tape: Tape, _ watch: AttentionWatch? = nil
  ) throws(EncoderInputError) -> EncoderOutput {
    let shape = tape.shape(pixels)
    try configuration.check(shape)
    let x = tape.dropout(
      embeddings(pixels, patch: configuration.patch, tape), configuration.stack.hiddenDropout)
    let states = encoder(x, mask: AttentionMask(), tape, watch)
    let last = norm(states[states.count - 1], tape)
    var pooled: Tape.Variable?
    if let pooler {
      let first = tape.positions([Int](repeating: 0, count: shape[0]), of: last)
      pooled = tape.tanh(pooler(first, tape))
    }
    return EncoderOutput(last: last, hidden: states, pooled: pooled)
  }
}

extension CLIPVisionModel {
  /// Pictures B×3×S×S → vectors of the class position and every patch; `last` comes before the
  /// last norm and `pooled` is the class position after it, as in the reference.
  ///
  /// - Parameter watch: sees and may replace the attention weights; nil costs nothing.
  /// - Throws: `EncoderInputError` for pictures of another size.
  package func callAsFunction(
    _ pixels: Tape.Variable, _ tape: Tape, _ watch: AttentionWatch? = nil
  ) throws(EncoderInputError) -> EncoderOutput {
    let shape = tape.shape(pixels)
    try configuration.check(shape)
    let x = preNorm(embeddings(pixels, patch: configuration.patch, tape), tape)
    let states = encoder(x, mask: AttentionMask(), tape, watch)
    let last = states[states.count - 1]
    let first = tape.positions([Int](repeating: 0, count: shape[0]), of: last)
    return EncoderOutput(last: last, hidden: states, pooled: postNorm(first, tape))
  }
}
