import Files
import Tensors

/// A reviewed post, as the router learns from it: the person changed (or confirmed) the gold
/// labels, and the caller counted both experts' answers against them again.
package struct Correction: Sendable, Hashable {
  /// The post's stable id.
  package let id: String
  /// What the router sees of the post.
  package let input: RouterInput
  /// Both experts' answers against the corrected gold labels.
  package let counts: ExpertCounts
  /// Entity types that the corrected gold labels use.
  package let labels: Set<String>

  /// A correction.
  package init(id: String, input: RouterInput, counts: ExpertCounts, labels: Set<String> = []) {
    self.id = id
    self.input = input
    self.counts = counts
    self.labels = labels
  }

  /// One reviewed post in five, told by a hash of its id alone, is never trained on and judges
  /// candidates: the same post on every machine and in every run.
  package var isHeldOut: Bool { StableHash.of(id).isMultiple(of: 5) }
}

/// What a retraining is asked to do: always all corrections, never only the latest.
package struct TrainingRequest: Sendable, Hashable {
  /// Every accepted post that both experts answered, in any order.
  package let corrections: [Correction]
  /// Accepted posts that cannot take part, with the reason, by id.
  package let failures: [String: String]
  /// Number of accepted posts, those that cannot take part included.
  package var accepted: Int { corrections.count + failures.count }
  /// Ids of the dataset's posts whose routes are compared before and after.
  package let postIDs: [String]
  /// Their inputs, postIDs.count × dimensions, row-major.
  package let postInputs: [Float]

  /// A request; posts to compare may be left out.
  package init(
    corrections: [Correction], failures: [String: String] = [:], postIDs: [String] = [],
    postInputs: [Float] = []
  ) {
    self.corrections = corrections
    self.failures = failures
    self.postIDs = postIDs
    self.postInputs = postInputs
  }
}

/// The same on every platform and in every version of Swift.
struct StableHash {
  private var hash = FNV1a()

  var value: UInt64 { hash.value }

  mutating func add(_ byte: UInt8) { hash.add(UInt64(byte)) }

  mutating func add(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(UInt64(text.utf8.count))
  }

  /// As 16 hexadecimal digits.
  var digits: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  static func of(_ text: String) -> UInt64 {
    var hash = StableHash()
    for byte in text.utf8 { hash.add(byte) }
    // FNV's low bits mix poorly on short ids; fold the high half in before a remainder is taken.
    return hash.value ^ hash.value >> 32
  }
}
