import Foundation
import Tensors

/// What an encoder learns from a batch of captioned pictures.
package protocol EncoderTask: Sendable {
  associatedtype Model: ParameterContainer
  /// Side of the square pictures in pixels.
  var side: Int { get }
  /// The loss of a batch, a scalar.
  func loss(_ model: Model, _ batch: [CaptionedPicture], _ tape: Tape) -> Tape.Variable
}

extension EncoderTask {
  /// B×3×side×side pixels of a batch.
  func pixels(_ batch: [CaptionedPicture]) -> Tensor {
    Tensor([batch.count, 3, side, side], batch.flatMap(\.pixels))
  }
}

/// A training run over captioned pictures, as a value that can be taken up after an interrupt.
package struct EncoderRun<Task: EncoderTask>: ResumableRun, Sendable {
  /// How it is trained.
  package let settings: EncoderTraining
  /// What is learned.
  package let task: Task
  /// The model as it is now.
  package private(set) var model: Task.Model
  /// The finished epochs; nothing is scored after one.
  package private(set) var epochs: [TrainingEpoch] = []
  private var optimizer: Optimizer

  /// A run of a fresh model.
  package init(_ model: Task.Model, _ task: Task, _ settings: EncoderTraining) {
    var model = model
    model.indexParameters()
    self.model = model
    self.task = task
    self.settings = settings
    optimizer = Optimizer(.adamW(decay: settings.decay), clipNorm: 5)
  }

  /// The model after the last epoch.
  package var best: Task.Model { model }

  /// All epochs of the settings.
  package var mostEpochs: Int { settings.epochs }

  /// Whether all epochs are done.
  package var isFinished: Bool { epochs.count >= settings.epochs }

  /// One pass over the pairs (a last partial batch is left out: it would see other negatives);
  /// returns false when stopped by `progress`, and the epoch then does not count.
  package mutating func runEpoch(
    _ pairs: [CaptionedPicture], progress: (TrainingProgress) -> Bool
  ) throws -> Bool {
    let epoch = epochs.count
    let start = Date()
    var generator = SeededGenerator(seed: settings.seed &+ UInt64(epoch) &* 7919, stream: "pairs")
    let order = generator.permutation(pairs.count)
    let steps = max(1, pairs.count / settings.batch)
    let total = settings.epochs * steps
    let clock = RunClock(first: epoch * steps, total: total)
    var sum = 0.0
    for step in 0..<steps {
      let part = order[(step * settings.batch)..<min(order.count, (step + 1) * settings.batch)]
      let tape = Tape(recording: true, seed: generator.next())
      let loss = task.loss(model, part.map { pairs[$0] }, tape)
      tape.backward(from: loss)
      sum += Double(tape[loss].item)
      let rate =
        settings.learningRate
        * Schedule.cosine(warmUp: 0.05).factor(step: epoch * steps + step, of: total)
      optimizer.step(&model, tape) { _ in rate }
      let (speed, left) = clock.reading(done: epoch * steps + step + 1)
      let report = TrainingProgress(
        epoch: epoch + 1, epochs: settings.epochs, step: step + 1, steps: steps,
        loss: sum / Double(step + 1), best: nil, last: nil, rate: rate,
        speed: speed * Double(settings.batch), secondsLeft: left)
      if !progress(report) { return false }
    }
    epochs.append(
      TrainingEpoch(
        epoch: epoch + 1, loss: sum / Double(steps), dev: 0,
        seconds: Date().timeIntervalSince(start), scoring: 0, steps: steps))
    return true
  }

  /// Everything needed to go on.
  package var checkpoint: (tensors: [String: Tensor], state: EncoderCheckpoint) {
    var tensors = optimizer.checkpoint
    for (name, value) in model.parameters { tensors["model." + name] = value }
    return (tensors, EncoderCheckpoint(settings: settings, history: epochs))
  }

  /// Takes up a checkpoint of the same settings.
  ///
  /// - Throws: `ParameterError` when the tensors do not fit.
  package mutating func restore(_ tensors: [String: Tensor], _ state: EncoderCheckpoint) throws {
    var weights: [String: Tensor] = [:]
    for (name, value) in tensors where name.hasPrefix("model.") {
      weights[String(name.dropFirst(6))] = value
    }
    try model.load(weights)
    optimizer.restore(tensors)
    epochs = state.history
  }
}

/// The part of a checkpoint that is not tensors.
package struct EncoderCheckpoint: Sendable, Hashable, Codable {
  /// How the run was started.
  package let settings: EncoderTraining
  /// The finished epochs.
  package let history: [TrainingEpoch]
}
