/// Where each real token of a padded batch stands when rows are laid out time by time, longest
/// sequence first.
struct PackedLayout: Sendable {
  /// Batch indices by falling length.
  let order: [Int]
  /// Number of sequences still running at each time.
  let active: [Int]
  /// First row of each time.
  let offsets: [Int]
  /// Total number of real tokens.
  let rows: Int

  init(lengths: [Int]) {
    order = lengths.indices.sorted { (lengths[$0], $1) > (lengths[$1], $0) }
    let longest = lengths.max() ?? 0
    active = (0..<longest).map { t in lengths.reduce(0) { $0 + ($1 > t ? 1 : 0) } }
    var offset = 0
    offsets = active.map { n in
      defer { offset += n }
      return offset
    }
    rows = offset
  }

  /// Calls `body(row, batch index, time)` for every real token.
  func forEach(_ body: (_ row: Int, _ item: Int, _ time: Int) -> Void) {
    for t in active.indices { for j in 0..<active[t] { body(offsets[t] + j, order[j], t) } }
  }
}

/// One direction of an LSTM over a packed batch; gate order i, f, g, o.
struct LSTMDirection: Sendable {
  let layout: PackedLayout
  let hidden: Int
  let reversed: Bool
  /// rows × 4H, after the activations.
  var gates: [Float] = []
  /// rows × H each: cell, tanh of the cell, hidden state, and what came in from the previous time.
  var cell: [Float] = []
  var cellTanh: [Float] = []
  var state: [Float] = []
  var previousState: [Float] = []
  var previousCell: [Float] = []

  var times: [Int] {
    let all = Array(layout.active.indices)
    return reversed ? all.reversed() : all
  }

  /// x: rows×I, wx: 4H×I, wh: 4H×H, bias: 4H.
  mutating func run(x: [Float], inputs: Int, wx: Tensor, wh: Tensor, bias: [Float]) {
    let (rows, h, layout) = (layout.rows, hidden, layout)
    var gates = [Float](repeating: 0, count: rows * 4 * h)
    for r in 0..<rows { for k in 0..<(4 * h) { gates[r * 4 * h + k] = bias[k] } }
    BLAS.multiply(
      x, lda: inputs, wx.array, transposeB: true, ldb: inputs, into: &gates, ldc: 4 * h, m: rows,
      n: 4 * h, k: inputs, beta: 1)
    let zeros = [Float](repeating: 0, count: rows * h)
    var (cell, cellTanh, state, previousState, previousCell) = (zeros, zeros, zeros, zeros, zeros)
    // Sequences are sorted by length, so those running at a time are a prefix; going backwards in
    // time new ones join at the end of that prefix with a zero state.
    var s = [Float](repeating: 0, count: layout.order.count * h)
    var c = s
    gates.withUnsafeMutableBufferPointer { g in
      guard let gb = g.baseAddress else { return }
      for t in times {
        let (n, at) = (layout.active[t], layout.offsets[t])
        for i in 0..<(n * h) {
          previousState[at * h + i] = s[i]
          previousCell[at * h + i] = c[i]
        }
        let gate = gb + at * 4 * h
        BLAS.multiply(
          s, lda: h, wh.array, transposeB: true, ldb: h, into: gate, ldc: 4 * h, m: n, n: 4 * h,
          k: h, beta: 1)
        for j in 0..<n {
          let p = gate + j * 4 * h
          VectorMath.sigmoid(p, into: p, 2 * h)
          VectorMath.tanh(p + 2 * h, into: p + 2 * h, h)
          VectorMath.sigmoid(p + 3 * h, into: p + 3 * h, h)
          for k in 0..<h { c[j * h + k] = p[h + k] * c[j * h + k] + p[k] * p[2 * h + k] }
        }
        for i in 0..<(n * h) { cell[at * h + i] = c[i] }
        cellTanh.withUnsafeMutableBufferPointer { target in
          guard let b = target.baseAddress else { return }
          VectorMath.tanh(c, into: b + at * h, n * h)
        }
        for j in 0..<n {
          let p = gate + j * 4 * h
          for k in 0..<h {
            let i = (at + j) * h + k
            let value = p[3 * h + k] * cellTanh[i]
            s[j * h + k] = value
            state[i] = value
          }
        }
      }
    }
    self.gates = gates
    self.cell = cell
    self.cellTanh = cellTanh
    self.state = state
    self.previousState = previousState
    self.previousCell = previousCell
  }

  /// Gradient with respect to the gates before activation (rows×4H), from that of the states
  /// (rows×H).
  func gateGradients(_ dState: [Float], wh: Tensor) -> [Float] {
    let (rows, h) = (layout.rows, hidden)
    var result = [Float](repeating: 0, count: rows * 4 * h)
    let items = layout.order.count
    var (ds, dc) = (
      [Float](repeating: 0, count: items * h), [Float](repeating: 0, count: items * h)
    )
    result.withUnsafeMutableBufferPointer { out in
      guard let base = out.baseAddress else { return }
      for t in times.reversed() {
        let (n, at) = (layout.active[t], layout.offsets[t])
        for j in 0..<n {
          for k in 0..<h {
            let r = (at + j) * h + k
            let p = (at + j) * 4 * h + k
            let (i, f, g, o) = (gates[p], gates[p + h], gates[p + 2 * h], gates[p + 3 * h])
            let dh = dState[r] + ds[j * h + k]
            let d = dc[j * h + k] + dh * o * (1 - cellTanh[r] * cellTanh[r])
            base[p] = d * g * i * (1 - i)
            base[p + h] = d * previousCell[r] * f * (1 - f)
            base[p + 2 * h] = d * i * (1 - g * g)
            base[p + 3 * h] = dh * cellTanh[r] * o * (1 - o)
            dc[j * h + k] = d * f
          }
        }
        BLAS.multiply(
          base + at * 4 * h, lda: 4 * h, wh.array, ldb: h, into: &ds, ldc: h, m: n, n: h, k: 4 * h)
        // Going back in the forward direction, sequences that had ended join later: their state
        // gradient is still zero. In the reversed direction those that begin here must not pass
        // theirs on.
        if reversed {
          let next = t + 1 < layout.active.count ? layout.active[t + 1] : 0
          for i in (next * h)..<max(next * h, n * h) {
            ds[i] = 0
            dc[i] = 0
          }
        }
      }
    }
    return result
  }
}

