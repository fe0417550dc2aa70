import CKernels

/// How the C library hands out memory.
public enum Memory {
  /// Gives what was freed back to the system: after packing a model's weights the plain ones would
  /// else stay with the process.
  public static func returnFreed() { ck_return_memory() }

  /// Blocks of up to 32 MB are kept for the next training step in place of being given back: each
  /// step would otherwise ask the system for the same hundreds of megabytes anew, page by page.
  static let isKept = ck_keep_memory() != 0
}
