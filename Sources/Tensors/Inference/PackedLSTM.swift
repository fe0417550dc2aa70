import CKernels

/// LSTM layers with packed weights: forward passes only, without a tape.
///
/// The inputs of all times and both directions are one product; the directions then run on a
/// thread each. Numbers differ from the tape's by rounding only.
package struct PackedLSTM: Sendable {
  /// H of one direction.
  package let hidden: Int
  let layers: [Layer]
  private let arenas = ArenaPool()

  /// One layer: the input weights of all directions side by side, the recurrent ones apart.
  struct Layer: Sendable {
    let input: PackedMatrix
    let bias: FloatBuffer
    let recurrent: [PackedMatrix]

    init(_ directions: [LSTM.Direction]) {
      input = PackedMatrix(joining: directions.map(\.weightInput.value))
      bias = FloatBuffer(
        directions.flatMap { zip($0.biasInput.value.array, $0.biasHidden.value.array).map(+) })
      recurrent = directions.map { PackedMatrix($0.weightHidden.value) }
    }
  }

  /// Packs the layers.
  package init(_ lstm: LSTM) {
    Precision.keepsFloat32(because: "its LSTM is float32 always")
    hidden = lstm.hidden
    layers = lstm.layers.map { Layer($0) }
  }

  /// B×T×I padded sequences → B×T×(H·directions), zeros past each length.
  package func callAsFunction(_ x: Tensor, lengths: [Int]) -> Tensor {
    let (batch, times) = (x.shape[0], x.shape[1])
    precondition(
      x.shape.count == 3 && lengths.count == batch && lengths.allSatisfy { 0...times ~= $0 }
        && layers.first?.input.inputs == x.shape[2], "\(lengths) of \(x.shape)")
    let layout = PackedLayout(lengths: lengths)
    let directions = layers[0].recurrent.count
    let width = hidden * directions
    let widest = layers.map(\.input.inputs).max() ?? 0
    let size =
      Arena.size(rows: layout.rows, columns: widest) + Arena.size(rows: layout.rows, columns: width)
      + Arena.size(rows: layout.rows, columns: 4 * width) + 4 * (batch * hidden + 16)
    return arenas.borrow(reserving: size * max(1, layers.count)) { arena in
      var rows = arena.matrix(rows: layout.rows, columns: x.shape[2])
      x.array.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        layout.forEach { row, item, t in
          (rows.base + row * rows.stride).update(
            from: source + (item * times + t) * x.shape[2], count: x.shape[2])
        }
      }
      for layer in layers { rows = run(layer, rows, layout, arena) }
      var out = Tensor([batch, times, width])
      out.array.withUnsafeMutableBufferPointer { target in
        guard let target = target.baseAddress else { return }
        layout.forEach { row, item, t in
          (target + (item * times + t) * width).update(
            from: rows.base + row * rows.stride, count: width)
        }
      }
      return out
    }
  }

  private func run(
    _ layer: Layer, _ x: MatrixView, _ layout: PackedLayout, _ arena: Arena
  ) -> MatrixView {
    let h = hidden
    let directions = layer.recurrent.count
    let gates = arena.matrix(rows: x.rows, columns: 4 * h * directions)
    let out = arena.matrix(rows: x.rows, columns: h * directions)
    layer.input.multiply(x, into: gates, .init(bias: UnsafePointer(layer.bias.base)))
    let sequences = layout.order.count
    let states = (0..<directions).map { _ in
      (state: arena.numbers(sequences * h), cell: arena.numbers(sequences * h))
    }
    Parallel.tasks(directions) { d, _ in
      let (state, cell) = states[d]
      state.update(repeating: 0, count: sequences * h)
      cell.update(repeating: 0, count: sequences * h)
      var product = ck_product()
      product.a = UnsafePointer(state)
      product.lda = h
      product.taps = 1
      product.k = h
      product.b = UnsafePointer(layer.recurrent[d].buffer.base)
      product.n = 4 * h
      product.ldc = gates.stride
      product.accumulate = 1
      let panels = layer.recurrent[d].panels
      for step in layout.active.indices {
        // Sequences are sorted by length, so those running at a time are a prefix; going backwards
        // in time new ones join at its end with a zero state.
        let t = d == 1 ? layout.active.count - 1 - step : step
        let (n, at) = (layout.active[t], layout.offsets[t])
        let gate = gates.base + at * gates.stride + d * 4 * h
        product.c = gate
        ck_multiply(&product, 0, 1, 0, n, 0, panels, 0)
        ck_lstm_step(
          gate, gates.stride, cell, state, out.base + at * out.stride + d * h, out.stride, n, h)
      }
    }
    return out
  }
}
