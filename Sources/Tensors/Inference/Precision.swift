import CKernels
import Synchronization

/// What the large products of a forward pass are computed in.
///
/// Training, embeddings, the first layer over pixels, norms, softmax and the heads that answer are
/// float32 in all of them. Nothing chooses another one than float32 by itself.
package enum Precision: String, Sendable, Hashable, Codable, CaseIterable, CustomStringConvertible {
  case float32
  /// Both operands rounded to bfloat16, sums in float32.
  case bfloat16
  /// Weights as bytes with a scale for each output, activations as bytes with a scale and a zero
  /// for each row (convolutions: for each map), sums exact in 32 bits.
  case int8

  /// What networks are packed in that are opened inside `withValue`; float32 everywhere else, so
  /// that what is trained is judged in float32.
  @TaskLocal package static var ofOpening: Precision = .float32

  package var description: String { rawValue }

  /// By its number in the kernels.
  var kernel: Int32 {
    switch self {
    case .float32: Int32(CK_FLOAT32)
    case .bfloat16: Int32(CK_BFLOAT16)
    case .int8: Int32(CK_INT8)
    }
  }

  /// Numbers in a word of 32 bits.
  var perWord: Int {
    switch self {
    case .float32: 1
    case .bfloat16: 2
    case .int8: 4
    }
  }

  /// Bytes of a number.
  package var bytes: Int { 4 / perWord }

  /// Words that hold `count` numbers.
  func words(_ count: Int) -> Int { (count + perWord - 1) / perWord }
}

extension Precision {
  /// What is packed while a model is opened: how many of its weights, and why others are not.
  package final class Census: Sendable {
    @TaskLocal package static var current: Census?

    private let state = Mutex<(weights: Int, reasons: [String])>((0, []))

    /// Nothing so far.
    package init() {}

    /// Weights in another precision than float32.
    package var weights: Int { state.withLock { $0.weights } }

    /// Why layers keep float32, a clause each.
    package var reasons: [String] { state.withLock { $0.reasons } }

    func count(_ weights: Int) { state.withLock { $0.weights += weights } }

    func note(_ reason: String) {
      state.withLock { if !$0.reasons.contains(reason) { $0.reasons.append(reason) } }
    }
  }

  /// Tells whoever opens a model why some of its layers keep float32.
  package static func keepsFloat32(because reason: String) { Census.current?.note(reason) }
}
