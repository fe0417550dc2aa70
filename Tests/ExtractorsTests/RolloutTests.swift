import Tensors
import Testing
import Traces

/// What is computed from the attention of all layers, by hand.
@Suite("Rollout and entropy of attention")
struct RolloutTests {
  private func attention(
    _ steps: [Signal.Axis], _ shape: [Int], _ values: [Float], positions: Int = 2
  ) -> Signal {
    let names = (0..<positions).map { "piece \($0)" }
    return Signal(
      name: "attention", caption: "attention", kind: .matrix(rows: names, columns: names),
      steps: steps, tensor: Tensor(shape, values))
  }

  /// Â_1 = (1 0 / ½ ½), Â_2 = (½ ½ / 0 1): their product is (¾ ¼ / ½ ½).
  @Test func rolloutOfTwoLayers() {
    let signal = attention([.layer(2)], [2, 2, 2], [1, 0, 1, 0, 0, 1, 0, 1])
    #expect(signal.rollout?.values == [0.75, 0.25, 0.5, 0.5])
    #expect(signal.rollout?.steps.isEmpty == true && signal.rollout?.name == "attention/rollout")
  }

  /// The mean over heads counts: heads of the same layer may be exchanged, layers may not.
  @Test func headsAreAveragedFirst() {
    let (a, b): ([Float], [Float]) = ([1, 0, 0.5, 0.5], [0.2, 0.8, 0.6, 0.4])
    let (c, d): ([Float], [Float]) = ([0, 1, 0.3, 0.7], [0.9, 0.1, 0, 1])
    func rollout(_ maps: [[Float]]) -> [Float]? {
      attention([.layer(2), .head(2)], [2, 2, 2, 2], maps.flatMap { $0 }).rollout?.values
    }
    #expect(rollout([a, b, c, d]) == rollout([b, a, d, c]))
    #expect(rollout([a, b, c, d]) != rollout([c, d, a, b]))
    // Rows stay shares of a whole.
    for sum in [0, 2].map({ row in
      (rollout([a, b, c, d]) ?? [])[row] + (rollout([a, b, c, d]) ?? [])[row + 1]
    }) {
      #expect(abs(sum - 1) < 1e-6)
    }
  }

  @Test func whereItIsNotDefinedItSaysWhy() {
    let single = attention([.layer(1), .head(2)], [1, 2, 2, 2], [1, 0, 0, 1, 1, 0, 0, 1])
    #expect(single.rollout == nil && single.lackOfRollout == "it has one layer")
    let map = Signal(
      name: "map", caption: "", kind: .imageMap(rows: 1, columns: 2, region: .whole),
      steps: [.head(2)], tensor: Tensor([2, 1, 2], [1, 0, 0, 1]))
    #expect(map.rollout == nil && map.lackOfRollout?.contains("layer by layer") == true)
    let two = attention([.layer(2)], [2, 2, 2], [1, 0, 1, 0, 0, 1, 0, .nan])
    #expect(two.rollout == nil)
  }

  /// Equal weights have all the entropy there is, one alone has none.
  @Test func entropyIsThatOfRows() {
    let signal = attention(
      [.layer(2), .head(1)], [2, 1, 2, 2], [0.5, 0.5, 1, 0, 0.5, 0.5, 0.5, 0.5])
    let found = signal.entropyOfHeads
    #expect(found?.values.map { ($0 * 1000).rounded() } == [500, 1000])
    #expect(found?.kind == .matrix(rows: ["layer 1", "layer 2"], columns: ["head 1"]))
  }
}
