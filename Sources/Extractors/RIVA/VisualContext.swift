import Encoders
import Tensors
import Traces

/// RIVA's visual context (VCN; MODELS §8.3): the sentence asks, the 7×7 regions answer, eight
/// heads; keys and values share their projection. No output projection, no residual.
struct VisualContext: ParameterContainer {
  var query: Linear
  var value: Linear
  let heads: Int

  init(sentence: Int, regions: Int, heads: Int, _ generator: inout SeededGenerator) {
    query = Linear(sentence, regions, bias: false, &generator)
    value = Linear(regions, regions, bias: false, &generator)
    self.heads = heads
  }

  /// v_c, B×C. Shows `vcn/attention`, per head a map over the grid.
  func callAsFunction(
    sentence: Tape.Variable, regions: Tape.Variable, seen: ImageRegion, _ tape: Tape,
    _ probe: Probe?
  ) -> Tape.Variable {
    let (b, n, c) = (tape.shape(regions)[0], tape.shape(regions)[1], tape.shape(regions)[2])
    let q = tape.reshape(query(sentence, tape), [b, 1, c])
    let v = value(regions, tape)
    let (context, weights) = tape.attention(
      q, v, v, heads: heads, intercept: probe?.substitute("vcn/attention"))
    probe?.show(
      Signal(
        name: "vcn/attention", caption: "attention of the sentence over the picture",
        kind: .imageMap(rows: side(n), columns: side(n), region: seen), steps: [.head(heads)],
        tensor: Tensor(
          [heads, side(n), side(n)], Array(weights.array[0..<(heads * side(n) * side(n))]))))
    return tape.reshape(context, [b, c])
  }

  private func side(_ n: Int) -> Int { Int(Float(n).squareRoot()) }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    query.visitParameters(prefix + "query.", visit)
    value.visitParameters(prefix + "value.", visit)
  }
}
