import Corpora
import Encoders
import Tensors

/// Trains RIVA before the tags: a teacher on the posts that say whether their picture adds; its
/// sure answers for all posts with a picture, those that say it among them; then gate, visual
/// context and language models together (Algorithm 1).
enum RIVATraining {
  /// Names of the stages.
  static let stages = ["teacher", "pretraining"]
  /// A tagger's, with more patience: for some epochs the tags are learned from the words alone,
  /// until what the picture tells comes through the language models.
  static let recipe: TaggerTraining = {
    var result = TaggerTraining()
    result.patience = 6
    return result
  }()
  /// The teacher's answers below it are not believed (Sun et al. 2020, §3.1).
  private static let sure: Float = 0.6

  /// Trains one seed.
  static func train(_ training: SeededTraining) throws -> TrainingResult {
    let job = training.job
    let said = (training.material.train + training.material.corpus).contains {
      $0.post.imageAdds != nil
    }
    return try WordTaggerTraining<RIVATagger>.train(training) { job, source in
      var options = RIVAOptions(regionSize: source?.shape[1] ?? 64, job.value)
      if options.relations == .auto, options.hasGate {
        options.relations = said ? .labels : .matching
      }
      if RIVAOptions.Pretraining(rawValue: job.value(RIVAOptions.Pretraining.option)) == .published
      {
        options.isLongTaught = true
      }
      let learnsTags = job.posts.train.contains { !$0.mentions.isEmpty }
      if learnsTags, options.learnsUnlabelled, options.pretrainedRate == .full {
        options.keepsTaught = true
      }
      if let source, options.context == .riva,
        job.value(RIVAOptions.PictureNetwork.option) == RIVAOptions.PictureNetwork.trained.rawValue,
        let network = try job.pictures.map({ try RegionSource.network(folder: $0) })
      {
        options.pictureNetwork = RIVAOptions.TrainedNetwork(
          network.configuration, side: source.side)
      }
      options.encoderSize = training.base?.encoder.configuration.stack.hiddenSize
      return options
    } before: { tagger, items, words, characters in
      tagger.encoded = training.base.map { EncodedWords($0) }
      if tagger.options.pictureNetwork != nil, !tagger.isPretrained,
        let folder = training.job.pictures
      {
        tagger.begin(with: try RegionSource.network(folder: folder))
      }
      func batches(_ inputs: [TaggerInput]) -> [TaggerBatch] {
        TaggerBatch.batches(inputs, words: words, characters: characters)
      }
      if tagger.isPretrained {
        if let teacher = tagger.teacher, let scaling = tagger.riva?.sight?.scaling {
          let stage = TeacherStage(
            classifier: teacher, scaling: scaling, pictureShare: tagger.options.pretrainedShare)
          items.train = answered(items.train) { stage.gates(batches($0)) }
        }
        return [:]
      }
      let all = items.train + items.corpus
      tagger.fit(regions: all.filter { $0.seen != nil }.map(\.regions))
      guard let riva = tagger.riva, let settings = training.origin.tagger else { return [:] }
      let most =
        (tagger.options.isLongTaught == true ? RIVAOptions.Pretraining.published : .short)
        .epochs(settings)
      let lessons = try Lessons(&items, tagger.options, job, seed: training.seed)
      var told = lessons.corpus
      var metrics: [String: Double] = [:]
      if let classifier = tagger.teacher, let scaling = riva.sight?.scaling {
        let run = try training.learnFirst(
          stages[0],
          StageRun(
            TeacherStage(
              classifier: classifier, scaling: scaling,
              pictureShare: tagger.options.pretrainedShare), settings,
            epochs: most.teacher, words: words, characters: characters),
          StageItems(lists: [lessons.labelled], dev: lessons.dev), measure: "dev F1")
        tagger.teacher = run.best.classifier
        let judged = batches(lessons.dev)
        let score = GateScore(
          run.best.gates(judged), adds: judged.flatMap { $0.imageAdds })
        metrics.merge(score.told("teacher")) { $1 }
        told = believed(told, run.best.gates(batches(told)))
        metrics["pseudoLabelled"] = Double(told.count)
        items.train = answered(items.train) { run.best.gates(batches($0)) }
      }
      // The next word can be learned of posts of which the teacher is not sure.
      if told.isEmpty {
        told = lessons.corpus.map { input in
          var input = input
          input.imageAdds = nil
          return input
        }
      }
      let finetunes = tagger.options.hasGate && tagger.options.finetunes
      let lists = [told] + (finetunes ? [lessons.labelled] : [])
      let run = try training.learnFirst(
        stages[1],
        StageRun(
          PretrainingStage(riva: riva), settings, epochs: most.riva, words: words,
          characters: characters),
        StageItems(lists: lists, dev: items.dev), measure: "dev 100/perplexity")
      tagger.begin(with: run.best.riva)
      metrics["perplexity"] = 100 / max(1e-9, run.best.score(batches(items.dev)))
      if tagger.options.hasGate {
        let judged = batches(lessons.dev)
        let score = GateScore(run.best.gates(judged), adds: judged.flatMap { $0.imageAdds })
        metrics.merge(score.told("gate")) { $1 }
      }
      return metrics
    }
  }

