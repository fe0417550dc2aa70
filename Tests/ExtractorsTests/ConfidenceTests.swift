import Corpora
import Foundation
import Tensors
import Testing

@testable import Extractors

@Suite("Confidence of mentions")
struct ConfidenceTests {
  /// Every answered mention's confidence against the enumeration of all tag sequences.
  @Test func isTheShareOfSequencesInWhichItIsRead() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let scheme = TagScheme(types: ["PER", "LOC"])
    let k = scheme.count
    var beginningWithInside = 0
    for _ in 0..<150 {
      let words = 1 + generator.index(below: 5)
      let chain = CRF(tags: k, &generator).chain
      let emissions = (0..<(words * k)).map { _ in 1.5 * generator.normal() }
      let decoded = chain.decode(emissions, scheme: scheme)
      var total = 0.0
      var read = [Double](repeating: 0, count: decoded.mentions.count)
      var path = [Int](repeating: 0, count: words)
      for number in 0..<Int(pow(Double(k), Double(words))) {
        var rest = number
        for t in 0..<words {
          path[t] = rest % k
          rest /= k
        }
        let weight = exp(chain.score(emissions, path: path))
        total += weight
        let found = scheme.mentions(of: path)
        for (i, scored) in decoded.mentions.enumerated() where found.contains(scored.mention) {
          read[i] += weight
        }
      }
      for (i, scored) in decoded.mentions.enumerated() {
        #expect(abs(Double(scored.confidence ?? .nan) - read[i] / total) < 1e-5, "seed \(seed)")
        let first = decoded.path[scored.mention.range.lowerBound]
        if first % 2 == 0 { beginningWithInside += 1 }
      }
    }
    #expect(beginningWithInside > 10, "seed \(seed)")
  }
}
