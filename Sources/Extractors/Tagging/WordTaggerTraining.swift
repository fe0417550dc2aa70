import Corpora
import Encoders
import Tensors

/// Trains the experts that read words and characters, to their plateau on dev.
enum WordTaggerTraining<Network: Tagger> {
  /// Trains one seed.
  ///
  /// - Parameter options: what distinguishes the expert, by the job and its region source.
  static func train(
    _ training: SeededTraining, options: (TrainingJob, RegionSource?) -> Network.Options
  ) throws -> TrainingResult {
    let job = training.job
    guard let settings = training.origin.tagger else {
      preconditionFailure("a tagger has the settings of one")
    }
    let source = job.system.seesPicture ? try training.requireSource() : nil
    let scheme = try training.tagScheme()
    let items = try training.items("posts") { seen in
      let post = seen.post
      let regions = try source.map { try seen.grid($0.name) }
      let tags = scheme.indices(of: post.mentions, count: post.tokens.count)
      return [
        regions.map {
          TaggerInput(tokens: seen.words, $0, tags: tags, imageAdds: post.imageAdds)
        }
          ?? TaggerInput(
            tokens: seen.words, regions: Tensor([1, 1]), seen: nil, tags: tags,
            imageAdds: post.imageAdds)
      ]
    }
    for (split, some) in [("train", items.train), ("dev", items.dev)]
    where !some.contains(where: { $0.tags.contains { $0 != 0 } }) {
      throw TrainingError.nothingToLearn(
        dataset: job.posts.name, split: split, wanted: "labelled mentions")
    }
    let words =
      job.vocabulary
      ?? Vocabulary(
        counting: items.train.lazy.flatMap { $0.tokens.map(WordForms.word) }, minimum: 2)
    let characters = Vocabulary(
      counting: items.train.lazy.flatMap { $0.tokens.flatMap(WordForms.characters) }, minimum: 2,
      limit: 500)
    let configuration = WordTaggerModel<Network>.Configuration(
      scheme: scheme, sizes: TaggerSizes(words: words.size, characters: characters.size),
      options: options(job, source), needs: source.map { [$0.name] } ?? [])
    var generator = training.generator
    func model(_ network: Network) -> WordTaggerModel<Network> {
      WordTaggerModel(
        name: job.name, configuration: configuration, network: network, words: words,
        characters: characters)
    }
    let run = TaggerRun(
      configuration.makeNetwork(&generator), settings, words: words, characters: characters,
      scheme: scheme)
    return try training.learn(
      run, items,
      score: { network in
        TrainingScores(
          try TaggerRun.score(
            network, items.dev, words: words, characters: characters, scheme: scheme))
      },
      save: { network, provenance in
        try model(network).save(to: job.folder, provenance: provenance)
      })
  }
}
