import Corpora
import Encoders
import Extractors
import Pictures
import Routing
import Tensors
import Testing

@testable import Inspection

@Suite("Route explanations") struct RouteExplanationTests {
  static let words = ["red", "boat", "at", "the", "pier"]

  /// Untrained encoder and router: what is added up must add up whatever the weights.
  static func occlusion(
    head: Discriminator.Head, seed: UInt64 = 3, tokens: [String] = words, scale: Float = 40
  ) throws -> RouteOcclusion {
    var generator = SeededGenerator(seed: seed, stream: "explanations")
    let network = ResNet.Configuration(
      embeddingSize: 4, hiddenSizes: [4, 8], depths: [1, 1], layerType: .basic)
    let words = Vocabulary(Self.words)
    let dual = DualEncoderModel(
      name: "clip",
      encoder: DualEncoder(
        DualEncoder.Configuration(
          words: words.size, wordSize: 8, dimensions: 8, pictures: network), &generator),
      words: words, recipe: .harbor)
    let router = try Discriminator(dimensions: 8, head: head, inputScale: scale, seed: seed)
    return try RouteOcclusion(dual: dual, router: router, tokens: tokens, picture: picture(dual))
  }

  /// Red on the left, blue stripes on the right.
  static func picture(_ dual: DualEncoderModel) -> PreparedPicture {
    var picture = Picture(width: 64, height: 64, color: RGB(200, 30, 30))
    for y in 0..<64 { for x in 32..<64 where y / 4 % 2 == 0 { picture[x, y] = RGB(0, 0, 255) } }
    return dual.recipe.prepare(picture)
  }

  /// A post that switches every hidden unit off has nothing to list, and the rest is all of it.
  @Test func aSilentPostListsNothing() throws {
    var parameters = try Discriminator(dimensions: 2, head: .mlp(hidden: 2), seed: 1).parameters
    parameters["w1"] = Tensor([2, 2], [1, 0, 0, 1])
    parameters["b1"] = Tensor([2], [-0.1, -0.1])
    let mean: [Float] = [0.5, 0.5]
    for (leak, isSilent) in [(Float(0), true), (0.01, false)] {
      let router = try Discriminator(
        parameters: parameters, dimensions: 2, head: .mlp(hidden: 2), leak: leak)
      let off = RouteExplanation.Parts(router, x: [-0.3, 0.05], mean: mean)
      #expect(off.isSilent == isSilent)
      #expect(off.contributions.isEmpty == isSilent)
      let sum = off.positive + off.negative + off.rest
      #expect(abs(sum - router.logits([-0.3, 0.05])[0]) < 1e-5)
      let on = RouteExplanation.Parts(router, x: [0.4, -0.2], mean: mean)
      #expect(!on.isSilent && on.contributions.contains { $0 != 0 })
      #expect(abs(on.positive + on.negative + on.rest - router.logits([0.4, -0.2])[0]) < 1e-5)
    }
  }

