import Extractors

/// The epochs of a fine-tuning with a checkpoint after each.
struct FineTuningLoop {
  /// What the observer calls the training.
  let label: String
  let checkpoint: FineTuningCheckpoint
  let origin: FineTuningResult.Origin
  /// What the dev score is.
  var measure = "dev F1"
  let observe: @Sendable (TrainingEvent) -> Bool

  /// Runs all epochs, from the checkpoint where there is one.
  ///
  /// - Throws: `TrainingStopped`, `FineTuningError`, `EncoderInputError`, `DurableFileError`.
  func finish<Model: FineTunable>(
    _ fresh: FineTuneRun<Model>, _ items: (train: [Model.Item], dev: [Model.Item])
  ) throws -> FineTuneRun<Model> {
    var run = fresh
    if let (tensors, state) = try checkpoint.load(origin) {
      do { try run.restore(tensors, state) } catch {
        throw FineTuningError.otherSettings(path: checkpoint.path)
      }
      _ = observe(.resumed(model: label, epoch: run.history.count + 1))
    }
    while !run.isFinished {
      let went = try run.runEpoch(items.train, dev: items.dev) {
        observe(.progress(model: label, $0))
      }
      guard went else { throw TrainingStopped(model: label) }
      let (tensors, state) = run.checkpoint
      try checkpoint.save(tensors, state, origin)
      let last = run.history.last
      let event = TrainingEvent.epoch(
        model: label, epoch: run.history.count, epochs: run.settings.epochs,
        loss: last?.loss ?? 0, dev: last?.dev, measure: measure)
      guard observe(event) else { throw TrainingStopped(model: label) }
    }
    return run
  }
}
