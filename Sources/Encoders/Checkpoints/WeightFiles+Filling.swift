import Tensors

extension WeightFiles {
  /// Fills a model from the files, one tensor at a time.
  ///
  /// Names may carry the prefixes of a model with a head (`bert.`, `roberta.` …), and layer norms
  /// their old names (`gamma`, `beta`). What belongs to heads, and counters and constants, is left
  /// aside. Slots are not given: that is for whoever builds the whole model that is trained.
  ///
  /// - Parameters:
  ///   - model: hollow, or any model of the sizes wanted.
  ///   - prefix: in front of the model's own names, e.g. `text_model.`.
  ///   - ignoring: prefixes of tensors that belong to other parts of the folder's model.
  /// - Returns: the names left aside, sorted.
  /// - Throws: `CheckpointError.tensors` with everything that does not fit, before anything is
  ///   read; then with every tensor that holds NaN or an infinity.
  @discardableResult
  package func fill(
    _ model: inout some ParameterContainer, prefix: String = "", ignoring: [String] = [],
    folder: String
  ) throws -> [String] {
    let match = try plan(&model, prefix: prefix, ignoring: ignoring, folder: folder)
    var failure: (any Error)?
    var problems: [TensorProblem] = []
    model.visitParameters(prefix) { name, parameter in
      guard failure == nil, let stored = match.found[name] else { return }
      let shape = parameter.value.shape
      // Let go of what was there, so that no two copies stand side by side.
      parameter.value = Tensor([0], [])
      do { parameter.value = try floats(stored).reshaped(shape) } catch { failure = error }
      if let odd = parameter.value.firstNotFinite {
        problems.append(.notFinite(name: stored, odd))
      }
    }
    if let failure { throw failure }
    guard problems.isEmpty else { throw CheckpointError.tensors(path: folder, problems: problems) }
    return match.ignored
  }

  /// Which stored tensor belongs to which parameter.
  struct Plan {
    /// Shapes by the model's own names.
    let expected: [String: [Int]]
    /// Own names in visiting order.
    let order: [String]
    /// Names in the files by own names.
    let found: [String: String]
    /// Names in the files of what belongs to no parameter, and need not.
    let ignored: [String]
  }

  /// Finds every parameter's tensor without reading numbers.
  ///
  /// - Throws: `CheckpointError.tensors` with everything that does not fit.
  func plan(
    _ model: inout some ParameterContainer, prefix: String, ignoring: [String], folder: String
  ) throws(CheckpointError) -> Plan {
    var expected: [String: [Int]] = [:]
    var order: [String] = []
    model.visitParameters(prefix) { name, parameter in
      expected[name] = parameter.value.shape
      order.append(name)
    }
    let match = matching(expected, ignoring: ignoring)
    var problems = match.problems
    for name in order where match.found[name] == nil {
      problems.append(.missing(name: name, expected: expected[name] ?? []))
    }
    // Tensors may share storage inside a pickle: a few bytes must not become a huge model.
    let total = expected.values.reduce(0) { $0 + $1.reduce(1, *) }
    if problems.isEmpty, total > byteCount + 4096 {
      problems.append(.tooLarge(expected: total, held: byteCount))
    }
    if problems.isEmpty, let problem = Memory.refusal(numbers: expected.values) {
      problems.append(.tooLargeHere(problem))
    }
    guard problems.isEmpty else {
      throw .tensors(path: folder, problems: problems)
    }
    return Plan(expected: expected, order: order, found: match.found, ignored: match.ignored)
  }

  private func matching(
    _ expected: [String: [Int]], ignoring: [String]
  ) -> (found: [String: String], ignored: [String], problems: [TensorProblem]) {
    var found: [String: String] = [:]
    var ignored: [String] = []
    var problems: [TensorProblem] = []
    for name in names {
      guard let tensor = self[name] else { continue }
      guard let own = CheckpointNames.spellings(of: name).first(where: { expected[$0] != nil })
      else {
        let spellings = CheckpointNames.spellings(of: name)
        if CheckpointNames.isIgnored(spellings)
          || ignoring.contains(where: { prefix in spellings.contains { $0.hasPrefix(prefix) } })
        {
          ignored.append(name)
        } else {
          problems.append(.extra(name: name, found: tensor.shape))
        }
        continue
      }
      if let other = found[own] {
        problems.append(.twice(name: own, first: other, second: name))
        continue
      }
      found[own] = name
      let shape = expected[own] ?? []
      if !tensor.type.isFloat {
        problems.append(.mistyped(name: own, found: tensor.type.rawValue))
      } else if tensor.shape != shape && !(shape.isEmpty && tensor.shape == [1]) {
        problems.append(.misshapen(name: own, expected: shape, found: tensor.shape))
      }
    }
    return (found, ignored, problems)
  }
}

/// How names of published files relate to the names of the models here.
enum CheckpointNames {
  private static let prefixes = [
    "module.", "model.", "bert.", "roberta.", "clip.", "vit.", "resnet.",
  ]
  private static let heads = [
    "cls.", "lm_head.", "classifier.", "qa_outputs.", "pre_classifier.", "score.", "decoder.",
  ]
  private static let constants = ["position_ids", "num_batches_tracked", "token_type_ids"]

  /// A name, and what is left of it without prefixes, in the new names of layer norms.
  static func spellings(of name: String) -> [String] {
    var current = name
    if current.hasSuffix(".gamma") { current = current.dropLast(5) + "weight" }
    if current.hasSuffix(".beta") { current = current.dropLast(4) + "bias" }
    var result = [current]
    while result.count <= 3, let prefix = prefixes.first(where: { current.hasPrefix($0) }) {
      current.removeFirst(prefix.count)
      result.append(current)
    }
    return result
  }

  /// Heads of other tasks, counters and constants.
  static func isIgnored(_ spellings: [String]) -> Bool {
    spellings.contains { name in
      heads.contains { name.hasPrefix($0) }
        || constants.contains { name == $0 || name.hasSuffix("." + $0) }
    }
  }
}
