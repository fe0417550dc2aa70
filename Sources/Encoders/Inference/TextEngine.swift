import Tensors

/// What an engine computed for a batch.
package struct EngineOutput: Sendable {
  /// The last layer's states B×T×D, after the model's last norm where it has one over all;
  /// positions of padding are 0.
  package var last: Tensor
  /// One vector per item, B×D (or B×P where a projection follows); nil when the model has no
  /// pooler.
  package var pooled: Tensor?
}

/// The rows of a padded batch that are real pieces, item by item: padding is not computed.
struct UnpaddedRows {
  /// Index into the batch's B×T ids of each row.
  let places: [Int]
  /// Rows of each item.
  let lengths: [Int]

  init(_ batch: TextBatch) {
    guard let mask = batch.mask else {
      places = Array(batch.ids.indices)
      lengths = [Int](repeating: batch.length, count: batch.count)
      return
    }
    places = mask.indices.filter { mask[$0] }
    lengths = (0..<batch.count).map { item in
      mask[(item * batch.length)..<((item + 1) * batch.length)].reduce(0) { $0 + ($1 ? 1 : 0) }
    }
  }

  /// Rows back among the padding: B×T×D.
  func padded(_ x: MatrixView, _ batch: TextBatch) -> Tensor {
    var result = Tensor([batch.count, batch.length, x.columns])
    result.array.withUnsafeMutableBufferPointer { target in
      for (row, place) in places.enumerated() {
        let source = UnsafeBufferPointer(start: x.base + row * x.stride, count: x.columns)
        _ = target[(place * x.columns)...].update(fromContentsOf: source)
      }
    }
    return result
  }

  /// Copies the row of one position (counted with padding) of every item; zeros where that
  /// position is padding.
  func copy(_ positions: [Int], length: Int, of x: MatrixView, into y: MatrixView) {
    let rows = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1, $0) })
    for (item, position) in positions.enumerated() {
      let target = UnsafeMutableBufferPointer(start: y.base + item * y.stride, count: y.columns)
      if let row = rows[item * length + position] {
        let source = UnsafeBufferPointer(start: x.base + row * x.stride, count: x.columns)
        _ = target.update(fromContentsOf: source)
      } else {
        target.update(repeating: 0)
      }
    }
  }
}

extension MatrixView {
  /// Row r ← the sum over tables of the row that `rows` names for it.
  func gather(_ tables: [(table: Tensor, rows: (Int) -> Int)]) {
    RowKernels.split(rows, work: tables.count * columns) { range in
      for r in range {
        let target = base + r * stride
        for (i, (table, row)) in tables.enumerated() {
          let at = row(r)
          table.array.withUnsafeBufferPointer { source in
            let start = at * columns
            precondition(
              at >= 0 && start + columns <= source.count, "row \(at) is not in the table")
            if i == 0 {
              for c in 0..<columns { target[c] = source[start + c] }
            } else {
              for c in 0..<columns { target[c] += source[start + c] }
            }
          }
        }
      }
    }
  }
}

/// BERT or RoBERTa with packed weights: forward passes only, without a tape.
///
/// Numbers differ from the tape's by rounding only. An engine may be used from several threads at
/// once.
package struct BERTEngine: Sendable {
  /// Sizes and switches.
  package let configuration: TextConfiguration
  let words: Tensor
  let positions: Tensor
  let tokenTypes: Tensor
  let norm: PackedStack.Norm
  let stack: PackedStack
  let pooler: PackedStack.Projection?
  private let arenas = ArenaPool()

  /// Packs a model. When nobody else holds the model, its weights are in memory once.
  ///
  /// - Parameter precision: of the layers' products.
  package init(_ model: consuming BERTModel, precision: Precision = .ofOpening) {
    configuration = model.configuration
    words = model.embeddings.words.weight.value
    positions = model.embeddings.positions.weight.value
    tokenTypes = model.embeddings.tokenTypes.weight.value
    norm = PackedStack.Norm(model.embeddings.norm)
    pooler = model.pooler.map { PackedStack.Projection($0) }
    let encoder = model.encoder
    model.encoder.layers = []
    stack = PackedStack(encoder, precision)
  }

  /// Pieces → vectors.
  ///
  /// - Parameters:
  ///   - prefixes: more keys and values, one set per layer, e.g. of a `VisualPrefix`; empty: none.
  ///   - watch: sees and may replace the attention weights; nil costs nothing.
  /// - Throws: `EncoderInputError` when the batch does not fit the model's tables.
  package func callAsFunction(
    _ batch: TextBatch, prefixes: [PrefixValues] = [], _ watch: AttentionWatch? = nil
  ) throws(EncoderInputError) -> EngineOutput {
    try batch.check(
      vocabulary: configuration.vocabulary, longest: configuration.longest,
      tokenTypes: configuration.tokenTypes)
    let real = UnpaddedRows(batch)
    let (rows, d) = (real.places.count, configuration.stack.hiddenSize)
    let attention = RowKernels.Attention(
      heads: configuration.stack.heads, lengths: real.lengths, causal: false,
      prefix: prefixes.first?.keys.shape[1] ?? 0)
    let size =
      stack.arenaSize(rows: rows, attention: attention) + Arena.size(rows: rows, columns: d)
      + 2 * Arena.size(rows: batch.count, columns: d)
    return arenas.borrow(reserving: size) { arena in
      let x = arena.matrix(rows: rows, columns: d)
      let places = configuration.positionRows(batch)
      x.gather([
        (words, { batch.ids[real.places[$0]] }),
        (tokenTypes, { batch.tokenTypes?[real.places[$0]] ?? 0 }),
        (positions, { places[real.places[$0]] }),
      ])
      norm(x, into: x)
      stack.run(x, attention, prefixes: prefixes, arena, watch)
      var output = EngineOutput(last: real.padded(x, batch))
      if let pooler {
        let first = arena.matrix(rows: batch.count, columns: d)
        let pooled = arena.matrix(rows: batch.count, columns: d)
        real.copy(
          [Int](repeating: 0, count: batch.count), length: batch.length, of: x, into: first)
        pooler(first, into: pooled, .tanh)
        output.pooled = pooled.tensor
      }
      return output
    }
  }
}
