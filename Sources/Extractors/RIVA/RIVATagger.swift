import Encoders
import Foundation
import Tensors
import Traces

/// A biLSTM-CRF that reads [word; characters; e^RIVA] at every word (Sun et al. 2020, §4.2; MODELS
/// §8.7), with the RIVA that makes e^RIVA, and the teacher that its gate learned from.
package struct RIVATagger: Tagger {
  /// The `system` of its model folders.
  package static let system = "riva"
  /// Word and character vectors of the tagger.
  package var words: WordEncoder
  /// What makes e^RIVA; nil for the tagger that reads the picture as its first step.
  var riva: RIVANetwork?
  /// RIVA as it was before the tags; nil where it is that still, and where nobody was to keep it.
  private(set) var taught: RIVANetwork?
  /// What told the gate's training which pictures add; nil without a gate.
  var teacher: RelationClassifier?
  /// Whether another model's RIVA was taken over.
  private(set) var isPretrained = false
  /// The picture as a first step, with the scale of its numbers.
  private var step: FirstStep?
  /// What a pretrained encoder knows of the words; nil without one.
  var encoded: EncodedWords?
  var lstm: LSTM
  var output: Linear
  /// Transitions between tags, and the decoding.
  package var crf: CRF
  /// What distinguishes this RIVA from another.
  package let options: RIVAOptions
  let dropout: Float

  private struct FirstStep {
    var scaling: RegionScaling
    var projection: Linear
  }

  /// A tagger with random weights.
  package init(
    _ sizes: TaggerSizes, _ options: RIVAOptions, tags: Int, _ generator: inout SeededGenerator
  ) {
    words = sizes.makeWords(&generator)
    var inputs = words.size
    switch options.context {
    case .picture:
      step = FirstStep(
        scaling: RegionScaling(options.size),
        projection: Linear(
          options.size, words.size + (options.encoderSize ?? 0), &generator))
    case .riva, .text:
      riva = RIVANetwork(sizes, options, &generator)
      if options.keepsTaught == true { taught = riva }
      inputs += 2 * options.hidden
    case .nothing: break
    }
    inputs += options.encoderSize ?? 0
    if options.hasGate { teacher = RelationClassifier(sizes, options, &generator) }
    lstm = LSTM(inputs, hidden: sizes.hidden, &generator)
    output = Linear(2 * sizes.hidden, tags, &generator)
    crf = CRF(tags: tags, &generator)
    self.options = options
    dropout = sizes.dropout
  }

  /// Tag scores before the CRF: B×T×K; the probe hears of gate, attention and language models.
  package func emissions(
    _ batch: TaggerBatch, _ tape: Tape, _ probe: Probe?
  ) -> Tape.Variable {
    let pass = riva.map { $0(batch, tape, probe) }
    let result = emissions(batch, pass, tape)
    if let probe, let riva, let pass { show(batch, riva, pass, tape, probe) }
    return result
  }

  private func emissions(
    _ batch: TaggerBatch, _ pass: RIVANetwork.Pass?, _ tape: Tape
  ) -> Tape.Variable {
    var x = words(batch.words, tape)
    var lengths = batch.words.lengths
    if let encoded {
      x = tape.concatenate([x, encoded(batch.tokens, steps: tape.shape(x)[1], tape)])
    }
    let shape = tape.shape(x)
    if let riva, let pass {
      x = tape.concatenate([x, riva.languageModels.embeddings(pass.states, tape)])
    } else if let step {
      let picture = tape.meanOverMiddle(
        tape.reading(.regions(view: 0), tape.constant(step.scaling(batch.regions))))
      x = tape.joinRows(
        tape.reshape(tape.gelu(step.projection(picture, tape)), [shape[0], 1, shape[2]]), x)
      lengths = lengths.map { $0 + 1 }
    }
    var h = tape.dropout(lstm(tape.dropout(x, dropout), lengths: lengths, tape), dropout)
    if step != nil {
      // The picture's own step has no tag.
      let (b, steps, width) = (shape[0], shape[1] + 1, tape.shape(h)[2])
      let places = (0..<b).flatMap { i in (1..<steps).map { i * steps + $0 } }
      h = tape.gather(tape.reshape(h, [b * steps, width]), places, shape: [b, shape[1]])
    }
    return output(h, tape)
  }

  /// The CRF's loss, and the gate's own where it is known whether pictures add: the tags alone
  /// would turn the gate into something else within a few epochs.
  package func loss(_ batch: TaggerBatch, _ tape: Tape) -> Tape.Variable {
    let pass = riva.map { $0(batch, tape, nil) }
    let tagging = crf.loss(emissions(batch, pass, tape), tags: batch.tags, tape)
    guard options.hasGate, options.keepsGateLoss, let relation = pass?.relation,
      batch.imageAdds.contains(where: { $0 >= 0 })
    else { return tagging }
    return tape.add(tagging, tape.crossEntropy(relation, targets: batch.imageAdds))
  }

  /// What was learned before the tags moves along with them, slowly, or not.
  package var rateShare: @Sendable (String) -> Float {
    let slow = options.pretrainedShare
    let share: Float =
      switch options.pretrainedRate {
      case .full: 1
      case .slow: slow
      case .frozen: 0
      }
    return {
      if $0.hasPrefix(Names.riva + TrainedPictures.prefix) { return min(share, slow) }
      if $0.hasPrefix(Names.riva) { return share }
      if $0.hasPrefix(Names.taught) { return 0 }
      return $0.hasPrefix(Names.encoder) ? slow : 1
    }
  }

  /// 30,000 as the paper's language models tell (MODELS §8.4).
  package static var mostWords: Int { 30_000 }

  /// RIVA and its teacher, when both have the same parts and sizes.
  package mutating func takeOver(
    _ other: RIVATagger, from name: String
  ) throws(TrainingError) {
    func shapes(_ network: RIVANetwork?) -> [String: [Int]] {
      network?.tensors.mapValues(\.shape) ?? [:]
    }
    guard riva != nil, shapes(riva) == shapes(other.riva),
      options.fusion == other.options.fusion,
      (teacher == nil) == (other.teacher == nil), options.gated == other.options.gated
    else { throw .otherPretraining(name: name, system: Self.system) }
    riva = other.riva
    teacher = other.teacher
    isPretrained = true
    if taught != nil { taught = other.taught ?? other.riva }
  }

  /// Begins to learn with a pretrained picture network, where it learns along.
  mutating func begin(with network: ResNet) {
    riva?.sight?.pictures?.begin(with: network)
    taught?.sight?.pictures?.begin(with: network)
    teacher?.pictures?.begin(with: network)
  }

  /// Begins to learn tags with what RIVA has learned before.
  mutating func begin(with riva: RIVANetwork) {
    self.riva = riva
    if taught != nil { taught = riva }
  }

  /// Takes the scale of regions from posts.
  mutating func fit(regions: [Tensor]) {
    riva?.fit(regions: regions)
    step?.scaling.fit(regions)
  }

  package mutating func take(_ vectors: WordVectors, _ words: Vocabulary) {
    self.words.take(vectors, words)
    riva?.words.take(vectors, words)
    teacher?.words.take(vectors, words)
    taught?.words.take(vectors, words)
  }

  package mutating func readParts(of folder: String) throws {
    riva?.sight?.pictures?.pack()
    taught?.sight?.pictures?.pack()
    teacher?.pictures?.pack()
    encoded = try options.encoderSize.map {
      try EncodedWords(folder: folder + "/" + EncodedWords.folder, size: $0)
    }
  }

  package func keepingParts(in folder: String) throws -> RIVATagger {
    var rest = self
    try encoded?.save(to: folder)
    rest.encoded = nil
    return rest
  }

  private enum Names {
    static let encoder = "encoder."
    static let riva = "riva."
    static let teacher = "teacher."
    static let taught = "taught."
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    words.visitParameters(prefix + "embedding.", visit)
    encoded?.visitParameters(prefix + Names.encoder, visit)
    riva?.visitParameters(prefix + Names.riva, visit)
    teacher?.visitParameters(prefix + Names.teacher, visit)
    taught?.visitParameters(prefix + Names.taught, visit)
    step?.scaling.visitParameters(prefix + "first.regions.", visit)
    step?.projection.visitParameters(prefix + "first.", visit)
    lstm.visitParameters(prefix + "lstm.", visit)
    output.visitParameters(prefix + "output.", visit)
    crf.visitParameters(prefix + "crf.", visit)
  }
}

