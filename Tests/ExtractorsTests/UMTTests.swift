import Corpora
import Encoders
import Tensors
import Testing
import Traces

@testable import Extractors

@Suite("UMT")
struct UMTTests {
  @Test("Conversion rows sum to 1 (acceptance check 10)", arguments: LabelScheme.allCases)
  func conversionRowsSumToOne(labels: LabelScheme) {
    for types in [1, 2, 3, 4, 7] {
      let scheme = TagScheme(types: (0..<types).map { "T\($0)" })
      let spans = SpanStates(states: TagStates(scheme: scheme, labels: labels))
      let m = spans.conversion
      #expect(m.shape == [labels == .withX ? 7 : 3, scheme.count + (labels == .withX ? 4 : 0)])
      let columns = m.shape[1]
      for row in 0..<m.shape[0] {
        let sum = m.array[(row * columns)..<((row + 1) * columns)].reduce(0, +)
        #expect(abs(sum - 1) < 1e-6, "row \(row) of \(labels) with \(types) types")
      }
      // Every state is said by exactly one span state.
      for column in 0..<columns {
        #expect((0..<m.shape[0]).count { m.array[$0 * columns + column] > 0 } == 1)
      }
    }
    // MODELS §3.2 with its 13 states: B → each B-* ¼, X, [CLS] and [SEP] as they are.
    let m = SpanStates(states: TagStates(scheme: .standard, labels: .withX)).conversion
    #expect([2, 4, 6, 8].allSatisfy { m.array[2 * 13 + $0] == 0.25 })
    #expect([3, 5, 7, 9].allSatisfy { m.array[3 * 13 + $0] == 0.25 })
    for (row, state) in [(0, 0), (1, 1), (4, 10), (5, 11), (6, 12)] {
      #expect(m.array[row * 13 + state] == 1)
    }
  }

  @Test(arguments: LabelScheme.allCases) func gradientsAreThoseOfDifferences(
    labels: LabelScheme
  ) throws {
    try TinyEncoder.withFolder { folder in
      let (network, _, items) = TinyPictures.tagger(
        UMTHead.self, try TextBase(folder: folder), labels)
      try TinyPictures.checkGradients(network, Array(items.prefix(3)), seed: 21)
    }
  }

  @Test func learnsPostsByHeart() throws {
    try TinyEncoder.withFolder { folder in
      let (network, _, items) = TinyPictures.tagger(UMTHead.self, try TextBase(folder: folder))
      #expect(try TinyPictures.overfit(network, items) == 100)
    }
  }

  @Test func batchesDoNotChangeEmissions() throws {
    try TinyEncoder.withFolder { folder in
      let (network, _, items) = TinyPictures.tagger(UMTHead.self, try TextBase(folder: folder))
      let engine = BERTEngine(network.encoder)
      let together = try network.head.emissions(items, engine)
      for (item, expected) in zip(items, together) {
        let alone = try network.head.emissions([item], engine).first ?? []
        #expect(alone.count == item.text.places.count * 9)
        #expect(zip(alone, expected).allSatisfy { abs($0 - $1) < 1e-4 })
      }
    }
  }

  @Test func switchesChangeWhatTheyShould() throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      func model(_ change: (inout UMTOptions) -> Void) -> UMTModel {
        var options = UMTOptions()
        change(&options)
        let (network, configuration, _) = TinyPictures.tagger(
          UMTHead.self, base, options: options)
        return UMTModel(name: "umt", network, tokenizer: base.tokenizer, configuration)
      }
      let words = TinyEncoder.posts[0].words
      var generator = SeededGenerator(seed: 31)
      let (a, b) = (TinyPictures.regions(0, &generator), TinyPictures.regions(2, &generator))
      func answer(
        _ model: UMTModel, _ regions: PictureRegions,
        _ substitutions: [String: @Sendable (Tensor) -> Tensor] = [:]
      ) throws -> Prediction {
        try model.predict(words, regions, substitutions)
      }
      let whole = model { _ in }
      let blind = model { $0.usesPicture = false }
      #expect(try answer(whole, a).marginals != answer(whole, b).marginals)
      #expect(try answer(blind, a).marginals == answer(blind, b).marginals)
      // A closed gate hides the regions' summary, but words still look at the image through r.
      let closed: [String: @Sendable (Tensor) -> Tensor] = ["umt/gate": { Tensor($0.shape) }]
      let open: [String: @Sendable (Tensor) -> Tensor] = [
        "umt/gate": { Tensor($0.shape, repeating: 1) }
      ]
      #expect(try answer(whole, a, closed).marginals != answer(whole, a).marginals)
      let ungated = model { $0.gated = false }
      #expect(try answer(ungated, a).trace["umt/gate"] == nil)
      #expect(try answer(ungated, a).marginals == answer(whole, a, open).marginals)
      let alone = model { $0.spanTask = false }
      #expect(try answer(alone, a).trace["umt/spans"] == nil)
      #expect(try answer(alone, a).marginals != answer(whole, a).marginals)
      // All words look at the first region.
      let fixed: [String: @Sendable (Tensor) -> Tensor] = [
        "umt/attention": { old in
          Tensor(old.shape, (0..<old.count).map { $0 % old.shape[3] == 0 ? 1 : 0 })
        }
      ]
      #expect(try answer(whole, a, fixed).marginals != answer(whole, a).marginals)
    }
  }

  @Test(arguments: LabelScheme.allCases) func showsWhatItDoes(labels: LabelScheme) throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      let (network, configuration, _) = TinyPictures.tagger(UMTHead.self, base, labels)
      let model = UMTModel(name: "umt", network, tokenizer: base.tokenizer, configuration)
      var generator = SeededGenerator(seed: 41)
      let regions = TinyPictures.regions(1, &generator)
      let words = ["in", "Parisville", "and", "Acme"]
      let trace = try model.predict(words, regions).trace
      let gate = try #require(trace["umt/gate"])
      #expect(gate.shape == [4] && gate.values.allSatisfy { (0...1).contains($0) })
      let maps = try #require(trace["umt/attention"])
      #expect(maps.shape == [2, 4, 3, 3] && maps.sliceCount == 2)
      for map in 0..<8 {
        #expect(abs(maps.values[(9 * map)..<(9 * map + 9)].reduce(0, +) - 1) < 1e-5)
      }
      let spans = try #require(trace["umt/spans"])
      #expect(spans.shape == [4, 3])
      for word in 0..<4 {
        #expect(abs(spans.values[(3 * word)..<(3 * word + 3)].reduce(0, +) - 1) < 1e-5)
      }
      #expect(trace["crf/marginals"]?.shape == [4, 9])
      // Nothing was computed for words that were cut off.
      let long = try model.predict([String](repeating: "Parisville", count: 40), regions)
      #expect(long.path.count == 40 && long.trace["umt/gate"]?.values[39].isNaN == true)
      #expect(long.trace["umt/attention"]?.shape == [2, 40, 3, 3])
      #expect(try model.predict([], regions).path.isEmpty)
    }
  }
}
