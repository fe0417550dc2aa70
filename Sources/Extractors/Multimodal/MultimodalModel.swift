import Corpora
import Encoders
import Foundation
import Tensors
import Traces

/// A trained multimodal network with its tokenizer, for either task: what a model folder of
/// HVPNeT, I2SRM, IMM, MKGformer or FocalMRE holds.
///
/// Forward passes only; may be used from several threads at once.
package struct MultimodalModel<Network: MultimodalNetwork>: Expert {
  /// What `config.json` says of network and head, under `expert`.
  package struct Configuration: Sendable, Hashable, Codable {
    /// How posts are read.
    package var reading: TaskReading
    /// The network's switches.
    package var options: Network.Options
    /// The folders that it sees with.
    package var eyes: EyeNames
    /// N and C of the regions of a whole picture.
    package var regions: [Int]
    /// Channels of all stages of the picture's network together.
    package var features: Int
    /// What is otherwise than usual, by name, for the model card.
    package var switches: [String: String] = [:]
    /// What must stand beside every number made with the model, e.g. that its regions leak.
    package var mark: String?
  }

  /// What it is, what it sees and where it came from.
  package let card: ModelCard
  /// How it reads.
  package let configuration: Configuration
  /// Cuts words into pieces; knows the markers.
  package let tokenizer: Tokenizer
  let answering: MultimodalAnswering<Network>
  /// What prepares pixels; nil where views come as regions.
  let tower: PictureTower?
  /// What a batch of its training had.
  private let matrices: [BatchMatrix]

  /// A model of a trained network.
  package init(
    name: String, _ trained: MultimodalTrainee<Network>, tokenizer: Tokenizer,
    _ configuration: Configuration, folder: String? = nil, matrices: [BatchMatrix] = []
  ) {
    let reading = configuration.reading
    var card = ModelCard(
      name: name, system: Network.system(reading.task), task: reading.task,
      sights: Network.sights(configuration.eyes, configuration.options), labels: reading.labels)
    card.regionSize = configuration.eyes.hasTower ? nil : configuration.regions[1]
    card.switches = configuration.switches
    card.mark = configuration.mark
    card.takesRegions = Network.takesRegions(configuration.options)
    self.card = folder.map { card.reading($0) } ?? card
    self.configuration = configuration
    self.tokenizer = tokenizer
    answering = MultimodalAnswering(trained)
    tower = trained.tower
    self.matrices = matrices
  }

  /// Words with an unknown piece.
  package func unknownCount(of words: [String]) -> Int { tokenizer.unknownCount(of: words) }

  // MARK: Reading

  /// A post as the network reads it: one item, or one per pair.
  ///
  /// - Throws: `ExpertError`, `EncoderInputError`.
  static func items(
    _ post: SeenPost, _ configuration: Configuration, _ tokenizer: Tokenizer,
    tower: PictureTower?
  ) throws -> [MultimodalItem] {
    let items = try items(post, configuration, tokenizer).map { item in
      var item = item
      item.words = post.words
      return item
    }
    guard let tower else { return items }
    return items.map { item in
      var item = item
      item.towerPixels = { seen in
        let view = seen.view ?? .whole
        // The picture is decoded again in every epoch: kept pixels of all posts would not fit.
        defer { post.releasePicture() }
        guard !seen.isEmpty, case .success(let picture) = post.picture() else {
          return tower.nothing(view)
        }
        return tower.pixels(picture, view)
      }
      item.towerSeen = { seen in
        defer { post.releasePicture() }
        guard !seen.isEmpty, case .success(let picture) = post.picture() else { return .whole }
        return tower.seen(picture, seen.view ?? .whole)
      }
      return item
    }
  }

  private static func items(
    _ post: SeenPost, _ configuration: Configuration, _ tokenizer: Tokenizer
  ) throws -> [MultimodalItem] {
    let (eyes, options) = (configuration.eyes, configuration.options)
    switch configuration.reading {
    case .entities(let scheme, let labels, let longest):
      let words = post.words
      let encoding = tokenizer.encode(
        words: words, options: EncodingOptions(maximumLength: longest, emptyWords: .unknown))
      let tagged = TagStates(scheme: scheme, labels: labels).layOut(
        encoding, tags: scheme.indices(of: post.post.mentions, count: words.count))
      return [
        MultimodalItem(
          ids: tagged.ids, tagged: tagged, pair: nil,
          wordPieces: tagged.words.map { tagged.places[$0] }, wordCount: words.count,
          pictures: try Network.look(post, nil, eyes, options))
      ]
    case .relations(let reading):
      return try post.post.relations.map { relation in
        let pair = reading.markers.markedPair(
          post.words, head: relation.head, tail: relation.tail,
          label: reading.scheme.index(of: relation.label) ?? -1, tokenizer,
          longest: reading.longest)
        return MultimodalItem(
          ids: pair.ids, tagged: nil, pair: pair, wordPieces: pair.wordPieces,
          wordCount: post.words.count,
          pictures: try Network.look(
            post, TokenPair(head: relation.head, tail: relation.tail), eyes, options))
      }
    }
  }

  // MARK: Answers

  /// Labels of many posts.
  package func labels(of posts: [SeenPost], _ asking: Asking) throws -> [Labels] {
    let items = try posts.map { try Self.items($0, configuration, tokenizer, tower: tower) }
    var scores = try answering.scores(items.flatMap { $0 })[...]
    return zip(posts, items).map { post, items in
      defer { scores = scores.dropFirst(items.count) }
      switch configuration.reading {
      case .entities(let scheme, let labels, _):
        let tagged = items[0].tagged
        return answering.head.crf?.chain.labels(
          scores.first ?? [], scheme, words: post.words.count, steps: tagged?.words ?? [],
          tagOf: TagStates(scheme: scheme, labels: labels).tagOf, asking) ?? .mentions([])
      case .relations(let reading):
        return .relations(
          zip(zip(post.pairs, items), scores).map {
            RelationAnswer(
              $0.0, logits: $1, reading.scheme, cutOff: $0.1.pair?.cutOff ?? [])
          })
      }
    }
  }

  /// The answer for one post with everything it shows.
  package func answer(_ post: SeenPost, _ taps: Taps) throws -> Answer.Content {
    let items = try Self.items(post, configuration, tokenizer, tower: tower)
    func probe(_ item: MultimodalItem) -> Probe {
      Probe(
        hasPicture: item.notice == nil, looks: configuration.options.usesPicture,
        substituting: taps)
    }
    func whole(_ probe: Probe) -> Trace {
      for matrix in matrices { probe.show(matrix.signal) }
      return probe.trace
    }
    switch configuration.reading {
    case .entities(let scheme, let labels, _):
      let probe = probe(items[0])
      let emissions = try answering.scores(items, probe).first ?? []
      let decoded = answering.head.crf?.chain.decode(
        emissions, scheme: scheme, steps: items[0].tagged?.words,
        tagOf: TagStates(scheme: scheme, labels: labels).tagOf)
      return .mentions(
        Prediction(
          expert: name, scheme: scheme, words: post.words.count,
          decoded ?? DecodedTags(path: [], marginals: [], mentions: []), whole(probe)))
    case .relations(let reading):
      let shown = min(items.count, Self.shownPairs)
      var rest = try answering.scores(Array(items.dropFirst(shown)))[...]
      let answers = try zip(post.pairs, items).enumerated().map { i, entry in
        let (pair, item) = entry
        guard i < shown else {
          let logits = rest.popFirst() ?? []
          return RelationAnswer(
            pair, logits: logits, reading.scheme, cutOff: item.pair?.cutOff ?? [])
        }
        let probe = probe(item)
        let logits = try answering.scores([item], probe).first ?? []
        return RelationAnswer(
          pair, logits: logits, reading.scheme, cutOff: item.pair?.cutOff ?? [],
          trace: whole(probe), isShown: true)
      }
      return .relations(
        RelationAnswers(expert: name, labels: reading.scheme.labels, answers: answers))
    }
  }

  /// Pairs of one post of which everything is shown.
  static var shownPairs: Int { 64 }
}

