import Tensors
import Testing
import Traces

@testable import Encoders

@Suite("Attention of the encoders in the trace")
struct BERTAttentionTests {
  private let model: BERTModel = {
    var source = WeightSource.random(seed: 6)
    let stack = TransformerConfiguration(
      hiddenSize: 8, layers: 2, heads: 2, intermediateSize: 12, activation: .gelu, norm: .post,
      epsilon: 1e-12, hiddenDropout: 0.5, attentionDropout: 0.5, names: .bert)
    return BERTModel(
      TextConfiguration(
        stack: stack, vocabulary: 11, positions: 9, tokenTypes: 2, padding: 0,
        counting: .fromZero), &source)
  }()

  @Test func aSignalForEveryLayerAndHead() throws {
    let (tape, watch) = (Tape(), AttentionWatch())
    _ = try model(TextBatch([[1, 2, 3, 4], [5, 6, 7]], padding: 0), tape, watch)
    let signal = watch.signal(
      "text/attention", caption: "attention", item: 1, pieces: ["a", "b", "c"])
    #expect(signal.shape == [2, 2, 3, 3])
    #expect(signal.title(ofSlice: 3) == "layer 2 of 2, head 2 of 2")
    // Padding gets no weight, so the rows of the real pieces are whole.
    for row in 0..<12 {
      #expect(abs(signal.values[(3 * row)..<(3 * row + 3)].reduce(0, +) - 1) < 1e-5)
    }
  }

  @Test func aProbeReplacesTheWeightsOfOneLayer() throws {
    let batch = TextBatch([[1, 2, 3]], padding: 0)
    func last(_ watch: AttentionWatch?) throws -> Tensor {
      let tape = Tape()
      return tape[try model(batch, tape, watch).last]
    }
    let uniform = Probe(substituting: ["text/1": { Tensor($0.shape, repeating: 1 / 3) }])
    let watch = AttentionWatch(uniform, "text")
    let changed = try last(watch)
    #expect(watch.weights[1].array.allSatisfy { $0 == 1 / 3 })
    #expect(watch.weights[0].array.contains { $0 != 1 / 3 })
    #expect(changed != (try last(nil)))
    #expect(try last(AttentionWatch()) == last(nil))
  }

  @Test func paddingChangesNothing() throws {
    let tape = Tape()
    let alone = tape[try model(TextBatch([[1, 2, 3]], padding: 0), tape).last].array
    let beside = tape[try model(TextBatch([[1, 2, 3], [4, 5, 6, 7, 8]], padding: 0), tape).last]
    for (a, b) in zip(alone, beside.array) { #expect(abs(a - b) < 1e-5) }
  }

  @Test func dropoutIsForTrainingOnly() throws {
    let batch = TextBatch([[1, 2, 3]], padding: 0)
    func last(_ tape: Tape) throws -> Tensor { tape[try model(batch, tape).last] }
    #expect(try last(Tape()) == last(Tape(recording: true, training: false)))
    #expect(try last(Tape(recording: true, seed: 1)) == last(Tape(recording: true, seed: 1)))
    #expect(try last(Tape(recording: true, seed: 1)) != last(Tape(recording: true, seed: 2)))
  }

  @Test func piecesOutsideTheTablesAreRefused() {
    let tape = Tape()
    for batch in [
      TextBatch([[11]], padding: 0), TextBatch([[-1]], padding: 0), TextBatch([[]], padding: 0),
      TextBatch([[Int](repeating: 1, count: 10)], padding: 0),
      TextBatch(ids: [1], count: 1, length: 1, tokenTypes: [2]),
      TextBatch(ids: [1], count: 2, length: 1),
    ] {
      #expect(throws: EncoderInputError.self) { try model(batch, tape) }
    }
  }
}
