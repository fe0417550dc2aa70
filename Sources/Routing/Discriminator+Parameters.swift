import Tensors

extension Discriminator {
  /// All numbers by name: `w1` [hidden, dimensions], `b1` [hidden], `w2` [1, hidden], `b2` [1] for
  /// an MLP; `w` [1, dimensions], `b` [1] for the linear head; no biases when it has none; `mean`
  /// and `deviation` [dimensions] always.
  package var parameters: [String: Tensor] {
    var result = [
      "mean": Tensor([dimensions], mean), "deviation": Tensor([dimensions], deviation),
    ]
    for (name, shape, range) in Self.named(layout, biases: hasBiases) {
      result[name] = Tensor(shape, Array(weights[range]))
    }
    return result
  }

  /// A discriminator from named numbers, as `parameters` gives them; `mean` and `deviation` may be
  /// left out.
  ///
  /// - Throws: `RoutingError` that names the missing, misshapen or unusable tensor, prefixed with
  ///   `prefix`.
  package init(
    parameters: [String: Tensor], dimensions: Int, head: Head, biases: Bool = true,
    leak: Float = 0, inputScale: Float = 1, prefix: String = ""
  ) throws(RoutingError) {
    try Self.check(dimensions: dimensions, head: head, leak: leak, inputScale: inputScale)
    self.dimensions = dimensions
    self.head = head
    self.hasBiases = biases
    self.leak = leak
    self.inputScale = inputScale
    func read(_ name: String, _ shape: [Int]) throws(RoutingError) -> [Float] {
      guard let tensor = parameters[prefix + name] else {
        throw .missingTensor(name: prefix + name)
      }
      guard tensor.shape == shape else {
        throw .wrongShape(name: prefix + name, have: tensor.shape, need: shape)
      }
      guard tensor.array.allSatisfy(\.isFinite) else {
        throw .badValues(name: prefix + name, why: "holds NaN or infinity")
      }
      return tensor.array
    }
    let layout = Layout(dimensions: dimensions, head: head)
    // What the file holds is compared with the sizes before they are believed.
    var parts: [(range: Range<Int>, numbers: [Float])] = []
    for (name, shape, range) in Self.named(layout, biases: biases) {
      parts.append((range, try read(name, shape)))
    }
    weights = [Float](repeating: 0, count: layout.count)
    for part in parts { weights.replaceSubrange(part.range, with: part.numbers) }
    mean = [Float](repeating: 0, count: dimensions)
    deviation = [Float](repeating: 1, count: dimensions)
    if parameters[prefix + "mean"] != nil { mean = try read("mean", [dimensions]) }
    if parameters[prefix + "deviation"] != nil {
      deviation = try read("deviation", [dimensions])
      guard deviation.allSatisfy({ $0 > 0 }) else {
        throw .badValues(name: prefix + "deviation", why: "holds numbers that are not positive")
      }
    }
  }

  private static func named(
    _ layout: Layout, biases: Bool
  ) -> [(name: String, shape: [Int], range: Range<Int>)] {
    let (hidden, dimensions) = (layout.hidden, layout.dimensions)
    if hidden == 0 {
      return [("w", [1, dimensions], layout.w2)] + (biases ? [("b", [1], layout.b2)] : [])
    }
    return [("w1", [hidden, dimensions], layout.w1), ("w2", [1, hidden], layout.w2)]
      + (biases ? [("b1", [hidden], layout.b1), ("b2", [1], layout.b2)] : [])
  }
}
