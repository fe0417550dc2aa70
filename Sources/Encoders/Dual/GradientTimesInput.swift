import Tensors

extension Tape {
  /// (input − baseline) · ∂(direction · output) / ∂input, number by number: what each number of the
  /// input adds to the output's share along a direction, to first order.
  func gradientTimesInput(
    _ input: Variable, less baseline: [Float], _ output: Variable, _ direction: [Float]
  ) -> [Float] {
    let along = multiply(output, constant(Tensor(shape(output), direction)))
    backward(from: sum(along))
    let slopes = gradient(of: input).array
    return zip(zip(self[input].array, baseline), slopes).map { ($0.0 - $0.1) * $1 }
  }
}

extension [Float] {
  /// Sums of neighbouring runs of equal length.
  func sums(of length: Int) -> [Float] {
    stride(from: 0, to: count, by: Swift.max(1, length)).map { start in
      self[start..<Swift.min(count, start + length)].reduce(0, +)
    }
  }

  /// Of planes one after the other, as many numbers as there are, each the mean of its plane.
  func channelMeans(_ channels: Int) -> [Float] {
    let plane = count / channels
    guard plane > 0 else { return self }
    return (0..<channels).flatMap { channel in
      let mean = self[(channel * plane)..<((channel + 1) * plane)].reduce(0, +) / Float(plane)
      return [Float](repeating: mean, count: plane)
    }
  }

  /// Of planes one after the other, their sum.
  func sumOverChannels(_ channels: Int) -> [Float] {
    let plane = count / channels
    return (0..<plane).map { place in
      (0..<channels).reduce(Float(0)) { $0 + self[$1 * plane + place] }
    }
  }
}