/// A trained RIVA.
package typealias RIVAModel = WordTaggerModel<RIVATagger>

// MARK: What it shows

extension RIVATagger {
  /// Names of its signals that others speak of.
  enum Shown {
    static let gate = "rgn/gate"
    static let teacher = "rgn/teacher"
  }

  /// Shows, of the first post, what the language models expected with the picture and without, what
  /// the teacher says, and where mentions would be with the gate shut and open.
  private func show(
    _ batch: TaggerBatch, _ riva: RIVANetwork, _ pass: RIVANetwork.Pass, _ tape: Tape,
    _ probe: Probe
  ) {
    if let taught {
      // The gate as somebody set it is of the tagger's own RIVA.
      showWords(batch, taught, taught(batch, tape, nil), tape, probe)
    } else if tellsWords {
      showWords(batch, riva, pass, tape, probe)
    }
    guard riva.sight != nil, options.gated else { return }
    if let teacher, let scaling = riva.sight?.scaling {
      let scores = teacher.logits(batch, scaling, tape)
      let s = tape[tape.column(1, of: tape.softmax(scores))]
      probe.show(.gate(Shown.teacher, "teacher's s^G", s))
    }
    // Without tags there are no mentions to be in.
    guard crf.chain.tags > 1 else { return }
    let rows = [0, 1].map { gate in
      let forced = riva(batch, gate: Float(gate), tape, nil)
      return inMention(tape[emissions(batch, forced, tape)], batch.words.lengths[0])
    }
    probe.show(
      Signal(
        name: "rgn/forced", caption: "mention with the gate shut, open",
        kind: .matrix(
          rows: ["s^G = 0", "s^G = 1"],
          columns: batch.firstTokens),
        ofPicture: true, tensor: Tensor([2, rows[0].count], rows.flatMap { $0 })))
  }

