import Corpora
import Encoders
import Files
import Foundation
import Tensors

/// The training of an expert of any system on posts, over one or several seeds.
package struct TrainingJob: Sendable {
  /// What is trained.
  package let system: System
  /// Switches that are not as usual, by name.
  package var switches: [String: String]
  /// The pretrained text encoder's folder; nil for systems that need none.
  package var encoder: String?
  /// The region source's folder; nil for text experts.
  package var pictures: String?
  /// The folder of an encoder of text and picture in one space, for systems that see by one.
  package var dual: String?
  /// The same opened before, so that several jobs look at each picture once; nil: it is opened when
  /// it is needed.
  package var source: RegionSource?
  /// Posts to train on and to choose by.
  package let posts: TrainingPosts
  /// The folder of model folders to write to.
  package let models: String
  /// The name of the model folder.
  package let name: String
  /// What is wanted otherwise than in the system's recipe.
  package var changes = FineTuningChanges()
  /// The words that have a vector, for systems with a table of words; nil: those that the training
  /// posts have twice.
  package var vocabulary: Vocabulary?
  /// The folder of a model of the same system whose first stages are taken over; nil: none.
  package var pretrained: String?
  /// A file of published word vectors that words begin with; nil: none.
  package var vectors: String?
  /// Names the stream of random numbers of the first weights; nil: the system's id.
  package var stream: String?
  /// What is changed of each post before it is learned from, for controls.
  package var interventions: @Sendable (Post) -> [Intervention] = { _ in [] }
  /// Posts whose score is noted beside dev's, by a name in front of the numbers, e.g. `test`.
  package var alsoScored: [String: [Post]] = [:]
  /// What else decides the training, for the provenance; nil: the models that it is built on.
  package var basis: [String]?
  /// Whether a finished model of another training may be overwritten.
  package var replaces = false
  /// Whether checkpoints and results of the seeds are forgotten first.
  package var isFresh = false
  /// Whether the model card's numbers are measured at the end.
  package var isMeasured = true
  /// What was typed, for the provenance.
  package let command: String
  /// Called from the training's own thread; returns false to stop.
  package let observe: @Sendable (TrainingEvent) -> Bool

  /// A job by its parts.
  package init(
    _ system: System, switches: [String: String] = [:], encoder: String? = nil,
    pictures: String? = nil, posts: TrainingPosts, models: String, name: String, command: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) {
    self.system = system
    self.switches = switches
    self.encoder = encoder
    self.pictures = pictures
    self.posts = posts
    self.models = models
    self.name = name
    self.command = command
    self.observe = observe
  }

  /// Where the model is written.
  package var folder: String { models + "/" + name }

  /// Whether the job's experts look at regions from files.
  package var needsBoxes: Bool { system.boxesSwitch.map(value) == "boxes" }

  /// The value of a switch.
  package func value(_ name: String) -> String {
    switches[name] ?? system.switches.first { $0.name == name }?.usual ?? ""
  }

  /// The switches that are not as usual.
  var unusualSwitches: [String: String] {
    switches.filter { name, value in
      system.switches.contains { $0.name == name && $0.usual != value }
    }
  }

  /// Whether its experts look at pictures.
  package var needsPictures: Bool { system.seesPicture && system.needsPictures(value) }

  /// Whether its experts see by an encoder of text and picture in one space.
  package var needsDual: Bool { system.needsDual(value) }

  /// Whether a part is left out.
  package func isOff(_ part: String) -> Bool { value(part) == Switch.off }

  // MARK: Running

  /// Trains with every seed that has no result yet. The model folder holds the seed that is best on
  /// dev.
  ///
  /// - Returns: a result per seed.
  /// - Throws: `TrainingStopped`, `TrainingError`, and what reading and writing throw.
  package func run(seeds: [UInt64]) throws -> [TrainingResult] {
    try check()
    let base = try encoder.map {
      try FolderOption.encoder.opening($0) { try TextBase(folder: $0) }
    }
    if let longest = changes.longest, let most = base?.encoder.configuration.longest,
      longest > most
    {
      throw TrainingError.conflict(
        system: system.id,
        reason: "--longest \(longest) is more than the \(most) pieces that the encoder reads")
    }
    let seen = needsPictures ? picturesSeen() : nil
    let earlier = try earlierResults(like: origin(0, base, seen), seeds)
    var material: TrainingMaterial?
    var results: [TrainingResult] = []
    for seed in seeds {
      let origin = origin(seed, base, seen)
      if !isFresh, let known = result(origin) {
        results.append(known)
        continue
      }
      let ready = try material ?? readMaterial()
      // Only now: a job that cannot begin takes nothing away.
      if isFresh, material == nil { forget(seeds: seeds) }
      material = ready
      // The folder keeps the best of all seeds, also of those that were trained before.
      let others = (earlier + results).map(\.bestDev).max()
      guard let train = system.train else { throw TrainingError.notTrainable(system: system.id) }
      results.append(
        try train(
          SeededTraining(
            job: self, origin: origin, base: base, material: ready, keepAbove: others)))
    }
    return results
  }

  /// Trains one seed, or takes up or reads what there is of it, and opens the expert.
  ///
  /// - Throws: as `run(seeds:)`.
  package func expert(seed: UInt64) throws -> any Expert {
    _ = try run(seeds: [seed])
    return try ExpertFolder.open(folder)
  }

  /// Refuses a job that lacks something.
  private func check() throws {
    try system.check(switches)
    if let reason = system.trainingConflict(switches, changes) {
      throw TrainingError.conflict(system: system.id, reason: reason)
    }
    if system.needsEncoder, encoder == nil { throw TrainingError.noEncoder(system: system.id) }
    if system.needsRegions, needsPictures, pictures == nil, source == nil {
      throw TrainingError.noPictures(system: system.id)
    }
    if let pretrained {
      let contents = FolderContents(pretrained)
      guard case .expert(system.id, _) = contents else {
        throw TrainingError.notPretrained(path: pretrained, contents: contents, system: system.id)
      }
    }
    if needsDual, dual == nil { throw TrainingError.noDual(system: system.id) }
    try checkFolders()
    try checkLabels()
  }

  /// Refuses posts that teach nothing, before anything that was kept is touched.
  private func checkLabels() throws {
    func lack(_ split: Split, _ wanted: String) -> TrainingError {
      .nothingToLearn(dataset: posts.name, split: split.rawValue, wanted: wanted)
    }
    for (split, some) in [(Split.train, posts.train), (.dev, posts.dev)] {
      if some.isEmpty { throw lack(split, "posts") }
      if system.task == .relations, some.allSatisfy(\.relations.isEmpty) {
        throw lack(split, "labelled pairs")
      }
    }
    if system.task == .entities, !system.learnsUnlabelled,
      posts.train.allSatisfy(\.mentions.isEmpty)
    {
      throw lack(.train, "entity mentions")
    }
  }

  /// Refuses folders of another kind than is wanted; nothing is loaded.
  ///
  /// - Throws: `FolderOptionError`.
  package func checkFolders() throws(FolderOptionError) {
    try FolderOption.encoder.check(encoder)
    if system.needsRegions, needsPictures, source == nil {
      try FolderOption.pictures.check(pictures, tower: system.takesTower)
    }
    if needsDual { try FolderOption.dual.check(dual) }
    for (option, path) in [
      (FolderOption.encoder, encoder), (.pictures, pictures), (.dual, dual),
    ] {
      guard let path, ModelFolder.isSame(path, folder) else { continue }
      throw FolderOptionError(
        option: option, folder: folder, contents: .written, tower: system.takesTower)
    }
  }

  /// Forgets checkpoints and results of this name.
  package func forget(seeds: [UInt64]) {
    for seed in seeds {
      removeCheckpoints(seed)
      try? FileManager.default.removeItem(atPath: resultPath(seed))
      try? FileManager.default.removeItem(atPath: peerPath(seed))
    }
  }

  /// Where a seed is interrupted.
  ///
  /// - Parameter stage: one that comes before the last; nil: the last.
  package func checkpoint(_ seed: UInt64, stage: String? = nil) -> Checkpoint {
    Checkpoint(models: models, name: "\(name)-\(seed)" + (stage.map { "-" + $0 } ?? ""))
  }

  /// Forgets where a seed was interrupted.
  func removeCheckpoints(_ seed: UInt64) {
    for stage in [nil] + system.stages.map(Optional.some) {
      checkpoint(seed, stage: stage).remove()
    }
  }

  /// Where the reference's result is kept.
  package func peerPath(_ seed: UInt64) -> String { models + "/.results/\(name)-\(seed)-peer.json" }

  func resultPath(_ seed: UInt64) -> String { models + "/.results/\(name)-\(seed).json" }

  // MARK: Posts

  /// Computes what is seen of the pictures once for all seeds; nothing for text experts.
  private func readMaterial() throws -> TrainingMaterial {
    if needsBoxes {
      guard let boxes = posts.pictures.boxes else { throw TrainingError.noBoxes(system: system.id) }
      for (split, some) in [(Split.train, posts.train), (.dev, posts.dev)]
      where !boxes.covers(some) {
        throw TrainingError.noBoxesOf(split: split.rawValue, files: boxes.description)
      }
    }
    let towerFolder = pictures.flatMap {
      system.takesTower && PictureTower.isOne($0) ? $0 : nil
    }
    let tower = try towerFolder.map {
      try FolderOption.pictures.opening($0) { try PictureTower(folder: $0) }
    }
    let source =
      try source
      ?? (system.needsRegions && needsPictures && tower == nil ? pictures : nil).map {
        try FolderOption.pictures.opening($0, tower: system.takesTower) {
          try RegionSource(folder: $0)
        }
      }
    let dual = try (needsDual ? dual : nil).map {
      try FolderOption.dual.opening($0) { try DualEncoderFolder.open($0) }
    }
    let eyes = Eyes(
      sources: [source].compactMap(\.self), duals: [dual].compactMap(\.self),
      boxes: posts.pictures.boxes, sights: system.sights + (tower == nil ? [] : [.tower]))
    let seen = try (posts.train + posts.dev).map { post in
      try eyes.see(post, posts.pictures).changed(interventions(post))
    }
    let more =
      posts.corpus.map { corpus in
        corpus.posts.map { eyes.see($0, corpus.pictures) }
      } ?? []
    let sights = system.sights + (source.map { [.grid($0.name)] } ?? [])
    if !sights.isEmpty {
      let (observe, total) = (observe, Double(max(1, seen.count + more.count)))
      let went = Eyes.look(at: sights, of: seen + more) { done in
        done % 64 != 0 || observe(.preparing("looking at pictures", Double(done) / total))
      }
      guard went else { throw TrainingStopped(model: name) }
    }
    return TrainingMaterial(
      source: source, tower: tower, dual: dual, train: Array(seen.prefix(posts.train.count)),
      dev: Array(seen.suffix(posts.dev.count)), corpus: more)
  }

  /// What pictures are seen with, and which pictures: a training on other ones is another training.
  private func picturesSeen() -> String? {
    let network = pictures.map { ModelFolder.namedFingerprint(of: $0) } ?? source?.name
    let both = needsDual ? dual.map { ModelFolder.namedFingerprint(of: $0) } : nil
    let parts = [network, both, posts.files?.hash].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }

  // MARK: What it was trained with

  /// What tells whether a kept result or checkpoint is of this job.
  func origin(_ seed: UInt64, _ base: TextBase?, _ seen: String?) -> TrainingResult.Origin {
    var origin = TrainingResult.Origin(
      system: system.id, dataset: posts.name, data: posts.hash)
    if let base, let encoder {
      origin.encoder = FilePath.name(of: encoder)
      origin.weights = base.encoder.parameters.reduce(0) {
        $0 &* 31 &+ Checkpoint.checksum($1.value.array)
      }
    }
    switch system.recipe {
    case .fineTuning(let recipe):
      var settings = changes.applied(
        to: encoder.map { system.recipe(recipe, encoder: $0) } ?? recipe)
      settings.seed = seed
      if let base { settings.longest = base.longest(settings.longest) }
      origin.settings = settings
    case .tagger(let recipe):
      var settings = changes.applied(to: recipe.choosing(value))
      settings.seed = seed
      origin.tagger = settings
    }
    origin.options = system.text(of: switches)
    origin.pictures = seen
    if let pictures, needsPictures, system.takesTower, PictureTower.isOne(pictures) {
      origin.tower = true
    }
    origin.vectors = vectors.map { WordVectors.mark(of: $0) }
    origin.pretrained = pretrained.map { ModelFolder.namedFingerprint(of: $0) }
    if needsBoxes {
      origin.boxes = posts.pictures.boxes?.description
      origin.mark = posts.pictures.boxes?.mark
    }
    origin.words = vocabulary.map { words in
      var sum = FNV1a()
      for word in words.entries {
        sum.add(bytes: word.utf8)
        sum.add(0)
      }
      return sum.digits
    }
    return origin
  }

  /// The kept result of a seed, if it is of this very job and there is a model.
  private func result(_ origin: TrainingResult.Origin) -> TrainingResult? {
    guard FileManager.default.fileExists(atPath: folder + "/config.json"),
      let data = FileManager.default.contents(atPath: resultPath(origin.seed)),
      let result = try? JSONDecoder().decode(TrainingResult.self, from: data),
      result.origin == origin
    else { return nil }
    return result
  }

  /// Results of the same training with other seeds, whose best model is in the folder.
  ///
  /// - Throws: `TrainingError.otherModel` when the folder holds a finished model of another
  ///   training, which must not be overwritten without a word.
  private func earlierResults(
    like origin: TrainingResult.Origin, _ seeds: [UInt64]
  ) throws -> [TrainingResult] {
    guard FileManager.default.fileExists(atPath: folder + "/config.json") else { return [] }
    let all = keptResults().map(\.result)
    let same = all.filter { $0.origin.isSameTraining(as: origin) }
    // Interrupted after the model was written and before its result was.
    let isInterrupted = seeds.contains { seed in
      ([nil] + system.stages.map(Optional.some)).contains { checkpoint(seed, stage: $0).exists }
    }
    if same.isEmpty, !replaces, !isInterrupted {
      throw TrainingError.otherModel(
        folder: folder, differs: all.first.map { OriginDifference.words($0.origin, origin) } ?? [])
    }
    return same.filter { !seeds.contains($0.origin.seed) }
  }

  /// Forgets the results of other trainings of this name, just before their model is overwritten:
  /// they must not be taken for those of the model that comes.
  ///
  /// - Throws: disk errors.
  func forgetOthers(than origin: TrainingResult.Origin) throws {
    for (file, result) in keptResults() where !result.origin.isSameTraining(as: origin) {
      try FileManager.default.removeItem(atPath: file)
    }
  }

  /// Results of this name and any seed, with their files.
  private func keptResults() -> [(file: String, result: TrainingResult)] {
    let kept = models + "/.results"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: kept)) ?? []
    return names.sorted().filter {
      $0.hasPrefix(name + "-") && $0.hasSuffix(".json")
        && UInt64($0.dropFirst(name.count + 1).dropLast(".json".count)) != nil
    }.compactMap { name in
      FileManager.default.contents(atPath: kept + "/" + name).flatMap {
        try? JSONDecoder().decode(TrainingResult.self, from: $0)
      }.map { (kept + "/" + name, $0) }
    }
  }
}
