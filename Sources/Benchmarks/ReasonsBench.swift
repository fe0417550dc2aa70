import Corpora
import Encoders
import Extractors
import Inspection
import Pictures
import Routing
import Synchronization
import Tensors

/// Why the router sent a post where it did: until words and regions are on the screen, and until
/// all is.
package enum ReasonsBench {
  package static func rows(_ setting: BenchSetting) throws -> [BenchRow] {
    [try sample(setting), try base(.float32), try base(.int8)]
  }

  /// Words and regions by occlusion, with the models of the setting.
  private static func sample(_ setting: BenchSetting) throws -> BenchRow {
    var row = BenchRow(
      what: "why a post was routed so: every word and region",
      budget: Budget(statistic: .p95, limit: 300))
    guard let folder = setting.models else {
      row.note = "no models were found; name a folder with --models"
      return row
    }
    let models = try Roster.open(folder)
    let dataset = try Dataset.open(setting.dataset)
    let posts = dataset.posts.filter { $0.imageID != nil }
    guard models.router != nil, !posts.isEmpty else {
      row.note = models.router == nil ? "no router was found" : "no post has a picture"
      return row
    }
    measure(&row, models, turns: 50) { turn in
      models.see(posts[turn * posts.count / 50 % posts.count], of: dataset)
    }
    return row
  }

  /// The same with both towers of CLIP ViT-B/32, random weights, and a post of 16 words.
  private static func base(_ precision: Precision) throws -> BenchRow {
    var row = BenchRow(
      what: "why a post was routed so: every word and region, CLIP ViT-B/32"
        + (precision == .float32 ? "" : ", \(precision)"),
      budget: Budget(statistic: .p95, limit: 1_000))
    let dual = RandomCLIP(precision)
    let data = try RouterBench.posts(200)
    let bundle = try RouterBundle(
      name: "rds", textExpert: "text", multimodalExpert: "multimodal", encoder: dual.name,
      labels: [], base: RouterConfiguration.paper.makeDiscriminator(for: data, seed: 1),
      training: .paper, seed: 1, rehearsal: data, heldOut: data)
    let models = Roster(folder: "", experts: [], eyes: Eyes(duals: [dual]), router: bundle)
    let words = (0..<16).map { "word\($0)" }
    let post = Post(
      id: "bench", tokens: words.map { Token($0) }, imageID: "p", mentions: [], split: .dev,
      source: SourceLocation(file: "bench", line: 1))
    var generator = SeededGenerator(seed: 3, stream: "reasons bench")
    var picture = Picture(width: 224, height: 224, color: RGB(90, 120, 150))
    for y in 0..<224 {
      for x in 0..<224 where generator.uniform(0, 1) < 0.5 { picture[x, y] = RGB(200, 30, 60) }
    }
    let provider = PictureProvider(name: "bench") { [picture] _, _ in .success(picture) }
    measure(&row, models, turns: 7, isWhole: false) { _ in models.eyes.see(post, provider) }
    return row
  }

  /// - Parameters:
  ///   - isWhole: whether the changes that turn the route are sought, too: with a CLIP over a
  ///     thousand
  ///     pictures.
  ///   - seen: the post of a turn, with nothing of it known yet.
  private static func measure(
    _ row: inout BenchRow, _ models: Roster, turns: Int, isWhole: Bool = true,
    _ seen: (Int) -> SeenPost
  ) {
    var (gradients, whole): ([Double], [Double]) = ([], [])
    row.figures = Stopwatch.figures(times: turns, seconds: 20) { turn in
      let post = seen(turn)
      let analysis = models.analyse(post)
      let start = ContinuousClock.now
      let told = Mutex<[Double]>([])
      _ = models.explainRoute(
        post, analysis,
        early: { _ in told.withLock { $0.append(Stopwatch.milliseconds(since: start)) } },
        goesOn: { isWhole || told.withLock { $0.count < 3 } })
      let times = told.withLock(\.self)
      if isWhole { whole.append(Stopwatch.milliseconds(since: start)) }
      // p, what words and regions are worth, gradients.
      if times.count > 2 { gradients.append(times[2]) }
      return times.count > 1 ? times[1] : Stopwatch.milliseconds(since: start)
    }
    func median(_ values: [Double]) -> String {
      Figures(values).value(.median).map { "\(Int($0.rounded())) ms" } ?? "not measured"
    }
    row.note =
      "medians: with gradients \(median(gradients))"
      + (isWhole ? ", with the changes that turn it \(median(whole))" : "")
  }
}

/// Both towers of CLIP ViT-B/32 with random weights, for times only: a word's id is told by a hash.
private struct RandomCLIP: DualEncoding {
  let name = "clip-vit-b32, random weights"
  let dimensions = 512
  let side = 224
  let longestText = 64
  let fingerprint: String? = nil
  let decoding = DecodingPurpose.reference
  private let text: CLIPTextEngine
  private let vision: VisionEngine
  private let recipe = ImageRecipe.clip(side: 224)
  private let model = EncodersShape.randomCLIP()

  init(_ precision: Precision) {
    text = CLIPTextEngine(
      model.text, projection: model.textProjection, precision: precision)
    vision = VisionEngine(
      model.vision, projection: model.visualProjection, precision: precision)
  }

  func prepare(_ picture: Picture) -> PreparedPicture {
    let (pixels, seen) = recipe.prepare(picture)
    return (pixels.array, seen)
  }

  func encode(prepared: [PreparedPicture]) throws(EncoderInputError) -> [[Float]] {
    var result: [[Float]] = []
    for start in stride(from: 0, to: prepared.count, by: 16) {
      let part = prepared[start..<min(prepared.count, start + 16)]
      let output = try vision(Tensor([part.count, 3, side, side], part.flatMap(\.pixels)))
      result += rows(output.pooled)
    }
    return result
  }

  func patches(_ prepared: PreparedPicture) throws(EncoderInputError) -> Tensor {
    try vision.projectedPatches(Tensor([1, 3, side, side], prepared.pixels))
  }

  func encode(texts: [[String]]) throws(EncoderInputError) -> [[Float]] {
    var result: [[Float]] = []
    for words in texts {
      result += rows(try text(TextBatch([pieces(words)], padding: 0)).pooled)
    }
    return result
  }

  func gradientTimesInput(words: [String], toward direction: [Float]) throws -> [Float]? {
    try model.gradientTimesInput(pieces: pieces(words), toward: direction).dropLast()
  }

  func gradientTimesInput(prepared: PreparedPicture, toward direction: [Float]) throws -> [Float]? {
    try model.gradientTimesInput(
      pixels: Tensor([1, 3, side, side], prepared.pixels), toward: direction)
  }

  /// A piece a word, and the end of the text.
  private func pieces(_ words: [String]) -> [Int] {
    words.map { $0.utf8.reduce(7) { ($0 * 31 + Int($1)) % 49_000 } } + [49_407]
  }

  func unknownCount(of words: [String]) -> Int { 0 }

  private func rows(_ pooled: Tensor?) -> [[Float]] {
    let numbers = pooled?.array ?? []
    return stride(from: 0, to: numbers.count, by: dimensions).map { start in
      let row = numbers[start..<(start + dimensions)]
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / max(length, .leastNormalMagnitude) }
    }
  }
}
