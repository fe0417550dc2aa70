import Tensors

extension System {
  /// MEGA's alignments without its detector.
  static let megaLite = System(
    id: MEGALiteModel.system, title: "mega-lite (not MEGA: no detector)",
    summary: "Fine-tune MEGA, with a grid in place of its object detector, on relations",
    task: .relations,
    seesPicture: true, needsEncoder: true,
    recipe: .fineTuning(FineTuning(epochs: 4, batch: 32, encoderRate: 1e-4, headRate: 5e-4)),
    open: { try MEGALiteModel(folder: $0) }, train: MEGALiteModel.train
  )
  .with(\.boxesSwitch, "objects")
  .with(\.conflict) { values in
    values["structure"] == "chain" && values["objects"] == "boxes"
      ? "structure chain reads the grid; leave it out, or leave out the regions from files" : nil
  }
  .with(
    \.switches,
    [
      .choice(
        "structure", MEGALiteOptions.Structure.allCases.map(\.rawValue),
        "structural alignment: none, or chain (pieces in a row against the grid)"),
      .choice(
        "objects", MEGALiteOptions.Objects.allCases.map(\.rawValue),
        "grid: a 3×3 grid and the whole picture. boxes: the largest ten regions of files (--boxes)"),
      .part("image", "the picture; without it all objects are zeros"),
      .part("semantic", "the semantic alignment"),
    ]
  )
  .with(\.head) { origin in
    let objects =
      origin.boxes.map { "the largest ten regions of \($0)" } ?? "a 3×3 grid and the whole picture"
    return "markers as four added tokens, \(objects) as objects"
  }
  .with(\.published, "MEGA")
}

extension MEGALiteOptions {
  /// What a job asks for.
  init(_ job: TrainingJob) {
    self.init()
    structure = Structure(rawValue: job.value("structure")) ?? .none
    objects = Objects(rawValue: job.value("objects")) ?? .grid
    usesPicture = !job.isOff("image")
    semantic = !job.isOff("semantic")
  }
}

extension MEGALiteModel {
  @Sendable
  static func train(_ training: SeededTraining) throws -> TrainingResult {
    let (job, source) = (training.job, try training.requireSource())
    var (base, generator) = (try training.requireBase(), training.generator)
    var configuration = Configuration(
      text: try PairReading(training, &base, &generator),
      options: MEGALiteOptions(job), pictures: source.name, regions: source.shape)
    configuration.mark = training.origin.mark
    let tokenizer = base.tokenizer
    let items = try training.items("labelled pairs") { [configuration] seen in
      pairs(
        of: seen.post, try seen.grid(source.name), boxes: seen.boxes, tokenizer: tokenizer,
        configuration)
    }
    let network = MEGALite(
      base.encoder, prefix: base.prefix, regionSize: source.shape[1],
      scheme: configuration.text.scheme, options: configuration.options, &generator)
    return try training.learn(
      training.run(network), items, score: { TrainingScores(try $0.score(items.dev)) },
      save: { [base, configuration] network, provenance in
        try save(network, configuration, from: base, to: job.folder, provenance: provenance)
      })
  }
}
