import Corpora
import Encoders
import Foundation
import Tensors
import Testing

@testable import Extractors

/// Very small multimodal experts and posts for them.
enum TinyPictures {
  static let cells = 9
  static let width = 6

  /// 3×3 regions whose numbers tell `kind`, with some noise.
  static func regions(_ kind: Int, _ generator: inout SeededGenerator) -> PictureRegions {
    var tensor = Tensor([cells, width])
    for i in 0..<tensor.count {
      tensor.array[i] = 0.2 * generator.normal() + (i % width == kind ? 1 : 0)
    }
    return PictureRegions(tensor)
  }

  /// The tiny posts, each with regions that tell its number modulo 3.
  static func posts(seed: UInt64) -> [(words: [String], tags: [Int], regions: PictureRegions)] {
    var generator = SeededGenerator(seed: seed)
    return TinyEncoder.posts.enumerated().map { i, post in
      (
        post.words, TagScheme.standard.indices(of: post.mentions, count: post.words.count),
        regions(i % 3, &generator)
      )
    }
  }

  /// A network on the folder's encoder, its configuration, and the posts as it reads them.
  static func tagger<Head: PictureTaggerHead>(
    _ head: Head.Type, _ base: TextBase, _ labels: LabelScheme = .firstPieceOnly,
    options: Head.Options = Head.Options(), seed: UInt64 = 2
  ) -> (
    network: PictureTagger<Head>, configuration: PictureTaggerModel<Head>.Configuration,
    items: [PicturedPieces]
  ) {
    let configuration = PictureTaggerModel<Head>.Configuration(
      scheme: .standard, labels: labels, longest: base.longest(128), options: options,
      pictures: "resnet", regions: [cells, width])
    var generator = SeededGenerator(seed: seed)
    let network = PictureTagger<Head>(
      base.encoder, prefix: base.prefix, regionSize: width, scheme: .standard, labels: labels,
      options: options, &generator)
    let items = posts(seed: 3).map { post in
      PictureTaggerModel<Head>.item(
        post.words, post.regions, tags: post.tags, tokenizer: base.tokenizer, configuration)
    }
    return (network, configuration, items)
  }

  /// A mega-lite on the folder's encoder, and pairs of the posts as it reads them.
  static func pairs(
    _ base: inout TextBase, options: MEGALiteOptions = MEGALiteOptions()
  ) throws -> (
    network: MEGALite, configuration: MEGALiteModel.Configuration, items: [PicturedPair]
  ) {
    let (_, text, marked) = try TinyEncoder.pairs(&base)
    let configuration = MEGALiteModel.Configuration(
      text: text, options: options, pictures: "resnet", regions: [cells, width])
    var generator = SeededGenerator(seed: 4)
    let network = MEGALite(
      base.encoder, prefix: base.prefix, regionSize: width, scheme: text.scheme, options: options,
      &generator)
    let items = marked.enumerated().map { i, pair in
      PicturedPair(pair, regions(i % 3, &generator))
    }
    return (network, configuration, items)
  }

  /// Compares a few numbers of the gradient of every parameter behind the encoder with central
  /// differences of the loss.
  static func checkGradients<Model: FineTunable>(
    _ model: Model, _ items: [Model.Item], seed: UInt64
  ) throws {
    var model = model
    var generator = SeededGenerator(seed: seed)
    // Values that matter everywhere: fresh biases are 0 and fresh weights small.
    model.visitParameters("") { _, parameter in
      for i in 0..<parameter.value.count { parameter.value.array[i] += 0.2 * generator.normal() }
    }
    model.indexParameters()
    func loss(_ model: Model) throws -> Double {
      let tape = Tape(recording: false, training: false)
      return Double(tape[try model.loss(items, tape)].item)
    }
    let tape = Tape(recording: true, training: false)
    tape.backward(from: try model.loss(items, tape))
    let gradients = tape.parameterGradients
    for (slot, (name, value)) in model.parameters.enumerated()
    where name.hasPrefix(FineTuneNames.head) {
      for _ in 0..<2 {
        let i = generator.index(below: value.count)
        let step: Float = 1e-2
        func moved(_ by: Float) -> Model {
          var copy = model
          copy.visitParameters("") { if $0 == name { $1.value.array[i] += by } }
          return copy
        }
        let numeric = (try loss(moved(step)) - loss(moved(-step))) / Double(2 * step)
        let analytic = Double(gradients[slot]?[i] ?? 0)
        #expect(
          abs(numeric - analytic) < 2e-2 * max(0.2, abs(numeric)),
          "\(name)[\(i)]: \(numeric) by differences, \(analytic) by the tape; seed \(seed)")
      }
    }
  }

  /// Trains until the items are known by heart; the last score, percent.
  static func overfit<Model: FineTunable>(_ network: Model, _ items: [Model.Item]) throws -> Double
  {
    var settings = FineTuning(epochs: 60, batch: 4, encoderRate: 2e-3, headRate: 5e-3)
    settings.seed = 7
    var run = FineTuneRun(network, settings)
    while !run.isFinished, run.bestScore ?? 0 < 100 {
      _ = try run.runEpoch(TrainingItems(train: items, dev: items)) { _ in true }
    }
    return run.bestScore ?? 0
  }
}
