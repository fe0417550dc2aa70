import Tensors

/// CLIP's text tower with packed weights: forward passes only, without a tape.
package struct CLIPTextEngine: Sendable {
  /// Sizes and switches.
  package let configuration: CLIPTextConfiguration
  let words: Tensor
  let positions: Tensor
  let stack: PackedStack
  let finalNorm: PackedStack.Norm
  let projection: PackedStack.Projection?
  private let arenas = ArenaPool()

  /// Packs a tower, with its projection into the common space if one is wanted.
  ///
  /// - Parameter precision: of the layers' products.
  package init(
    _ model: consuming CLIPTextModel, projection: Linear? = nil,
    precision: Precision = .ofOpening
  ) {
    configuration = model.configuration
    words = model.words.weight.value
    positions = model.positions.weight.value
    finalNorm = PackedStack.Norm(model.finalNorm)
    self.projection = projection.map { PackedStack.Projection($0) }
    let encoder = model.encoder
    model.encoder.layers = []
    stack = PackedStack(encoder, precision)
  }

  /// Pieces → vectors; `pooled` is the end-of-text position, projected when there is a projection.
  ///
  /// - Parameter watch: sees and may replace the attention weights; nil costs nothing.
  /// - Throws: `EncoderInputError` when the batch does not fit the model's tables.
  package func callAsFunction(
    _ batch: TextBatch, _ watch: AttentionWatch? = nil
  ) throws(EncoderInputError) -> EngineOutput {
    try batch.check(
      vocabulary: configuration.vocabulary, longest: configuration.positions, tokenTypes: 1)
    let real = UnpaddedRows(batch)
    let (rows, d) = (real.places.count, configuration.stack.hiddenSize)
    let outputs = projection?.weight.outputs ?? d
    let attention = RowKernels.Attention(
      heads: configuration.stack.heads, lengths: real.lengths, causal: true)
    let size =
      stack.arenaSize(rows: rows, attention: attention) + Arena.size(rows: rows, columns: d)
      + Arena.size(rows: batch.count, columns: d)
      + Arena.size(rows: batch.count, columns: outputs)
    return arenas.borrow(reserving: size) { arena in
      let x = arena.matrix(rows: rows, columns: d)
      x.gather([
        (words, { batch.ids[real.places[$0]] }),
        (positions, { real.places[$0] % batch.length }),
      ])
      stack.run(x, attention, arena, watch)
      finalNorm(x, into: x)
      let read = arena.matrix(rows: batch.count, columns: d)
      real.copy(configuration.readPositions(batch), length: batch.length, of: x, into: read)
      return EngineOutput(
        last: real.padded(x, batch), pooled: projection.projected(read, arena))
    }
  }
}

extension PackedStack.Projection? {
  /// The projected rows, or the rows themselves without a projection.
  func projected(
    _ x: MatrixView, _ arena: Arena, _ function: PackedMatrix.Function = .identity
  ) -> Tensor {
    guard let self else { return x.tensor }
    let y = arena.matrix(rows: x.rows, columns: self.weight.outputs)
    self(x, into: y, function)
    return y.tensor
  }
}

