extension System {
  /// RDS's text expert.
  static let bertCRF = System(
    id: BERTCRFModel.system, title: "BERT-CRF",
    summary: "Fine-tune a BERT or RoBERTa with a CRF on entity mentions", task: .entities,
    seesPicture: false, needsEncoder: true,
    recipe: .fineTuning(FineTuning(epochs: 6, batch: 16, encoderRate: 1e-4, headRate: 1e-3)),
    open: { try BERTCRFModel(folder: $0) }, train: BERTCRFModel.train
  )
  .with(\.switches, [LabelScheme.choice])
  .with(\.head) { "dropout 0.1, a linear layer, \(LabelScheme.sentence($0))" }
}

extension BERTCRFModel {
  @Sendable
  static func train(_ training: SeededTraining) throws -> TrainingResult {
    let (job, base) = (training.job, try training.requireBase())
    let configuration = Configuration(
      scheme: try training.tagScheme(), labels: LabelScheme(job), longest: training.longest(base))
    let scheme = configuration.scheme
    let items = try training.items("posts") { seen in
      [
        BERTCRFModel.pieces(
          seen.words,
          tags: scheme.indices(of: seen.post.mentions, count: seen.words.count),
          tokenizer: base.tokenizer, configuration)
      ]
    }
    var generator = training.generator
    let network = BERTCRF(
      base.encoder, prefix: base.prefix, scheme: scheme, labels: configuration.labels, &generator)
    return try training.learn(
      training.run(network), items, score: { TrainingScores(try $0.score(items.dev)) },
      save: { network, provenance in
        try save(
          network, longest: configuration.longest, from: base, to: job.folder,
          provenance: provenance)
      })
  }
}

extension LabelScheme {
  /// The switch of systems whose CRF reads pieces.
  static let choice = Switch.choice(
    "labels", [firstPieceOnly.rawValue, withX.rawValue],
    "first-piece: the CRF runs over words. with-x: over all pieces")

  /// What a job asks for.
  init(_ job: TrainingJob) { self = LabelScheme(rawValue: job.value("labels")) ?? .firstPieceOnly }

  /// What tables of results say of the CRF.
  static func sentence(_ origin: TrainingResult.Origin) -> String {
    "a CRF over "
      + (origin.options?.contains("labels=" + withX.rawValue) ?? false
        ? "all pieces" : "words, each read at its first piece")
  }
}

extension SeededTraining {
  /// Pieces of the longest input.
  func longest(_ base: TextBase) -> Int { base.longest(origin.settings?.longest ?? .max) }

  /// A run of an encoder with a fresh head.
  func run<Model: FineTunable>(_ network: Model) -> FineTuneRun<Model> {
    guard let settings = origin.settings else {
      preconditionFailure("an encoder with a head has the settings of one")
    }
    return FineTuneRun(network, settings)
  }
}