// MARK: Folders

extension MultimodalModel {
  /// Reads a folder.
  ///
  /// - Throws: `ModelFolderError`, `CheckpointError`, `SafetensorsError`, `TokenizerError`.
  package static func open(_ folder: String, _ task: ExpertTask) throws -> MultimodalModel {
    let configuration = try FineTunedFolder.expert(
      Configuration.self, system: Network.system(task), folder)
    try configuration.reading.validate(folder)
    guard configuration.reading.task == task, RegionSource.areSound(configuration.regions),
      (configuration.eyes.hasTower && Network.towerUse != .none)
        || ModelLimits.regionSize.contains(configuration.features), configuration.options.isSound
    else {
      throw ModelFolderError(
        folder: folder, problem: "has a task, regions or options in config.json that are not read")
    }
    let (encoder, prefix, weights) = try FineTunedFolder.hollowEncoder(folder)
    var tower: PictureTower?
    if configuration.eyes.hasTower {
      tower = try PictureTower(folder: folder + "/" + PictureTower.folder)
      guard tower?.shape == configuration.regions else {
        throw ModelFolderError(
          folder: folder, problem: "has a picture tower of other sizes than its config.json says")
      }
    }
    var generator = SeededGenerator.hollow
    var network = MultimodalTrainee<Network>(
      encoder, prefix: prefix, configuration.sizes(encoder), configuration.reading,
      configuration.options, tower: tower, &generator)
    // The tower has a folder of its own.
    tower = network.tower
    network.tower = nil
    try weights.fill(&network, folder: folder)
    network.tower = tower
    let tokenizer = try configuration.reading.tokenizer(folder, encoder.configuration)
    var fitting = configuration
    fitting.reading = configuration.reading.fitting(encoder.configuration.longest)
    return MultimodalModel(
      name: (folder as NSString).lastPathComponent, network, tokenizer: tokenizer, fitting,
      folder: folder, matrices: try BatchMatrix.read(folder))
  }

