import Foundation

/// Adam over one block of numbers, with decoupled weight decay (AdamW) when asked; it climbs.
///
/// Kingma and Ba 2015 with bias correction; Loshchilov and Hutter 2019 for the decay. β = (0.9,
/// 0.999), ε = 1e-8 (MODELS §2.7, `Adam` and `AdamW`).
struct AdamState {
  /// Numbers per block of work; every number is updated alone, so blocks change nothing but the
  /// time.
  private static let block = 32_768

  private var first: [Float]
  private var second: [Float]
  private var step = 0
  /// Whether blocks may run side by side.
  var parallel = true

  init(count: Int) {
    first = [Float](repeating: 0, count: count)
    second = first
  }

  /// One step uphill along `gradient`; decay pulls every weight towards 0 by rate · decay.
  mutating func ascend(
    _ weights: inout [Float], gradient: [Float], rate: Float, decay: Float
  ) {
    step += 1
    let correction1 = 1 - power(Memory.beta1, step)
    let correction2 = 1 - power(Memory.beta2, step)
    let size = Float(Double(rate) / correction1)
    let root = Float(1 / correction2.squareRoot())
    let count = weights.count
    let parallel = parallel
    weights.withUnsafeMutableBufferPointer { weights in
      gradient.withUnsafeBufferPointer { gradient in
        first.withUnsafeMutableBufferPointer { first in
          second.withUnsafeMutableBufferPointer { second in
            guard let w = weights.baseAddress, let g = gradient.baseAddress,
              let m = first.baseAddress, let v = second.baseAddress
            else { return }
            let memory = Memory(
              w: w, g: g, m: m, v: v, size: size, root: root, keep: 1 - rate * decay)
            let blocks = (count + Self.block - 1) / Self.block
            if parallel, blocks > 1 {
              DispatchQueue.concurrentPerform(iterations: blocks) { block in
                memory.update(block * Self.block..<min((block + 1) * Self.block, count))
              }
            } else {
              memory.update(0..<count)
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

  /// The arrays of one step. Unchecked because pointers are never `Sendable`: blocks are disjoint,
  /// and the arrays outlive the step.
  private struct Memory: @unchecked Sendable {
    static let beta1: Float = 0.9
    static let beta2: Float = 0.999

    let w: UnsafeMutablePointer<Float>
    let g: UnsafePointer<Float>
    let m: UnsafeMutablePointer<Float>
    let v: UnsafeMutablePointer<Float>
    let size: Float
    let root: Float
    let keep: Float

    func update(_ range: Range<Int>) {
      let (beta1, beta2) = (Self.beta1, Self.beta2)
      for i in range {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        w[i] = keep * w[i] + size * m[i] / (v[i].squareRoot() * root + 1e-8)
      }
    }
  }
}
