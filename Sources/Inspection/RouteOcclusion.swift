import Dispatch
import Encoders
import Extractors
import Foundation
import Pictures
import Routing
import Synchronization
import Traces

/// The router asked again and again about one post with something left out.
struct RouteOcclusion {
  let dual: any DualEncoding
  let router: Discriminator
  let tokens: [String]
  let picture: PreparedPicture
  /// What the picture was prepared from: cells are masked there, so that whoever asks with the same
  /// part of the picture masked (`Intervention.maskPicture`) gets the same p. Nil masks what was
  /// prepared.
  private let source: Picture?
  let tokenEffects: [RouteExplanation.Effect]
  let regionEffects: [RouteExplanation.Effect]
  /// Unit vectors of the whole text and picture, from the same batches as the others.
  let text: [Float]
  let vector: [Float]
  let whole: Float
  /// Unit vectors of the text without each word, and of the picture without each region.
  private let withoutWord: [[Float]]
  private let withoutRegion: [[Float]]

  /// Rows and columns of the grid over the picture.
  static let grid = 7
  /// Most words and regions that are left out to turn a route.
  static let mostTokens = 8
  static let mostRegions = 24
  /// Changes that are encoded together.
  private static let batch = 64

  /// Asked between batches; false leaves the search for changes that turn the route.
  let goesOn: @Sendable () -> Bool

  init(
    dual: any DualEncoding, router: Discriminator, tokens: [String], picture: PreparedPicture,
    source: Picture? = nil, goesOn: @escaping @Sendable () -> Bool = { true }
  ) throws(EncoderInputError) {
    self.goesOn = goesOn
    self.source = source
    self.dual = dual
    self.router = router
    self.tokens = tokens
    self.picture = picture
    // The first of each batch is the whole: what changes nothing then differs by nothing.
    // A hostile post must not hold the queue for minutes.
    let places = Array(tokens.indices.prefix(dual.longestText))
    let texts = try Self.encode(Self.dropping(tokens, [[]] + places.map { [$0] }), dual)
    let cells = (0..<(Self.grid * Self.grid)).map { [$0] }
    let pictures = try Self.encode(
      Self.masking(picture, source, dual, [[]] + cells), dual)
    let text = texts.first ?? []
    let vector = pictures.first ?? []
    self.text = text
    self.vector = vector
    withoutWord = Array(texts.dropFirst())
    withoutRegion = Array(pictures.dropFirst())
    func effects(_ all: [Float]) -> [RouteExplanation.Effect] {
      let whole = all.first ?? 0
      return all.dropFirst().map { z in
        RouteExplanation.Effect(
          probability: Self.sigmoid(z), contribution: Self.sigmoid(whole) - Self.sigmoid(z),
          logit: whole - z)
      }
    }
    let byText = Self.logits(texts.map { ($0, vector) }, router)
    tokenEffects = effects(byText)
    regionEffects = effects(Self.logits(pictures.map { (text, $0) }, router))
    whole = byText.first ?? 0
  }

  var regions: RouteExplanation.Regions {
    RouteExplanation.Regions(
      rows: Self.grid, columns: Self.grid, seen: picture.seen, effects: regionEffects)
  }

  /// The logit without some words; nothing where it is not asked any more.
  func logits(dropping sets: [[Int]]) throws(EncoderInputError) -> [Float] {
    var result: [Float] = []
    for start in stride(from: 0, to: sets.count, by: Self.batch) where goesOn() {
      let some = Array(sets[start..<min(sets.count, start + Self.batch)])
      let texts = try Self.encode(Self.dropping(tokens, some), dual)
      result += Self.logits(texts.map { ($0, vector) }, router)
    }
    return result
  }

  /// The logit without some regions; nothing where it is not asked any more.
  func logits(masking sets: [[Int]]) throws(EncoderInputError) -> [Float] {
    var result: [Float] = []
    // Thousands of pictures at once would take gigabytes.
    for start in stride(from: 0, to: sets.count, by: Self.batch) where goesOn() {
      let some = Array(sets[start..<min(sets.count, start + Self.batch)])
      let pictures = try Self.encode(Self.masking(picture, source, dual, some), dual)
      result += Self.logits(pictures.map { (text, $0) }, router)
    }
    return result
  }

