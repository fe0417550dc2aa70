import Tensors

/// The buffers of a `DiscriminatorPass` while it computes: a block of rows or of hidden units
/// writes only its own, so blocks may run side by side.
struct PassMemory: @unchecked Sendable {
  // Unchecked because pointers are never `Sendable`: each block writes only its own rows or units,
  // and the arrays behind the pointers outlive the call that runs the blocks.
  let layout: Discriminator.Layout
  /// Slope of a hidden unit below zero.
  let leak: Float
  let weights: UnsafeBufferPointer<Float>
  /// One per row in the backward pass, empty in the forward pass.
  let logitGradient: UnsafeBufferPointer<Float>
  let input: UnsafeBufferPointer<Float>
  let mask: UnsafeBufferPointer<Float>
  let hidden: UnsafeMutableBufferPointer<Float>
  let logits: UnsafeMutableBufferPointer<Float>
  let gradient: UnsafeMutableBufferPointer<Float>
  let rows: Int

  /// hidden = X W₁ᵀ.
  func multiplyForward(parallel: Bool) {
    guard let x = input.baseAddress, let w = weights.baseAddress, let h = hidden.baseAddress
    else { return }
    BLAS.multiply(
      x, lda: layout.dimensions, w, transposeB: true, ldb: layout.dimensions, into: h,
      ldc: layout.hidden, m: rows, n: layout.hidden, k: layout.dimensions, parallel: parallel,
      packing: true)
  }

  /// hidden ← drop(φ(hidden + b₁)) with φ the relu or its leaky form, logits = hidden · w₂ + b₂,
  /// for some rows.
  func forward(rows range: Range<Int>) {
    guard let w = weights.baseAddress, let h = hidden.baseAddress else { return }
    let units = 0..<layout.hidden
    let b1 = w + layout.b1.lowerBound
    let w2 = w + layout.w2.lowerBound
    for row in range {
      let line = h + row * layout.hidden
      for unit in units {
        let value = line[unit] + b1[unit]
        line[unit] = value > 0 ? value : leak * value
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
      logits[row] = sum + w[layout.b2.lowerBound]
    }
  }

  /// In the forward pass z = Σ_u w₂[u] · m[u] · φ(W₁[u] · x + b₁[u]); so, with g = ∂/∂z per row,
  /// ∂/∂w₂[u] = Σ g · h[u]; δ[u] = g · w₂[u] · m[u] · (1 where h[u] > 0, else the leak); ∂/∂b₁ = Σ
  /// δ; ∂/∂W₁ = δᵀ X. A unit that was dropped has m = 0, so that the sign of its h does not matter.
  ///
  /// This is all of it for some units but the last product.
  func backward(units: Range<Int>) {
    guard let w = weights.baseAddress, let h = hidden.baseAddress, let out = gradient.baseAddress
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
        for unit in units {
          line[unit] = (line[unit] > 0 ? 1 : leak) * g * outer[unit] * kept[unit]
        }
      } else {
        for unit in units { line[unit] = (line[unit] > 0 ? 1 : leak) * g * outer[unit] }
      }
      for unit in units { b1[unit] += line[unit] }
    }
  }

  /// ∂/∂W₁ = δᵀ X, with δ in `hidden`.
  func multiplyBackward(parallel: Bool) {
    guard let x = input.baseAddress, let h = hidden.baseAddress, let out = gradient.baseAddress
    else { return }
    BLAS.multiply(
      h, transposeA: true, lda: layout.hidden, x, ldb: layout.dimensions, into: out,
      ldc: layout.dimensions, m: layout.hidden, n: layout.dimensions, k: rows, parallel: parallel,
      packing: true)
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
