import Encoders
import Tensors
import Traces

extension MultimodalModel {
  /// Gradient × input of the log-probability of the likeliest tags, or of each pair's relation.
  package func gradients(of post: SeenPost) throws -> [InputGradient] {
    let items = try Self.items(post, configuration, tokenizer, tower: tower)
    return try items.prefix(Self.shownPairs).map { item in
      let tape = Tape(recording: true, training: false, watchesInputs: true)
      let loss = try answering.loss(ofOwnAnswer: item, tape)
      let looks = configuration.options.usesPicture && item.notice == nil
      return InputGradient(
        tape, from: loss, words: pieceRanges(item.wordPieces, end: item.ids.count - 1),
        count: item.wordCount,
        // Crops that were not found are zeros.
        views: looks
          ? item.pictures.indices.map { view in
            item.pictures[view].array.contains { $0 != 0 } ? item.seen(view) : nil
          } : [],
        statesAreOfWords: item.pair == nil)
    }
  }
}

extension MultimodalAnswering {
  /// −log p of what an item is answered, a scalar.
  ///
  /// - Throws: `EncoderInputError`.
  fileprivate func loss(
    ofOwnAnswer item: MultimodalItem, _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    let batch = batch([item])
    let states = try network.states(batch, text, tape, nil)
    let scores = head.scores(head.representation(states, batch, tape), tape)
    let numbers = tape[scores].array
    if let crf = head.crf { return crf.loss(scores, tags: [crf.chain.viterbi(numbers)], tape) }
    let best = numbers.indices.max { numbers[$0] < numbers[$1] } ?? 0
    return tape.crossEntropy(scores, targets: [best])
  }
}
