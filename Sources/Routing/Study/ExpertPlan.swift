import Encoders
import Extractors
import Tensors

/// Which expert to build, on what.
public struct ExpertPlan: Sendable {
  /// Folder name of the result.
  public let name: String
  /// Whether it looks at pictures.
  public let multimodal: Bool
  /// Whether the relation gate scales what it sees (RGN).
  public let gated: Bool

  /// The small experts of the harbor sample.
  public static let harbor = [
    ExpertPlan(name: "bilstm-crf", multimodal: false, gated: false),
    ExpertPlan(name: "riva", multimodal: true, gated: true),
    ExpertPlan(name: "riva-ungated", multimodal: true, gated: false),
  ]

  /// A fresh model with a vocabulary and the characters of the training posts.
  ///
  /// Its word vectors start at random: what a dual encoder knows from captions is the router's to
  /// use. Experts that started from its vectors matched words with pictures well enough themselves
  /// to leave a router less to gain.
  ///
  /// - Parameters:
  ///   - words: the dual encoder's vocabulary where there is one, else that of the training posts.
  ///   - pictures: what a multimodal expert sees through.
  public func makeModel(
    words: Vocabulary, wordSize: Int, pictures: PictureEncoderModel?, train: [TaggerInput],
    scheme: TagScheme, seed: UInt64
  ) -> ExpertModel {
    let characters = Vocabulary(
      counting: train.lazy.flatMap { $0.tokens.flatMap(WordForms.characters) }, minimum: 2,
      limit: 500)
    var sizes = TaggerSizes(words: words.size, characters: characters.size)
    sizes.wordSize = wordSize
    let seen = multimodal ? pictures : nil
    let options = seen.map { RIVAOptions(regionSize: $0.regionShape[1], gated: gated) }
    let configuration = ExpertModel.Configuration(
      system: multimodal ? ExpertModel.System.riva : ExpertModel.System.text, scheme: scheme,
      sizes: sizes, riva: options, needs: seen.map { [$0.name] } ?? [])
    var generator = SeededGenerator(seed: seed, stream: name)
    let tagger = configuration.makeTagger(&generator)
    return ExpertModel(
      name: name, configuration: configuration, tagger: tagger, words: words,
      characters: characters)
  }
}
