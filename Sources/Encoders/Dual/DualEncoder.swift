import Tensors

/// A small CLIP (Radford et al. 2021): a text tower and a picture tower whose outputs are compared
/// by cosine, trained contrastively on captions.
///
/// The text tower pools word vectors by a learned attention; the picture tower is a `ResNet`. Both
/// project to `dimensions` and are L2-normalised.
package struct DualEncoder: ParameterContainer {
  var words: Embedding
  var wordScore: Linear
  var textHidden: Linear
  var textProjection: Linear
  /// The picture tower in front of its projection.
  package private(set) var pictures: ResNet
  var pictureProjection: Linear
  var logitScale: Parameter
  /// Sizes of both towers.
  package let configuration: Configuration

  /// The sizes of the encoder.
  package struct Configuration: Sendable, Hashable, Codable {
    /// Words of the vocabulary, padding and unknown among them.
    package var words: Int
    /// Numbers per word vector.
    package var wordSize: Int
    /// Numbers of a unit vector in the common space.
    package var dimensions: Int
    /// The picture tower.
    package var pictures: ResNet.Configuration

    /// Sizes: `words` rows of the table, `dimensions` of the common space.
    package init(words: Int, wordSize: Int, dimensions: Int, pictures: ResNet.Configuration) {
      self.words = words
      self.wordSize = wordSize
      self.dimensions = dimensions
      self.pictures = pictures
    }
  }

  /// Random weights; the temperature starts at CLIP's 1/0.07.
  package init(_ configuration: Configuration, _ generator: inout SeededGenerator) {
    self.configuration = configuration
    let size = configuration.wordSize
    words = Embedding(configuration.words, size, deviation: 0.1, &generator)
    wordScore = Linear(size, 1, &generator)
    textHidden = Linear(size, size, &generator)
    textProjection = Linear(size, configuration.dimensions, &generator)
    pictures = ResNet(configuration.pictures, &generator)
    pictureProjection = Linear(
      configuration.pictures.hiddenSizes.last ?? 1, configuration.dimensions, &generator)
    logitScale = Parameter(Tensor(scalar: 2.659_26))
  }

  /// Sentences → B×D unit vectors.
  ///
  /// - Parameters:
  ///   - numbers: B×T word numbers, 0 past the end.
  package func text(_ numbers: [Int], shape: [Int], _ tape: Tape) -> Tape.Variable {
    text(
      words(numbers.map { $0 == 0 ? -1 : $0 }, shape: shape, tape), of: numbers, shape: shape, tape)
  }

  /// The same from the vectors of the words, B×T×W.
  package func text(
    _ vectors: Tape.Variable, of numbers: [Int], shape: [Int], _ tape: Tape
  ) -> Tape.Variable {
    let (b, t) = (shape[0], shape[1])
    let scores = tape.reshape(wordScore(vectors, tape), [b, t])
    let mask = Tensor([b, t], numbers.map { $0 == 0 ? -1e4 : 0 })
    let weights = tape.softmax(tape.add(scores, tape.constant(mask)))
    let pooled = tape.scale(
      tape.meanOverMiddle(tape.scaleRows(vectors, by: tape.reshape(weights, [b * t]))), by: Float(t)
    )
    let hidden = tape.add(pooled, tape.gelu(textHidden(pooled, tape)))
    return tape.normalizeRows(textProjection(hidden, tape))
  }

  /// Pictures B×3×H×W → unit vectors B×D.
  package func picture(_ pixels: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    picture(regions: pictures.regions(pixels, tape), tape)
  }

  /// The same from the picture tower's regions, B×N×C.
  func picture(regions: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    tape.normalizeRows(pictureProjection(tape.meanOverMiddle(regions), tape))
  }

  /// The picture tower's regions B×N×C → unit vectors B×N×D, each projected as the mean of all is.
  func patches(regions: Tape.Variable, _ tape: Tape) -> Tape.Variable {
    tape.normalizeRows(pictureProjection(regions, tape))
  }

  /// The symmetric contrastive loss of a batch of matching pairs (B×D each).
  package func loss(
    text: Tape.Variable, pictures: Tape.Variable, _ tape: Tape
  ) -> Tape.Variable {
    let logits = tape.scaleByExp(tape.multiplyTransposed(text, pictures), tape(logitScale))
    let targets = Array(0..<tape.shape(text)[0])
    let toPictures = tape.crossEntropy(logits, targets: targets)
    let toTexts = tape.crossEntropy(tape.transpose(logits), targets: targets)
    return tape.scale(tape.add(toPictures, toTexts), by: 0.5)
  }

  /// Takes over a picture tower that learned to name things; the same configuration is needed.
  package mutating func startPictures(from network: ResNet) {
    if network.configuration == configuration.pictures { pictures = network }
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    words.visitParameters(prefix + "text.words.", visit)
    wordScore.visitParameters(prefix + "text.score.", visit)
    textHidden.visitParameters(prefix + "text.hidden.", visit)
    textProjection.visitParameters(prefix + "text.projection.", visit)
    pictures.visitParameters(prefix + "vision.", visit)
    pictureProjection.visitParameters(prefix + "vision.projection.", visit)
    visit(prefix + "logit_scale", &logitScale)
  }
}
