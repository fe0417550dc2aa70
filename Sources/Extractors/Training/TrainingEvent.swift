/// What a training tells about itself while it runs.
package enum TrainingEvent: Sendable {
  /// A preparing step, with the share that is done.
  case preparing(String, Double)
  /// Taken up after an interrupt, at this epoch.
  case resumed(model: String, epoch: Int)
  case progress(model: String, TrainingProgress)
  /// A finished epoch: mean loss, and the dev score in percent where there is one.
  case epoch(
    model: String, epoch: Int, epochs: Int, loss: Double, dev: Double?, measure: String = "dev F1")
  /// A finished model with its scores.
  case finished(model: String, metrics: [String: Double])
}

/// A training was stopped by the person; it goes on with the same command.
package struct TrainingStopped: Error, CustomStringConvertible {
  /// The model whose training stopped.
  package let model: String

  /// A stop of a model's training.
  package init(model: String) { self.model = model }

  package var description: String {
    "training of \(model) was stopped; the same command resumes after the last finished epoch"
  }
}