  /// Trains one seed for a task.
  static func train(_ training: SeededTraining, _ task: ExpertTask) throws -> TrainingResult {
    let (job, tower) = (training.job, training.material.tower)
    let source = tower == nil ? try training.requireSource() : nil
    var (base, generator) = (try training.requireBase(), training.generator)
    let options = Network.Options { job.value($0) }
    if tower != nil, training.material.dual == nil, job.value("rectangles") == "salient" {
      throw TrainingError.conflict(
        system: job.system.id,
        reason:
          "with a CLIP or ViT for the pictures, what stands out is found by an encoder of text "
          + "and picture; name one with --dual, or give --rectangles fixed")
    }
    let reading: TaskReading =
      task == .relations
      ? .relations(try PairReading(training, &base, &generator))
      : .entities(
        scheme: try training.tagScheme(), labels: LabelScheme(job),
        longest: training.longest(base))
    let configuration = Configuration(
      reading: reading, options: options,
      eyes: EyeNames(pictures: source?.name ?? "", dual: training.material.dual?.name),
      regions: source?.shape ?? tower?.shape ?? [], features: source?.featureWidth ?? 0,
      switches: job.unusualSwitches, mark: training.origin.mark)
    let tokenizer = base.tokenizer
    let items = try training.items(task == .relations ? "labelled pairs" : "posts") {
      seen -> [MultimodalItem] in
      let guide = try Network.guide(seen, configuration.eyes, options)
      return try Self.items(seen, configuration, tokenizer, tower: tower).map {
        var item = $0
        item.guide = guide
        return item
      }.filter { $0.pair?.label ?? 0 >= 0 }
    }
    let company = try training.material.dev.filter { $0.notice == nil }.prefix(BatchMatrix.most)
      .compactMap { seen -> (id: String, item: MultimodalItem)? in
        guard var item = try Self.items(seen, configuration, tokenizer, tower: tower).first
        else { return nil }
        item.guide = try Network.guide(seen, configuration.eyes, options)
        return Network.showsInBatch(item, options) ? (seen.post.id, item) : nil
      }
    var trainee = MultimodalTrainee<Network>(
      base.encoder, prefix: base.prefix, configuration.sizes(base.encoder), reading, options,
      tower: tower, &generator)
    if options.usesPicture { trainee.network.fit(items.train.compactMap(\.pictures.first)) }
    try trainee.takeOver(base.path)
    return try training.learn(
      training.run(trainee), items, score: { try $0.score(items.dev).told },
      save: { [base] learned, provenance in
        var network = learned
        // The tower has a folder of its own.
        try network.tower?.save(to: job.folder)
        network.tower = nil
        try FineTunedFolder.save(
          network, from: base.path, system: Network.system(task), expert: configuration,
          vocabulary: network.encoder.configuration.vocabulary, to: job.folder,
          provenance: provenance)
        guard !company.isEmpty else { return }
        try BatchMatrix.write(
          try learned.network.matrices(
            learned.batch(company.map(\.item)), learned.head, .plain(learned.encoder),
            posts: company.map(\.id)), to: job.folder)
      })
  }
}

