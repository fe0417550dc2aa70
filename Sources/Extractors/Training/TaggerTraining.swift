import Corpora
import Encoders
import Foundation
import Tensors

/// How a tagger is trained: to its plateau on dev, keeping the best epoch.
package struct TaggerTraining: Sendable, Hashable, Codable {
  /// Decides initial weights, dropout and the order of batches.
  package var seed: UInt64 = 1
  /// Most epochs.
  package var epochs = 40
  /// Posts per step.
  package var batch = 32
  /// The learning rate before any halving.
  package var learningRate: Float = 3e-3
  /// Decoupled weight decay.
  package var decay: Float = 1e-2
  /// Epochs without a better dev score before the learning rate is halved.
  package var patience = 3
  /// Halvings after which training ends: the plateau.
  package var halvings = 3
  /// Global gradient norm.
  package var clip: Float = 5

  /// Plain gradient descent in place of AdamW.
  package var usesDescent: Bool?

  /// The defaults above.
  package init() {}

  /// What moves the parameters.
  var rule: Optimizer.Rule { usesDescent == true ? .sgd : .adamW(decay: decay) }

  private static let descent = "sgd"
  /// The choice between optimisers.
  static let choice = Switch.choice(
    "optimizer", ["adamw", descent],
    "AdamW at 3e-3, or plain descent at the paper's 2e-2")

  /// The same by a job's switches.
  func choosing(_ value: (String) -> String) -> TaggerTraining {
    guard value(Self.choice.name) == Self.descent else { return self }
    var result = self
    result.usesDescent = true
    result.learningRate = 2e-2
    return result
  }
}

