/// Adam over one block of numbers, with decoupled weight decay (AdamW) when asked; it climbs.
///
/// Kingma and Ba 2015 with bias correction; Loshchilov and Hutter 2019 for the decay. β = (0.9, 0.999),
/// ε = 1e-8 (MODELS §2.7, `Adam` and `AdamW`).
struct AdamState {
  private var first: [Float]
  private var second: [Float]
  private var step = 0

  init(count: Int) {
    first = [Float](repeating: 0, count: count)
    second = first
  }

  /// One step uphill along `gradient`; decay pulls every weight towards 0 by rate · decay.
  mutating func ascend(
    _ weights: inout [Float], gradient: [Float], rate: Float, decay: Float
  ) {
    step += 1
    let (beta1, beta2): (Float, Float) = (0.9, 0.999)
    let correction1 = 1 - power(beta1, step)
    let correction2 = 1 - power(beta2, step)
    let size = Float(Double(rate) / correction1)
    let root = Float(1 / correction2.squareRoot())
    let keep = 1 - rate * decay
    let count = weights.count
    weights.withUnsafeMutableBufferPointer { weights in
      gradient.withUnsafeBufferPointer { gradient in
        first.withUnsafeMutableBufferPointer { first in
          second.withUnsafeMutableBufferPointer { second in
            guard let w = weights.baseAddress, let g = gradient.baseAddress,
              let m = first.baseAddress, let v = second.baseAddress
            else { return }
            for i in 0..<count {
              m[i] = beta1 * m[i] + (1 - beta1) * g[i]
              v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
              w[i] = keep * w[i] + size * m[i] / (v[i].squareRoot() * root + 1e-8)
            }
          }
        }
      }
    }
  }

  private func power(_ base: Float, _ exponent: Int) -> Double {
    var (result, factor, left) = (1.0, Double(base), exponent)
    while left > 0 {
      if left & 1 == 1 { result *= factor }
      factor *= factor
      left >>= 1
    }
    return result
  }
}
