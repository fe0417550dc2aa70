/// The geometry of a 2-D convolution or pooling window.
struct Window {
  let channels: Int
  let height: Int
  let width: Int
  let kernel: Int
  let stride: Int
  let padding: Int

  var outHeight: Int { (height + 2 * padding - kernel) / stride + 1 }
  var outWidth: Int { (width + 2 * padding - kernel) / stride + 1 }
  var outArea: Int { outHeight * outWidth }
  var columnRows: Int { channels * kernel * kernel }

  /// Unfolds one picture C×H×W into (C·k·k)×(outHeight·outWidth).
  func unfold(_ x: UnsafePointer<Float>, into columns: UnsafeMutablePointer<Float>) {
    var row = columns
    for c in 0..<channels {
      for ky in 0..<kernel {
        for kx in 0..<kernel {
          for oy in 0..<outHeight {
            let y = oy * stride + ky - padding
            let line = row + oy * outWidth
            if y < 0 || y >= height {
              for ox in 0..<outWidth { line[ox] = 0 }
              continue
            }
            let source = x + (c * height + y) * width
            for ox in 0..<outWidth {
              let at = ox * stride + kx - padding
              line[ox] = at >= 0 && at < width ? source[at] : 0
            }
          }
          row += outArea
        }
      }
    }
  }

  /// The transpose of `unfold`: adds every column entry to the pixel it came from.
  func fold(_ columns: UnsafePointer<Float>, adding x: UnsafeMutablePointer<Float>) {
    var row = columns
    for c in 0..<channels {
      for ky in 0..<kernel {
        for kx in 0..<kernel {
          for oy in 0..<outHeight {
            let y = oy * stride + ky - padding
            guard y >= 0 && y < height else { continue }
            let target = x + (c * height + y) * width
            let line = row + oy * outWidth
            for ox in 0..<outWidth {
              let at = ox * stride + kx - padding
              if at >= 0 && at < width { target[at] += line[ox] }
            }
          }
          row += outArea
        }
      }
    }
  }
}

extension Tape {
  /// 2-D convolution without bias: x B×C×H×W, weight O×C×k×k; the result is B×O×H'×W'.
  package func convolution(
    _ x: Variable, weight: Variable, stride: Int, padding: Int
  ) -> Variable {
    let (input, w) = (self[x], self[weight])
    let (batch, outputs) = (input.shape[0], w.shape[0])
    precondition(
      input.shape.count == 4 && w.shape[1] == input.shape[1],
      "a convolution of \(w.shape) got \(input.shape)")
    let window = Window(
      channels: input.shape[1], height: input.shape[2], width: input.shape[3], kernel: w.shape[2],
      stride: stride, padding: padding)
    let (inputSize, outputSize) = (input.count / batch, outputs * window.outArea)
    let columnSize = window.columnRows * window.outArea
    var out = Tensor([batch, outputs, window.outHeight, window.outWidth])
    out.array.withUnsafeMutableBufferPointer { o in
      nonisolated(unsafe) let o = o
      Parallel.blocks(of: batch, into: 4) { _, range in
        var columns = [Float](repeating: 0, count: columnSize)
        input.array.withUnsafeBufferPointer { p in
          guard let source = p.baseAddress, let target = o.baseAddress else { return }
          for i in range {
            window.unfold(source + i * inputSize, into: &columns)
            BLAS.multiply(
              w.array, lda: window.columnRows, columns, ldb: window.outArea,
              into: target + i * outputSize, ldc: window.outArea, m: outputs, n: window.outArea,
              k: window.columnRows)
          }
        }
      }
    }
    return record(out, from: [x, weight]) { tape, g in
      nonisolated(unsafe) let g = g
      // dW = Σ over pictures of g columnsᵀ; each block sums its own pictures, blocks are added in
      // order.
      let blocks = 4
      var partial = [Float](repeating: 0, count: blocks * w.count)
      partial.withUnsafeMutableBufferPointer { sums in
        nonisolated(unsafe) let sums = sums
        Parallel.blocks(of: batch, into: blocks) { block, range in
          var columns = [Float](repeating: 0, count: columnSize)
          input.array.withUnsafeBufferPointer { p in
            guard let source = p.baseAddress, let sum = sums.baseAddress else { return }
            for i in range {
              window.unfold(source + i * inputSize, into: &columns)
              BLAS.multiply(
                g + i * outputSize, lda: window.outArea, columns, transposeB: true,
                ldb: window.outArea, into: sum + block * w.count, ldc: window.columnRows,
                m: outputs, n: window.columnRows, k: window.outArea, beta: 1)
            }
          }
        }
      }
      tape.addGradient(weight) { d in
        for block in 0..<blocks { for i in 0..<w.count { d[i] += partial[block * w.count + i] } }
      }
      tape.addGradient(x) { d in
        nonisolated(unsafe) let d = d
        Parallel.blocks(of: batch, into: blocks) { _, range in
          var columns = [Float](repeating: 0, count: columnSize)
          for i in range {
            BLAS.multiply(
              w.array, transposeA: true, lda: window.columnRows, g + i * outputSize,
              ldb: window.outArea, into: &columns, ldc: window.outArea, m: window.columnRows,
              n: window.outArea, k: outputs)
            window.fold(columns, adding: d + i * inputSize)
          }
        }
      }
    }
  }

  /// Maximum over k×k windows (padding counts as −∞): B×C×H×W → B×C×H'×W'.
  package func maxPool(_ x: Variable, kernel: Int, stride: Int, padding: Int) -> Variable {
    let input = self[x]
    let planes = input.shape[0] * input.shape[1]
    let window = Window(
      channels: 1, height: input.shape[2], width: input.shape[3], kernel: kernel, stride: stride,
      padding: padding)
    var out = Tensor([input.shape[0], input.shape[1], window.outHeight, window.outWidth])
    var chosen = [Int32](repeating: 0, count: out.count)
    let area = window.height * window.width
    for plane in 0..<planes {
      for oy in 0..<window.outHeight {
        for ox in 0..<window.outWidth {
          var best = -Float.infinity
          var at = 0
          for ky in 0..<kernel {
            let y = oy * stride + ky - padding
            guard y >= 0 && y < window.height else { continue }
            for kx in 0..<kernel {
              let xx = ox * stride + kx - padding
              guard xx >= 0 && xx < window.width else { continue }
              let i = plane * area + y * window.width + xx
              if input.array[i] > best { (best, at) = (input.array[i], i) }
            }
          }
          let o = plane * window.outArea + oy * window.outWidth + ox
          out.array[o] = best
          chosen[o] = Int32(at)
        }
      }
    }
    let source = chosen
    return record(out, from: [x]) { tape, g in
      tape.addGradient(x) { d in for i in 0..<source.count { d[Int(source[i])] += g[i] } }
    }
  }

  /// B×C×H×W → B×(H·W)×C: a picture's map as a row of regions, row-major.
  package func regions(_ x: Variable) -> Variable {
    let input = self[x]
    let (b, c, area) = (input.shape[0], input.shape[1], input.shape[2] * input.shape[3])
    var out = Tensor([b, area, c])
    for i in 0..<b {
      for k in 0..<c {
        for p in 0..<area {
          out.array[(i * area + p) * c + k] = input.array[(i * c + k) * area + p]
        }
      }
    }
    return record(out, from: [x]) { tape, g in
      tape.addGradient(x) { d in
        for i in 0..<b {
          for k in 0..<c {
            for p in 0..<area { d[(i * c + k) * area + p] += g[(i * area + p) * c + k] }
          }
        }
      }
    }
  }
}
