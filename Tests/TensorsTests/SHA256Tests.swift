import Files
import Tensors
import Testing

/// FIPS 180-4 with what the processor offers, and without.
@Suite struct SHA256Tests {
  @Test func everyInstructionSetGivesTheSame() {
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 37 ^ $0 >> 3) }
    var found: [Set<String>] = Array(repeating: [], count: 1_000)
    onEveryLevel { _ in
      for length in found.indices {
        found[length].insert(SHA256.hexDigest(of: Array(bytes[..<length])))
      }
    }
    #expect(found.allSatisfy { $0.count == 1 })
    #expect(Set(found.flatMap(\.self)).count == 1_000)
  }

  @Test func theStandardsExample() {
    onEveryLevel { level in
      #expect(
        SHA256.hexDigest(of: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
          == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", "\(level)")
    }
  }
}
