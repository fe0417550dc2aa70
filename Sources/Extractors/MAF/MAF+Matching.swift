import Encoders
import Tensors

extension PictureTagger where Head == MAFHead {
  /// How well a text and a picture belong together, by both of MAF's measures.
  package struct Match: Sendable, Hashable {
    /// s; 1 without matching.
    package let probability: Float
    /// The cosine of the alignment's vectors; 0 without alignment.
    package let cosine: Float
  }

  /// Both measures of each item, in the order of the items.
  ///
  /// - Throws: `EncoderInputError`.
  package func matches(_ items: [PicturedPieces]) throws(EncoderInputError) -> [Match] {
    let source = statesSource
    var result = [Match](repeating: Match(probability: 1, cosine: 0), count: items.count)
    for batch in LengthBatches.sorted(lengths: items.map(\.ids.count), batch: 32) {
      let part = batch.map { items[$0] }
      let tape = Tape()
      let posts = PictureBatch(
        part, tape.constant(try source.states(part)), showsPictures: head.options.usesPicture,
        tape)
      let pass = head.forward(posts, swaps: nil, tape, nil)
      let s = pass.match.map { tape[tape.softmax($0)].array }
      let vectors = pass.vectors.map { (tape[$0.text].array, tape[$0.picture].array) }
      let width = head.sizes.stack.hiddenSize
      for (row, i) in batch.enumerated() {
        result[i] = Match(
          probability: s?[2 * row + 1] ?? 1,
          cosine: vectors.map { text, picture in
            (row * width..<(row + 1) * width).reduce(Float(0)) { $0 + text[$1] * picture[$1] }
          } ?? 0)
      }
    }
    return result
  }
}
