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
      // Three posts: the last two swap their pictures.
      #expect(network.head.swaps(3) == [0, 2, 1])
      try TinyPictures.checkGradients(network, Array(items.prefix(3)), seed: 22)
    }
  }

  @Test func picturesAreSwappedAtTheEndOfLargeBatches() throws {
    try TinyEncoder.withFolder { folder in
      let base = try TextBase(folder: folder)
      let head = TinyPictures.tagger(MAFHead.self, base).network.head
      #expect(head.options.negatives == 8 && head.swaps(16) == nil)
      #expect(head.swaps(18) == [0, 1] + Array(10..<18) + Array(2..<10))
      var without = MAFOptions()
      without.matches = false
      #expect(
        TinyPictures.tagger(MAFHead.self, base, options: without).network.head.swaps(18) == nil)
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
      let engine = BERTEngine(network.encoder)
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
        try model.predict(words, regions, substituting: substitutions)
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
