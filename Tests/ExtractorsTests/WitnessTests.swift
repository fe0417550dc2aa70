import Corpora
import Encoders
import Tensors
import Testing
import Traces

@testable import Extractors

/// Gradient × input of networks against differences of their own answer's log-probability.
@Suite("Gradient × input of experts")
struct InputGradientTests {
  /// −log p of a path that is kept, with the input as it is.
  private func loss<Network: Tagger>(
    _ model: WordTaggerModel<Network>, _ network: Network, _ input: TaggerInput, _ path: [Int]
  ) -> Double {
    let tape = Tape(recording: false, training: false)
    let batch = TaggerBatch([input], words: model.words, characters: model.characters)
    return Double(
      tape[network.crf.loss(network.emissions(batch, tape, nil), tags: [path], tape)].item)
  }

  private func path<Network: Tagger>(
    _ model: WordTaggerModel<Network>, _ input: TaggerInput
  ) -> [Int] {
    let tape = Tape()
    let batch = TaggerBatch([input], words: model.words, characters: model.characters)
    return model.network.crf.chain.viterbi(tape[model.network.emissions(batch, tape, nil)].array)
  }

  /// The slope of −log p where a part of the input shrinks: what the gradient says to first order.
  private func slope(_ moved: (Float) -> Double) -> Double {
    let step: Float = 1e-2
    return (moved(1 - step) - moved(1 + step)) / Double(2 * step)
  }

  private static let tokens = ["Marlowe", "barked", "at", "the", "pier"]

  private func input(_ generator: inout SeededGenerator) -> TaggerInput {
    TaggerInput(
      tokens: Self.tokens, regions: .normal([49, 8], &generator),
      seen: ImageRegion(left: 0.1, top: 0, width: 0.8, height: 1))
  }

  /// Words of a text expert: of each the vector shrinks, its letters aside, which say nothing here.
  @Test func wordsOfATextExpert() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let fresh = Samples.biLSTMCRF(seed: seed)
    var network = fresh.network
    network.shake(by: 0.5, &generator)
    network.visitParameters("") { name, parameter in
      if name.contains("character_lstm") { parameter.value = Tensor(parameter.value.shape) }
    }
    let model = BiLSTMCRFModel(
      name: "test", configuration: fresh.configuration, network: network, words: fresh.words,
      characters: fresh.characters)
    let input = input(&generator)
    let found = model.gradient(input)
    #expect(found.worth.words.count == Self.tokens.count && !found.readsStates)
    let path = path(model, input)
    for (place, token) in Self.tokens.enumerated() {
      let row = model.words[WordForms.word(token)]
      let numeric = slope { factor in
        var other = network
        other.visitParameters("") { name, parameter in
          guard name.hasSuffix("words.weight") else { return }
          let width = parameter.value.shape[1]
          for i in (row * width)..<((row + 1) * width) { parameter.value.array[i] *= factor }
        }
        return loss(model, other, input, path)
      }
      let told = Double(found.worth.words[place])
      #expect(abs(numeric - told) < 2e-2 * max(0.1, abs(numeric)), "\(token), seed \(seed)")
    }
    #expect(found.worth.words.contains { abs($0) > 1e-3 }, "seed \(seed)")
  }

  /// Regions of an expert that looks, each as a whole; they lie over the part that it saw.
  @Test func regionsOfAnExpertThatLooks() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let fresh = Samples.riva(seed: seed)
    var network = fresh.network
    network.shake(by: 0.5, &generator)
    let model = RIVAModel(
      name: "test", configuration: fresh.configuration, network: network, words: fresh.words,
      characters: fresh.characters)
    let input = input(&generator)
    guard let map = model.gradient(input).worth.map else {
      Issue.record("no map, seed \(seed)")
      return
    }
    #expect(map.rows == 7 && map.columns == 7 && map.region == input.seen)
    let path = path(model, input)
    for region in [0, 17, 24, 48] {
      let numeric = slope { factor in
        var other = input
        for i in (region * 8)..<((region + 1) * 8) { other.regions.array[i] *= factor }
        return loss(model, network, other, path)
      }
      let told = Double(map.values[region])
      #expect(
        abs(numeric - told) < 2e-2 * max(0.05, abs(numeric)),
        "region \(region): \(numeric), \(told), seed \(seed)")
    }
  }

  /// Regions of a multimodal expert on a packed text encoder, whose words enter as it read them.
  @Test func regionsBesideAPackedEncoder() throws {
    try TinyEncoder.withFolder { folder in
      let seed = UInt64.random(in: 0...UInt64.max)
      var generator = SeededGenerator(seed: seed)
      let base = try TextBase(folder: folder)
      var tiny = TinyPictures.tagger(UMTHead.self, base, seed: seed)
      tiny.network.shake(&generator)
      let model = PictureTaggerModel<UMTHead>(
        name: "test", tiny.network, tokenizer: base.tokenizer, tiny.configuration)
      let item = tiny.items[0]
      let found = try model.gradient(item)
      #expect(found.readsStates && found.worth.words.count == item.wordCount)
      let map = try #require(found.worth.map)
      #expect(map.rows == 3)
      func scores(_ regions: PictureRegions) throws -> Tensor {
        let numbers = try model.head.emissions([PicturedPieces(item.text, regions)], model.engine)
        return Tensor(
          [1, item.text.places.count, numbers[0].count / item.text.places.count], numbers[0])
      }
      let path = model.head.crf.chain.viterbi(try scores(item.regions).array)
      for region in 0..<TinyPictures.cells {
        func loss(_ factor: Float) throws -> Double {
          var other = item.regions.tensor
          let width = TinyPictures.width
          for i in (region * width)..<((region + 1) * width) { other.array[i] *= factor }
          let tape = Tape(recording: false, training: false)
          let emissions = tape.constant(try scores(PictureRegions(other)))
          return Double(tape[model.head.crf.loss(emissions, tags: [path], tape)].item)
        }
        let numeric = (try loss(0.99) - loss(1.01)) / 0.02
        let told = Double(map.values[region])
        #expect(
          abs(numeric - told) < 2e-2 * max(0.05, abs(numeric)),
          "region \(region): \(numeric), \(told), seed \(seed)")
      }
    }
  }

  @Test func withoutAPictureOnlyWords() {
    let model = Samples.riva()
    let input = TaggerInput(tokens: Self.tokens, regions: Tensor([49, 8]), seen: nil)
    let worth = model.gradient(input).worth
    #expect(worth.map == nil && worth.words.count == 5)
    let map = Signal(
      name: "map", caption: "", kind: .imageMap(rows: 1, columns: 3, region: .whole),
      tensor: Tensor([1, 3], [0, 1, 2]))
    #expect(worth.agreement(with: map)?.mean.absence?.contains("no picture") == true)
  }
}

