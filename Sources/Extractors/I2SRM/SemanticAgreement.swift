import Encoders
import Tensors

/// I2SRM's intra-sample relation (MODELS §5.3): what a text and its picture mean, each as a
/// distribution over the same unnamed outcomes, is to agree.
struct SemanticAgreement: ParameterContainer {
  /// W → W, f_ψ of the paper.
  var textProjection: Linear
  /// Features of the whole picture → W.
  var pictureProjection: Linear
  /// Features of the whole picture.
  let pictures: Int

  init(_ width: Int, pictures: Int, _ generator: inout SeededGenerator) {
    textProjection = Linear(width, width, &generator)
    pictureProjection = Linear(pictures, width, &generator)
    self.pictures = pictures
  }

  /// B×W: a pair's representation, or the mean over a text's words.
  func text(_ h: Tape.Variable, _ batch: MultimodalBatch, _ tape: Tape) -> Tape.Variable {
    guard tape.shape(h).count == 3 else { return h }
    let steps = tape.shape(h)[1]
    return tape.meanOverRows(
      h,
      real: batch.items.flatMap { item in
        (0..<steps).map { $0 < item.tagged?.places.count ?? 0 }
      })
  }

  /// Scores whose softmax are the two distributions, B×W each.
  func scores(
    _ text: Tape.Variable, pictures: Tape.Variable, _ tape: Tape
  ) -> (text: Tape.Variable, picture: Tape.Variable) {
    (textProjection(text, tape), pictureProjection(pictures, tape))
  }

  /// Mean divergence over a batch.
  func loss(
    _ text: Tape.Variable, pictures: Tape.Variable, _ options: I2SRMOptions, _ tape: Tape
  ) -> Tape.Variable {
    var (text, picture) = scores(text, pictures: pictures, tape)
    if options.detachesText { text = tape.constant(tape[text]) }
    switch options.direction {
    case .textToPicture: return tape.divergence(text, from: picture)
    case .pictureToText: return tape.divergence(picture, from: text)
    case .both:
      return tape.scale(
        tape.add(tape.divergence(text, from: picture), tape.divergence(picture, from: text)),
        by: 0.5)
    }
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    textProjection.visitParameters(prefix + "text.", visit)
    pictureProjection.visitParameters(prefix + "image.", visit)
  }
}
