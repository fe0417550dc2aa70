import Encoders
import Tensors
import Traces

/// I2SRM (Huang and Lin 2023; MODELS §5): HVPNeT's prefix, and two relations between samples that
/// only the training knows: what text and picture of one post mean is to agree (intra-sample), and
/// the posts of a batch look at each other and are mixed (inter-sample, AttnMixup).
package struct I2SRM: MultimodalNetwork {
  var text: PrefixedText
  var semantic: SemanticAgreement
  var mixup: AttentionMixup
  /// Its switches.
  package let options: I2SRMOptions
  /// D.
  package let stateSize: Int

  package init(
    _ sizes: MultimodalSizes, _ options: I2SRMOptions, text: BERTModel, tower: PictureTower?,
    _ generator: inout SeededGenerator
  ) {
    self.text = PrefixedText(sizes, crops: options.crops, &generator)
    stateSize = sizes.hiddenSize
    let width = (sizes.task == .relations ? 2 : 1) * stateSize
    semantic = SemanticAgreement(width, pictures: sizes.regions[1], &generator)
    mixup = AttentionMixup(width, options, &generator)
    self.options = options
  }

  package static func system(_ task: ExpertTask) -> String {
    task == .entities ? "i2srm" : "i2srm-re"
  }

  package static var pairPooling: PairPooling { .spanMeans }

  package static func sights(_ eyes: EyeNames, _ options: I2SRMOptions) -> [Sight] {
    PrefixedText.sights(by: eyes.pictures)
  }

  package static var rehearsedViews: (views: Int, readings: Int) { (4, 1) }
  package static func takesRegions(_ options: I2SRMOptions) -> Bool {
    options.usesPicture && options.crops > 0
  }

  package static func look(
    _ post: SeenPost, _ pair: TokenPair?, _ eyes: EyeNames, _ options: I2SRMOptions
  ) throws -> [PictureRegions] {
    try PrefixedText.look(post, crops: options.crops, by: eyes.pictures)
  }

  package static func conflict(_ options: I2SRMOptions, _ settings: FineTuning) -> String? {
    guard options.mixes, settings.batch < AttentionMixup.leastBatch else { return nil }
    return
      "AttnMixup mixes the posts of a batch, and --batch \(settings.batch) leaves too few; give "
      + "--batch \(AttentionMixup.leastBatch) or more (`train` can leave it out with --without attn-mixup)"
  }

  package func states(
    _ batch: MultimodalBatch, _ reader: TextReader, _ tape: Tape, _ probe: Probe?
  ) throws(EncoderInputError) -> Tape.Variable {
    try text.states(batch, reader, tape, probe)
  }

  /// The head's loss over the originals and what AttnMixup makes of them, and λ times the semantic
  /// loss.
  package func loss(
    _ batch: MultimodalBatch, _ head: TaskHead, _ reader: TextReader, _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    let h = head.representation(try states(batch, reader, tape, nil), batch, tape)
    let task =
      options.mixes && batch.count >= AttentionMixup.leastBatch
      ? mixup.loss(h, batch, head, tape)
      : head.loss(scores: head.scores(h, tape), of: batch.items, tape)
    guard options.agrees, batch.showsPictures else { return task }
    let pictured = batch.items.indices.filter { batch.hasPicture($0) }
    guard !pictured.isEmpty else { return task }
    let meaning = semantic.text(h, batch, tape)
    let means = tape.gather(meaning, pictured, shape: [pictured.count])
    let loss = semantic.loss(
      means, pictures: tape.constant(globalFeatures(batch, pictured)), options, tape)
    return tape.add(task, tape.scale(loss, by: options.semanticWeight))
  }

  /// The means of the last stage's map over the whole picture, for some items.
  private func globalFeatures(_ batch: MultimodalBatch, _ items: [Int]) -> Tensor {
    let width = semantic.pictures
    return Tensor(
      [items.count, width],
      items.flatMap { batch.items[$0].pictures[0].array.suffix(width) })
  }

  package static func showsInBatch(_ item: MultimodalItem, _ options: I2SRMOptions) -> Bool {
    options.mixes && options.attends
  }

  /// How posts of a batch look at each other, which happens in training alone (MODELS §9).
  package func matrices(
    _ batch: MultimodalBatch, _ head: TaskHead, _ text: TextReader, posts: [String]
  ) throws(EncoderInputError) -> [BatchMatrix] {
    guard options.mixes, options.attends, batch.count > 1 else { return [] }
    let tape = Tape()
    let h = head.representation(try states(batch, text, tape, nil), batch, tape)
    guard let weights = mixup.weights(h, batch, tape) else { return [] }
    return [
      BatchMatrix(
        "i2srm/batch",
        "how much each of a batch of dev posts (down) looks at the others (across), as in training: "
          + "the mean over heads" + (tape.shape(h).count == 3 ? " and words" : ""),
        posts: posts, weights)
    ]
  }

  /// How far what the picture means is from what the text means.
  package func show(
    _ states: Tensor, _ batch: MultimodalBatch, _ head: TaskHead, text: TextReader, _ probe: Probe
  ) throws(EncoderInputError) {
    guard options.agrees, batch.showsPictures else { return }
    let tape = Tape()
    let h = head.representation(tape.constant(states), batch, tape)
    let scores = semantic.scores(
      semantic.text(h, batch, tape), pictures: tape.constant(globalFeatures(batch, [0])), tape)
    let value = Float(
      options.direction == .pictureToText
        ? Tape.divergences(tape[scores.picture], from: tape[scores.text])[0]
        : Tape.divergences(tape[scores.text], from: tape[scores.picture])[0])
    probe.show(
      Signal(
        name: "i2srm/divergence",
        caption: options.direction == .pictureToText
          ? "KL(picture ‖ text) of what they mean" : "KL(text ‖ picture) of what they mean",
        kind: .scalar(low: 0, high: max(1, value.rounded(.up)), threshold: nil, percentile: nil),
        ofPicture: true, tensor: Tensor([1], [max(0, value)])))
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    text.visitParameters(prefix, visit)
    semantic.visitParameters(prefix + "semantic.", visit)
    mixup.visitParameters(prefix + "mixup.", visit)
  }
}

