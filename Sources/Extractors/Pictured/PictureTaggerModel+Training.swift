import Encoders
import Tensors

extension PictureTaggerModel {
  /// Trains one seed.
  ///
  /// - Parameters:
  ///   - measures: what the provenance tells beside the scores, of the items of dev.
  ///   - options: what distinguishes the expert, by the job and its encoder.
  static func train(
    _ training: SeededTraining,
    measures: (PictureTagger<Head>, [PicturedPieces]) throws -> [String: Double] = { _, _ in [:] },
    options: (TrainingJob, TextBase) -> Head.Options
  ) throws -> TrainingResult {
    let (job, base) = (training.job, try training.requireBase())
    let source = try training.requireSource()
    let configuration = Configuration(
      scheme: try training.tagScheme(), labels: LabelScheme(job), longest: training.longest(base),
      options: options(job, base), pictures: source.name, regions: source.shape)
    let scheme = configuration.scheme
    let items = try training.items("posts") { seen in
      [
        item(
          seen.words, try seen.grid(source.name),
          tags: scheme.indices(of: seen.post.mentions, count: seen.words.count),
          tokenizer: base.tokenizer, configuration)
      ]
    }
    var generator = training.generator
    let network = PictureTagger<Head>(
      base.encoder, prefix: base.prefix, regionSize: source.shape[1], scheme: scheme,
      labels: configuration.labels, options: configuration.options, &generator)
    return try training.learn(
      training.run(network), items, score: { TrainingScores(try $0.score(items.dev)) },
      save: { network, provenance in
        var provenance = provenance
        provenance.metrics.merge(try measures(network, items.dev)) { $1 }
        try save(network, configuration, from: base, to: job.folder, provenance: provenance)
      })
  }
}