  @Test(arguments: [Discriminator.Head.linear, .mlp(hidden: 6)])
  func dimensionsAddUpToTheLogit(_ head: Discriminator.Head) throws {
    let router = try Discriminator(dimensions: 8, head: head, inputScale: 3, seed: 5)
    let x: [Float] = [0.1, -0.2, 0.05, 0.3, -0.15, 0, 0.2, -0.1]
    let mean: [Float] = [0.05, 0.1, -0.1, 0, 0.1, 0.2, -0.3, 0.4]
    let parts = RouteExplanation.Parts(router, x: x, mean: mean)
    let sum = parts.positive + parts.negative + parts.rest
    #expect(abs(sum - router.logits(x)[0]) < 1e-5)
    if head == .linear {
      // What is left is the bias, whatever the input.
      let other = RouteExplanation.Parts(router, x: x.map { -2 * $0 }, mean: mean)
      #expect(abs(parts.rest - other.rest) < 1e-5)
    } else {
      #expect(abs(parts.rest - router.logits(mean)[0]) < 1e-5, "the mean post is left")
      let none = RouteExplanation.Parts(router, x: mean, mean: mean)
      #expect(none.contributions.allSatisfy { $0 == 0 })
    }
    let contributions = parts.contributions
    #expect(
      parts.top(3).map { abs($0.contribution) }
        == contributions.map(abs).sorted(by: >).prefix(3).map { $0 })
  }

  @Test func leavingOutNothingChangesNothing() throws {
    let occlusion = try Self.occlusion(head: .mlp(hidden: 6))
    let picture = occlusion.picture
    let masked = RouteOcclusion.masking(picture, 56, [[], [0]])
    #expect(masked[0].pixels == picture.pixels)
    #expect(masked[1].pixels != picture.pixels)
    // 8×8 pixels in three planes, no other.
    let changed = zip(masked[1].pixels, picture.pixels).filter { $0 != $1 }.count
    #expect(changed <= 3 * 64 && changed > 0)
    #expect(
      RouteOcclusion.dropping(Self.words, [[], [1, 3]]) == [Self.words, ["red", "at", "pier"]])
    // A picture of one colour has nothing to mask.
    let even: PreparedPicture = ([Float](repeating: 0.25, count: 3 * 56 * 56), picture.seen)
    let flat = try RouteOcclusion(
      dual: occlusion.dual, router: occlusion.router, tokens: Self.words, picture: even)
    #expect(flat.regionEffects.allSatisfy { abs($0.contribution) < 1e-5 })
    #expect(occlusion.regionEffects.contains { abs($0.contribution) > 1e-5 })
  }

  @Test func effectsAreWhatTheRouterSays() throws {
    let occlusion = try Self.occlusion(head: .linear)
    #expect(occlusion.tokenEffects.count == 5 && occlusion.regionEffects.count == 49)
    let dual = occlusion.dual
    let vector = try dual.encode(prepared: [occlusion.picture])[0]
    func p(_ words: [String]) throws -> Float {
      try occlusion.router.probability(zip(dual.encode(texts: [words])[0], vector).map { $0 * $1 })
    }
    let whole = try p(Self.words)
    for (i, effect) in occlusion.tokenEffects.enumerated() {
      var words = Self.words
      words.remove(at: i)
      let without = try p(words)
      #expect(abs(effect.probability - without) < 1e-4)
      #expect(abs(effect.contribution - (whole - without)) < 1e-4)
    }
  }

  @Test(arguments: 1...12) func flipsFlip(_ seed: UInt64) throws {
    let occlusion = try Self.occlusion(head: .linear, seed: seed, scale: 60)
    let dual = occlusion.dual
    let vector = try dual.encode(prepared: [occlusion.picture])[0]
    let text = try dual.encode(texts: [Self.words])[0]
    func p(_ text: [Float], _ vector: [Float]) -> Float {
      occlusion.router.probability(zip(text, vector).map { $0 * $1 })
    }
    let whole = p(text, vector)
    let tokens = try occlusion.flipByTokens()
    let regions = try occlusion.flipByRegions()
    #expect(tokens.tried == 4 && regions.tried == 24)
    if let places = tokens.places {
      let left = RouteOcclusion.dropping(Self.words, [places])
      let after = try p(dual.encode(texts: left)[0], vector)
      #expect((after > 0.5) != (whole > 0.5), "seed \(seed)")
      #expect(Set(places).count == places.count && abs(after - tokens.probability) < 1e-4)
    }
    if let places = regions.places {
      let masked = RouteOcclusion.masking(occlusion.picture, 56, [places])
      let after = try p(text, dual.encode(prepared: masked)[0])
      #expect((after > 0.5) != (whole > 0.5), "seed \(seed)")
      #expect(Set(places).count == places.count)
    }
    // Nothing smaller was passed over.
    let pairs = (0..<5).flatMap { i in ((i + 1)..<5).map { [i, $0] } }
    let turning = try pairs.contains { pair in
      let left = RouteOcclusion.dropping(Self.words, [pair])
      return (try p(dual.encode(texts: left)[0], vector) > 0.5) != (whole > 0.5)
    }
    #expect(turning || tokens.places?.count != 2, "seed \(seed)")
    if turning { #expect((tokens.places?.count ?? 9) <= 2 && tokens.isSmallest, "seed \(seed)") }
    let oneRegion = occlusion.regionEffects.contains { ($0.probability > 0.5) != (whole > 0.5) }
    #expect(oneRegion == (regions.places?.count == 1), "seed \(seed)")
    let both = occlusion.flipByBoth()
    if let word = both.places?.first, let region = both.regions.first {
      let left = RouteOcclusion.dropping(Self.words, [[word]])
      let masked = RouteOcclusion.masking(occlusion.picture, 56, [[region]])
      let after = try p(dual.encode(texts: left)[0], dual.encode(prepared: masked)[0])
      #expect((after > 0.5) != (whole > 0.5) && abs(after - both.probability) < 1e-4)
    }
    let blank = RouteOcclusion.masking(occlusion.picture, 56, [Array(0..<49)])
    let after = try p(text, dual.encode(prepared: blank)[0])
    #expect((try occlusion.flipByBlank().places != nil) == ((after > 0.5) != (whole > 0.5)))
    let single = occlusion.tokenEffects.contains { ($0.probability > 0.5) != (whole > 0.5) }
    #expect(single == (tokens.places?.count == 1), "seed \(seed)")
  }

  @Test func oneWordAndManyWords() throws {
    let one = try Self.occlusion(head: .linear, tokens: ["boat"])
    #expect(try one.tokenEffects.count == 1 && one.flipByTokens().tried == 0)
    #expect(one.tokenEffects[0].probability.isFinite)
    let many = try Self.occlusion(
      head: .linear, tokens: (0..<400).map { Self.words[$0 % 5] })
    #expect(many.tokenEffects.count == many.dual.longestText && many.dual.longestText == 256)
  }

  @Test func relationsAreCountedWithoutNone() {
    let pairs = [("None", "None"), ("a", "a"), ("a", "b"), ("None", "b"), ("a", "None")]
    let post = Post(
      id: "p", tokens: (0..<10).map { Token("\($0)") }, imageID: nil, mentions: [],
      relations: pairs.enumerated().map {
        RelationMention(head: $0..<($0 + 1), tail: 9..<10, label: $1.0)
      }, split: .train, source: SourceLocation(file: "f", line: 1))
    let answers = RelationAnswers(
      expert: "mtb", labels: ["None", "a", "b"],
      answers: pairs.enumerated().map {
        RelationAnswer(
          head: $0..<($0 + 1), tail: 9..<10, label: $1.1, probabilities: [0.2, 0.5, 0.3])
      })
    let answer = RouteExplanation.Answer(
      route: .text, expert: "mtb", mentions: nil, relations: answers)
    #expect(answer.relationCounts(post) == MatchCounts(correct: 1, predicted: 3, gold: 3))
    #expect(answer.mentionCounts(post) == nil)
    #expect(answers.ranked(head: 0..<1, tail: 9..<10).map(\.0) == ["a", "b", "None"])
  }
}