/// Switches of I2SRM; the parts are the paper's ablations.
package struct I2SRMOptions: MultimodalOptions {
  /// Rectangles of the picture beside the whole.
  package var crops = 3
  /// False: all features are zeros.
  package var usesPicture = true
  /// False: no semantic loss.
  package var agrees = true
  /// False: no AttnMixup at all.
  package var mixes = true
  /// False: posts are mixed without having looked at each other.
  package var attends = true
  /// False: posts look at each other and are not mixed.
  package var interpolates = true
  /// Which distribution the divergence is of.
  package var direction = Direction.textToPicture
  /// Whether the text's side of the semantic loss takes no gradient.
  package var detachesText = false
  /// How posts of a batch look at each other.
  package var attention = BatchAttention.encoder
  /// Which rows are mixed.
  package var rows = Rows.paper
  /// δ: the share of originals among what is mixed.
  package var originals: Float = 0.7
  /// Δ: the share of attended posts that is kept; 1 − Δ of the mixed ones.
  package var attended: Float = 0.6
  /// Weight of the semantic loss.
  package var semanticWeight: Float = 0.5

  /// A divergence's direction.
  package enum Direction: String, Sendable, Hashable, Codable, CaseIterable {
    case textToPicture = "text-picture"
    case pictureToText = "picture-text"
    case both
  }

  /// Attention across a batch.
  package enum BatchAttention: String, Sendable, Hashable, Codable, CaseIterable {
    /// A transformer layer over the batch, as the released code has it.
    case encoder
    /// Additive scores, as the paper prints it.
    case additive
  }

  /// What goes into the mixture.
  package enum Rows: String, Sendable, Hashable, Codable, CaseIterable {
    /// δ of the originals and 1 − δ of the attended ones, at random.
    case paper
    /// The first and last rows, about δ of each, as the released code takes them.
    case code
  }

  package init(_ value: (String) -> String) {
    crops = Int(value("crops")) ?? 3
    usesPicture = value("image") != Switch.off
    agrees = value("semantic") != Switch.off
    mixes = value("attn-mixup") != Switch.off
    attends = value("batch-attention") != Switch.off
    interpolates = value("mixup") != Switch.off
    direction = Direction(rawValue: value("divergence")) ?? .textToPicture
    detachesText = value("text-prior") == "detached"
    attention = BatchAttention(rawValue: value("attention")) ?? .encoder
    rows = Rows(rawValue: value("mixed-rows")) ?? .paper
    originals = Float(value("small-delta")) ?? 0.7
    attended = Float(value("big-delta")) ?? 0.6
    semanticWeight = Float(value("semantic-weight")) ?? 0.5
  }

  /// Whether numbers from a file can be worked with.
  package var isSound: Bool {
    (0...8).contains(crops) && (0...1).contains(originals) && (0...1).contains(attended)
      && (0...100).contains(semanticWeight)
  }
}
