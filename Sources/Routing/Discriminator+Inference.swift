import Foundation

extension Discriminator {
  /// x (rows × dimensions) as the head sees it: (x − mean) / deviation · inputScale.
  func features(_ x: [Float]) -> [Float] {
    var result = x
    let scale = deviation.map { inputScale / $0 }
    result.withUnsafeMutableBufferPointer { result in
      var i = 0
      while i < result.count {
        for column in 0..<dimensions {
          result[i + column] = (result[i + column] - mean[column]) * scale[column]
        }
        i += dimensions
      }
    }
    return result
  }

  /// The number before the sigmoid, one per row of x (rows × dimensions, row-major).
  ///
  /// Own loops instead of BLAS, whose sums depend on where in a batch a row stands: so a post gets
  /// the same number to the last bit whichever posts are asked with it, and on any CPU.
  package func logits(_ x: [Float]) -> [Float] {
    precondition(x.count.isMultiple(of: dimensions), "\(x.count) numbers are no whole rows")
    let features = features(x)
    let layout = layout
    return weights.withUnsafeBufferPointer { weights in
      features.withUnsafeBufferPointer { features in
        stride(from: 0, to: features.count, by: dimensions).map { start in
          let row = UnsafeBufferPointer(rebasing: features[start..<start + dimensions])
          let outer = UnsafeBufferPointer(rebasing: weights[layout.w2])
          let bias = weights[layout.b2.lowerBound]
          guard layout.hidden > 0 else { return Self.dot(row, outer) + bias }
          var sum = bias
          for unit in 0..<layout.hidden {
            let at = unit * dimensions
            let inner = UnsafeBufferPointer(rebasing: weights[at..<at + dimensions])
            let value = Self.dot(row, inner) + weights[layout.b1.lowerBound + unit]
            sum += (value > 0 ? value : leak * value) * outer[unit]
          }
          return sum
        }
      }
    }
  }

  /// Σ a_i b_i in sixteen running sums, so that the compiler may use vectors without changing the
  /// order.
  private static func dot(
    _ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>
  ) -> Float {
    guard let p = a.baseAddress, let q = b.baseAddress else { return 0 }
    var sums = SIMD16<Float>(repeating: 0)
    var i = 0
    while i + 16 <= a.count {
      sums +=
        UnsafeRawPointer(p + i).loadUnaligned(as: SIMD16<Float>.self)
        * UnsafeRawPointer(q + i).loadUnaligned(as: SIMD16<Float>.self)
      i += 16
    }
    var sum = sums.sum()
    while i < a.count {
      sum += p[i] * q[i]
      i += 1
    }
    return sum
  }

  /// p, the probability of the multimodal expert, one per row of x (rows × dimensions, row-major).
  package func probabilities(_ x: [Float]) -> [Float] { logits(x).map(Self.sigmoid) }

  /// p of one post.
  package func probability(_ x: [Float]) -> Float {
    precondition(x.count == dimensions, "one post has \(dimensions) numbers, not \(x.count)")
    return probabilities(x)[0]
  }

  /// The routes of the prediction rule p > 0.5, one per row of x.
  package func routes(_ x: [Float]) -> [Route] {
    probabilities(x).map { $0 > RouteDecision.threshold ? .multimodal : .text }
  }

  /// How much each dimension moved the logit: ∂z/∂x_i · (x_i − mean_i), one per dimension. For the
  /// linear head with raw inputs this is w_i x_i, and the sum plus the bias is the logit exactly.
  package func contributions(_ x: [Float]) -> [Float] {
    precondition(x.count == dimensions, "one post has \(dimensions) numbers, not \(x.count)")
    let input = features(x)
    return zip(featureSlopes(input), input).map { $0 * $1 }
  }

  /// ∂z/∂x, one number per dimension.
  package func slopes(_ x: [Float]) -> [Float] {
    precondition(x.count == dimensions, "one post has \(dimensions) numbers, not \(x.count)")
    return zip(featureSlopes(features(x)), deviation).map { $0 * inputScale / $1 }
  }

  /// How much the logit grows with each feature, at one row of features.
  private func featureSlopes(_ input: [Float]) -> [Float] {
    guard layout.hidden > 0 else { return Array(weights[layout.w2]) }
    var slope = [Float](repeating: 0, count: dimensions)
    for (unit, before) in hiddenInputs(input).enumerated() {
      let out = weights[layout.w2.lowerBound + unit] * (before > 0 ? 1 : leak)
      guard out != 0 else { continue }
      let row = weights[unit * dimensions..<(unit + 1) * dimensions]
      for (column, weight) in row.enumerated() { slope[column] += out * weight }
    }
    return slope
  }

  /// Whether nothing of a post reaches the output unit: a hidden layer without a leak, all of whose
  /// units are off. p is then the same for every such post.
  package func isSilent(_ x: [Float]) -> Bool {
    precondition(x.count == dimensions, "one post has \(dimensions) numbers, not \(x.count)")
    guard layout.hidden > 0, leak == 0 else { return false }
    return hiddenInputs(features(x)).allSatisfy { $0 <= 0 }
  }

  /// The input of each hidden unit for one row of features.
  private func hiddenInputs(_ input: [Float]) -> [Float] {
    (0..<layout.hidden).map { unit in
      zip(weights[unit * dimensions..<(unit + 1) * dimensions], input)
        .reduce(weights[layout.b1.lowerBound + unit]) { $0 + $1.0 * $1.1 }
    }
  }

  static func sigmoid(_ z: Float) -> Float { 1 / (1 + exp(-z)) }
}
