import Testing

@testable import Tensors

/// Largest absolute difference.
func difference(_ a: Tensor, _ b: Tensor) -> Float {
  guard a.shape == b.shape else { return .infinity }
  return zip(a.array, b.array).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

@Suite(
  "Parity with the reference", .enabled(if: Fixtures.folder != nil, "../shared/fixtures is absent"))
struct ParityTests {
  func open(_ name: String) throws -> Safetensors {
    try Safetensors(path: (Fixtures.folder ?? "") + "/\(name)/io.safetensors")
  }

  @Test func lstm() throws {
    let file = try open("lstm")
    var generator = SeededGenerator(seed: 0)
    var lstm = LSTM(10, hidden: 6, layers: 2, &generator)
    var weights: [String: Tensor] = [:]
    for name in file.names where name.hasPrefix("param.") {
      weights[String(name.dropFirst(6))] = try file.tensor(name)
    }
    try lstm.load(weights)
    lstm.indexParameters()
    let tape = Tape(recording: true, training: false)
    let x = tape.input(try file.tensor("in.x"))
    let y = lstm(x, lengths: try file.integers("in.lengths"), tape)
    #expect(difference(tape[y], try file.tensor("out.y")) < 1e-4)
    let weighted = tape.multiply(y, tape.constant(try file.tensor("in.loss_weight")))
    tape.backward(from: tape.sum(weighted))
    #expect(difference(tape.gradient(of: x), try file.tensor("grad.x")) < 1e-4)
    let gradients = tape.parameterGradients
    var checked = 0
    try lstm.parameters.enumerated().forEach { slot, parameter in
      let expected = try file.tensor("grad." + parameter.name)
      let found = Tensor(expected.shape, try #require(gradients[slot]))
      #expect(difference(found, expected) < 1e-4, "\(parameter.name)")
      checked += 1
    }
    #expect(checked == 16)
  }

  @Test func crf() throws {
    let file = try open("crf")
    let lengths = try file.integers("in.lengths")
    let gold = try file.integers("in.tags")
    let tape = Tape(recording: true)
    let e = tape.input(try file.tensor("in.emissions"))
    let a = tape.input(try file.tensor("in.transitions"))
    let (s, z) = (tape.input(try file.tensor("in.start")), tape.input(try file.tensor("in.end")))
    let (times, k) = (tape.shape(e)[1], tape.shape(e)[2])
    let tags = lengths.enumerated().map { i, n in Array(gold[(i * times)..<(i * times + n)]) }
    let loss = tape.scale(
      tape.crfLoss(e, tags: tags, transitions: a, start: s, end: z), by: Float(lengths.count))
    #expect(abs(tape[loss].item - (try file.tensor("out.nll_sum").array[0])) < 1e-4)
    tape.backward(from: loss)
    for (variable, name) in [(e, "emissions"), (a, "transitions"), (s, "start"), (z, "end")] {
      #expect(
        difference(tape.gradient(of: variable), try file.tensor("grad." + name)) < 1e-4, "\(name)")
    }
    let chain = LinearChainCRF(transitions: tape[a], start: tape[s], end: tape[z])
    let viterbi = try file.integers("out.viterbi")
    let logPartition = try file.tensor("out.log_partition").array
    let marginals = try file.tensor("out.marginals").array
    for (i, n) in lengths.enumerated() {
      let rows = Array(tape[e].array[(i * times * k)..<((i * times + n) * k)])
      let sums = chain.sums(rows)
      #expect(abs(Float(sums.logPartition) - logPartition[i]) < 1e-4)
      #expect(chain.viterbi(rows) == Array(viterbi[(i * times)..<(i * times + n)]))
      for (j, p) in chain.marginals(rows, sums).enumerated() {
        #expect(abs(Float(p) - marginals[i * times * k + j]) < 1e-4)
      }
    }
  }
}
