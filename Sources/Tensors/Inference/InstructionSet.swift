import CKernels

/// The instruction sets that the kernels are compiled for.
package enum InstructionSet: Int32, Sendable, CaseIterable, Comparable, CustomStringConvertible {
  case plain, avx2, avx512
  /// AVX-512 with products of bytes.
  case vnni
  /// The same with products of bfloat16 as well.
  case bf16

  /// The widest that this CPU has.
  package static var widest: InstructionSet { .init(rawValue: ck_widest_level()) ?? .plain }

  /// Runs a body with this set, or the widest if that is narrower, on the calling thread only. For
  /// tests.
  func use<Result>(_ body: () throws -> Result) rethrows -> Result {
    ck_force_level(rawValue)
    defer { ck_force_level(-1) }
    return try body()
  }

  package static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rawValue < b.rawValue }

  package var description: String {
    switch self {
    case .plain: "plain"
    case .avx2: "AVX2"
    case .avx512: "AVX-512"
    case .vnni: "AVX-512 with VNNI"
    case .bf16: "AVX-512 with VNNI and BF16"
    }
  }
}