/// CLIP's picture tower or a ViT with packed weights: forward passes only, without a tape.
package struct VisionEngine: Sendable {
  /// Sizes and switches.
  package let configuration: VisionConfiguration
  let patches: PackedMatrix
  let patchBias: FloatBuffer?
  let classToken: Tensor
  let positions: Tensor
  /// CLIP's norm before the first layer.
  let preNorm: PackedStack.Norm?
  let stack: PackedStack
  /// CLIP: over the class position only; ViT: over all.
  let lastNorm: PackedStack.Norm
  let projection: PackedStack.Projection?
  private let isCLIP: Bool
  private let arenas = ArenaPool()

  /// Packs CLIP's tower, with its projection into the common space if one is wanted.
  ///
  /// - Parameter precision: of the layers' products.
  package init(
    _ model: consuming CLIPVisionModel, projection: Linear? = nil,
    precision: Precision = .ofOpening
  ) {
    let encoder = model.encoder
    model.encoder.layers = []
    self.init(
      model.configuration, model.embeddings, preNorm: model.preNorm, encoder,
      lastNorm: model.postNorm, projection: projection, isCLIP: true, precision)
  }

  /// Packs a ViT.
  ///
  /// - Parameter precision: of the layers' products.
  package init(_ model: consuming ViTModel, precision: Precision = .ofOpening) {
    let encoder = model.encoder
    model.encoder.layers = []
    self.init(
      model.configuration, model.embeddings, preNorm: nil, encoder, lastNorm: model.norm,
      projection: model.pooler, isCLIP: false, precision)
  }

  private init(
    _ configuration: VisionConfiguration, _ embeddings: PatchEmbedding, preNorm: LayerNorm?,
    _ encoder: consuming TransformerStack, lastNorm: LayerNorm, projection: Linear?, isCLIP: Bool,
    _ precision: Precision
  ) {
    self.configuration = configuration
    patches = PackedMatrix(embeddings.projection.value)
    patchBias = embeddings.projectionBias.map { FloatBuffer($0.value.array) }
    classToken = embeddings.classToken.value
    positions = embeddings.positions.value
    self.preNorm = preNorm.map { PackedStack.Norm($0) }
    self.lastNorm = PackedStack.Norm(lastNorm)
    self.projection = projection.map { PackedStack.Projection($0) }
    self.isCLIP = isCLIP
    stack = PackedStack(encoder, precision)
  }

  /// Pictures B×3×S×S → vectors of the class position and every patch, as the model on the tape
  /// gives them; CLIP's `pooled` is projected when there is a projection.
  ///
  /// - Parameter watch: sees and may replace the attention weights; nil costs nothing.
  /// - Throws: `EncoderInputError` for pictures of another size.
  package func callAsFunction(
    _ pixels: Tensor, _ watch: AttentionWatch? = nil
  ) throws(EncoderInputError) -> EngineOutput {
    try configuration.check(pixels.shape)
    let (batch, each, d) = (
      pixels.shape[0], configuration.positions, configuration.stack.hiddenSize
    )
    let outputs = projection?.weight.outputs ?? d
    let attention = RowKernels.Attention(
      heads: configuration.stack.heads, lengths: [Int](repeating: each, count: batch),
      causal: false)
    let size =
      stack.arenaSize(rows: batch * each, attention: attention)
      + Arena.size(rows: batch * each, columns: d)
      + Arena.size(rows: batch * (each - 1), columns: patches.inputs)
      + Arena.size(rows: batch, columns: d) + Arena.size(rows: batch, columns: outputs)
    return arenas.borrow(reserving: size) { arena in
      let x = embed(pixels, arena)
      preNorm?(x, into: x)
      stack.run(x, attention, arena, watch)
      if !isCLIP { lastNorm(x, into: x) }
      let first = arena.matrix(rows: batch, columns: d)
      for item in 0..<batch {
        (first.base + item * first.stride)
          .update(from: x.base + item * each * x.stride, count: d)
      }
      let last = x.tensor.reshaped([batch, each, d])
      if isCLIP {
        lastNorm(first, into: first)
        return EngineOutput(last: last, pooled: projection.projected(first, arena))
      }
      let pooled = projection == nil ? nil : projection.projected(first, arena, .tanh)
      return EngineOutput(last: last, pooled: pooled)
    }
  }

  /// Every patch of one picture under the last norm and the projection, N×P: what the class
  /// position gets in the reference, for finding places that are like a text.
  ///
  /// - Throws: as `callAsFunction`.
  package func projectedPatches(_ pixels: Tensor) throws(EncoderInputError) -> Tensor {
    let last = try self(pixels).last
    let (rows, d) = (last.shape[1] - 1, last.shape[2])
    let outputs = projection?.weight.outputs ?? d
    let size =
      2 * Arena.size(rows: rows, columns: d) + Arena.size(rows: rows, columns: outputs)
    return arenas.borrow(reserving: size) { arena in
      let x = arena.matrix(rows: rows, columns: d)
      for row in 0..<rows {
        last.array.withUnsafeBufferPointer {
          if let source = $0.baseAddress {
            (x.base + row * x.stride).update(from: source + (row + 1) * d, count: d)
          }
        }
      }
      lastNorm(x, into: x)
      return projection.projected(x, arena)
    }
  }

  /// Patches as vectors behind the class vector, positions added: (B·P) × D.
  private func embed(_ pixels: Tensor, _ arena: Arena) -> MatrixView {
    let (batch, each, d) = (
      pixels.shape[0], configuration.positions, configuration.stack.hiddenSize
    )
    let (side, patch, grid) = (configuration.side, configuration.patch, configuration.grid)
    let x = arena.matrix(rows: batch * each, columns: d)
    let cut = arena.matrix(rows: batch * (each - 1), columns: patches.inputs)
    pixels.array.withUnsafeBufferPointer { numbers in
      guard let source = numbers.baseAddress else { return }
      RowKernels.split(cut.rows, work: cut.columns) { range in
        for row in range {
          let (item, cell) = (row / (each - 1), row % (each - 1))
          let corner = source + item * 3 * side * side + cell / grid * patch * side
          for line in 0..<(3 * patch) {
            let (channel, y) = (line / patch, line % patch)
            (cut.base + row * cut.stride + line * patch).update(
              from: corner + (channel * side + y) * side + cell % grid * patch, count: patch)
          }
        }
      }
    }
    for item in 0..<batch {
      // The first row is the class vector; positions are added to all.
      func part(_ view: MatrixView, from row: Int, count: Int) -> MatrixView {
        MatrixView(
          base: view.base + row * view.stride, rows: count, columns: view.columns,
          stride: view.stride)
      }
      positions.array.withUnsafeBufferPointer { numbers in
        guard let places = numbers.baseAddress else { return }
        let target = x.base + item * each * x.stride
        for c in 0..<d { target[c] = classToken.array[c] + places[c] }
        // Read only.
        let added = MatrixView(
          base: UnsafeMutablePointer(mutating: places + d), rows: each - 1, columns: d, stride: d)
        patches.multiply(
          part(cut, from: item * (each - 1), count: each - 1),
          into: part(x, from: item * each + 1, count: each - 1),
          .init(bias: patchBias.map { UnsafePointer($0.base) }, residual: added))
      }
    }
    return x
  }
}
