import Corpora
import Encoders
import Tensors
import Testing
import Traces

@testable import Extractors

@Suite("mega-lite")
struct MEGALiteTests {
  @Test(arguments: MEGALiteOptions.Structure.allCases) func gradientsAreThoseOfDifferences(
    structure: MEGALiteOptions.Structure
  ) throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      var options = MEGALiteOptions()
      options.structure = structure
      let (network, _, items) = try TinyPictures.pairs(&base, options: options)
      try TinyPictures.checkGradients(network, Array(items.prefix(3)), seed: 23)
    }
  }

  @Test func learnsPairsByHeart() throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      let (network, _, items) = try TinyPictures.pairs(&base)
      #expect(try TinyPictures.overfit(network, items) == 100)
    }
  }

  @Test func objectsAreMeansOfAGridAndOfEverything() {
    // Numbers of a 7×7 map tell their row and column.
    let map = (0..<49).flatMap { [Float($0 / 7), Float($0 % 7)] }
    let objects = PictureRegions(Tensor([49, 2], map)).objects
    #expect(objects.shape == [10, 2])
    // Rows 0–2, 2–4 and 4–6.
    #expect(Array(objects.array[0..<2]) == [1, 1])
    #expect(Array(objects.array[8..<10]) == [3, 3])
    #expect(Array(objects.array[16..<18]) == [5, 5])
    #expect(zip(objects.array[18..<20], [3, 3]).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func structureReadsTheLengthOnly() {
    for pieces in [1, 2, 5, 40] {
      let s = StructuralWeights.chain(pieces: pieces)
      #expect(s.count == 10 * pieces && s.allSatisfy { (0...1).contains($0) })
      for piece in 0..<pieces {
        #expect(s[(10 * piece)..<(10 * piece + 10)].count { $0 > 0 } == StructuralWeights.nearest)
      }
      // A chain looks the same from both ends.
      #expect(Array(s.prefix(10)) == Array(s.suffix(10)))
    }
  }

  @Test func switchesChangeWhatTheyShould() throws {
    try TinyEncoder.withFolder { folder in
      let known = try TextBase(folder: folder)
      func model(_ change: (inout MEGALiteOptions) -> Void) throws -> MEGALiteModel {
        var (options, base) = (MEGALiteOptions(), known)
        change(&options)
        let (network, configuration, _) = try TinyPictures.pairs(&base, options: options)
        return MEGALiteModel(name: "mega", network, tokenizer: base.tokenizer, configuration)
      }
      let words = TinyEncoder.posts[0].words
      let pair = TokenPair(head: 0..<1, tail: 3..<4)
      var generator = SeededGenerator(seed: 33)
      let (a, b) = (TinyPictures.regions(0, &generator), TinyPictures.regions(2, &generator))
      let whole = try model { _ in }
      let answer = try whole.predict(words, pair, a)
      #expect(try whole.predict(words, pair, b).answer != answer.answer)
      let blind = try model { $0.usesPicture = false }
      #expect(
        try blind.predict(words, pair, a).answer == blind.predict(words, pair, b).answer)
      let plain = try model { $0.semantic = false }
      #expect(try plain.predict(words, pair, a).trace["mega-lite/alignment"] == nil)
      #expect(try plain.predict(words, pair, a).answer != answer.answer)
      let chained = try model { $0.structure = .chain }
      #expect(try chained.predict(words, pair, a).answer != answer.answer)
      let alignment = try #require(answer.trace["mega-lite/alignment"])
      #expect(alignment.shape[0] == 10)
      for row in 0..<10 {
        let width = alignment.shape[1]
        let sum = alignment.values[(row * width)..<((row + 1) * width)].reduce(0, +)
        #expect(abs(sum - 1) < 1e-5)
      }
      #expect(answer.trace["mega-lite/objects"]?.shape == [10])
      #expect(answer.trace["relation/probabilities"]?.shape == [23])
      let even: [String: @Sendable (Tensor) -> Tensor] = [
        "mega-lite/alignment": { Tensor($0.shape, repeating: 1 / Float($0.shape[3])) }
      ]
      #expect(
        try whole.predict(words, pair, a, substituting: even).answer != answer.answer)
    }
  }
}
