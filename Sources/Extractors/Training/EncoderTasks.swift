import Encoders
import Tensors

/// Captions and pictures find each other: CLIP's symmetric contrastive loss.
package struct ContrastiveTask: EncoderTask {
  /// Side of the pictures in pixels.
  package let side: Int

  /// A task for pictures of a side.
  package init(side: Int) { self.side = side }

  /// The contrastive loss of a batch, one number.
  package func loss(
    _ model: DualEncoder, _ batch: [CaptionedPicture], _ tape: Tape
  ) -> Tape.Variable {
    let longest = batch.map(\.words.count).max() ?? 1
    var numbers = [Int](repeating: 0, count: batch.count * longest)
    for (i, pair) in batch.enumerated() {
      for (t, word) in pair.words.enumerated() { numbers[i * longest + t] = word }
    }
    let text = model.text(numbers, shape: [batch.count, longest], tape)
    let picture = model.picture(tape.constant(pixels(batch)), tape)
    return model.loss(text: text, pictures: picture, tape)
  }
}

/// Pictures get the name of what they show: softmax cross-entropy.
package struct ClassificationTask: EncoderTask {
  /// Side of the pictures in pixels.
  package let side: Int

  /// A task for pictures of a side.
  package init(side: Int) { self.side = side }

  /// The cross-entropy of a batch, one number.
  package func loss(
    _ model: PictureClassifier, _ batch: [CaptionedPicture], _ tape: Tape
  ) -> Tape.Variable {
    tape.crossEntropy(
      model.logits(tape.constant(pixels(batch)), tape), targets: batch.map(\.label))
  }

  /// Share of pictures whose class is found, percent.
  package func accuracy(_ model: PictureClassifier, _ pictures: [CaptionedPicture]) -> Double {
    var right = 0
    for start in stride(from: 0, to: pictures.count, by: 64) {
      let part = Array(pictures[start..<min(pictures.count, start + 64)])
      let tape = Tape()
      let logits = tape[model.logits(tape.constant(pixels(part)), tape)]
      let width = logits.shape[1]
      for (row, picture) in part.enumerated() {
        let scores = logits.array[(row * width)..<((row + 1) * width)]
        let best = scores.indices.max { scores[$0] < scores[$1] }
        if best.map({ $0 - row * width }) == picture.label { right += 1 }
      }
    }
    return pictures.isEmpty ? 0 : 100 * Double(right) / Double(pictures.count)
  }
}
