import Encoders
import Tensors
import Testing
import Traces

@testable import Extractors

@Suite("RIVA (acceptance check 9)")
struct RIVATests {
  let inputs = Samples.inputs(6, seed: 5)

  func emissions(
    _ model: RIVAModel, _ input: TaggerInput,
    _ substitutions: [String: @Sendable (Tensor) -> Tensor] = [:]
  ) -> Tensor {
    let batch = TaggerBatch([input], words: model.words, characters: model.characters)
    let tape = Tape()
    return tape[model.network.emissions(batch, tape, Probe(substituting: substitutions))]
  }

  @Test func aClosedGateHidesThePicture() {
    let model = Samples.riva()
    let closed: [String: @Sendable (Tensor) -> Tensor] = ["rgn/gate": { Tensor($0.shape) }]
    for input in inputs {
      var other = input
      other.regions = Tensor([49, 8], repeating: 0.7)
      #expect(emissions(model, input, closed) == emissions(model, other, closed))
      #expect(emissions(model, input) != emissions(model, other))
    }
  }

  @Test func withoutTheGateItIsOpen() throws {
    let gated = Samples.riva()
    var ungated = Samples.riva(gated: false).network
    var weights: [String: Tensor] = [:]
    for (name, value) in gated.network.parameters { weights[name] = value }
    try ungated.load(weights)
    let open0 = RIVAModel(
      name: "test", configuration: Samples.configuration(gated: false), network: ungated,
      words: Samples.words, characters: Samples.characters)
    let open: [String: @Sendable (Tensor) -> Tensor] = [
      "rgn/gate": { Tensor($0.shape, repeating: 1) }
    ]
    for input in inputs { #expect(emissions(gated, input, open) == emissions(open0, input)) }
  }

  @Test func mapsSumToOneAndCanBeReplaced() throws {
    let model = Samples.riva()
    let prediction = try model.predict(inputs[0])
    let map = try #require(prediction.trace["vcn/attention"])
    #expect(map.shape == [8, 7, 7] && map.sliceCount == 8)
    for head in 0..<8 { #expect(abs(map.slice(head).reduce(0, +) - 1) < 1e-5) }
    let gate = try #require(prediction.trace["rgn/gate"])
    #expect((0...1).contains(gate.values[0]))
    let uniform: [String: @Sendable (Tensor) -> Tensor] = [
      "vcn/attention": { Tensor($0.shape, repeating: 1 / 49) }
    ]
    #expect(emissions(model, inputs[0], uniform) != emissions(model, inputs[0]))
  }

  @Test func sentenceAndPictureVectorsHaveOneSize() {
    var model = Samples.riva().network
    var shapes: [String: [Int]] = [:]
    model.visitParameters("") { name, parameter in shapes[name] = parameter.value.shape }
    // f_t = 2 × hidden of the gate's biLSTM = d_v = the regions' channels.
    #expect(shapes["rgn.lstm.weight_hh_l0"] == [16, 4])
    #expect(shapes["vcn.query.weight"] == [8, 8] && shapes["vcn.value.weight"] == [8, 8])
  }

  @Test func batchesAndSinglePostsAgree() throws {
    func agree(_ model: WordTaggerModel<some Tagger>) throws {
      #expect(try model.mentions(inputs) == inputs.map { try model.mentions([$0])[0] })
    }
    try agree(Samples.biLSTMCRF())
    try agree(Samples.riva())
  }
}

@Suite("Predictions")
struct PredictionTests {
  @Test func marginalsAndConfidencesAreProbabilities() throws {
    for predict in [Samples.biLSTMCRF().predict, Samples.riva().predict] {
      for input in Samples.inputs(8, seed: 11) {
        let prediction = try predict(input, [:])
        #expect(prediction.marginals.count == input.tokens.count)
        for row in prediction.marginals { #expect(abs(row.reduce(0, +) - 1) < 1e-5) }
        for scored in prediction.mentions {
          #expect((0...1).contains(scored.confidence ?? -1))
          // A mention cannot be likelier than its type at its first word.
          let t = scored.mention.range.lowerBound
          let begin = prediction.path[t] - (prediction.path[t] - 1) % 2
          let row = prediction.marginals[t]
          #expect((scored.confidence ?? 2) <= row[begin] + row[begin + 1] + 1e-5)
        }
      }
    }
  }
}
