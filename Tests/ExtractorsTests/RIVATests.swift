import Encoders
import Foundation
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
    for (name, value) in gated.network.parameters where !name.hasPrefix("teacher.") {
      weights[name] = value
    }
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
    #expect(shapes["riva.rgn.lstm.weight_hh_l0"] == [16, 4])
    #expect(
      shapes["riva.vcn.query.weight"] == [8, 8] && shapes["riva.vcn.value.weight"] == [8, 8])
  }

  /// Of the text alone, and with the picture as a first step: the one knows nothing of pictures,
  /// the other does, and neither has a gate.
  @Test func variants() throws {
    func model(_ context: String) -> RIVAModel {
      var configuration = Samples.configuration()
      configuration.options = Samples.rivaOptions(["context": context])
      var generator = SeededGenerator(seed: 4)
      return RIVAModel(
        name: "test", configuration: configuration, network: configuration.makeNetwork(&generator),
        words: Samples.words, characters: Samples.characters)
    }
    let (text, picture) = (model("text"), model("picture"))
    #expect(!text.card.seesPicture && picture.card.seesPicture)
    for input in inputs {
      var other = input
      other.regions = Tensor([49, 8], repeating: 0.7)
      #expect(emissions(text, input) == emissions(text, other))
      #expect(emissions(picture, input) != emissions(picture, other))
      #expect(emissions(picture, input).shape == [1, input.tokens.count, Samples.scheme.count])
    }
    let shown = try text.predict(inputs[0]).trace
    #expect(shown["rgn/gate"] == nil && shown["vcn/attention"] == nil)
    // Language models that moved with the tags tell no words any more.
    #expect(shown["vlcn/perplexity"] == nil && shown["vlcn/perplexity-without"] == nil)
    #expect(try picture.predict(inputs[0]).trace["vlcn/perplexity"] == nil)
  }

  /// What is shown of language models and gates belongs together.
  @Test func whatIsShownAgrees() throws {
    #expect(try Samples.riva().predict(inputs[1]).trace["vlcn/perplexity"] == nil)
    var configuration = Samples.configuration()
    configuration.options = Samples.rivaOptions(["pretrained-rate": "slow"])
    var generator = SeededGenerator(seed: 3)
    let model = RIVAModel(
      name: "test", configuration: configuration, network: configuration.makeNetwork(&generator),
      words: Samples.words, characters: Samples.characters)
    let trace = try model.predict(inputs[1]).trace
    func value(_ name: String) throws -> Double {
      Double(try #require(trace[name]?.values.first, "\(name)"))
    }
    let gain = try #require(trace["vlcn/gain"])
    #expect(gain.kind == .words && gain.shape == [inputs[1].tokens.count])
    let mean = Double(gain.mean.reduce(0, +)) / Double(gain.values.count)
    let ratio = log(try value("vlcn/perplexity-without") / value("vlcn/perplexity"))
    #expect(abs(ratio - mean) < 1e-4)
    #expect(try (0...1).contains(value("rgn/teacher")))
    #expect(try value("vlcn/perplexity") > 1)
    // With the gate put to 0 the picture is without influence, and what it tells is nothing.
    let shut = try model.predict(inputs[1], ["rgn/gate": { Tensor($0.shape) }]).trace
    #expect(shut["rgn/gate"]?.values == [0])
    // The rows of the matrix are the answers with the gate put there.
    let forced = try #require(trace["rgn/forced"])
    #expect(forced.shape == [2, inputs[1].tokens.count])
    for (row, gate) in [Float(0), 1].enumerated() {
      let put = try model.predict(
        inputs[1], ["rgn/gate": { Tensor($0.shape, repeating: gate) }])
      for (t, marginals) in put.marginals.enumerated() {
        #expect(abs(forced.values[row * put.marginals.count + t] - (1 - marginals[0])) < 1e-5)
      }
    }
  }

  /// The language models tell each word from what stands before it alone: what is behind changes
  /// nothing of the forward reading, nor what is in front of the backward one.
  @Test func noWordIsToldFromItself() {
    var generator = SeededGenerator(seed: 9)
    let models = LanguageModels(words: 3, hidden: 4, vocabulary: 6, dropout: 0, &generator)
    let lengths = [5, 3]
    func scores(_ change: Int?) -> (Tensor, Tensor) {
      var numbers = SeededGenerator(seed: 10)
      var words = Tensor([2, 5, 3], (0..<30).map { _ in numbers.uniform() })
      if let change { for k in 0..<3 { words.array[change * 3 + k] += 1 } }
      let tape = Tape()
      let first = tape.constant(Tensor([2, 3], (0..<6).map { _ in numbers.uniform() }))
      let states = models.read(
        tape.constant(words), first: (first, first), lengths: lengths, tape)
      let both = models.logits(states, tape)
      return (tape[both.forward], tape[both.backward])
    }
    let before = scores(nil)
    for word in 0..<5 {
      let after = scores(word)
      for other in 0..<8 {
        let row = (6 * other)..<(6 * other + 6)
        let isChanged = (
          before.0.array[row] != after.0.array[row], before.1.array[row] != after.1.array[row]
        )
        // Words of the second post follow those of the first.
        #expect(isChanged.0 == (other < 5 && other > word), "forward \(word) \(other)")
        #expect(isChanged.1 == (other < 5 && other < word), "backward \(word) \(other)")
      }
    }
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
