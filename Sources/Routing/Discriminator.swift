import Tensors

/// The RDS data discriminator: p = σ(head(features of t ⊙ v)), the probability that the multimodal
/// expert should answer for a post (RDS eq. 1; MODELS §4.3).
///
/// A value: copying one is taking a snapshot. It holds no gradients; `DiscriminatorPass` trains it.
package struct Discriminator: Sendable, Hashable {
  /// What stands between the features and the sigmoid.
  package enum Head: Sendable, Hashable {
    /// One linear unit, as in the released code.
    case linear
    /// One hidden layer with relu, as in the paper, or with a leak below zero (`leak`).
    case mlp(hidden: Int)
  }

  /// Bound on input width and hidden width; anything larger is a damaged file.
  package static let largestSize = 1 << 14

  /// Width of x.
  package let dimensions: Int
  /// The head.
  package let head: Head
  /// Whether the layers have biases; the paper's eq. 1 shows none, ours has them.
  package let hasBiases: Bool
  /// Slope of a hidden unit below zero; 0 is the paper's relu, with which all units can be off for
  /// a post, so that p says nothing about it and no gradient comes from it.
  package let leak: Float
  /// Factor on the standardised input: 1, or √dimensions because raw entries are near 1/dimensions.
  package let inputScale: Float
  /// Subtracted from x, one per dimension; zeros without standardisation.
  package internal(set) var mean: [Float]
  /// x − mean is divided by it, one per dimension, all positive; ones without standardisation.
  package internal(set) var deviation: [Float]
  /// All trained numbers in one block, laid out as `Layout` says; biases are zeros when there are
  /// none.
  var weights: [Float]

  /// An untrained discriminator: weights and biases uniform in ±1/√fan_in from the seed (MODELS
  /// §2.3).
  ///
  /// - Throws: `RoutingError.badSetting` for sizes or a scale out of range.
  package init(
    dimensions: Int, head: Head, biases: Bool = true, leak: Float = 0, inputScale: Float = 1,
    seed: UInt64
  ) throws(RoutingError) {
    try Self.check(dimensions: dimensions, head: head, leak: leak, inputScale: inputScale)
    self.dimensions = dimensions
    self.head = head
    hasBiases = biases
    self.leak = leak
    self.inputScale = inputScale
    mean = [Float](repeating: 0, count: dimensions)
    deviation = [Float](repeating: 1, count: dimensions)
    let layout = Layout(dimensions: dimensions, head: head)
    weights = [Float](repeating: 0, count: layout.count)
    var generator = SeededGenerator(seed: seed, stream: "discriminator")
    for (range, fanIn, isBias) in layout.parts where biases || !isBias {
      let bound = 1 / Float(fanIn).squareRoot()
      for i in range { weights[i] = generator.uniform(-bound, bound) }
    }
  }

  /// The same discriminator reading inputs standardised to the mean and deviation of those of these
  /// posts that it is asked about.
  ///
  /// A dimension that does not vary keeps deviation 1. Sums are taken in double precision in row
  /// order.
  package func standardised(on data: RouterData) -> Discriminator {
    precondition(data.dimensions == dimensions, "data of \(data.dimensions) dimensions")
    let x = data.askedInputs
    let count = x.count / dimensions
    guard count > 0 else { return self }
    var sums = [Double](repeating: 0, count: dimensions)
    var squares = sums
    for row in 0..<count {
      for column in 0..<dimensions { sums[column] += Double(x[row * dimensions + column]) }
    }
    let means = sums.map { $0 / Double(count) }
    for row in 0..<count {
      for column in 0..<dimensions {
        let distance = Double(x[row * dimensions + column]) - means[column]
        squares[column] += distance * distance
      }
    }
    var result = self
    result.mean = means.map { Float($0) }
    result.deviation = squares.map { square in
      let deviation = Float((square / Double(count)).squareRoot())
      return deviation > 1e-12 ? deviation : 1
    }
    return result
  }

  /// Number of trained parameters.
  package var parameterCount: Int {
    layout.parts.reduce(0) { $0 + (hasBiases || !$1.isBias ? $1.range.count : 0) }
  }

  var layout: Layout { Layout(dimensions: dimensions, head: head) }

  static func check(
    dimensions: Int, head: Head, leak: Float, inputScale: Float
  ) throws(RoutingError) {
    guard leak >= 0, leak < 1 else {
      throw .badSetting(name: "leak", value: "\(leak)", allowed: "0 to below 1")
    }
    guard (1...largestSize).contains(dimensions) else {
      throw .badSetting(
        name: "dimensions", value: "\(dimensions)", allowed: "1 to \(largestSize)")
    }
    if case .mlp(let hidden) = head, !(1...largestSize).contains(hidden) {
      throw .badSetting(name: "hidden", value: "\(hidden)", allowed: "1 to \(largestSize)")
    }
    guard inputScale.isFinite, inputScale > 0 else {
      throw .badSetting(name: "inputScale", value: "\(inputScale)", allowed: "a positive number")
    }
  }
}

extension Discriminator {
  /// Where the parts stand in the block of weights: for an MLP `w1` [hidden × dimensions], `b1`,
  /// `w2` [hidden], `b2`; for the linear head `w1` is empty and `w2` [dimensions] is the unit
  /// itself.
  struct Layout: Sendable, Hashable {
    let dimensions: Int
    let hidden: Int
    let w1: Range<Int>
    let b1: Range<Int>
    let w2: Range<Int>
    let b2: Range<Int>

    init(dimensions: Int, head: Head) {
      self.dimensions = dimensions
      switch head {
      case .linear: hidden = 0
      case .mlp(let hidden): self.hidden = hidden
      }
      w1 = 0..<hidden * dimensions
      b1 = w1.upperBound..<w1.upperBound + hidden
      w2 = b1.upperBound..<b1.upperBound + (hidden > 0 ? hidden : dimensions)
      b2 = w2.upperBound..<w2.upperBound + 1
    }

    var count: Int { b2.upperBound }

    var parts: [(range: Range<Int>, fanIn: Int, isBias: Bool)] {
      let outputs = hidden > 0 ? hidden : dimensions
      return [
        (w1, dimensions, false), (b1, dimensions, true), (w2, outputs, false), (b2, outputs, true),
      ]
    }
  }
}
