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

  @Test func objectsAreStandardizedMeansOfAGridAndOfEverything() {
    // Numbers of a 7×7 map tell their row and column.
    let map: [Float] = (0..<49).flatMap { i -> [Float] in [Float(i / 7), Float(i % 7), 2, 5] }
    let objects = PictureRegions(Tensor([49, 4], map)).objects
    #expect(objects.shape == [10, 4])
    // Rows 0–2, 2–4 and 4–6 have the means 1, 3 and 5.
    let thirds: [Float] = [1, 3, 5]
    var means: [[Float]] = thirds.flatMap { row in thirds.map { [row, $0] } }
    means.append([3, 3])
    for (i, mean) in means.enumerated() {
      let numbers: [Float] = mean + [2, 5]
      let middle = numbers.reduce(0, +) / 4
      let variance = numbers.map { ($0 - middle) * ($0 - middle) }.reduce(0, +) / 4
      let deviation = variance.squareRoot()
      for (k, number) in numbers.enumerated() {
        #expect(abs(objects.array[4 * i + k] - (number - middle) / deviation) < 1e-4)
      }
    }
    let missing = PictureRegions(Tensor([49, 4])).objects
    #expect(missing.array.allSatisfy { $0 == 0 })
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
