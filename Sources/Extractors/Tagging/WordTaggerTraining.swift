import Corpora
import Encoders
import Tensors

/// What a tagger learns from: posts with tags, posts to choose by, and posts without labels.
struct TaggerItems {
  var train: [TaggerInput]
  var dev: [TaggerInput]
  var corpus: [TaggerInput]
}

/// Trains the experts that read words and characters, to their plateau on dev.
enum WordTaggerTraining<Network: Tagger> {
  /// What is taught before the tags, and what posts to learn tags from are told; numbers by name
  /// are told with the result.
  typealias Before = (
    _ network: inout Network, _ items: inout TaggerItems, _ words: Vocabulary,
    _ characters: Vocabulary
  ) throws -> [String: Double]

  /// Trains one seed.
  ///
  /// - Parameters:
  ///   - options: what distinguishes the expert, by the job and its region source.
  ///   - before: what is taught before the tags.
  static func train(
    _ training: SeededTraining, options: (TrainingJob, RegionSource?) throws -> Network.Options,
    before: Before = { _, _, _, _ in [:] }
  ) throws -> TrainingResult {
    let job = training.job
    guard let settings = training.origin.tagger else {
      preconditionFailure("a tagger has the settings of one")
    }
    let source = job.needsPictures ? try training.requireSource() : nil
    let wanted = try options(job, source)
    let sees = wanted.regionSize == nil ? nil : source
    let hasMentions = job.posts.train.contains { !$0.mentions.isEmpty }
    let isUnlabelled = !hasMentions && job.system.learnsUnlabelled
    let scheme = isUnlabelled ? TagScheme(types: []) : try training.tagScheme()
    func input(_ seen: SeenPost) throws -> TaggerInput {
      let post = seen.post
      let tags = scheme.indices(of: post.mentions, count: post.tokens.count)
      guard let sees else {
        return TaggerInput(
          tokens: seen.words, regions: Tensor([1, 1]), seen: nil, tags: tags,
          imageAdds: post.imageAdds)
      }
      var input = TaggerInput(
        tokens: seen.words, try seen.grid(sees.name), tags: tags, imageAdds: post.imageAdds)
      if wanted.readsPixels {
        input.pixels = {
          // Decoded again in every epoch: kept pixels of all posts would not fit.
          defer { seen.releasePicture() }
          return (try? seen.pixels(for: sees.name)) ?? Tensor([3, sees.side, sees.side])
        }
      }
      return input
    }
    let labelled = try training.items("posts") { [try input($0)] }
    var items = TaggerItems(
      train: labelled.train, dev: labelled.dev,
      corpus: try training.material.corpus.map { try input($0) })
    for (split, some) in [("train", items.train), ("dev", items.dev)]
    where !isUnlabelled && !some.contains(where: { $0.tags.contains { $0 != 0 } }) {
      throw TrainingError.nothingToLearn(
        dataset: job.posts.name, split: split, wanted: "labelled mentions")
    }
    let read = items.train + items.corpus
    let first = try job.pretrained.map { try WordTaggerModel<Network>(folder: $0) }
    if let first, first.card.grid != sees?.name {
      throw TrainingError.otherPretraining(name: first.name, system: Network.system)
    }
    if isUnlabelled, first != nil || !wanted.learnsUnlabelled {
      throw TrainingError.nothingToLearn(
        dataset: job.posts.name, split: "train", wanted: "labelled mentions")
    }
    let words =
      first?.words ?? job.vocabulary
      ?? Vocabulary(
        counting: read.lazy.flatMap { $0.tokens.map(WordForms.word) }, minimum: 2,
        limit: Network.mostWords)
    let characters =
      first?.characters
      ?? Vocabulary(
        counting: read.lazy.flatMap { $0.tokens.flatMap(WordForms.characters) }, minimum: 2,
        limit: 500)
    var sizes = TaggerSizes(words: words.size, characters: characters.size)
    if job.value(TaggerSizes.choice.name) == TaggerSizes.published {
      sizes.becomePublished(hidden: wanted.publishedHidden)
    }
    let vectors = try job.vectors.map { try WordVectors(path: $0, of: Set(words.entries)) }
    if let vectors { sizes.wordSize = vectors.size }
    let configuration = WordTaggerModel<Network>.Configuration(
      scheme: scheme, sizes: sizes, options: wanted, needs: sees.map { [$0.name] } ?? [])
    var generator = training.generator
    func model(_ network: Network) -> WordTaggerModel<Network> {
      WordTaggerModel(
        name: job.name, configuration: configuration, network: network, words: words,
        characters: characters)
    }
    func save(_ network: Network, _ provenance: Provenance) throws {
      try model(network).save(to: job.folder, provenance: provenance)
    }
    var network = configuration.makeNetwork(&generator)
    if let vectors { network.take(vectors, words) }
    if let first { try network.takeOver(first.network, from: first.name) }
    var taught = try before(&network, &items, words, characters)
    if let vectors {
      taught["wordsWithVector"] = Double(vectors.count)
      taught["words"] = Double(words.entries.count)
    }
    guard !isUnlabelled else {
      return try training.keep([], TrainingScores(f1: 0, scores: taught)) { try save(network, $0) }
    }
    let run = TaggerRun(
      network, settings, words: words, characters: characters, scheme: scheme)
    let dev = items.dev
    return try training.learn(
      run, TrainingItems(train: items.train, dev: dev),
      score: { network in
        TrainingScores(
          try TaggerRun.score(
            network, dev, words: words, characters: characters, scheme: scheme)
        ).adding(taught)
      },
      save: save)
  }
}