  /// Posts of which the teacher is sure, with what it says.
  private static func believed(_ inputs: [TaggerInput], _ gates: [Float]) -> [TaggerInput] {
    zip(inputs, gates).compactMap { input, gate in
      guard max(gate, 1 - gate) > sure else { return nil }
      var input = input
      input.imageAdds = gate > 0.5
      return input
    }
  }

  /// Posts of whose picture nobody said whether it adds, with what the teacher is sure of.
  private static func answered(
    _ inputs: [TaggerInput], _ ask: ([TaggerInput]) -> [Float]
  ) -> [TaggerInput] {
    let open = inputs.indices.filter { inputs[$0].imageAdds == nil && inputs[$0].seen != nil }
    var result = inputs
    for (i, gate) in zip(open, ask(open.map { inputs[$0] })) where max(gate, 1 - gate) > sure {
      result[i].imageAdds = gate > 0.5
    }
    return result
  }

  /// Who teaches what.
  private struct Lessons {
    /// Posts whose picture is known to add or not.
    var labelled: [TaggerInput]
    /// The same of dev.
    var dev: [TaggerInput]
    /// Posts that the teacher is asked about.
    var corpus: [TaggerInput]

    init(
      _ items: inout TaggerItems, _ options: RIVAOptions, _ job: TrainingJob, seed: UInt64
    ) throws {
      if options.hasGate, options.relations == .tenth { Self.forget(&items, seed: seed) }
      let pictured = (items.train + items.corpus).filter { $0.seen != nil }
      corpus = options.context == .riva ? pictured : items.train + items.corpus
      (labelled, dev) = ([], [])
      guard options.hasGate else { return }
      func known(_ inputs: [TaggerInput]) -> [TaggerInput] {
        inputs.filter { $0.imageAdds != nil && $0.seen != nil }
      }
      switch options.relations {
      case .auto, .labels: (labelled, dev) = (known(pictured), known(items.dev))
      case .tenth:
        (labelled, dev) = (known(pictured), known(items.dev))
        corpus = pictured.filter { $0.imageAdds == nil }
      case .matching:
        labelled = Self.matched(pictured)
        dev = Self.matched(items.dev.filter { $0.seen != nil })
      }
      for (split, some) in [(Split.train, labelled), (.dev, dev)] where some.isEmpty {
        throw TrainingError.noJudgements(
          dataset: job.posts.name, split: split.rawValue, matches: options.relations == .matching)
      }
    }

    /// Takes away what posts say of their pictures, but for one in ten of those that say it:
    /// neither the teacher nor the tags' training may know more.
    private static func forget(_ items: inout TaggerItems, seed: UInt64) {
      let count = items.train.count
      let said = (items.train + items.corpus).indices.filter { i in
        let input = i < count ? items.train[i] : items.corpus[i - count]
        return input.imageAdds != nil && input.seen != nil
      }
      var generator = SeededGenerator(seed: seed, stream: "labelled tenth")
      let kept = Set(
        generator.permutation(said.count).prefix((said.count + 9) / 10).map { said[$0] })
      for i in items.train.indices where !kept.contains(i) { items.train[i].imageAdds = nil }
      for i in items.corpus.indices where !kept.contains(count + i) {
        items.corpus[i].imageAdds = nil
      }
    }

    /// Each post with its own picture, which adds, and with another's, which does not.
    private static func matched(_ inputs: [TaggerInput]) -> [TaggerInput] {
      guard inputs.count > 1 else { return [] }
      return inputs.indices.flatMap { i -> [TaggerInput] in
        var (own, other) = (inputs[i], inputs[i])
        // Half the list away, and on from there: never the same picture.
        let others = (0..<inputs.count).lazy.map { (i + inputs.count / 2 + $0) % inputs.count }
        guard let place = others.first(where: { inputs[$0].regions != inputs[i].regions }) else {
          return []
        }
        let partner = inputs[place]
        own.imageAdds = true
        other.imageAdds = false
        (other.regions, other.seen, other.pixels) = (
          partner.regions, partner.seen, partner.pixels
        )
        return [own, other]
      }
    }
  }
}
