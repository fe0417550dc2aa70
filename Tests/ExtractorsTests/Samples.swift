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

  static func configuration(riva: Bool, gated: Bool = true) -> ExpertModel.Configuration {
    var options = RIVAOptions(regionSize: 8, gated: gated)
    options.entrySize = 4
    return ExpertModel.Configuration(
      system: riva ? ExpertModel.System.riva : ExpertModel.System.text, scheme: scheme,
      sizes: sizes, riva: riva ? options : nil, needs: riva ? ["resnet"] : [])
  }

  static func model(riva: Bool, gated: Bool = true, seed: UInt64 = 3) -> ExpertModel {
    var generator = SeededGenerator(seed: seed)
    let configuration = configuration(riva: riva, gated: gated)
    return ExpertModel(
      name: "test", configuration: configuration, tagger: configuration.makeTagger(&generator),
      words: words, characters: characters)
  }

  static func read(_ input: TaggerInput) -> PostReader.Read {
    PostReader.Read(input: input, text: [], picture: nil, notice: nil)
  }
}
