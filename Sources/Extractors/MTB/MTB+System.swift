import Tensors

extension System {
  /// RDS's text expert for relations.
  static let mtb = System(
    id: MTBModel.system, title: "MTB",
    summary: "Fine-tune a BERT or RoBERTa with entity markers on relations", task: .relations,
    seesPicture: false, needsEncoder: true,
    recipe: .fineTuning(FineTuning(epochs: 4, batch: 32, encoderRate: 1e-4, headRate: 1e-3)),
    open: { try MTBModel(folder: $0) }, train: MTBModel.train
  )
  .with(\.head) { _ in
    "markers as four added tokens; the states at the two start markers, a linear layer, dropout 0.5, a classifier"
  }
}

extension MTBModel {
  @Sendable
  static func train(_ training: SeededTraining) throws -> TrainingResult {
    var (base, generator) = (try training.requireBase(), training.generator)
    let configuration = try Configuration(training, &base, &generator)
    let tokenizer = base.tokenizer
    let items = try training.items("labelled pairs") { seen in
      configuration.pairs(of: seen.post, tokenizer: tokenizer)
    }
    let network = MTB(base.encoder, prefix: base.prefix, scheme: configuration.scheme, &generator)
    return try training.learn(
      training.run(network), items, score: { TrainingScores(try $0.score(items.dev)) },
      save: { [base] network, provenance in
        try save(
          network, configuration, from: base, to: training.job.folder, provenance: provenance)
      })
  }
}
