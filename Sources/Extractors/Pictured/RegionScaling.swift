import Tensors

/// Brings each number of the regions to mean 0 and deviation 1 over the training posts. Pooled
/// features of a frozen network are small, positive and much alike: what is made of them hardly
/// depends on the picture otherwise. (Where a paper trains its network along it learns that by
/// itself.)
struct RegionScaling: ParameterContainer {
  private var mean: Parameter
  private var scale: Parameter

  init(_ size: Int) {
    mean = Parameter(Tensor([size]), trainable: false)
    scale = Parameter(Tensor([size], repeating: 1), trainable: false)
  }

  /// Regions B×N×C; those of posts without a picture are zeros and stay so.
  func callAsFunction(_ regions: Tensor) -> Tensor {
    let (n, c) = (regions.shape[1], regions.shape[2])
    var result = regions
    let (mean, scale) = (mean.value.array, scale.value.array)
    for b in 0..<regions.shape[0] {
      let range = (b * n * c)..<((b + 1) * n * c)
      guard regions.array[range].contains(where: { $0 != 0 }) else { continue }
      for i in range { result.array[i] = (regions.array[i] - mean[i % c]) * scale[i % c] }
    }
    return result
  }

  /// The same of regions that a network computes on the tape.
  ///
  /// - Parameter hasPicture: B numbers; the regions of those with 0 become zeros.
  func callAsFunction(
    _ regions: Tape.Variable, hasPicture: Tensor, _ tape: Tape
  ) -> Tape.Variable {
    let shape = tape.shape(regions)
    let (rows, c) = (shape[0] * shape[1], shape[2])
    let (mean, scale) = (mean.value.array, scale.value.array)
    // Both are constants: scaled by the product with a matrix of as many rows.
    let shifted = tape.add(regions, tape.constant(Tensor([c], mean.map { -$0 })))
    let factors = (0..<rows).flatMap { row in
      hasPicture.array[row / shape[1]] == 0 ? [Float](repeating: 0, count: c) : scale
    }
    return tape.multiply(shifted, tape.constant(Tensor(shape, factors)))
  }

  /// Measures pictures' regions N×C; without any it stays as it is.
  mutating func fit(_ pictures: some Sequence<Tensor>) {
    let c = mean.value.count
    var (count, sum, square) = (
      0.0, [Double](repeating: 0, count: c), [Double](repeating: 0, count: c)
    )
    for regions in pictures where regions.shape.last == c {
      count += Double(regions.count / c)
      for (i, value) in regions.array.enumerated() {
        sum[i % c] += Double(value)
        square[i % c] += Double(value) * Double(value)
      }
    }
    guard count > 1 else { return }
    let means = sum.map { $0 / count }
    let deviations = zip(square, means).map { max(0, $0 / count - $1 * $1).squareRoot() }
    mean.value = Tensor([c], means.map { Float($0) })
    // A number that never changes tells nothing.
    scale.value = Tensor([c], deviations.map { $0 > 1e-6 ? Float(1 / $0) : 0 })
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    visit(prefix + "mean", &mean)
    visit(prefix + "scale", &scale)
  }
}