/// Rank correlations of signals with what places are worth, by hand.
@Suite("Agreement of signals with witnesses")
struct WorthTests {
  private let worth = Worth(
    words: [0.1, 0.4, .nan, 0.2],
    map: SignalMap(rows: 2, columns: 2, region: .whole, values: [1, 2, 3, 4]))

  private func signal(
    _ kind: Signal.Kind, _ steps: [Signal.Axis] = [], _ shape: [Int], _ values: [Float]
  ) -> Signal {
    Signal(
      name: "s", caption: "", kind: kind, steps: steps, tensor: Tensor(shape, values))
  }

  @Test func everySliceHasItsOwn() {
    let map = signal(
      .imageMap(rows: 2, columns: 2, region: .whole), [.head(2)], [2, 2, 2],
      [1, 2, 3, 4, 40, 30, 20, 10])
    let found = worth.agreement(with: map)
    #expect(found?.slices.map(\.rho) == [1, -1])
    // The second outweighs the first.
    #expect(found?.mean.rho == -1 && found?[nil].rho == -1 && found?[0].rho == 1)
  }

  @Test func wordsThatWereNotReadAreLeftOut() {
    let words = signal(.words, [], [4], [1, 3, 9, 2])
    #expect(worth.agreement(with: words)?.mean.rho == 1)
    #expect(worth.agreement(with: words)?.slices.isEmpty == true)
  }

  @Test func mapsByWordAreTakenByWord() {
    let maps = signal(
      .wordsByImage(rows: 2, columns: 2, region: .whole), [], [2, 2, 2],
      [1, 2, 3, 4, 4, 3, 2, 1])
    #expect(worth.agreement(with: maps, word: 0)?.mean.rho == 1)
    #expect(worth.agreement(with: maps, word: 1)?.mean.rho == -1)
    #expect(worth.agreement(with: maps)?.mean.absence?.contains("does not vary") == true)
  }

  /// A crop of the lower right quarter has all its weight there; the whole picture's is even.
  @Test func rectanglesAreSpreadOverTheGrid() {
    let quarter = ImageRegion(left: 0.5, top: 0.5, width: 0.5, height: 0.5)
    let map = SignalMap(spreading: [0.49, 1], over: [.whole, quarter])
    #expect(map.rows == 7 && abs(map.values[0] - 0.01) < 1e-6)
    // A cell wholly inside: its share of the quarter, beside that of the whole.
    #expect(abs(map.values[48] - (0.01 + 4.0 / 49)) < 1e-6)
    #expect(abs(map.values.reduce(0, +) - 1.49) < 1e-5)
    let even = signal(.regions([.whole]), [], [1], [1])
    #expect(worth.agreement(with: even)?.mean.absence == "it does not vary over the picture")
  }

  @Test func whatSaysNothingSaysWhy() {
    let nothing = Worth(words: [], map: nil)
    let map = signal(
      .imageMap(rows: 1, columns: 3, region: .whole), [], [1, 3], [1, 2, 3])
    #expect(nothing.agreement(with: map)?.mean.absence?.contains("reads the text alone") == true)
    let words = signal(.words, [], [3], [1, 2, 3])
    #expect(nothing.agreement(with: words)?.mean.absence?.contains("no probabilities") == true)
    let flat = Worth(
      words: [1, 1, 1, 1], map: SignalMap(rows: 1, columns: 3, region: .whole, values: [0, 0, 0]))
    #expect(flat.agreement(with: map)?.mean.absence?.contains("nothing is worth more") == true)
    #expect(flat.agreement(with: signal(.words, [], [2], [1, 2]))?.mean.absence != nil)
    let number = signal(
      .scalar(low: 0, high: 1, threshold: nil, percentile: nil), [], [], [0.5])
    #expect(worth.agreement(with: number) == nil)
  }
}
