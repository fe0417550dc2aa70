import Corpora
import Encoders
import Foundation
import Pictures
import Synchronization
import Tensors
import Testing
import Traces

@testable import Extractors

/// A throw-away expert that tells how much it sees.
private struct SightExpert: Expert {
  let card: ModelCard
  let look: @Sendable (SeenPost) throws -> [Float]

  init(_ sight: Sight, _ look: @escaping @Sendable (SeenPost) throws -> [Float]) {
    card = ModelCard(
      name: sight.caption, system: "sight", task: .entities, sights: [sight], labels: [])
    self.look = look
  }

  func unknownCount(of words: [String]) -> Int { 0 }
  func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    try posts.map {
      _ = try look($0); return .mentions([])
    }
  }
  func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    let values = try look(post)
    var trace = Trace()
    trace.append(
      Signal(name: "seen", caption: "seen", kind: .series, tensor: Tensor([values.count], values)))
    return .mentions(
      Prediction(expert: name, mentions: [], labels: ["O"], marginals: [], path: [], trace: trace))
  }
}

/// Counts what it is asked for.
private final class Counter: Sendable {
  private let counts = Mutex<[String: Int]>([:])
  func add(_ name: String) { counts.withLock { $0[name, default: 0] += 1 } }
  subscript(_ name: String) -> Int { counts.withLock { $0[name] ?? 0 } }
}

/// A dual encoder whose vectors are the mean colour and the number of words.
private struct PlainDual: DualEncoding {
  let name = "dual"
  let dimensions = 3
  let side = 2
  let longestText = 100
  let fingerprint: String? = nil
  let decoding = DecodingPurpose.shortSide(2)
  let counter: Counter

  func prepare(_ picture: Picture) -> PreparedPicture {
    let color = picture.meanColor
    return PreparedPicture(
      pixels: [Float(color.red), Float(color.green), Float(color.blue)], seen: .whole)
  }
  func encode(prepared: [PreparedPicture]) -> [[Float]] {
    for _ in prepared { counter.add("embedding") }
    return prepared.map(\.pixels)
  }
  func patches(_ prepared: PreparedPicture) -> Tensor { Tensor([1, 3], prepared.pixels) }
  func encode(texts: [[String]]) -> [[Float]] { texts.map { [Float($0.count), 0, 1] } }
  func unknownCount(of words: [String]) -> Int { 0 }
  func products(
    _ posts: [Post], of dataset: Dataset, progress: (Int) -> Bool
  ) throws -> [[Float]?]? { nil }
}

@Suite("Sights")
struct SightTests {
  private let counter = Counter()
  private static let recipe = ImageRecipe.vit(side: 8)
  private static let cells = Sight.Proposals.cells(rows: 2, columns: 2)

  /// Left half red, right half blue, 16×16.
  private static func picture() -> Picture {
    var picture = Picture(width: 16, height: 16, color: RGB(255, 0, 0))
    for y in 0..<16 { for x in 8..<16 { picture[x, y] = RGB(0, 0, 255) } }
    return picture
  }

  private func post(_ eyes: Eyes, boxes: PairBoxes.OfPost? = nil) -> SeenPost {
    let post = Post(
      id: "p", tokens: [Token("a"), Token("b")], imageID: "i", mentions: [], split: .test,
      source: SourceLocation(file: "memory", line: 1))
    let counter = counter
    return SeenPost(post, eyes, key: "i", boxes: boxes) { _ in
      counter.add("decoded")
      return .success(Self.picture())
    }
  }

  private static var boxes: PairBoxes.OfPost {
    PairBoxes.OfPost([
      RegionFile.Box(ImageRegion(left: 0, top: 0, width: 0.5, height: 1)),
      RegionFile.Box(ImageRegion(left: 0.5, top: 0, width: 0.25, height: 0.5)),
    ])
  }

  /// The mean of each colour.
  private static func means(_ seen: SeenPixels) -> [Float] {
    let plane = seen.pixels.count / 3
    return (0..<3).map { c in
      seen.pixels.array[(c * plane)..<((c + 1) * plane)].reduce(0, +) / Float(plane)
    }
  }

