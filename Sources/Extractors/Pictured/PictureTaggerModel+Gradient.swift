import Encoders
import Tensors
import Traces

extension PictureTaggerModel {
  /// Gradient × input of the likeliest tags' log-probability.
  package func gradients(of post: SeenPost) throws -> [InputGradient] {
    let item = item(post.words, try post.grid(configuration.pictures))
    return item.text.places.isEmpty ? [] : [try gradient(item)]
  }

  /// The same of a text and regions as the network reads them.
  ///
  /// - Throws: `EncoderInputError`.
  func gradient(_ item: PicturedPieces) throws(EncoderInputError) -> InputGradient {
    let tape = Tape(recording: true, training: false, watchesInputs: true)
    let batch = PictureBatch(
      [item], tape.constant(try engine.states([item])),
      showsPictures: configuration.options.usesPicture, tape)
    let emissions = head.emissions(batch, tape, nil)
    let path = head.crf.chain.viterbi(tape[emissions].array)
    let looks = configuration.options.usesPicture && !item.regions.isMissing
    return InputGradient(
      tape, from: head.crf.loss(emissions, tags: [path], tape),
      words: pieceRanges(item.wordPieces, end: item.ids.count - 1), count: item.wordCount,
      views: looks ? [item.regions.seen] : [])
  }
}
