import Encoders
import Foundation
import Tensors
import Testing
import Traces

@testable import Extractors

/// What docs/models.md says of riva and bilstm-crf, where the tests of each part do not tell it.
@Suite("Small taggers as their page tells them")
struct TaggerClaimsTests {
  private func riva(_ switches: [String: String] = [:]) -> RIVATagger {
    let options = Samples.rivaOptions(switches)
    var generator = SeededGenerator(seed: 3)
    return RIVATagger(Samples.sizes, options, tags: Samples.scheme.count, &generator)
  }

  private func batch(_ inputs: [TaggerInput]) -> TaggerBatch {
    TaggerBatch(inputs, words: Samples.words, characters: Samples.characters)
  }

  private func loss(_ tagger: RIVATagger, _ inputs: [TaggerInput]) -> Double {
    let tape = Tape()
    return Double(tape[tagger.loss(batch(inputs), tape)].item)
  }

  /// Where a dataset says which pictures add, the gate's cross-entropy over those posts comes to
  /// the loss; without a gate, or where it has no loss of its own, there is nothing to add.
  @Test func theGateHasALossOfItsOwnWherePicturesAreSaidToAdd() throws {
    let said: [Bool?] = [true, false, nil, true, nil]
    let told = zip(Samples.inputs(5, seed: 41), said).map { input, adds in
      var input = input
      input.imageAdds = adds
      return input
    }
    let untold = told.map { input in
      var input = input
      input.imageAdds = nil
      return input
    }
    let tape = Tape()
    let network = try #require(riva().riva)
    let relation = tape[try #require(network(batch(told), tape, nil).relation)]
    #expect(relation.shape == [5, 2])
    var sum = 0.0
    for (i, adds) in said.enumerated() {
      guard let adds else { continue }
      let (no, yes) = (Double(relation.array[2 * i]), Double(relation.array[2 * i + 1]))
      sum += log(exp(no) + exp(yes)) - (adds ? yes : no)
    }
    let added = loss(riva(), told) - loss(riva(), untold)
    #expect(abs(added - sum / 3) < 1e-4, "\(added)")
    #expect(sum > 0.1)
    for switches in [["gate": "off"], ["gate-loss": "off"]] {
      let open = riva(switches)
      #expect(loss(open, told) == loss(open, untold))
    }
  }

  private func model(gated: Bool = true, references: [String: [Float]] = [:]) -> RIVAModel {
    var configuration = Samples.configuration(gated: gated)
    configuration.references = references
    return RIVAModel(
      name: "test", configuration: configuration, network: riva(gated ? [:] : ["gate": "off"]),
      words: Samples.words, characters: Samples.characters)
  }

  private func gate(_ model: RIVAModel, _ input: TaggerInput) throws -> Float {
    try #require(try model.predict(input).trace["rgn/gate"]?.values.first)
  }

  /// The gate is shown with threshold ½ and with the share of dev posts whose gate was smaller;
  /// without the dev posts' values it has no rank.
  @Test func theGatesRankIsTheShareOfSmallerReferences() throws {
    let input = Samples.inputs(1, seed: 42)[0]
    let value = try gate(model(), input)
    #expect(value > 0 && value < 1)
    func kind(_ references: [String: [Float]]) throws -> Signal.Kind? {
      let model = model(references: references)
      return model.card.ranked(try model.predict(input).trace)["rgn/gate"]?.kind
    }
    func shown(_ percentile: Float?) -> Signal.Kind {
      .scalar(low: 0, high: 1, threshold: 0.5, percentile: percentile)
    }
    #expect(try kind([:]) == shown(nil))
    #expect(try kind(["rgn/gate": []]) == shown(nil))
    // What is equal is not smaller.
    #expect(try kind(["rgn/gate": [0, value / 2, value, 1]]) == shown(0.5))
    #expect(try kind(["rgn/gate": [0, value / 4, value / 2, 1]]) == shown(0.75))
    #expect(try kind(["rgn/gate": [1, 1]]) == shown(0))
    let quantiles = Quantiles.of((0..<501).map { Float($0) / 500 })
    #expect(quantiles.count == 101)
    let below = quantiles.count { $0 < value }
    #expect(try kind(["rgn/gate": quantiles]) == shown(Float(below) / 101))
  }

  /// Without the gate there is no such number, whatever the folder keeps; the map is still shown.
  @Test func anUngatedModelShowsNoGate() throws {
    for references in [[:], ["rgn/gate": [0, 1]]] as [[String: [Float]]] {
      let model = model(gated: false, references: references)
      let trace = try model.predict(Samples.inputs(1, seed: 43)[0]).trace
      #expect(trace["rgn/gate"] == nil && trace.absent.isEmpty)
      #expect(trace["vcn/attention"] != nil)
    }
  }

  /// The gate sees the mean of the regions alone, wherever each of them stands, and multiplies it
  /// with the sentence: where it is 0, every sentence has the same gate.
  @Test func theGateMultipliesTheSentenceWithTheMeanOfTheRegions() throws {
    let model = model()
    var generator = SeededGenerator(seed: 44)
    let inputs = Samples.inputs(6, seed: 45)
    for input in inputs {
      let value = try gate(model, input)
      var moved = input
      moved.regions = Tensor(
        [49, 8],
        generator.permutation(49).flatMap { Array(input.regions.array[(8 * $0)..<(8 * $0 + 8)]) })
      #expect(moved.regions != input.regions)
      let afterMoving = try gate(model, moved)
      #expect(abs(afterMoving - value) < 1e-6)
      var brighter = input
      brighter.regions = Tensor([49, 8], input.regions.array.map { $0 + 2 })
      let afterBrightening = try gate(model, brighter)
      #expect(abs(afterBrightening - value) > 1e-6)
    }
    // The scale of an untrained network is 1 and its mean 0.
    func gates(_ numbers: Float) throws -> Set<Float> {
      Set(
        try inputs.map { input in
          var input = input
          input.regions = Tensor([49, 8], repeating: numbers)
          return try gate(model, input)
        })
    }
    #expect(try gates(0).count == 1)
    #expect(try gates(1).count > 1)
  }

  /// Keys and values share their projection; gate and language models have two layers each
  /// (Table 2).
  @Test func theContextHasOneProjectionForKeysAndValues() {
    let names = riva().parameters.map { $0.name }
    let context = names.filter { $0.hasPrefix("riva.vcn.") }
    #expect(context == ["riva.vcn.query.weight", "riva.vcn.value.weight"])
    for lstm in ["riva.rgn.lstm", "teacher.rgn.lstm", "riva.vlcn.forward", "riva.vlcn.backward"] {
      #expect(names.contains(lstm + ".weight_hh_l1") && !names.contains(lstm + ".weight_hh_l2"))
    }
    #expect(names.contains("riva.rgn.lstm.weight_hh_l1_reverse"))
    #expect(!names.contains("riva.vlcn.forward.weight_hh_l1_reverse"))
  }

  /// `crf/uncertainty` is 1 − the largest of each word's probabilities.
  @Test func uncertaintyIsWhatTheLikeliestTagLeaves() throws {
    for predict in [Samples.biLSTMCRF().predict, Samples.riva().predict] {
      for input in Samples.inputs(6, seed: 46) {
        let prediction = try predict(input, [:])
        let shown = try #require(prediction.trace["crf/uncertainty"])
        #expect(shown.kind == .words && shown.shape == [input.tokens.count])
        for (value, row) in zip(shown.values, prediction.marginals) {
          #expect(abs(value - (1 - (row.max() ?? 9))) < 1e-6 && value > 0)
        }
      }
    }
  }

  // MARK: When training ends

  private func run(_ change: (inout TaggerTraining) -> Void) throws -> TaggerRun<BiLSTMCRF> {
    let model = Samples.biLSTMCRF()
    var settings = TaggerTraining()
    settings.batch = 8
    change(&settings)
    return TaggerRun(
      model.network, settings, words: model.words,
      characters: model.characters, scheme: Samples.scheme)
  }

  /// A dev split without mentions: its score stays 0, whatever is learned.
  private var flatDev: [TaggerInput] {
    Samples.inputs(2, seed: 48).map { input in
      var input = input
      input.tags = input.tags.map { _ in 0 }
      return input
    }
  }

  /// The rate is halved at three plateaus, the fourth ends the training; the first epoch is kept,
  /// since none was better.
  @Test(arguments: [1, 2, 3]) func theFourthPlateauEndsTheTraining(patience: Int) throws {
    let train = Samples.inputs(8, seed: 47)
    var run = try run { $0.patience = patience }
    var (rates, first): ([Float], [Tensor]) = ([], [])
    while !run.isFinished {
      var rate: Float = 0
      let went = try run.runEpoch(TrainingItems(train: train, dev: flatDev)) { progress in
        rate = progress.rate
        return true
      }
      #expect(went)
      rates.append(rate)
      if rates.count == 1 { first = run.model.parameters.map { $0.value } }
    }
    #expect(run.epochs.map(\.dev).allSatisfy { $0 == 0 })
    let full = TaggerTraining().learningRate
    let steps: [Float] = [full, full / 2, full / 4, full / 8]
    #expect(run.epochs.map(\.learningRate) == rates)
    #expect(rates == [full] + steps.flatMap { [Float](repeating: $0, count: patience) })
    let (best, last) = (
      run.best.parameters.map { $0.value }, run.model.parameters.map { $0.value }
    )
    #expect(best == first && last != first)
  }

  /// Without a plateau 40 epochs are the most.
  @Test func fortyEpochsAreTheMost() throws {
    let usual = TaggerTraining()
    #expect(usual.epochs == 40 && usual.halvings == 3)
    let train = Samples.inputs(4, seed: 49)
    var run = try run { $0.patience = 1_000 }
    while !run.isFinished {
      #expect(try run.runEpoch(TrainingItems(train: train, dev: flatDev)) { _ in true })
    }
    #expect(run.epochs.count == 40)
  }
}
