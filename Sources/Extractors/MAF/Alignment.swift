import Encoders
import Tensors

/// MAF's alignment: a vector of each text and one of each picture, in a common space of D
/// dimensions, drawn together by a contrastive loss.
struct Alignment: ParameterContainer {
  /// tanh over the first position, as in BERT's pooler.
  var pooler: Linear
  var textFirst: Linear
  var textSecond: Linear
  var pictureFirst: Linear
  var pictureSecond: Linear

  init(_ sizes: PictureTaggerSizes, _ source: inout WeightSource) {
    let (d, c) = (sizes.stack.hiddenSize, sizes.regionSize)
    pooler = sizes.linear(d, d, &source)
    textFirst = sizes.linear(d, d, &source)
    textSecond = sizes.linear(d, d, &source)
    pictureFirst = sizes.linear(c, d, &source)
    pictureSecond = sizes.linear(d, d, &source)
  }

  /// Unit vectors B×D of the texts and of the pictures' mean regions.
  func vectors(
    _ batch: PictureBatch, _ tape: Tape
  ) -> (text: Tape.Variable, picture: Tape.Variable) {
    let first = tape.positions([Int](repeating: 0, count: batch.items.count), of: batch.states)
    let pooled = tape.tanh(pooler(first, tape))
    let text = textSecond(tape.relu(textFirst(pooled, tape)), tape)
    let mean = tape.meanOverMiddle(batch.regions)
    let picture = pictureSecond(tape.relu(pictureFirst(mean, tape)), tape)
    return (tape.normalizeRows(text), tape.normalizeRows(picture))
  }

  /// The mean over both directions' cross-entropies, the texts' weighted by `textShare`: rows of
  /// B×B cosines over the temperature against their own number.
  static func loss(
    text: Tape.Variable, picture: Tape.Variable, temperature: Float, textShare: Float,
    _ tape: Tape
  ) -> Tape.Variable {
    let cosines = tape.scale(tape.multiplyTransposed(text, picture), by: 1 / temperature)
    let own = Array(0..<tape.shape(text)[0])
    return tape.add(
      tape.scale(tape.crossEntropy(cosines, targets: own), by: textShare),
      tape.scale(tape.crossEntropy(tape.transpose(cosines), targets: own), by: 1 - textShare))
  }

  mutating func visitParameters(_ prefix: String, _ visit: (String, inout Parameter) -> Void) {
    pooler.visitParameters(prefix + "pooler.", visit)
    textFirst.visitParameters(prefix + "text.0.", visit)
    textSecond.visitParameters(prefix + "text.2.", visit)
    pictureFirst.visitParameters(prefix + "picture.0.", visit)
    pictureSecond.visitParameters(prefix + "picture.2.", visit)
  }
}