  @Test func eachKindShowsWhatItNames() throws {
    let eyes = Eyes(duals: [PlainDual(counter: counter)], sights: [.pixels(Self.recipe)])
    let post = post(eyes, boxes: Self.boxes)
    func seen(_ sight: Sight, _ look: @escaping @Sendable (SeenPost) throws -> [Float]) -> [Float] {
      let answer = SightExpert(sight, look).ask(post)
      #expect(answer.failure == nil)
      return answer.trace()["seen"]?.tensor.array ?? []
    }
    let whole = seen(.pixels(Self.recipe)) { try $0.pixels(Self.recipe).map(Self.means) ?? [] }
    #expect(whole.map { ($0 * 10).rounded() } == [0, -10, 0])
    let crops = seen(.crops(Self.cells, Self.recipe)) {
      try $0.crops(Self.cells, Self.recipe).flatMap(Self.means)
    }
    #expect(crops == [1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, 1])
    let framed = seen(.frames(.files(most: 1), Self.recipe)) {
      try $0.frames(.files(most: 1), Self.recipe).flatMap(Self.means)
    }
    // The frame is red: the picture has more of it than without.
    #expect(framed.count == 3 && framed[0] >= whole[0])
    let regions = seen(.boxes) { try $0.regions(.files(most: 5)).map { Float($0.width) } }
    #expect(regions == [0.5, 0.25], "the largest first")
    let embedding = seen(.embedding("dual")) { try $0.embedding("dual").product ?? [] }
    // Two words times red, nothing times green, one times blue.
    #expect(embedding.count == 3 && embedding[0] > 200 && embedding[1] == 0 && embedding[2] > 100)
  }

  @Test func eachIsComputedOnceWhoeverAsks() throws {
    let eyes = Eyes(duals: [PlainDual(counter: counter)], sights: [.pixels(Self.recipe)])
    let post = post(eyes)
    let sights: [Sight] = [
      .pixels(Self.recipe), .crops(Self.cells, Self.recipe), .embedding("dual"),
    ]
    #expect(Eyes.look(at: sights + sights, of: [post]))
    for _ in 0..<3 {
      for sight in sights {
        let expert = SightExpert(sight) { post in
          switch sight {
          case .pixels(let recipe): return try post.pixels(recipe)?.pixels.array ?? []
          case .crops(let proposals, let recipe):
            return try post.crops(proposals, recipe).flatMap(\.pixels.array)
          default: return try post.embedding("dual").text
          }
        }
        #expect(expert.ask(post).failure == nil)
      }
    }
    #expect(counter["decoded"] == 1)
    #expect(counter["embedding"] == 1)
    // Other words: the same picture is not looked at again, the text is.
    let edited = try post.changed([.editWord(0, "c")])
    _ = try edited.pixels(Self.recipe)
    #expect(counter["decoded"] == 1)
  }

  @Test func whatIsMissingIsSaid() throws {
    let blind = Eyes()
    let post = post(blind)
    let cases: [(Sight, @Sendable (SeenPost) throws -> [Float], String)] = [
      (.grid("resnet"), { try $0.grid("resnet").tensor.array }, "resnet"),
      (.embedding("dual"), { try $0.embedding("dual").text }, "dual"),
      (.boxes, { try $0.regions(.files(most: 1)).map { Float($0.left) } }, "--boxes"),
    ]
    for (sight, look, word) in cases {
      let failure = SightExpert(sight, look).ask(post).failure ?? "an answer"
      #expect(failure.contains(word), "\(failure)")
      #expect(failure.contains(sight.caption), "it names the expert: \(failure)")
    }
  }

  @Test func interventionsReachEverySight() throws {
    let eyes = Eyes(duals: [PlainDual(counter: counter)], sights: [.pixels(Self.recipe)])
    let post = post(eyes, boxes: Self.boxes)
    let half = ImageRegion(left: 0.5, top: 0, width: 0.5, height: 1)
    let masked = try post.changed([.maskPicture(half)])
    let crops = try masked.crops(Self.cells, Self.recipe).map(Self.means)
    #expect(crops[0] == [1, -1, -1], "what is not masked stays")
    #expect(crops[1][2] < 0.1, "the blue half has the mean colour")
    let without = try post.changed([.withoutPicture])
    #expect(
      try without.pixels(Self.recipe) == nil && without.crops(Self.cells, Self.recipe).isEmpty)
    #expect(try without.embedding("dual").picture == nil)
    let blank = try #require(try post.changed([.blankPicture]).pixels(Self.recipe))
    #expect(Set(blank.pixels.array.map { ($0 * 50).rounded() }).count <= 3)
    let other = try post.changed([.regions([half])])
    #expect(try other.regions(.files(most: 5)).map(\.left) == [0.5])
    // Words alone leave the picture as it was.
    #expect(try post.changed([.dropWords([0])]).pixels(Self.recipe) == post.pixels(Self.recipe))
  }
}
