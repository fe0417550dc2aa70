import Tensors

/// A training as a value that can be taken up after an interruption and then goes on to the same
/// bits.
package protocol ResumableRun {
  /// What it learns from and is judged by.
  associatedtype Items
  /// What is trained.
  associatedtype Model
  /// The part of a checkpoint that is not tensors.
  associatedtype State: Codable, Sendable

  /// The model of the epoch that was best on dev.
  var best: Model { get }
  /// The finished epochs.
  var epochs: [TrainingEpoch] { get }
  /// Most epochs.
  var mostEpochs: Int { get }
  /// Whether the last epoch, or the plateau, was reached.
  var isFinished: Bool { get }
  /// Trains one epoch and scores it on dev.
  ///
  /// - Parameter progress: returns false to stop at once; the epoch then does not count, and the
  ///   run must be restored from its checkpoint before it can go on.
  /// - Returns: false when it was stopped.
  mutating func runEpoch(_ items: Items, progress: (TrainingProgress) -> Bool) throws -> Bool
  /// Everything needed to go on.
  var checkpoint: (tensors: [String: Tensor], state: State) { get }
  /// Takes up a checkpoint of the same settings.
  ///
  /// - Throws: when the tensors do not fit; the run is then of no use.
  mutating func restore(_ tensors: [String: Tensor], _ state: State) throws
}

extension ResumableRun {
  /// Runs without a plateau end with their last epoch.
  package var isFinished: Bool { epochs.count >= mostEpochs }
}

/// A run that can be written down as a whole is its own checkpoint.
extension ResumableRun where Self: Codable & Sendable, State == Self {
  /// No tensors, all state.
  package var checkpoint: (tensors: [String: Tensor], state: Self) { ([:], self) }
  /// The state is all.
  package mutating func restore(_ tensors: [String: Tensor], _ state: Self) { self = state }
}

extension [String: Tensor] {
  /// Those of a checkpoint whose names begin with a prefix, by the rest of their names.
  func named(_ prefix: String) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (name, value) in self where name.hasPrefix(prefix) {
      result[String(name.dropFirst(prefix.count))] = value
    }
    return result
  }
}

/// One finished epoch of a training.
package struct TrainingEpoch: Sendable, Hashable, Codable {
  /// Counted from 1.
  package let epoch: Int
  /// Mean loss of its steps.
  package let loss: Double
  /// The score on dev after it, percent; for encoders that are judged once at the end 0.
  package let dev: Double
  /// Seconds of its steps.
  package let seconds: Double
  /// Seconds of scoring dev.
  package let scoring: Double
  /// Its steps.
  package let steps: Int
  /// The learning rate it was trained with, where it changes from epoch to epoch.
  package var learningRate: Float?

  /// An epoch by its parts.
  package init(
    epoch: Int, loss: Double, dev: Double, seconds: Double, scoring: Double, steps: Int,
    learningRate: Float? = nil
  ) {
    self.epoch = epoch
    self.loss = loss
    self.dev = dev
    self.seconds = seconds
    self.scoring = scoring
    self.steps = steps
    self.learningRate = learningRate
  }
}

/// The epochs of any training, with a checkpoint after each: the one loop for encoders and experts.
package struct TrainingLoop<Origin: Codable & Hashable & Sendable>: Sendable {
  /// What the observer calls the training.
  package let label: String
  /// Where it is interrupted and taken up.
  package let checkpoint: Checkpoint
  /// What tells this training from all others.
  package let origin: Origin
  /// What the dev score is; nil where none is measured after an epoch.
  package let measure: String?
  /// Called from the training's own thread; returns false to stop.
  package let observe: @Sendable (TrainingEvent) -> Bool

  /// A loop by its parts.
  package init(
    label: String, checkpoint: Checkpoint, origin: Origin, measure: String? = "dev F1",
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) {
    self.label = label
    self.checkpoint = checkpoint
    self.origin = origin
    self.measure = measure
    self.observe = observe
  }

  /// Runs all epochs, from the checkpoint where there is one.
  ///
  /// - Throws: `TrainingStopped`, `TrainingError`, `DurableFileError`, and what the run throws.
  package func finish<Run: ResumableRun>(_ fresh: Run, _ items: Run.Items) throws -> Run {
    var run = fresh
    if let (tensors, state) = try checkpoint.load(Run.State.self, origin) {
      do { try run.restore(tensors, state) } catch {
        throw TrainingError.otherSettings(path: checkpoint.path)
      }
      _ = observe(.resumed(model: label, epoch: run.epochs.count + 1))
    }
    while !run.isFinished {
      let went = try run.runEpoch(items) { observe(.progress(model: label, $0)) }
      guard went else { throw TrainingStopped(model: label) }
      let (tensors, state) = run.checkpoint
      try checkpoint.save(tensors, state, origin)
      let last = run.epochs.last
      let event = TrainingEvent.epoch(
        model: label, epoch: run.epochs.count, epochs: run.mostEpochs, loss: last?.loss ?? 0,
        dev: measure == nil ? nil : last?.dev, measure: measure ?? "")
      guard observe(event) else { throw TrainingStopped(model: label) }
    }
    return run
  }
}
