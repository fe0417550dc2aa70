import Tensors

/// The buffers of a `DiscriminatorPass` while it computes: one block of hidden units reads the
/// shared input and writes only its own columns, so blocks may run side by side.
struct PassMemory: @unchecked Sendable {
  // Unchecked because pointers are never `Sendable`: each block writes only the columns of its own
  // units, and the arrays behind the pointers outlive the call that runs the blocks.
  let layout: Discriminator.Layout
  let weights: UnsafeBufferPointer<Float>
  /// One per row in the backward pass, empty in the forward pass.
  let logitGradient: UnsafeBufferPointer<Float>
  let input: UnsafeBufferPointer<Float>
  let mask: UnsafeBufferPointer<Float>
  let hidden: UnsafeMutableBufferPointer<Float>
  let partial: UnsafeMutableBufferPointer<Float>
  let logits: UnsafeMutableBufferPointer<Float>
  let gradient: UnsafeMutableBufferPointer<Float>
  let rows: Int
  let capacity: Int

  private func units(_ block: Int) -> Range<Int> {
    let start = block * DiscriminatorPass.blockUnits
    return start..<min(start + DiscriminatorPass.blockUnits, layout.hidden)
  }

  /// hidden[:, block] = drop(relu(X W₁ᵀ + b₁)), partial[block, :] = hidden[:, block] · w₂[block].
  func forward(block: Int) {
    let units = units(block)
    guard let x = input.baseAddress, let w = weights.baseAddress, let h = hidden.baseAddress,
      rows > 0
    else { return }
    BLAS.multiply(
      x, lda: layout.dimensions, w + units.lowerBound * layout.dimensions, transposeB: true,
      ldb: layout.dimensions, into: h + units.lowerBound, ldc: layout.hidden, m: rows,
      n: units.count, k: layout.dimensions, parallel: false)
    let b1 = w + layout.b1.lowerBound
    let w2 = w + layout.w2.lowerBound
    for row in 0..<rows {
      let line = h + row * layout.hidden
      for unit in units {
        let value = line[unit] + b1[unit]
        line[unit] = value > 0 ? value : 0
      }
      if !mask.isEmpty, let mask = mask.baseAddress {
        let kept = mask + row * layout.hidden
        for unit in units { line[unit] *= kept[unit] }
      }
      // Eight running sums, so that the compiler may use vectors without changing the order.
      var sums = SIMD8<Float>(repeating: 0)
      var unit = units.lowerBound
      while unit + 8 <= units.upperBound {
        let a = UnsafeRawPointer(line + unit).loadUnaligned(as: SIMD8<Float>.self)
        let b = UnsafeRawPointer(w2 + unit).loadUnaligned(as: SIMD8<Float>.self)
        sums += a * b
        unit += 8
      }
      var sum = sums.sum()
      while unit < units.upperBound {
        sum += line[unit] * w2[unit]
        unit += 1
      }
      partial[block * capacity + row] = sum
    }
  }

  /// In the forward pass z = Σ_u w₂[u] · m[u] · relu(W₁[u] · x + b₁[u]); so, with g = ∂/∂z per row,
  /// ∂/∂w₂[u] = Σ g · h[u]; δ[u] = g · w₂[u] · m[u] where h[u] > 0; ∂/∂b₁ = Σ δ; ∂/∂W₁ = δᵀ X.
  func backward(block: Int) {
    let units = units(block)
    guard let x = input.baseAddress, let w = weights.baseAddress, let h = hidden.baseAddress,
      let out = gradient.baseAddress, rows > 0
    else { return }
    let b1 = out + layout.b1.lowerBound
    let w2 = out + layout.w2.lowerBound
    let outer = w + layout.w2.lowerBound
    for unit in units {
      b1[unit] = 0
      w2[unit] = 0
    }
    for row in 0..<rows {
      let line = h + row * layout.hidden
      let g = logitGradient[row]
      for unit in units { w2[unit] += g * line[unit] }
      if !mask.isEmpty, let mask = mask.baseAddress {
        let kept = mask + row * layout.hidden
        for unit in units { line[unit] = line[unit] > 0 ? g * outer[unit] * kept[unit] : 0 }
      } else {
        for unit in units { line[unit] = line[unit] > 0 ? g * outer[unit] : 0 }
      }
      for unit in units { b1[unit] += line[unit] }
    }
    BLAS.multiply(
      h + units.lowerBound, transposeA: true, lda: layout.hidden, x, ldb: layout.dimensions,
      into: out + units.lowerBound * layout.dimensions, ldc: layout.dimensions, m: units.count,
      n: layout.dimensions, k: rows, parallel: false)
  }

  /// logits = w · drop(x) + b, for the linear head.
  func forwardLinear() {
    let width = layout.dimensions
    for row in 0..<rows {
      var sum: Float = 0
      for column in 0..<width {
        let i = row * width + column
        let value = mask.isEmpty ? input[i] : input[i] * mask[i]
        sum += value * weights[layout.w2.lowerBound + column]
      }
      logits[row] = sum + weights[layout.b2.lowerBound]
    }
  }

  /// In the forward pass z = w · drop(x) + b; so ∂/∂w = Σ g · drop(x).
  func backwardLinear() {
    let width = layout.dimensions
    for column in 0..<width { gradient[column] = 0 }
    for row in 0..<rows {
      let g = logitGradient[row]
      for column in 0..<width {
        let i = row * width + column
        gradient[column] += g * (mask.isEmpty ? input[i] : input[i] * mask[i])
      }
    }
  }
}
