import Encoders
import Foundation
import Tensors

/// A fine-tuning as a value that can be taken up after an interrupt and then goes on to the same
/// bits.
package struct FineTuneRun<Model: FineTunable>: ResumableRun, Sendable {
  /// How it is trained.
  package let settings: FineTuning
  /// The model after the last epoch.
  package private(set) var model: Model
  /// The model of the epoch that was best on dev; of equals the first.
  package private(set) var best: Model
  /// The finished epochs.
  package private(set) var epochs: [TrainingEpoch] = []
  private var optimizer: Optimizer
  /// The epoch of `best`, counted from 1; 0 before the first.
  private var bestEpoch = 0

  /// A run of a model whose head is fresh.
  package init(_ model: Model, _ settings: FineTuning) {
    var model = model
    model.indexParameters()
    self.model = model
    best = model
    self.settings = settings
    optimizer = Optimizer(.adamW(decay: settings.decay))
  }

  /// Best dev F1 so far, percent.
  package var bestScore: Double? { epochs.map(\.dev).max() }

  /// All epochs of the settings.
  package var mostEpochs: Int { settings.epochs }

  /// Trains one epoch and scores it on dev.
  ///
  /// - Parameter progress: returns false to stop at once; the epoch then does not count, and the
  ///   run must be restored from its checkpoint before it can go on.
  /// - Returns: false when it was stopped.
  /// - Throws: `EncoderInputError` when an item does not fit the encoder.
  package mutating func runEpoch(
    _ items: TrainingItems<Model.Item>, progress: (TrainingProgress) -> Bool
  ) throws -> Bool {
    let (train, dev) = (items.train, items.dev)
    let epoch = epochs.count
    var generator = SeededGenerator(
      seed: settings.seed &+ UInt64(epoch) &* 7919, stream: "fine-tuning")
    let batches = LengthBatches.make(
      lengths: train.map(\.ids.count), batch: settings.batch, bucket: settings.bucket,
      shuffled: Model.readsPlaces, &generator)
    let (steps, total) = (batches.count, settings.epochs * batches.count)
    let clock = RunClock(first: epoch * steps, total: total)
    let start = Date()
    var sum = 0.0
    for (step, batch) in batches.enumerated() {
      sum += try runStep(
        batch.map { train[$0] }, number: epoch * steps + step, of: total, seed: generator.next())
      let (speed, left) = clock.reading(done: epoch * steps + step + 1)
      let report = TrainingProgress(
        epoch: epoch + 1, epochs: settings.epochs, step: step + 1, steps: steps,
        loss: sum / Double(step + 1), best: bestScore, last: epochs.last?.dev,
        rate: settings.encoderRate * factor(epoch * steps + step, of: total),
        speed: speed * Double(settings.batch), secondsLeft: left)
      if !progress(report) { return false }
    }
    let trained = Date()
    let score = try model.score(dev).f1
    if settings.isBetter(score, than: bestScore) {
      best = model
      bestEpoch = epoch + 1
    }
    epochs.append(
      TrainingEpoch(
        epoch: epoch + 1, loss: sum / Double(max(1, steps)), dev: score,
        seconds: trained.timeIntervalSince(start), scoring: Date().timeIntervalSince(trained),
        steps: steps))
    return true
  }

  /// One step; its loss.
  private mutating func runStep(
    _ items: [Model.Item], number: Int, of total: Int, seed: UInt64
  ) throws(EncoderInputError) -> Double {
    let tape = Tape(recording: true, seed: seed)
    let loss = try model.loss(items, tape)
    tape.backward(from: loss)
    let factor = factor(number, of: total)
    let (encoder, head) = (settings.encoderRate * factor, settings.headRate * factor)
    let crf = settings.crfRate.map { $0 * factor }
    let value = Double(tape[loss].item)
    let isFrozen = model.isFrozen
    optimizer.step(&model, tape) {
      if isFrozen($0) { return 0 }
      if let crf, FineTuneNames.scoresTags($0) { return crf }
      return $0.hasPrefix(FineTuneNames.head) && !$0.hasPrefix(FineTuneNames.tower) ? head : encoder
    }
    return value
  }

  /// The rates' factor at a step, counted from 0; 0 at the first, as in the reference, unless it is
  /// the only one: nothing would be learned.
  private func factor(_ step: Int, of total: Int) -> Float {
    total == 1 ? 1 : Schedule.linear(warmUp: settings.warmUp).factor(step: step, of: total)
  }

  /// Everything needed to go on.
  package var checkpoint: (tensors: [String: Tensor], state: FineTuneState) {
    var tensors = optimizer.checkpoint
    for (name, value) in model.parameters { tensors["model." + name] = value }
    if bestEpoch != epochs.count {
      for (name, value) in best.parameters { tensors["best." + name] = value }
    }
    return (
      tensors, FineTuneState(settings: settings, history: epochs, bestEpoch: bestEpoch)
    )
  }

  /// Takes up a checkpoint of the same settings.
  ///
  /// - Throws: `ParameterError` or `FineTuneStateError` when the tensors do not fit; the run is
  ///   then of no use.
  package mutating func restore(_ tensors: [String: Tensor], _ state: FineTuneState) throws {
    try model.load(tensors.named("model."))
    try best.load(tensors.named(state.bestEpoch == state.history.count ? "model." : "best."))
    try checkMoments(tensors)
    optimizer.restore(tensors)
    epochs = state.history
    bestEpoch = state.bestEpoch
  }

  /// The optimiser believes its tensors; so they are compared with the parameters first.
  private func checkMoments(_ tensors: [String: Tensor]) throws {
    let counts = model.parameters.map(\.value.count)
    var problems: [String] = []
    for (name, tensor) in tensors where name.hasPrefix("optimizer.") {
      let parts = name.split(separator: ".")
      if parts.count == 2, parts[1] == "step", tensor.count == 1 { continue }
      guard parts.count == 3, ["first", "second"].contains(parts[1]), let slot = Int(parts[2]),
        counts.indices.contains(slot), counts[slot] == tensor.count
      else {
        problems.append("\(name) \(tensor.shape) belongs to no parameter")
        continue
      }
    }
    if !problems.isEmpty { throw FineTuneStateError(problems: problems.sorted()) }
  }
}

