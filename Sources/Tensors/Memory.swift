import CKernels
import Foundation

/// How the C library hands out memory.
package enum Memory {
  /// Gives what was freed back to the system: after packing a model's weights the plain ones would
  /// else stay with the process.
  package static func returnFreed() { ck_return_memory() }

  /// Blocks of up to 32 MB are kept for the next training step in place of being given back: each
  /// step would otherwise ask the system for the same hundreds of megabytes anew, page by page.
  static let isKept = ck_keep_memory() != 0

  /// Why a model of these shapes cannot be held, as one problem; nil when it can.
  ///
  /// A file may claim any size without having it on disk; this machine's memory cannot.
  package static func refusal(numbers shapes: some Collection<[Int]>) -> String? {
    var total = 0
    for shape in shapes {
      var count = 4
      for side in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: side)
        count = overflow ? Int.max / 2 : product
      }
      let (sum, overflow) = total.addingReportingOverflow(count)
      total = overflow ? Int.max : sum
    }
    let held = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    guard total > held else { return nil }
    return "its weights need \(total >> 20) MB, this machine has \(held >> 20) MB of memory"
  }
}