  /// The logit of each change of the text together with each of the picture: x = t ⊙ v needs no
  /// encoder again.
  func logitsOfBoth() -> [[Float]] {
    withoutWord.map { text in Self.logits(withoutRegion.map { (text, $0) }, router) }
  }

  private static func logits(
    _ pairs: [(text: [Float], picture: [Float])], _ router: Discriminator
  ) -> [Float] {
    router.logits(pairs.flatMap { pair in zip(pair.text, pair.picture).map { $0 * $1 } })
  }

  static func sigmoid(_ z: Float) -> Float { Float(1 / (1 + exp(-Double(z)))) }

  /// The words without those at some places.
  static func dropping(_ tokens: [String], _ sets: [[Int]]) -> [[String]] {
    sets.map { places in
      tokens.indices.filter { !places.contains($0) }.map { tokens[$0] }
    }
  }

  /// The picture with cells of the grid in its mean colour, as interventions do it: one after the
  /// other; without any cell left, of one colour.
  private static func masking(
    _ picture: PreparedPicture, _ source: Picture?, _ dual: any DualEncoding, _ sets: [[Int]]
  ) -> [PreparedPicture] {
    guard let source else { return masking(picture, dual.side, sets) }
    return sets.map { cells in
      guard !cells.isEmpty else { return picture }
      guard cells.count < grid * grid else {
        return dual.prepare(
          Picture(width: source.width, height: source.height, color: source.meanColor))
      }
      return dual.prepare(
        cells.reduce(source) { $0.masked(region(of: $1, in: picture.seen), with: $0.meanColor) })
    }
  }

  /// A cell of the grid as a part of the source picture.
  static func region(of cell: Int, in seen: ImageRegion) -> ImageRegion {
    let side = Double(grid)
    return ImageRegion(
      left: seen.left + seen.width * Double(cell % grid) / side,
      top: seen.top + seen.height * Double(cell / grid) / side, width: seen.width / side,
      height: seen.height / side)
  }

  /// The picture with cells of the grid in its mean colour. All sides are cut into whole pixels.
  static func masking(_ picture: PreparedPicture, _ side: Int, _ sets: [[Int]]) -> [PreparedPicture]
  {
    let plane = side * side
    guard picture.pixels.count == 3 * plane else { return sets.map { _ in picture } }
    let means = (0..<3).map { channel in
      picture.pixels[(channel * plane)..<((channel + 1) * plane)].reduce(0, +) / Float(plane)
    }
    return sets.map { cells in
      var pixels = picture.pixels
      for cell in cells {
        let (row, column) = (cell / grid, cell % grid)
        for y in (row * side / grid)..<((row + 1) * side / grid) {
          for x in (column * side / grid)..<((column + 1) * side / grid) {
            for channel in 0..<3 { pixels[channel * plane + y * side + x] = means[channel] }
          }
        }
      }
      return (pixels, picture.seen)
    }
  }

  /// Encodes texts, few at a time: a batch is as wide as its longest text.
  private static func encode(
    _ texts: [[String]], _ dual: any DualEncoding
  ) throws(EncoderInputError) -> [[Float]] {
    var result: [[Float]] = []
    for start in stride(from: 0, to: texts.count, by: 64) {
      result += try dual.encode(texts: Array(texts[start..<min(texts.count, start + 64)]))
    }
    return result
  }

  /// Encodes pictures in two halves at the same time.
  private static func encode(
    _ pictures: [PreparedPicture], _ dual: any DualEncoding
  ) throws(EncoderInputError) -> [[Float]] {
    let half = (pictures.count + 1) / 2
    guard pictures.count > 8 else { return try dual.encode(prepared: pictures) }
    let parts = [Array(pictures[..<half]), Array(pictures[half...])]
    let done = Mutex<[Int: Result<[[Float]], EncoderInputError>]>([:])
    DispatchQueue.concurrentPerform(iterations: 2) { i in
      let part = Result { () throws(EncoderInputError) in try dual.encode(prepared: parts[i]) }
      done.withLock { $0[i] = part }
    }
    var result: [[Float]] = []
    for i in 0..<2 { result += try done.withLock { $0[i] }?.get() ?? [] }
    return result
  }
}
