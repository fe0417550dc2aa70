extension Safetensors {
  /// Fills a model from the file, one tensor at a time.
  ///
  /// The header is compared with the model's shapes before a number is read, so a hollow model
  /// costs nothing until it is known to fit.
  ///
  /// - Throws: `ParameterError` with everything that is missing, extra, of another shape or type,
  ///   or not finite; `SafetensorsError`.
  package func fill(_ model: inout some ParameterContainer) throws {
    var expected: [String: [Int]] = [:]
    model.visitParameters("") { name, parameter in expected[name] = parameter.value.shape }
    var problems: [String] = []
    for (name, shape) in expected.sorted(by: { $0.key < $1.key }) {
      guard let entry = entries[name] else {
        problems.append("missing \(name) \(shape)")
        continue
      }
      if entry.shape != shape {
        problems.append("\(name): expected \(shape), found \(entry.shape)")
      } else if NumberType(rawValue: entry.type)?.isFloat != true {
        problems.append("\(name): expected floats, found \(entry.type)")
      }
    }
    for name in names where expected[name] == nil { problems.append("extra \(name)") }
    if problems.isEmpty, let problem = Memory.refusal(numbers: expected.values) {
      problems.append(problem)
    }
    guard problems.isEmpty else { throw ParameterError(path: path, problems: problems) }
    var failure: (any Error)?
    model.visitParameters("") { name, parameter in
      guard failure == nil else { return }
      parameter.value = Tensor([0], [])
      do {
        parameter.value = try tensor(name)
        if let odd = parameter.value.firstNotFinite { problems.append(odd.sentence(name)) }
      } catch { failure = error }
    }
    if let failure { throw failure }
    guard problems.isEmpty else { throw ParameterError(path: path, problems: problems) }
  }
}