/// The part of a checkpoint that is not tensors.
package struct FineTuneState: Sendable, Hashable, Codable {
  /// How the run was started.
  package let settings: FineTuning
  /// The finished epochs.
  package let history: [TrainingEpoch]
  let bestEpoch: Int
}

/// An optimiser's tensors that do not belong to the model.
package struct FineTuneStateError: Error, CustomStringConvertible {
  /// One sentence per tensor.
  package let problems: [String]

  /// What does not fit.
  package var description: String {
    "the optimiser's state does not fit the model: " + problems.prefix(5).joined(separator: "; ")
  }
}

/// How parameters of fine-tuned networks are named.
enum FineTuneNames {
  /// In front of everything on top of the encoder. Programs that read the folder as an encoder
  /// pass over it.
  static let head = "classifier."
  /// In front of a picture tower that learns at the encoder's rate.
  static let tower = head + "tower."

  /// Whether a parameter is a CRF's, or of the layer that scores for it.
  static func scoresTags(_ name: String) -> Bool {
    ["crf.", "output.", "weight", "bias"].contains { name.hasPrefix(head + $0) }
  }
}

/// What is learned from, and what the best epoch is chosen by.
package struct TrainingItems<Item> {
  /// Items to learn from.
  package let train: [Item]
  /// Items to choose by.
  package let dev: [Item]

  /// Items by their parts.
  package init(train: [Item], dev: [Item]) {
    self.train = train
    self.dev = dev
  }
}

extension TrainingItems: Sendable where Item: Sendable {}
