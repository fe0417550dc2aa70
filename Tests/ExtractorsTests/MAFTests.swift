import Corpora
import Encoders
import Tensors
import Testing
import Traces

@testable import Extractors

@Suite("MAF")
struct MAFTests {
  static let matchings: [MAFOptions.Matching] = [.flattened(length: 10), .pooled]

  private func options(_ matching: MAFOptions.Matching) -> MAFOptions {
    var options = MAFOptions()
    options.matching = matching
    return options
  }

  @Test(arguments: matchings) func gradientsAreThoseOfDifferences(
    matching: MAFOptions.Matching
  ) throws {
    try TinyEncoder.withFolder { folder in
      var options = options(matching)
      options.negatives = 1
      let (network, _, items) = TinyPictures.tagger(
        MAFHead.self, try TextBase(folder: folder), options: options)
      // Eight posts: the last two exchange their pictures.
      #expect(network.head.swaps(8) == [0, 1, 2, 3, 4, 5, 7, 6])
      try TinyPictures.checkGradients(network, items, seed: 22)
    }
  }

  @Test func aQuarterOfEachBatchGetsAnotherPicture() throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      let head = TinyPictures.tagger(MAFHead.self, base).network.head
      #expect(head.swaps(7) == nil && MAF.readsPlaces)
      for count in 8...200 {
        let swaps = try #require(head.swaps(count))
        let moved = swaps.indices.filter { swaps[$0] != $0 }
        #expect(moved.count == min(16, 2 * (count / 8)) && 4 * moved.count <= count)
        #expect(moved.allSatisfy { swaps[swaps[$0]] == $0 })
      }
      #expect(head.swaps(64) == Array(0..<48) + Array(56..<64) + Array(48..<56))
      var without = MAFOptions()
      without.matches = false
      #expect(
        TinyPictures.tagger(MAFHead.self, base, options: without).network.head.swaps(18) == nil)
    }
  }

  @Test func negativesDifferInTheirPictureAlone() throws {
    try TinyEncoder.withFolder { folder in
      var options = options(.pooled)
      options.negatives = 1
      let (network, _, items) = TinyPictures.tagger(
        MAFHead.self, try TextBase(folder: folder), options: options)
      func scores(_ items: [PicturedPieces], _ swaps: [Int]?) throws -> [Float] {
        let tape = Tape()
        let batch = PictureBatch(
          items, tape.constant(try network.statesSource.states(items)), showsPictures: true, tape)
        return tape[network.head.forward(batch, swaps: swaps, tape, nil).emissions].array
      }
      // As if the posts had come with each other's pictures.
      var exchanged = items
      exchanged[6] = PicturedPieces(items[6].text, items[7].regions)
      exchanged[7] = PicturedPieces(items[7].text, items[6].regions)
      let swapped = try scores(items, network.head.swaps(8))
      #expect(swapped == (try scores(exchanged, nil)))
      #expect(swapped != (try scores(items, nil)))
    }
  }

  @Test func placesInABatchDoNotTellLengths() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let lengths = (0..<3_200).map { _ in 3 + generator.index(below: 40) }
    func lastAgainstFirst(_ shuffled: Bool) -> Double {
      let batches = LengthBatches.make(
        lengths: lengths, batch: 32, bucket: 4, shuffled: shuffled, &generator)
      #expect(batches.flatMap { $0 }.sorted() == Array(lengths.indices))
      let sums = batches.map { batch in
        batch.suffix(8).reduce(0) { $0 + lengths[$1] }
          - batch.prefix(8).reduce(0) { $0 + lengths[$1] }
      }
      return Double(sums.reduce(0, +)) / Double(8 * batches.count)
    }
    // Within a batch of similar lengths the sorted ends still differ.
    #expect(lastAgainstFirst(false) > 5, "seed \(seed)")
    #expect(abs(lastAgainstFirst(true)) < 2, "seed \(seed)")
  }

  @Test func flattenedMatchingReadsTheStatesOfPadding() throws {
    try TinyEncoder.withFolder { folder in
      let (network, _, items) = TinyPictures.tagger(
        MAFHead.self, try TextBase(folder: folder), options: options(.flattened(length: 10)))
      let item = try #require(items.first { $0.ids.count < 8 })
      let tape = Tape()
      let states = tape[try network.encoder.states([item], tape, paddedTo: 10)]
      #expect(states.shape[1] == 10)
      #expect(states.array.suffix(states.shape[2]).contains { $0 != 0 })
      #expect(try network.statesSource.states([item]) == states)
      // What stands behind the text decides, too.
      var changed = states
      for i in (9 * states.shape[2])..<states.count { changed.array[i] += 3 }
      func match(_ states: Tensor) -> [Float] {
        let tape = Tape()
        let batch = PictureBatch([item], tape.constant(states), showsPictures: true, tape)
        return network.head.forward(batch, swaps: nil, tape, nil).match.map { tape[$0].array } ?? []
      }
      #expect(match(states) != match(changed))
    }
  }

  @Test func matchesAreThoseOfSingleAnswers() throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      let (network, configuration, items) = TinyPictures.tagger(MAFHead.self, base)
      let model = MAFModel(name: "maf", network, tokenizer: base.tokenizer, configuration)
      for (match, post) in zip(try network.matches(items), TinyPictures.posts(seed: 3)) {
        let trace = try model.predict(post.words, post.regions).trace
        #expect(abs(match.probability - (trace["maf/match"]?.values.first ?? 9)) < 1e-4)
        #expect(abs(match.cosine - (trace["maf/cosine"]?.values.first ?? 9)) < 1e-4)
      }
    }
  }

  @Test func learnsPostsByHeart() throws {
    try TinyEncoder.withFolder { folder in
      let (network, _, items) = TinyPictures.tagger(
        MAFHead.self, try TextBase(folder: folder), options: options(.pooled))
      #expect(try TinyPictures.overfit(network, items) == 100)
    }
  }

  @Test(arguments: matchings) func batchesDoNotChangeEmissions(
    matching: MAFOptions.Matching
  ) throws {
    try TinyEncoder.withFolder { folder in
      let (network, _, items) = TinyPictures.tagger(
        MAFHead.self, try TextBase(folder: folder), options: options(matching))
      let engine = network.statesSource
      let together = try network.head.emissions(items, engine)
      for (item, expected) in zip(items, together) {
        let alone = try network.head.emissions([item], engine).first ?? []
        #expect(zip(alone, expected).allSatisfy { abs($0 - $1) < 1e-4 })
      }
    }
  }

  @Test func switchesChangeWhatTheyShould() throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      func model(_ change: (inout MAFOptions) -> Void) -> MAFModel {
        var options = options(.pooled)
        change(&options)
        let (network, configuration, _) = TinyPictures.tagger(MAFHead.self, base, options: options)
        return MAFModel(name: "maf", network, tokenizer: base.tokenizer, configuration)
      }
      let words = TinyEncoder.posts[0].words
      var generator = SeededGenerator(seed: 32)
      let (a, b) = (TinyPictures.regions(0, &generator), TinyPictures.regions(2, &generator))
      func answer(
        _ model: MAFModel, _ regions: PictureRegions,
        _ substitutions: [String: @Sendable (Tensor) -> Tensor] = [:]
      ) throws -> Prediction {
        try model.predict(words, regions, substitutions)
      }
      let whole = model { _ in }
      let blind = model { $0.usesPicture = false }
      #expect(try answer(whole, a).marginals != answer(whole, b).marginals)
      #expect(try answer(blind, a).marginals == answer(blind, b).marginals)
      // Where text and picture do not belong together, nothing of the picture is taken.
      let apart: [String: @Sendable (Tensor) -> Tensor] = ["maf/match": { Tensor($0.shape) }]
      let same: [String: @Sendable (Tensor) -> Tensor] = [
        "maf/match": { Tensor($0.shape, repeating: 1) }
      ]
      #expect(try answer(whole, a, apart).marginals == answer(whole, b, apart).marginals)
      let unmatched = model { $0.matches = false }
      #expect(try answer(unmatched, a).trace["maf/match"] == nil)
      #expect(try answer(unmatched, a).marginals == answer(whole, a, same).marginals)
      let open: [String: @Sendable (Tensor) -> Tensor] = [
        "maf/gate": { Tensor($0.shape, repeating: 1) }
      ]
      let ungated = model { $0.gated = false }
      #expect(try answer(ungated, a).marginals == answer(whole, a, open).marginals)
      // The alignment is a loss only.
      let unaligned = model { $0.aligns = false }
      #expect(try answer(unaligned, a).trace["maf/cosine"] == nil)
      #expect(try answer(unaligned, a).marginals == answer(whole, a).marginals)
    }
  }

  @Test func alignmentLossKnowsItsOwn() {
    // Unit vectors that are their own best partners, against exchanged ones.
    let texts = Tensor([2, 2], [1, 0, 0, 1])
    func loss(_ pictures: [Float]) -> Float {
      let tape = Tape()
      return tape[
        Alignment.loss(
          text: tape.constant(texts), picture: tape.constant(Tensor([2, 2], pictures)),
          temperature: 0.5, textShare: 0.7, tape)
      ].item
    }
    // Cosines 1 and 0 over ½: −log σ(2), and for the exchanged ones −log σ(−2).
    #expect(abs(loss([1, 0, 0, 1]) - 0.126_928) < 1e-4)
    #expect(abs(loss([0, 1, 1, 0]) - 2.126_928) < 1e-4)
  }

  @Test func showsWhatItDoes() throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      let (network, configuration, _) = TinyPictures.tagger(MAFHead.self, base)
      let model = MAFModel(name: "maf", network, tokenizer: base.tokenizer, configuration)
      var generator = SeededGenerator(seed: 42)
      let trace = try model.predict(
        ["Ann", "in", "Paris"], TinyPictures.regions(1, &generator)
      ).trace
      let match = try #require(trace["maf/match"]?.values.first)
      #expect((0...1).contains(match))
      let cosine = try #require(trace["maf/cosine"]?.values.first)
      #expect((-1.001...1.001).contains(cosine))
      #expect(trace["maf/gate"]?.shape == [3])
      #expect(trace["maf/attention"]?.shape == [2, 3, 3, 3])
    }
  }
}
