import Tensors

/// One output of a model beside what a reference computed.
package struct CheckedOutput: Sendable, Hashable {
  /// Its name, without `out.`.
  package let name: String
  /// The reference's shape.
  package let shape: [Int]
  /// The model's shape; nil when it gives nothing of that name.
  package let found: [Int]?
  /// Largest absolute difference; infinite when the shapes differ or a number is not finite.
  package let error: Float
  /// Largest absolute value of the reference.
  package let largest: Float

  /// Whether the error is at most `tolerance` × max(1, largest absolute reference value).
  package func isWithin(_ tolerance: Float) -> Bool { error <= tolerance * max(1, largest) }
}

extension EncoderFolder {
  /// Computes every output that a file of reference values holds: on the tape, as training does,
  /// and where the engines for prediction give it, by them too. The larger error counts.
  ///
  /// - Parameter io: `in.*` and `out.*` tensors.
  /// - Returns: one line per `out.*`, sorted by name.
  /// - Throws: `CheckpointError`, `SafetensorsError`, `EncoderInputError`.
  package func check(_ io: Safetensors) throws -> [CheckedOutput] {
    let inputs = try EncoderInputs(io)
    guard io.names.contains(where: { $0.hasPrefix("out.") }) else {
      throw CheckpointError.file(
        path: io.path,
        problem: "holds no reference outputs (tensors named out.*), so nothing would be compared; "
          + "add some, such as out.last_hidden_state, to the in.* they were computed from")
    }
    guard inputs.text != nil || inputs.pixels != nil else {
      throw CheckpointError.file(
        path: io.path,
        problem: "holds no inputs (in.input_ids or in.pixel_values), so there is nothing to compute"
      )
    }
    let outputs = try load().outputs(inputs)
    let packed = try packedOutputs(inputs)
    return try io.names.filter { $0.hasPrefix("out.") }.map { full in
      let name = String(full.dropFirst("out.".count))
      let expected = try io.tensor(full)
      let found = outputs[name]
      let largest = expected.array.reduce(0) { max($0, abs($1)) }
      var error = Float.infinity
      if let found, found.shape == expected.shape {
        error = Self.error(found, expected)
        if let packed = packed[name] {
          let isText = ["last_hidden_state", "text_last_hidden_state"].contains(name)
          let mask = isText ? inputs.text?.mask : nil
          error = max(error, Self.error(packed, expected, where: mask))
        }
      }
      return CheckedOutput(
        name: name, shape: expected.shape, found: found?.shape, error: error, largest: largest)
    }
  }

  /// Largest absolute difference of two tensors of one size; infinite when a number is none.
  ///
  /// - Parameter mask: rows that count; nil: all.
  private static func error(_ found: Tensor, _ expected: Tensor, where mask: [Bool]? = nil) -> Float
  {
    guard found.count == expected.count else { return .infinity }
    let width = mask.map { max(1, expected.count / max(1, $0.count)) } ?? 1
    return found.array.withUnsafeBufferPointer { a in
      expected.array.withUnsafeBufferPointer { b in
        var error: Float = 0
        for i in a.indices where mask.map({ $0[min(i / width, $0.count - 1)] }) ?? true {
          let difference = abs(a[i] - b[i])
          // Written so that a number that is none counts as infinitely wrong.
          error = difference <= error ? error : difference > error ? difference : .infinity
        }
        return error
      }
    }
  }

  /// Runs a loaded model on a fixed input.
  ///
  /// - Returns: for each output its shape, whether all numbers are finite, and the largest.
  /// - Throws: `EncoderInputError`.
  package func selfCheck(_ encoder: LoadedEncoder) throws -> [SelfCheckedOutput] {
    try encoder.outputs(fixedInputs).sorted { $0.key < $1.key }.map { name, value in
      SelfCheckedOutput(
        name: name, shape: value.shape, isFinite: !value.array.contains { !$0.isFinite },
        largest: value.array.reduce(0) { max($0, abs($1)) })
    }
  }

  /// Two short texts, one picture.
  private var fixedInputs: EncoderInputs {
    func text(_ vocabulary: Int, _ longest: Int) -> TextBatch {
      let length = min(16, longest)
      let ids = (0..<(2 * length)).map { ($0 * 7919 + 104_729) % vocabulary }
      return TextBatch(ids: ids, count: 2, length: length)
    }
    func picture(_ side: Int) -> Tensor {
      Tensor([1, 3, side, side], (0..<(3 * side * side)).map { Float($0 % 37) / 18 - 1 })
    }
    switch architecture {
    case .bert(let sizes), .roberta(let sizes):
      return EncoderInputs(text: text(sizes.vocabulary, sizes.longest))
    case .clip(let sizes):
      return EncoderInputs(
        text: text(sizes.text.vocabulary, sizes.text.positions), pixels: picture(sizes.vision.side))
    case .clipText(let sizes):
      return EncoderInputs(text: text(sizes.vocabulary, sizes.positions))
    case .clipVision(let sizes), .vit(let sizes): return EncoderInputs(pixels: picture(sizes.side))
    case .resnet: return EncoderInputs(pixels: picture(224))
    }
  }
}

/// One output of a model on a fixed input.
package struct SelfCheckedOutput: Sendable, Hashable {
  /// The tensor compared.
  package let name: String
  /// Its shape.
  package let shape: [Int]
  /// Whether every number is finite.
  package let isFinite: Bool
  /// Largest absolute value.
  package let largest: Float
}
