import Encoders
import Tensors
import Traces

extension PictureTaggerModel {
  /// Gradient × input of the likeliest tags' log-probability.
  package func gradients(of post: SeenPost) throws -> [InputGradient] {
    let regions = try post.grid(configuration.pictures)
    let item = Self.item(
      post.words, regions, tags: [Int](repeating: 0, count: post.words.count),
      tokenizer: tokenizer, configuration)
    guard !item.text.places.isEmpty else { return [] }
    let tape = Tape(recording: true, training: false, watchesInputs: true)
    let batch = PictureBatch(
      [item], tape.constant(try engine.states([item])),
      showsPictures: configuration.options.usesPicture, tape)
    let emissions = head.emissions(batch, tape, nil)
    let path = head.crf.chain.viterbi(tape[emissions].array)
    let looks = configuration.options.usesPicture && !regions.isMissing
    return [
      InputGradient(
        tape, from: head.crf.loss(emissions, tags: [path], tape),
        words: pieceRanges(item.wordPieces, end: item.ids.count - 1), count: item.wordCount,
        views: looks ? [regions.seen] : [])
    ]
  }
}
