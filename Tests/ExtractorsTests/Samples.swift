import Corpora
import Encoders
import Tensors
import Traces

@testable import Extractors

/// Small inputs and models for tests.
enum Samples {
  static let scheme = TagScheme.standard
  static let words = Vocabulary(["marlowe", "barked", "at", "the", "pier", "in", "rain"])
  static let characters = Vocabulary("abcdefghijklmnopqrstuvwxyzM".map(String.init))

  /// Inputs of different lengths with random regions.
  static func inputs(_ count: Int, seed: UInt64) -> [TaggerInput] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let tokens = (0..<(1 + generator.index(below: 6))).map { _ in
        generator.pick(["Marlowe", "barked", "at", "the", "pier", "in", "rain", "unseen"])
      }
      let start = generator.index(below: tokens.count)
      let mention = EntityMention(start..<(start + 1), EntityType(generator.pick(scheme.types)))
      return TaggerInput(
        tokens: tokens,
        regions: Tensor([49, 8], (0..<392).map { _ in generator.uniform() }), seen: .whole,
        tags: scheme.indices(of: [mention], count: tokens.count),
        imageAdds: generator.chance(0.5))
    }
  }

  static var sizes: TaggerSizes {
    var sizes = TaggerSizes(words: words.size, characters: characters.size)
    (sizes.wordSize, sizes.characterSize, sizes.characterHidden, sizes.hidden) = (6, 4, 3, 5)
    return sizes
  }

  static func rivaOptions(_ switches: [String: String] = [:]) -> RIVAOptions {
    var options = RIVAOptions(regionSize: 8) { switches[$0] ?? "" }
    options.hidden = 5
    return options
  }

  static func configuration(gated: Bool = true) -> RIVAModel.Configuration {
    RIVAModel.Configuration(
      scheme: scheme, sizes: sizes, options: rivaOptions(gated ? [:] : ["gate": "off"]),
      needs: ["resnet"])
  }

  static func riva(gated: Bool = true, seed: UInt64 = 3) -> RIVAModel {
    var generator = SeededGenerator(seed: seed)
    let configuration = configuration(gated: gated)
    return RIVAModel(
      name: "test", configuration: configuration, network: configuration.makeNetwork(&generator),
      words: words, characters: characters)
  }

  static func biLSTMCRF(seed: UInt64 = 3) -> BiLSTMCRFModel {
    var generator = SeededGenerator(seed: seed)
    let configuration = BiLSTMCRFModel.Configuration(
      scheme: scheme, sizes: sizes, options: NoTaggerOptions(), needs: [])
    return BiLSTMCRFModel(
      name: "test", configuration: configuration, network: configuration.makeNetwork(&generator),
      words: words, characters: characters)
  }
}

extension WordTaggerModel {
  func mentions(_ inputs: [TaggerInput]) throws -> [[EntityMention]] {
    try labels(inputs).map { $0.mentions ?? [] }
  }
}

extension PictureTaggerModel {
  func mentions(
    _ posts: [(words: [String], regions: PictureRegions)]
  ) throws(EncoderInputError) -> [[EntityMention]] {
    try labels(posts).map { $0.mentions ?? [] }
  }
}

extension MTBModel {
  func predict(
    _ words: [String], pairs: [(head: Range<Int>, tail: Range<Int>)]
  ) throws(EncoderInputError) -> [RelationAnswer] {
    try answers([(words, pairs.map { TokenPair(head: $0.head, tail: $0.tail) })])[0]
  }
}

extension RelationAnswer {
  /// Without what leads to it.
  var answer: RelationAnswer { replacing(trace: Trace()) }
}

/// Posts whose regions are known before anybody looks.
enum Looked {
  static func post(
    _ post: Post, _ regions: PictureRegions? = nil, by source: String = "resnet",
    boxes: PairBoxes.OfPost? = nil
  ) -> SeenPost {
    let seen = SeenPost(post, Eyes(), key: nil, boxes: boxes) { _ in
      .failure(PictureNotice(sentence: "no picture"))
    }
    if let regions { seen.keep(.grid(source), .success(.grid(regions))) }
    return seen
  }
}
