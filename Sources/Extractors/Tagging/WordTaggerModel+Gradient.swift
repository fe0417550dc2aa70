import Tensors
import Traces

extension WordTaggerModel {
  /// Gradient × input of the likeliest tags' log-probability.
  package func gradients(of post: SeenPost) throws -> [InputGradient] {
    let input = try input(post)
    return input.tokens.isEmpty ? [] : [gradient(input)]
  }

  /// The same of an input.
  func gradient(_ input: TaggerInput) -> InputGradient {
    let batch = TaggerBatch([input], words: words, characters: characters)
    let tape = Tape(recording: true, training: false, watchesInputs: true)
    let emissions = network.emissions(batch, tape, nil)
    let path = network.crf.chain.viterbi(tape[emissions].array)
    return InputGradient(
      tape, from: network.crf.loss(emissions, tags: [path], tape),
      words: input.tokens.indices.map { $0..<($0 + 1) }, count: input.tokens.count,
      views: input.seen.map { [$0] } ?? [])
  }
}
