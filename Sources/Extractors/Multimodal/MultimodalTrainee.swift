import Corpora
import Encoders
import Tensors
import Traces

/// A text encoder, a network that brings words and pictures together, and a task's head, trained
/// end to end; what the pictures are seen with is frozen.
package struct MultimodalTrainee<Network: MultimodalNetwork>: FineTunable {
  /// The encoder, without a pooler.
  package var encoder: BERTModel
  /// Between encoder and head.
  package var network: Network
  /// What answers.
  package var head: TaskHead
  /// What sees pictures and learns along; nil where a frozen network does.
  package var tower: PictureTower?
  let prefix: String

  /// A fresh network and head on an encoder.
  ///
  /// - Parameter prefix: in front of the encoder's parameters in files.
  package init(
    _ encoder: BERTModel, prefix: String, _ sizes: MultimodalSizes, _ reading: TaskReading,
    _ options: Network.Options, tower: PictureTower? = nil, _ generator: inout SeededGenerator
  ) {
    self.encoder = encoder
    self.prefix = prefix
    self.tower = Network.towerUse == .patches ? tower?.withoutLayers : tower
    network = Network(sizes, options, text: encoder, tower: tower, &generator)
    head = TaskHead(
      reading, size: network.stateSize, pooling: Network.pairPooling,
      pairDropout: Network.pairDropout, &generator)
  }

  func batch(_ items: [MultimodalItem]) -> MultimodalBatch {
    MultimodalBatch(
      items, padding: encoder.configuration.padding, showsPictures: network.options.usesPicture,
      tower: tower.map { .plain($0) })
  }

  /// The published FocalMRE optimises no classifier (MODELS §7.5).
  package var isFrozen: @Sendable (_ name: String) -> Bool {
    guard network.options.freezesHead else { return { _ in false } }
    return {
      $0.hasPrefix(FineTuneNames.head) && !$0.hasPrefix(FineTuneNames.tower)
        && !$0.hasPrefix(FineTuneNames.head + "network.")
    }
  }

  /// The network's loss of a batch, one number.
  package func loss(
    _ items: [MultimodalItem], _ tape: Tape
  ) throws(EncoderInputError) -> Tape.Variable {
    try network.loss(batch(items), head, .plain(encoder), tape)
  }

  /// Scores over items with gold labels.
  package func score(_ items: [MultimodalItem]) throws(EncoderInputError) -> MultimodalScore {
    let answering = MultimodalAnswering(self)
    let scores = try answering.scores(items)
    switch head.reading {
    case .relations(let reading):
      return .relations(
        RelationScore(scores, gold: items.map { $0.pair?.label ?? -1 }, reading.scheme))
    case .entities(let scheme, let labels, _):
      var score = EntityScore()
      guard let chain = head.crf?.chain else { return .entities(score) }
      let tagOf = TagStates(scheme: scheme, labels: labels).tagOf
      for (item, emissions) in zip(items, scores) {
        guard let tagged = item.tagged else { continue }
        let path = chain.viterbi(emissions)
        let words = tagged.words.map { tagOf[path[$0]] }
        score.add(
          predicted: scheme.mentions(
            of: words + [Int](repeating: 0, count: tagged.tags.count - words.count)),
          gold: scheme.mentions(of: tagged.tags))
      }
      return .entities(score)
    }
  }

  package mutating func visitParameters(
    _ prefix: String, _ visit: (String, inout Parameter) -> Void
  ) {
    encoder.visitParameters(prefix + self.prefix, visit)
    network.visitParameters(prefix + FineTuneNames.head + "network.", visit)
    if var tower {
      tower.visitParameters(prefix + FineTuneNames.tower, visit)
      self.tower = tower
    }
    head.visitParameters(prefix + FineTuneNames.head, visit)
  }
}

/// A score of either task.
package enum MultimodalScore: FineTuneScore {
  case entities(EntityScore)
  case relations(RelationScore)

  package var f1: Double {
    switch self {
    case .entities(let score): score.f1
    case .relations(let score): score.f1
    }
  }

  var told: TrainingScores {
    switch self {
    case .entities(let score): TrainingScores(score)
    case .relations(let score): TrainingScores(score)
    }
  }
}

/// The same network at work: forward passes only, the text encoder with packed weights where the
/// network does not work inside its layers. May be used from several threads at once.
struct MultimodalAnswering<Network: MultimodalNetwork>: Sendable {
  let network: Network
  let head: TaskHead
  let text: TextReader
  private let tower: TowerReader?
  private let padding: Int

  init(_ trainee: MultimodalTrainee<Network>) {
    network = trainee.network
    head = trainee.head
    tower = trainee.tower.map { Network.towerUse == .patches ? .plain($0) : .packed($0.engine) }
    padding = trainee.encoder.configuration.padding
    if Network.readsLayers {
      Precision.keepsFloat32(because: "its head works inside the text encoder's layers")
    }
    text = Network.readsLayers ? .plain(trainee.encoder) : .packed(BERTEngine(trainee.encoder))
  }

  /// Items side by side, as the network reads them.
  func batch(_ items: [MultimodalItem]) -> MultimodalBatch {
    MultimodalBatch(
      items, padding: padding, showsPictures: network.options.usesPicture, tower: tower)
  }

  /// Scores of each item, in their order: S×K of the CRF's steps, or one per relation. Items are
  /// computed one by one: a matrix product of other rows rounds otherwise, and an answer must not
  /// depend on who else is asked about. (With encoders of published size it takes no longer.)
  func scores(
    _ items: [MultimodalItem], _ probe: Probe? = nil
  ) throws(EncoderInputError) -> [[Float]] {
    var result: [[Float]] = []
    for item in items {
      let batch = batch([item])
      let probe = items.count == 1 ? probe : nil
      let tape = Tape()
      let states = try network.states(batch, text, tape, probe)
      if let probe { try network.show(tape[states], batch, head, text: text, probe) }
      let scores = tape[head.scores(head.representation(states, batch, tape), tape)].array
      try EncoderInputError.check(
        scores, "the scores of \(Network.system(head.reading.task))")
      result.append(scores)
    }
    return result
  }
}
