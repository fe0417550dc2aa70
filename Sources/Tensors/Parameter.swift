/// A trainable block of numbers inside a model, with the slot under which a tape keeps its
/// gradient.
package struct Parameter: Sendable {
  /// The numbers.
  package var value: Tensor
  /// Index among the model's parameters, given by `ParameterContainer.indexParameters()`.
  package fileprivate(set) var slot: Int
  /// False for buffers such as batch norm's running statistics.
  package let trainable: Bool

  /// A parameter that is not part of an indexed model yet.
  package init(_ value: Tensor, trainable: Bool = true) {
    self.value = value
    slot = -1
    self.trainable = trainable
  }

  /// Zeros of a shape.
  package static func zeros(_ shape: Int...) -> Parameter { Parameter(Tensor(shape)) }

  /// Ones of a shape.
  package static func ones(_ shape: Int...) -> Parameter {
    Parameter(Tensor(shape, repeating: 1))
  }

  /// Uniform in ±bound.
  package static func uniform(
    _ shape: [Int], bound: Float, _ generator: inout SeededGenerator
  ) -> Parameter {
    if generator.isHollow { return Parameter(Tensor(hollow: shape)) }
    let count = shape.reduce(1, *)
    var array = [Float]()
    array.reserveCapacity(count)
    for _ in 0..<count { array.append(generator.uniform(-bound, bound)) }
    return Parameter(Tensor(shape, array))
  }

  /// Normal with mean 0.
  package static func normal(
    _ shape: [Int], deviation: Float, _ generator: inout SeededGenerator
  ) -> Parameter {
    if generator.isHollow { return Parameter(Tensor(hollow: shape)) }
    let count = shape.reduce(1, *)
    var array = [Float]()
    array.reserveCapacity(count)
    for _ in 0..<count { array.append(deviation * generator.normal()) }
    return Parameter(Tensor(shape, array))
  }
}

/// A model or layer whose parameters can be walked, by name and in a fixed order: for loading,
/// saving, counting and optimising without copies.
package protocol ParameterContainer: Sendable {
  /// Calls `visit` once per parameter with its full name (`prefix` + own path, as checkpoints name
  /// them).
  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void)
}

extension ParameterContainer {
  /// All values by their names, as a file of weights holds them.
  package var tensors: [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (name, value) in parameters { result[name] = value }
    return result
  }

  /// Gives every parameter its slot. Call once after building or loading a whole model.
  package mutating func indexParameters() {
    var next = 0
    visitParameters("") { _, parameter in
      parameter.slot = next
      next += 1
    }
  }

  /// Name and value of every parameter, in visiting order.
  package var parameters: [(name: String, value: Tensor)] {
    var copy = self
    var result: [(String, Tensor)] = []
    copy.visitParameters("") { name, parameter in result.append((name, parameter.value)) }
    return result
  }

  /// Replaces every parameter by the tensor of its name.
  ///
  /// - Throws: `ParameterError` that lists all missing, extra and misshapen tensors at once.
  package mutating func load(_ tensors: [String: Tensor]) throws {
    var problems: [String] = []
    var seen: Set<String> = []
    visitParameters("") { name, parameter in
      seen.insert(name)
      guard let tensor = tensors[name] else {
        problems.append("missing \(name) \(parameter.value.shape)")
        return
      }
      guard tensor.shape == parameter.value.shape else {
        problems.append("\(name): expected \(parameter.value.shape), found \(tensor.shape)")
        return
      }
      if let odd = tensor.firstNotFinite { problems.append(odd.sentence(name)) }
      parameter.value = tensor
    }
    for name in tensors.keys.sorted() where !seen.contains(name) {
      problems.append("extra \(name)")
    }
    if !problems.isEmpty { throw ParameterError(problems: problems) }
  }
}

/// Tensors that do not fit a model: every mismatch, with expected and found shapes.
package struct ParameterError: Error, CustomStringConvertible {
  /// The file they come from; nil when no file is known.
  package var path: String?
  /// One sentence per tensor.
  package let problems: [String]

  /// What is wrong with the tensors of a file.
  package init(path: String? = nil, problems: [String]) {
    self.path = path
    self.problems = problems
  }

  package var description: String {
    (path.map { "the weights in \($0)" } ?? "the weights") + " cannot be used: "
      + problems.prefix(20).joined(separator: "; ")
      + (problems.count > 20 ? "; and \(problems.count - 20) more" : "")
  }
}
