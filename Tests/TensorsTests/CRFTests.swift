import Testing

@testable import Tensors

@Suite("Linear-chain CRF against enumeration")
struct CRFTests {
  /// All tag paths of a length.
  func paths(_ length: Int, _ tags: Int) -> [[Int]] {
    (0..<length).reduce([[]]) { paths, _ in
      paths.flatMap { path in (0..<tags).map { path + [$0] } }
    }
  }

  @Test(arguments: [(1, 1), (1, 3), (2, 2), (3, 3), (4, 2), (4, 3)])
  func sumsViterbiAndMarginals(_ length: Int, _ tags: Int) {
    for seed in 0..<20 as Range<UInt64> {
      let crf = LinearChainCRF(
        transitions: randomTensor([tags, tags], seed: seed),
        start: randomTensor([tags], seed: seed + 100), end: randomTensor([tags], seed: seed + 200))
      let e = randomTensor([length, tags], seed: seed + 300).array
      let all = paths(length, tags)
      let scores = all.map { crf.score(e, path: $0) }
      let z = VectorMath.logSumExp(scores)
      let sums = crf.sums(e)
      #expect(abs(sums.logPartition - z) < 1e-9, "seed \(seed)")
      let best = all[scores.indices.max { scores[$0] < scores[$1] } ?? 0]
      #expect(crf.viterbi(e) == best, "seed \(seed)")
      let marginals = crf.marginals(e, sums)
      for t in 0..<length {
        var total = 0.0
        for k in 0..<tags {
          let expected = zip(all, scores).reduce(0.0) {
            $0 + ($1.0[t] == k ? _exp($1.1 - z) : 0)
          }
          #expect(abs(marginals[t * tags + k] - expected) < 1e-9, "seed \(seed)")
          total += marginals[t * tags + k]
        }
        #expect(abs(total - 1) < 1e-9)
      }
      let allowed = { (t: Int, k: Int) in t != 0 || k == 0 }
      let expected = zip(all, scores).reduce(0.0) { $0 + ($1.0[0] == 0 ? _exp($1.1 - z) : 0) }
      let p = crf.probability(e, logPartition: sums.logPartition, allowed: allowed)
      #expect(abs(p - expected) < 1e-9, "seed \(seed)")
      for path in all { #expect(sums.logPartition >= crf.score(e, path: path)) }
    }
  }

  @Test func tiesGoToTheSmallestIndex() {
    let zero = LinearChainCRF(
      transitions: Tensor([3, 3]), start: Tensor([3]), end: Tensor([3]))
    #expect(zero.viterbi([Float](repeating: 0, count: 12)) == [0, 0, 0, 0])
  }
}
