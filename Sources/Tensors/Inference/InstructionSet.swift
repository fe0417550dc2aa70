import CKernels

/// The instruction sets that the kernels are compiled for.
public enum InstructionSet: Int32, Sendable, CaseIterable, Comparable, CustomStringConvertible {
  case plain, avx2, avx512

  /// The widest that this CPU has.
  public static var widest: InstructionSet { .init(rawValue: ck_widest_level()) ?? .plain }

  /// The one in use. Setting it is for tests; nothing may be computed meanwhile.
  static var current: InstructionSet {
    get { .init(rawValue: ck_level()) ?? .plain }
    set { ck_set_level(newValue.rawValue) }
  }

  public static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rawValue < b.rawValue }

  public var description: String {
    switch self {
    case .plain: "plain"
    case .avx2: "AVX2"
    case .avx512: "AVX-512"
    }
  }
}