/// A training run as a value: everything needed to go on after an interrupt.
package struct TaggerRun<Model: Tagger>: ResumableRun, Sendable {
  /// How it is trained.
  package let settings: TaggerTraining
  /// The model after the last epoch.
  package private(set) var model: Model
  /// The model of the epoch that was best on dev.
  package private(set) var best: Model
  /// The finished epochs.
  package private(set) var epochs: [TrainingEpoch] = []
  private var optimizer: Optimizer
  private var rate: Float
  private var sinceBest = 0
  private var halvings = 0
  let words: Vocabulary
  let characters: Vocabulary
  let scheme: TagScheme

  /// A run of a fresh model.
  package init(
    _ model: Model, _ settings: TaggerTraining, words: Vocabulary, characters: Vocabulary,
    scheme: TagScheme
  ) {
    var model = model
    model.indexParameters()
    self.model = model
    best = model
    self.settings = settings
    optimizer = Optimizer(settings.rule, clipNorm: settings.clip)
    rate = settings.learningRate
    self.words = words
    self.characters = characters
    self.scheme = scheme
  }

  /// Best dev score so far, percent.
  package var bestScore: Double? { epochs.map(\.dev).max() }

  /// All epochs of the settings.
  package var mostEpochs: Int { settings.epochs }

  /// Whether the plateau or the last epoch was reached.
  package var isFinished: Bool {
    epochs.count >= settings.epochs || halvings > settings.halvings
  }

  /// Trains one epoch and scores it on dev.
  ///
  /// - Parameter progress: returns false to stop at once; the epoch then does not count.
  /// - Returns: false when it was stopped.
  /// - Throws: `EncoderInputError.notFinite` when the model can no longer score anything.
  package mutating func runEpoch(
    _ items: TrainingItems<TaggerInput>, progress: (TrainingProgress) -> Bool
  ) throws -> Bool {
    let (train, dev) = (items.train, items.dev)
    let start = Date()
    let epoch = epochs.count
    let share = model.rateShare
    var generator = SeededGenerator(seed: settings.seed &+ UInt64(epoch) &* 7919, stream: "epoch")
    let order = generator.permutation(train.count)
    let steps = (train.count + settings.batch - 1) / settings.batch
    var total = 0.0
    let clock = RunClock(first: epoch * steps, total: settings.epochs * steps)
    for step in 0..<steps {
      let part = order[(step * settings.batch)..<min(order.count, (step + 1) * settings.batch)]
      let batch = TaggerBatch(part.map { train[$0] }, words: words, characters: characters)
      let tape = Tape(recording: true, seed: generator.next())
      let loss = model.loss(batch, tape)
      tape.backward(from: loss)
      total += Double(tape[loss].item)
      let rate = rate
      optimizer.step(&model, tape) { rate * share($0) }
      let (speed, left) = clock.reading(done: epoch * steps + step + 1)
      let report = TrainingProgress(
        epoch: epoch + 1, epochs: settings.epochs, step: step + 1, steps: steps,
        loss: total / Double(step + 1), best: bestScore, last: epochs.last?.dev, rate: rate,
        speed: speed * Double(settings.batch), secondsLeft: left)
      if !progress(report) { return false }
    }
    let trained = Date()
    // A plateau changes the rate of the next epoch, not of this one.
    let used = rate
    let score = try Self.score(model, dev, words: words, characters: characters, scheme: scheme).f1
    if score > bestScore ?? -1 {
      best = model
      sinceBest = 0
    } else {
      sinceBest += 1
      if sinceBest >= settings.patience {
        halvings += 1
        sinceBest = 0
        rate /= 2
      }
    }
    epochs.append(
      TrainingEpoch(
        epoch: epoch + 1, loss: total / Double(steps), dev: score,
        seconds: trained.timeIntervalSince(start), scoring: Date().timeIntervalSince(trained),
        steps: steps, learningRate: used))
    return true
  }

  /// Lenient score of a model on inputs with gold tags.
  static func score(
    _ model: Model, _ inputs: [TaggerInput], words: Vocabulary, characters: Vocabulary,
    scheme: TagScheme
  ) throws(EncoderInputError) -> EntityScore {
    var score = EntityScore()
    let chain = model.crf.chain
    let emissions = try TaggerInference.emissions(
      model, inputs, words: words, characters: characters)
    for (input, emissions) in zip(inputs, emissions) {
      score.add(
        predicted: scheme.mentions(of: chain.viterbi(emissions)),
        gold: scheme.mentions(of: input.tags))
    }
    return score
  }

  /// Everything as tensors and numbers, for a checkpoint file.
  package var checkpoint: (tensors: [String: Tensor], state: CheckpointState) {
    var tensors = optimizer.checkpoint
    for (name, value) in model.parameters { tensors["model." + name] = value }
    for (name, value) in best.parameters { tensors["best." + name] = value }
    return (
      tensors,
      CheckpointState(
        settings: settings, history: epochs, rate: rate, sinceBest: sinceBest, halvings: halvings)
    )
  }

  /// Takes up a checkpoint of the same settings.
  ///
  /// - Throws: `ParameterError` when the tensors do not fit.
  package mutating func restore(_ tensors: [String: Tensor], _ state: CheckpointState) throws {
    try model.load(tensors.named("model."))
    try best.load(tensors.named("best."))
    optimizer.restore(tensors)
    epochs = state.history
    rate = state.rate
    sinceBest = state.sinceBest
    halvings = state.halvings
  }
}

/// The part of a checkpoint that is not tensors.
package struct CheckpointState: Sendable, Hashable, Codable {
  /// How the run was started.
  package let settings: TaggerTraining
  /// The finished epochs.
  package let history: [TrainingEpoch]
  let rate: Float
  let sinceBest: Int
  let halvings: Int
}

/// Running a tagger over many inputs.
package enum TaggerInference {
  static let batch = 64

  /// T×K tag scores of each input, in their order. Inputs are batched by length to waste no
  /// padding.
  ///
  /// - Throws: `EncoderInputError.notFinite`.
  package static func emissions(
    _ model: some Tagger, _ inputs: [TaggerInput], words: Vocabulary, characters: Vocabulary
  ) throws(EncoderInputError) -> [[Float]] {
    let order = inputs.indices.sorted {
      (inputs[$0].tokens.count, $0) < (inputs[$1].tokens.count, $1)
    }
    var result = [[Float]](repeating: [], count: inputs.count)
    for start in stride(from: 0, to: order.count, by: batch) {
      let part = order[start..<min(order.count, start + batch)]
      let tape = Tape()
      let batch = TaggerBatch(part.map { inputs[$0] }, words: words, characters: characters)
      let e = tape[model.emissions(batch, tape, nil)]
      try EncoderInputError.check(e.array, "the tag scores")
      let (times, k) = (e.shape[1], e.shape[2])
      for (row, i) in part.enumerated() {
        let length = inputs[i].tokens.count
        result[i] = Array(e.array[(row * times * k)..<((row * times + length) * k)])
      }
    }
    return result
  }
}
