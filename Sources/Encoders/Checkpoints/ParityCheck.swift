import Tensors

/// One output of a model beside what a reference computed.
public struct CheckedOutput: Sendable, Hashable {
  /// Its name, without `out.`.
  public let name: String
  /// The reference's shape.
  public let shape: [Int]
  /// The model's shape; nil when it gives nothing of that name.
  public let found: [Int]?
  /// Largest absolute difference; infinite when the shapes differ or a number is not finite.
  public let error: Float
  /// Largest absolute value of the reference.
  public let largest: Float

  /// Whether the error is at most `tolerance` × max(1, largest absolute reference value).
  public func isWithin(_ tolerance: Float) -> Bool { error <= tolerance * max(1, largest) }
}

extension EncoderFolder {
  /// Computes every output that a file of reference values holds.
  ///
  /// - Parameter io: `in.*` and `out.*` tensors.
  /// - Returns: one line per `out.*`, sorted by name.
  /// - Throws: `CheckpointError`, `SafetensorsError`, `EncoderInputError`.
  public func check(_ io: Safetensors) throws -> [CheckedOutput] {
    let outputs = try load().outputs(EncoderInputs(io))
    return try io.names.filter { $0.hasPrefix("out.") }.map { full in
      let name = String(full.dropFirst("out.".count))
      let expected = try io.tensor(full)
      let found = outputs[name]
      var (error, largest): (Float, Float) = (0, 0)
      for value in expected.array { largest = max(largest, abs(value)) }
      if let found, found.shape == expected.shape {
        for (a, b) in zip(found.array, expected.array) {
          let difference = abs(a - b)
          // Written so that a number that is none counts as infinitely wrong.
          error = difference <= error ? error : difference > error ? difference : .infinity
        }
      } else {
        error = .infinity
      }
      return CheckedOutput(
        name: name, shape: expected.shape, found: found?.shape, error: error, largest: largest)
    }
  }

  /// Runs a loaded model on a fixed input.
  ///
  /// - Returns: for each output its shape, whether all numbers are finite, and the largest.
  /// - Throws: `EncoderInputError`.
  public func selfCheck(_ encoder: LoadedEncoder) throws -> [SelfCheckedOutput] {
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
public struct SelfCheckedOutput: Sendable, Hashable {
  /// The tensor compared.
  public let name: String
  /// Its shape.
  public let shape: [Int]
  /// Whether every number is finite.
  public let isFinite: Bool
  /// Largest absolute value.
  public let largest: Float
}
