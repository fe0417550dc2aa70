import Encoders
import Foundation
import Tensors
import Testing
import Traces

@testable import Corpora
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

  @Test func regionsOfAFileAreMeansOfWhatTheyCover() {
    func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> RegionFile.Box {
      RegionFile.Box(centerX: x, centerY: y, width: width, height: height)
    }
    // One number is 1 in the upper left cell of a 2×2 grid, the others are 0 or the same in all.
    var map = Tensor([4, 3])
    for cell in 0..<4 { map.array[3 * cell + 1] = 0.5 }
    map.array[0] = 1
    let regions = PictureRegions(map)
    let boxes = [box(0.25, 0.25, 0.5, 0.5), box(0.5, 0.5, 1, 1), box(0.75, 0.75, 0.5, 0.5)]
    let objects = regions.objects(in: boxes)
    #expect(objects.shape == [10, 3])
    func row(_ i: Int) -> [Float] { Array(objects.array[(3 * i)..<(3 * i + 3)]) }
    func expected(_ first: Float) -> [Float] {
      let numbers: [Float] = [first, 0.5, 0]
      let mean = numbers.reduce(0, +) / 3
      let deviation = (numbers.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 3).squareRoot()
      return numbers.map { ($0 - mean) / deviation }
    }
    // The whole picture is the largest; the mean over its cells has a quarter of the first number.
    for (i, first) in [Float(0.25), 1, 0].enumerated() {
      #expect(zip(row(i), expected(first)).allSatisfy { abs($0 - $1) < 1e-4 }, "\(i)")
    }
    for i in 3..<10 { #expect(row(i) == [0, 0, 0]) }
    // Half of a cell weighs half: a box over the left three quarters.
    let three = regions.objects(in: [box(0.375, 0.25, 0.75, 0.5)])
    #expect(zip(three.array, expected(2.0 / 3)).allSatisfy { abs($0 - $1) < 1e-4 })
    // What the encoder did not see, and numbers that are no region, are zeros.
    let cut = PictureRegions(
      map, seen: ImageRegion(left: 0.25, top: 0, width: 0.5, height: 1))
    for odd in [box(0.1, 0.5, 0.2, 1), box(1e300, -1e300, 1e300, 1), box(0.5, 0.5, -3, -3)] {
      #expect(cut.objects(in: [odd]).array.allSatisfy { $0 == 0 })
    }
    let many = (0..<400).map { box(0.5, 0.5, 0.001 * Double($0), 1) }
    #expect(PictureRegions.largest(many) == Array(many.suffix(10).reversed()))
  }

  @Test func objectsFromFilesNeedTheFile() throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      var options = MEGALiteOptions()
      options.objects = .boxes
      let (network, configuration, _) = try TinyPictures.pairs(&base, options: options)
      let model = MEGALiteModel(name: "mega", network, tokenizer: base.tokenizer, configuration)
      #expect(model.needsBoxes)
      var generator = SeededGenerator(seed: 33)
      let regions = TinyPictures.regions(0, &generator)
      let post = Post(
        id: "p", tokens: TinyEncoder.posts[0].words.map { Token($0) }, imageID: nil, mentions: [],
        relations: [RelationMention(head: 0..<1, tail: 3..<4, label: "None")], split: .train,
        source: SourceLocation(file: "f", line: 1))
      #expect { try model.labels(of: [Looked.post(post, regions)]) } throws: {
        "\($0)".contains("--boxes")
      }
      func own(_ boxes: [RegionFile.Box]) -> PairBoxes.OfPost {
        var own = PairBoxes.OfPost()
        own.add(post.relations[0], boxes, ofPair: boxes.count)
        return own
      }
      func answer(_ boxes: [RegionFile.Box]) throws -> RelationAnswer {
        let seen = Looked.post(post, regions, boxes: own(boxes))
        return try #require(try model.labels(of: [seen]).first?.relations?.first)
      }
      let whole = RegionFile.Box(centerX: 0.5, centerY: 0.5, width: 1, height: 1)
      let corner = RegionFile.Box(centerX: 0.1, centerY: 0.1, width: 0.1, height: 0.1)
      let none = try answer([])
      #expect(try answer([whole]) != none)
      #expect(try answer([corner]) != answer([whole]))
      #expect(try answer([whole, corner]) == answer([corner, whole]))
      let trace = try model.predict(
        TinyEncoder.posts[0].words, TokenPair(head: 0..<1, tail: 3..<4), regions,
        boxes: own([corner, whole])
      ).trace
      #expect(trace["mega-lite/objects"]?.shape == [2])
    }
  }

  @Test func foldersFromBeforeSayNothingOfObjects() throws {
    let old = #"{"semantic": true, "structure": "none", "usesPicture": false}"#
    let options = try JSONDecoder().decode(MEGALiteOptions.self, from: Data(old.utf8))
    #expect(options.objects == .grid && !options.usesPicture)
    var boxes = options
    boxes.objects = .boxes
    #expect(
      try JSONDecoder().decode(MEGALiteOptions.self, from: JSONEncoder().encode(boxes)) == boxes)
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
      guard case .matrix(_, let columns) = alignment.kind else {
        Issue.record("\(alignment.kind)")
        return
      }
      // A column says which piece it is of: control tokens, markers, words.
      #expect(columns.count == alignment.shape[1] && Set(columns).isSuperset(of: ["<s>", "</s>"]))
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
        try whole.predict(words, pair, a, even).answer != answer.answer)
    }
  }
}
