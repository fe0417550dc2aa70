import Encoders
import Extractors
import Foundation
import Routing
import Tensors

extension ModelTrainer {
  /// Trains an expert on D_model to its plateau on dev.
  func trainExpert(_ plan: ExpertPlan) throws {
    let parts = try protocolParts(readsPictures: plan.multimodal || hasEncoders)
    let (model, history) = try trainedExpert(plan, parts, checkpoints: models)
    var metrics = [
      "devF1": try Self.score(model, parts.dev).f1, "epochs": Double(history.count),
    ]
    if !parts.test.isEmpty {
      let test = try Self.score(model, parts.test)
      metrics["testF1"] = test.f1
      metrics["testPrecision"] = test.precision
      metrics["testRecall"] = test.recall
    }
    try model.save(to: folder(plan.name), provenance: provenance(plan.name, metrics))
    Checkpoint(models: models, name: plan.name).remove()
    _ = observe(.finished(model: plan.name, metrics: metrics))
  }

  /// Whether the harbour's encoders are there, whose vocabulary its text expert shares; without
  /// them a text expert has that of its posts.
  private var hasEncoders: Bool {
    ["resnet-harbor", "clip-harbor"].allSatisfy {
      FileManager.default.fileExists(atPath: folder($0) + "/config.json")
    }
  }

  /// The expert after training, with the dev quantiles of what it shows, and its epochs.
  func trainedExpert(
    _ plan: ExpertPlan, _ parts: RoutingProtocol, checkpoints: String
  ) throws -> (ExpertModel, [EpochRecord]) {
    let isAlone = !plan.multimodal && !hasEncoders
    let pictures = isAlone ? nil : try PictureEncoderModel(folder: folder("resnet-harbor"))
    let dual = isAlone ? nil : try DualEncoderModel(folder: folder("clip-harbor"))
    let train = parts.model.map(\.read.input)
    let dev = parts.dev.map(\.read.input)
    let scheme = TagScheme.standard
    for (split, items) in [("train", parts.model), ("dev", parts.dev)] {
      guard items.contains(where: { !$0.post.mentions.isEmpty }) else {
        throw FineTuningError.nothingToLearn(
          dataset: dataset.name, split: split, wanted: "labelled mentions")
      }
    }
    let words =
      dual?.words
      ?? Vocabulary(
        counting: train.lazy.flatMap { $0.tokens.map(WordForms.word) }, minimum: 2)
    var model = plan.makeModel(
      words: words, wordSize: dual?.encoder.configuration.wordSize ?? recipe.wordSize,
      pictures: pictures, train: train, scheme: scheme, seed: recipe.seed)
    func trained<T: Tagger>(_ tagger: T) throws -> (any Tagger, [EpochRecord]) {
      var run = TaggerRun(
        tagger, recipe.tagger, words: model.words, characters: model.characters, scheme: scheme)
      let checkpoint = Checkpoint(models: checkpoints, name: plan.name)
      if let (tensors, state) = try load(CheckpointState.self, plan.name, from: checkpoint),
        state.settings == recipe.tagger
      {
        try run.restore(tensors, state)
        _ = observe(.resumed(model: plan.name, epoch: run.history.count + 1))
      }
      while !run.isFinished {
        let went = try run.runEpoch(train, dev: dev) { observe(.progress(model: plan.name, $0)) }
        guard went else { throw TrainingStopped(model: plan.name) }
        let (tensors, state) = run.checkpoint
        try save(tensors, state, plan.name, in: checkpoint)
        let last = run.history.last
        let event = TrainingEvent.epoch(
          model: plan.name, epoch: run.history.count, epochs: recipe.tagger.epochs,
          loss: last?.loss ?? 0, dev: last?.dev)
        guard observe(event) else { throw TrainingStopped(model: plan.name) }
      }
      return (run.best, run.history)
    }
    let (tagger, history) = try trained(model.tagger)
    model.tagger = tagger
    if plan.gated { model = try withReferences(model, parts.dev) }
    return (model, history)
  }

  /// The model with quantiles of its scalars on dev, so that a value can be told by its rank.
  private func withReferences(
    _ model: ExpertModel, _ dev: [RoutingProtocol.Item]
  ) throws -> ExpertModel {
    var values: [String: [Float]] = [:]
    for item in dev {
      for signal in try model.predict(item.read).trace.signals {
        if case .scalar = signal.kind { values[signal.name, default: []] += signal.values }
      }
    }
    var configuration = model.configuration
    configuration.references = values.mapValues(Quantiles.of)
    return ExpertModel(
      name: model.name, configuration: configuration, tagger: model.tagger, words: model.words,
      characters: model.characters)
  }

  /// Lenient score of an expert on posts.
  static func score(_ model: ExpertModel, _ items: [RoutingProtocol.Item]) throws -> EntityScore {
    var score = EntityScore()
    for (item, mentions) in zip(items, try model.mentions(items.map(\.read.input))) {
      score.add(predicted: mentions, gold: item.post.mentions)
    }
    return score
  }
}