extension MultimodalModel.Configuration {
  func sizes(_ encoder: BERTModel) -> MultimodalSizes {
    MultimodalSizes(
      stack: encoder.configuration.stack, task: reading.task, regions: regions,
      features: features, hasTower: eyes.hasTower)
  }
}

extension MultimodalTrainee {
  /// Takes over what a folder holds of the same network, whatever task its head was trained for
  /// (IMM's cross-task protocol): the head stays fresh. Other folders are encoders alone. A picture
  /// tower that was trained along is taken over, too.
  ///
  /// - Throws: `CheckpointError`, `SafetensorsError`.
  mutating func takeOver(_ folder: String) throws {
    guard let system = try? ModelFolder.system(of: folder),
      ExpertTask.allCases.map(Network.system).contains(system)
    else { return }
    let weights = try EncoderFolder(folder).weights
    let prefix = FineTuneNames.head + "network."
    var found: [String: Tensor] = [:]
    for (name, value) in network.parameters {
      guard weights[prefix + name]?.shape == value.shape else { continue }
      found[name] = try weights.floats(prefix + name)
    }
    network.visitParameters("") { name, parameter in
      if let tensor = found[name] { parameter.value = tensor }
    }
    let kept = folder + "/" + PictureTower.folder
    if let tower, PictureTower.isOne(kept) {
      let other = try PictureTower(folder: kept)
      if other.isLike(tower) {
        self.tower = other
      }
    }
  }
}

extension System {
  /// A system of these networks for one task.
  static func multimodal<Network: MultimodalNetwork>(
    _ network: Network.Type, _ task: ExpertTask, title: String, summary: String,
    recipe: FineTuning
  ) -> System {
    let rehearsal: @Sendable (StepRehearsal.Sizes) -> StepRehearsal = {
      StepRehearsal.make(Network.self, title, $0)
    }
    return System(
      id: Network.system(task), title: title, summary: summary, task: task, seesPicture: true,
      needsEncoder: true, recipe: .fineTuning(recipe),
      open: { try MultimodalModel<Network>.open($0, task) },
      train: { try MultimodalModel<Network>.train($0, task) }
    )
    .with(\.takesTower, Network.towerUse != .none)
    .with(\.findsRegions) { Network.takesRegions(Network.Options($0)) }
    .with(\.settingsConflict) { Network.conflict(Network.Options($0), $1) }
    // One of a pair of tasks stands for both.
    .with(\.rehearsal, task == .relations ? rehearsal : nil)
  }
}
