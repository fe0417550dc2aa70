import CKernels

/// One step of Adam over plain arrays, for networks that keep their weights in one block
/// (Kingma and Ba 2015, with bias correction; Loshchilov and Hutter 2019 for the decay).
package struct AdamStep: Sendable {
  private let rule: ck_adam_rule

  /// The step of a number, counted from 1, with β = (0.9, 0.999) and ε = 1e-8 (MODELS §2.7).
  ///
  /// - Parameters:
  ///   - decay: decoupled weight decay: every weight also moves towards 0 by rate · decay.
  ///   - ascending: whether it climbs along the gradient.
  package init(number: Int, rate: Float, decay: Float, ascending: Bool) {
    func correction(_ base: Double) -> Float {
      var (result, factor, left) = (1.0, base, max(1, number))
      while left > 0 {
        if left & 1 == 1 { result *= factor }
        factor *= factor
        left >>= 1
      }
      return Float(1 / (1 - result))
    }
    rule = ck_adam_rule(
      beta1: 0.9, beta2: 0.999, scale1: correction(Double(Float(0.9))),
      scale2: correction(Double(Float(0.999))), epsilon: 1e-8, rate: rate, decay: decay,
      factor: ascending ? -1 : 1)
  }

  /// Moves the weights; all four arrays have one length.
  ///
  /// - Parameter parallel: whether other threads may help; the bits are the same.
  package func move(
    _ weights: inout [Float], gradient: [Float], first: inout [Float], second: inout [Float],
    parallel: Bool
  ) {
    let count = weights.count
    precondition(
      gradient.count == count && first.count == count && second.count == count,
      "arrays of \(count), \(gradient.count), \(first.count) and \(second.count) numbers")
    weights.withUnsafeMutableBufferPointer { p in
      gradient.withUnsafeBufferPointer { g in
        first.withUnsafeMutableBufferPointer { m in
          second.withUnsafeMutableBufferPointer { v in
            guard let p = p.baseAddress, let g = g.baseAddress, let m = m.baseAddress,
              let v = v.baseAddress
            else { return }
            let rule = rule
            func update(_ range: Range<Int>) {
              let at = range.lowerBound
              withUnsafePointer(to: rule) {
                ck_adam(p + at, g + at, m + at, v + at, range.count, $0)
              }
            }
            if parallel { Parallel.elements(count, update) } else { update(0..<count) }
          }
        }
      }
    }
  }
}