extension Tape {
  /// The weights of one LSTM direction: `weightInput` 4H×I, `weightHidden` 4H×H, two biases of 4H.
  package struct LSTMWeights {
    let weightInput: Variable
    let weightHidden: Variable
    let biasInput: Variable
    let biasHidden: Variable

    /// The four handles of one direction.
    package init(
      weightInput: Variable, weightHidden: Variable, biasInput: Variable, biasHidden: Variable
    ) {
      self.weightInput = weightInput
      self.weightHidden = weightHidden
      self.biasInput = biasInput
      self.biasHidden = biasHidden
    }

    var all: [Variable] { [weightInput, weightHidden, biasInput, biasHidden] }
  }

  /// An LSTM layer over padded sequences, each run over its own length only (packed).
  ///
  /// - Parameters:
  ///   - x: B×T×I; positions past a length are ignored and give zeros.
  ///   - directions: one (forward) or two (forward, backward) sets of weights.
  /// - Returns: B×T×(H·directions).
  package func lstm(_ x: Variable, lengths: [Int], directions: [LSTMWeights]) -> Variable {
    let input = self[x]
    let (batch, times, inputs) = (input.shape[0], input.shape[1], input.shape[2])
    let hidden = self[directions[0].weightHidden].shape[1]
    let layout = PackedLayout(lengths: lengths)
    var packed = [Float](repeating: 0, count: layout.rows * inputs)
    layout.forEach { row, item, t in
      let source = (item * times + t) * inputs
      for k in 0..<inputs { packed[row * inputs + k] = input.array[source + k] }
    }
    let rowsIn = packed
    let weights = directions.map { d in
      (
        wx: self[d.weightInput], wh: self[d.weightHidden],
        bias: zip(self[d.biasInput].array, self[d.biasHidden].array).map(+)
      )
    }
    var runs = directions.indices.map {
      LSTMDirection(layout: layout, hidden: hidden, reversed: $0 == 1)
    }
    runs.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let buffer = buffer
      Parallel.blocks(of: directions.count, into: directions.count) { _, range in
        for i in range {
          buffer[i].run(
            x: rowsIn, inputs: inputs, wx: weights[i].wx, wh: weights[i].wh, bias: weights[i].bias)
        }
      }
    }
    let done = runs
    let width = hidden * directions.count
    var out = Tensor([batch, times, width])
    layout.forEach { row, item, t in
      for (i, run) in done.enumerated() {
        let target = (item * times + t) * width + i * hidden
        for k in 0..<hidden { out.array[target + k] = run.state[row * hidden + k] }
      }
    }
    return record(out, from: [x] + directions.flatMap(\.all)) { tape, g in
      nonisolated(unsafe) let g = g
      var gateGradients = [[Float]](repeating: [], count: directions.count)
      gateGradients.withUnsafeMutableBufferPointer { buffer in
        nonisolated(unsafe) let buffer = buffer
        Parallel.blocks(of: directions.count, into: directions.count) { _, range in
          for i in range {
            var dState = [Float](repeating: 0, count: layout.rows * hidden)
            layout.forEach { row, item, t in
              let source = (item * times + t) * width + i * hidden
              for k in 0..<hidden { dState[row * hidden + k] = g[source + k] }
            }
            buffer[i] = done[i].gateGradients(dState, wh: weights[i].wh)
          }
        }
      }
      var dx = [Float](repeating: 0, count: layout.rows * inputs)
      for (i, d) in directions.enumerated() {
        let dg = gateGradients[i]
        tape.addGradient(d.weightInput) { p in
          BLAS.multiply(
            dg, transposeA: true, lda: 4 * hidden, rowsIn, ldb: inputs, into: p, ldc: inputs,
            m: 4 * hidden, n: inputs, k: layout.rows, beta: 1)
        }
        tape.addGradient(d.weightHidden) { p in
          BLAS.multiply(
            dg, transposeA: true, lda: 4 * hidden, done[i].previousState, ldb: hidden, into: p,
            ldc: hidden, m: 4 * hidden, n: hidden, k: layout.rows, beta: 1)
        }
        for bias in [d.biasInput, d.biasHidden] {
          tape.addGradient(bias) { p in
            for r in 0..<layout.rows {
              for k in 0..<(4 * hidden) { p[k] += dg[r * 4 * hidden + k] }
            }
          }
        }
        if tape.needsGradient(x) {
          BLAS.multiply(
            dg, lda: 4 * hidden, weights[i].wx.array, ldb: inputs, into: &dx, ldc: inputs,
            m: layout.rows, n: inputs, k: 4 * hidden, beta: 1)
        }
      }
      tape.addGradient(x) { p in
        layout.forEach { row, item, t in
          let target = (item * times + t) * inputs
          for k in 0..<inputs { p[target + k] += dx[row * inputs + k] }
        }
      }
    }
  }
}
