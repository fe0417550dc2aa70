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

  /// A fresh model with the dual encoder's vocabulary and the characters of the training posts.
  ///
  /// Its word vectors start at random: what the dual encoder knows from captions is the router's to
  /// use. Experts that started from its vectors matched words with pictures well enough themselves
  /// to leave a router less to gain.
  public func makeModel(
    encoder: DualEncoderModel, pictures: PictureEncoderModel, train: [TaggerInput],
    scheme: TagScheme, seed: UInt64
  ) -> ExpertModel {
    let characters = Vocabulary(
      counting: train.lazy.flatMap { $0.tokens.flatMap(WordForms.characters) }, minimum: 2,
      limit: 500)
    var sizes = TaggerSizes(words: encoder.words.size, characters: characters.size)
    sizes.wordSize = encoder.encoder.configuration.wordSize
    let options =
      multimodal ? RIVAOptions(regionSize: pictures.regionShape[1], gated: gated) : nil
    let configuration = ExpertModel.Configuration(
      system: multimodal ? ExpertModel.System.riva : ExpertModel.System.text, scheme: scheme,
      sizes: sizes, riva: options, needs: multimodal ? [pictures.name] : [])
    var generator = SeededGenerator(seed: seed, stream: name)
    let tagger = configuration.makeTagger(&generator)
    return ExpertModel(
      name: name, configuration: configuration, tagger: tagger, words: encoder.words,
      characters: characters)
  }
}
