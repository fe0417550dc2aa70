import Corpora
import Encoders
import Tensors

@testable import Extractors

/// Very small networks of text and picture on the tiny encoder, with weights that matter
/// everywhere, and the tiny posts as they read them, with random pictures.
struct TinyNetwork<Network: MultimodalNetwork> {
  var trainee: MultimodalTrainee<Network>
  var items: [MultimodalItem]
  let sizes: MultimodalSizes

  /// - Parameters:
  ///   - views: shapes of what the network looks at of each picture.
  ///   - seed: of weights and pictures.
  init(
    _ base: TextBase, _ task: ExpertTask, _ options: Network.Options, views: [[Int]], seed: UInt64
  ) throws {
    var (base, generator) = (base, SeededGenerator(seed: seed, stream: "tiny network"))
    let (reading, texts) = try Self.texts(&base, task)
    sizes = MultimodalSizes(
      stack: base.encoder.configuration.stack, task: task,
      regions: [TinyPictures.cells, TinyPictures.width], features: TinyNetworks.features,
      hasTower: false)
    trainee = MultimodalTrainee(
      base.encoder, prefix: base.prefix, sizes, reading, options, &generator)
    trainee.shake(&generator)
    func picture(_ shape: [Int]) -> PictureRegions { PictureRegions(.normal(shape, &generator)) }
    items = texts.map { text in
      var item = MultimodalItem(
        ids: text.ids, tagged: text.tagged, pair: text.pair, wordPieces: [], wordCount: 0,
        pictures: views.map(picture))
      item.guide = TrainingGuide(
        embedding: Extractors.Embedding(
          text: TinyNetworks.unit(&generator), picture: TinyNetworks.unit(&generator)),
        other: picture(views[0]))
      return item
    }
  }

  private typealias Text = (ids: [Int], tagged: TaggedPieces?, pair: MarkedPair?)

  private static func texts(
    _ base: inout TextBase, _ task: ExpertTask
  ) throws -> (TaskReading, [Text]) {
    switch task {
    case .entities:
      let items = TinyEncoder.entities(base, .firstPieceOnly).items
      return (
        .entities(scheme: .standard, labels: .firstPieceOnly, longest: base.longest(128)),
        items.map { ($0.ids, $0, nil) }
      )
    case .relations:
      let (_, configuration, items) = try TinyEncoder.pairs(&base)
      return (
        .relations(
          PairReading(
            scheme: configuration.scheme, markers: configuration.markers,
            longest: configuration.longest)),
        items.map { ($0.ids, nil, $0) }
      )
    }
  }

  /// What the head answers of items side by side: B×K, or B×S×K of tags.
  func scores(_ items: [MultimodalItem]) throws -> Tensor {
    let (tape, batch) = (Tape(), trainee.batch(items))
    let states = try trainee.network.states(batch, .plain(trainee.encoder), tape, nil)
    return tape[trainee.head.scores(trainee.head.representation(states, batch, tape), tape)]
  }
}

enum TinyNetworks {
  /// Channels of all stages of a picture's network together; the last ones are the last stage's.
  static let features = 10
  /// A visual prefix sees the whole picture and three crops, four quadrants and the mean of each.
  static let prefix = [[Int]](repeating: [5, features], count: 4)
  /// IMM sees the picture once.
  static let whole = [[TinyPictures.cells, TinyPictures.width]]
  /// MKGformer sees three crops that were grounded and three that stand out.
  static let crops =
    [[Int]](repeating: [MKGformerOptions.groundingCells, TinyPictures.width], count: 3)
    + [[Int]](repeating: [MKGformerOptions.detectedCells, TinyPictures.width], count: 3)

  /// FocalMRE sees the picture once per slot.
  static func frames(_ slots: Int) -> [[Int]] { [[Int]](repeating: whole[0], count: slots) }

  static func unit(_ generator: inout SeededGenerator) -> [Float] {
    let numbers = Tensor.normal([5], &generator).array
    let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return numbers.map { $0 / length }
  }
}

extension Tensor {
  static func normal(_ shape: [Int], _ generator: inout SeededGenerator) -> Tensor {
    Tensor(shape, (0..<shape.reduce(1, *)).map { _ in generator.normal() })
  }
}

extension ParameterContainer {
  /// Moves all weights at random: fresh biases are 0, fresh weights small, and some parts begin
  /// without effect.
  mutating func shake(by deviation: Float = 0.2, _ generator: inout SeededGenerator) {
    visitParameters("") { _, parameter in
      guard parameter.trainable else { return }
      for i in 0..<parameter.value.count {
        parameter.value.array[i] += deviation * generator.normal()
      }
    }
  }
}