  /// Whether the language models are still what they were taught to be: those that moved with the
  /// tags have forgotten how to tell words.
  private var tellsWords: Bool { crf.chain.tags == 1 || options.pretrainedRate != .full }

  private func showWords(
    _ batch: TaggerBatch, _ riva: RIVANetwork, _ pass: RIVANetwork.Pass, _ tape: Tape,
    _ probe: Probe
  ) {
    let with = surprise(riva, pass, batch, tape)
    show(perplexity: "vlcn/perplexity", "words' perplexity", with, probe, ofPicture: false)
    guard riva.sight != nil else { return }
    var blind = batch
    blind.hidePictures()
    let without = surprise(riva, riva(blind, tape, nil), batch, tape)
    show(
      perplexity: "vlcn/perplexity-without", "without picture, words' perplexity", without, probe,
      ofPicture: true)
    let gains = zip(without, with).map { $0 - $1 }
    probe.show(
      Signal(
        name: "vlcn/gain", caption: "picture's gain per word (nats)", kind: .words,
        ofPicture: true, tensor: Tensor([gains.count], gains)))
  }

  /// −log p of each word of the first post, mean of both readings.
  private func surprise(
    _ riva: RIVANetwork, _ pass: RIVANetwork.Pass, _ batch: TaggerBatch, _ tape: Tape
  ) -> [Float] {
    let scores = riva.languageModels.logits(pass.states, tape)
    let targets = LanguageModels.targets(batch.words).prefix(batch.words.lengths[0])
    return targets.enumerated().map { row, target in
      let both = [scores.forward, scores.backward].map { scores in
        let width = tape.shape(scores)[1]
        let values = tape[scores].array[(row * width)..<((row + 1) * width)].map { Double($0) }
        return VectorMath.logSumExp(values) - values[target]
      }
      return Float((both[0] + both[1]) / 2)
    }
  }

  private func show(
    perplexity name: String, _ caption: String, _ surprise: [Float], _ probe: Probe,
    ofPicture: Bool
  ) {
    let mean = surprise.reduce(0, +) / Float(max(1, surprise.count))
    let perplexity = exp(min(mean, 30))
    // Of a model that knows nothing it is the number of words.
    let most = max(perplexity, Float(riva?.languageModels.output.weight.value.shape[0] ?? 1))
    probe.show(
      Signal(
        name: name, caption: caption,
        kind: .scalar(low: 1, high: most, threshold: nil, percentile: nil),
        ofPicture: ofPicture, tensor: Tensor(scalar: perplexity)))
  }

  /// 1 − p(O) of each word of the first post.
  private func inMention(_ emissions: Tensor, _ length: Int) -> [Float] {
    let k = emissions.shape[2]
    let chain = crf.chain
    let first = Array(emissions.array[0..<(length * k)])
    let flat = chain.marginals(first, chain.sums(first))
    return (0..<length).map { Float(max(0, 1 - flat[$0 * k])) }
  }
}
