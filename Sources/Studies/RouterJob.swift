import Corpora
import Extractors
import Foundation
import Inspection
import Routing
import Tensors

/// Trains a router between two experts that exist, on posts that they have not learned from.
///
/// The experts are asked once about every post; the router then learns from their counts, as in
/// `RDSRun` with the objective `exact`.
package struct RouterJob: Sendable {
  /// Posts to learn from and to choose by.
  package let dataset: Dataset
  /// The folder of model folders; the router is written into it.
  package let models: String
  /// Names of the experts' folders.
  package let experts: (text: String, multimodal: String)
  /// Folder of what the router sees posts with.
  package let dual: String
  /// Name of the router's folder; nil: `rds`, or `rds-relations`.
  package let name: String?
  /// Which posts it learns from, and which it is chosen by.
  package var posts = RoutedPosts.split(.dev)
  /// The points that are searched; the best on the posts to choose by is taken.
  package var settings = RouterGrid.exact.settings(of: .exact)
  /// Posts whose union is noted beside that of the posts to choose by.
  package var alsoScored: [Post] = []
  /// What stands in the provenance beside the scores; nil: what the job itself knows.
  package var provenance: Provenance?
  /// Decides the cut, first weights and batches.
  package let seed: UInt64
  /// Regions for experts that look at some.
  package var boxes: PairBoxes?
  /// Experts that stand in no folder; a name of theirs is taken before one of the folder's.
  package var outside: [any Expert] = []
  /// What was typed, for the provenance.
  package let command: String
  /// Called from the training's own threads; returns false to stop.
  package let observe: @Sendable (TrainingEvent) -> Bool

  /// Posts of a router's training.
  package enum RoutedPosts: Sendable {
    /// `.dev` is cut 80/20 into posts to learn from and to choose by; with `.train` dev chooses.
    case split(Split)
    /// Both lists.
    case given(teaching: [Post], choosing: [Post])
  }

  /// A job by its parts.
  package init(
    dataset: Dataset, models: String, text: String, multimodal: String, dual: String, name: String?,
    seed: UInt64, command: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) {
    self.dataset = dataset
    self.models = models
    experts = (text, multimodal)
    self.dual = dual
    self.name = name
    self.seed = seed
    self.command = command
    self.observe = observe
  }

  /// The name of the folder that is written, as far as it is known before the experts are open.
  package var folderName: String { name ?? "rds" }

  /// Trains and writes the router, and puts its encoder beside it.
  ///
  /// - Parameter replaces: whether a router of that name may be overwritten.
  /// - Returns: the folder written.
  /// - Throws: `RDSError`, `ModelFolderError`, `RoutingError`, `TrainingStopped`; what the experts
  ///   throw.
  package func run(replaces: Bool = false) throws -> String {
    let strangers = Set(outside.map(\.name))
    func open(_ name: String) throws -> any Expert {
      try outside.first { $0.name == name } ?? ExpertFolder.open(models + "/" + name)
    }
    for name in [experts.text, experts.multimodal]
    where !strangers.contains(name)
      && ModelFolder.absence(of: models + "/" + name) == "does not exist"
    {
      let there = (try? FileManager.default.contentsOfDirectory(atPath: models))?.sorted() ?? []
      let models = there.filter { !$0.hasPrefix(".") }
      throw ModelFolderError(
        folder: self.models, problem: "has no \(name)",
        advice: models.isEmpty
          ? "train one" : "name one of \(models.joined(separator: ", "))")
    }
    let text = try open(experts.text)
    let multimodal = try open(experts.multimodal)
    let task = text.task
    guard multimodal.task == task else {
      throw RDSError.otherTask(expert: multimodal.name, answers: multimodal.task, asked: task)
    }
    // What others' experts look at is their business.
    if text.seesPicture, !strangers.contains(text.name) {
      throw RDSError.notText(expert: text.name)
    }
    if !multimodal.seesPicture, !strangers.contains(multimodal.name) {
      throw RDSError.notMultimodal(expert: multimodal.name)
    }
    let name = name ?? (task == .entities ? "rds" : "rds-relations")
    let target = models + "/" + name
    // A name that is an expert's or an encoder's is a mistake, whatever may be replaced.
    let present = FolderContents(target)
    switch present {
    case .router, .nothing, .damaged: break
    default:
      throw ModelFolderError(
        folder: target, problem: "\(present.sentence), no router", advice: "choose another --name")
    }
    let basis =
      [models + "/" + experts.text, models + "/" + experts.multimodal, dual].map {
        ModelFolder.namedFingerprint(of: $0)
      } + ["split \(splitName)"] + (boxes.map { ["boxes \($0.description)"] } ?? [])
    if !replaces, let there = ModelFolder.provenance(of: target), there.seed == seed,
      there.data == [dataset.name: dataset.contentHash], there.basis == basis
    {
      return target
    }
    if !replaces, FileManager.default.fileExists(atPath: target + "/config.json") {
      throw TrainingError.otherModel(folder: target, differs: [])
    }
    let embedder = try FolderOption.dual.opening(dual) { try DualEncoderFolder.open($0) }
    _ = try ModelFolder.vacancy(for: dual, in: models)
    let (teaching, choosing) = try parts(task)
    let source = try multimodal.card.grid.map { try RegionSource(folder: models + "/" + $0) }
    var roster = Roster(
      folder: models, experts: [text, multimodal],
      eyes: Eyes(
        sources: [source].compactMap(\.self), duals: [embedder], boxes: boxes,
        sights: multimodal.card.sights),
      router: nil, dualName: embedder.name)
    roster.candidates = (text.name, multimodal.name)
    func data(_ posts: [Post]) throws -> RouterData {
      try roster.routerData(posts, dataset, task) { done in
        observe(.preparing("asking the experts", Double(done) / Double(max(1, posts.count))))
      } ?? { throw TrainingStopped(model: name) }()
    }
    let (learned, judged) = (try data(teaching), try data(choosing))
    guard learned.isAsked.contains(true), judged.isAsked.contains(true) else {
      throw TrainingError.noPictureFound(
        system: name, dataset: dataset.name, posts: teaching.count + choosing.count, reasons: [])
    }
    let found = try GridSearch(settings: settings, seed: seed).run(
      on: learned, dev: judged, width: Parallel.width, known: []
    ) { _ in observe(.preparing("training \(name)", 0)) }
    guard let found else { throw TrainingStopped(model: name) }
    var bundle = try RouterBundle(
      name: name, task: task, textExpert: experts.text, multimodalExpert: experts.multimodal,
      encoder: embedder.name, labels: dataset.routedLabels(task), base: found.discriminator,
      training: found.best.configuration, seed: seed, rehearsal: learned, heldOut: judged)
    bundle.encoderFingerprint = embedder.fingerprint
    var metrics = ["devUnionF1": Double(found.best.devUnion)]
    if !alsoScored.isEmpty {
      let evaluation = RouterEvaluation(found.discriminator, on: try data(alsoScored))
      metrics["testUnionF1"] = evaluation.union.f1Percent
      metrics["testTextF1"] = evaluation.full.counts.text.f1Percent
      metrics["testMultimodalF1"] = evaluation.full.counts.multimodal.f1Percent
      metrics["testFractionMultimodal"] = evaluation.fractionMultimodal
      metrics["testAUCImageAdds"] = evaluation.aucImageAdds
    }
    var origin =
      provenance
      ?? Provenance(
        command: command, seed: seed, data: [dataset.name: dataset.contentHash],
        basis: basis, metrics: [:])
    origin.metrics = metrics
    try bundle.save(to: target, provenance: origin)
    try ModelFolder.place(dual, in: models, .copy)
    _ = observe(.finished(model: name, metrics: metrics))
    return target
  }

  private var splitName: String {
    if case .split(let split) = posts { split.rawValue } else { "given" }
  }

  /// Posts to learn from, and to choose by; for relations those with a pair.
  private func parts(_ task: ExpertTask) throws -> (teaching: [Post], choosing: [Post]) {
    if case .given(let teaching, let choosing) = self.posts { return (teaching, choosing) }
    func posts(_ split: Split) throws -> [Post] {
      let found = dataset.posts(in: split).filter { task == .entities || !$0.relations.isEmpty }
      guard found.count >= 2 else {
        throw RDSError.emptySplit(
          dataset: dataset.name, split: split,
          wanted: task == .entities ? "posts (two at least)" : "posts with pairs (two at least)")
      }
      return found
    }
    let dev = try posts(.dev)
    if case .split(.train) = self.posts { return (try posts(.train), dev) }
    let parts = RDSParts(train: dev, share: 0.8, seed: seed)
    return (parts.model, parts.split)
  }
}

extension Dataset {
  /// Types or relations that experts trained on this dataset can answer.
  func routedLabels(_ task: ExpertTask) -> [String] {
    let standard: [String]
    let seen: Set<String>
    switch task {
    case .entities:
      standard = TagScheme.standard.types
      seen = Set(posts(in: .train).flatMap { $0.mentions.map(\.type.rawValue) })
    case .relations:
      standard = RelationInventory.mnre
      seen = Set(posts(in: .train).flatMap { $0.relations.map(\.label) })
    }
    return standard + seen.subtracting(standard).sorted()
  }
}

extension Roster {
  /// Both experts' counts on posts, and what the router sees of them.
  ///
  /// - Parameter progress: called with the number of posts done; false stops.
  /// - Returns: nil when stopped.
  /// - Throws: as `judge`; `RoutingError`.
  func routerData(
    _ posts: [Post], _ dataset: Dataset, _ task: ExpertTask, progress: (Int) -> Bool
  ) throws -> RouterData? {
    let seen = posts.map { see($0, of: dataset) }
    guard let judged = try judge(seen, task, by: .both, progress: progress) else { return nil }
    if let embedding { Eyes.look(at: [embedding], of: seen) }
    let (text, multimodal) = pair(task)
    let counts = zip(posts, judged).map { post, judgement in
      func counts(_ expert: (any Expert)?) -> MatchCounts {
        expert.flatMap { judgement.labels[$0.name] }.map { MatchCounts($0, gold: post) } ?? .zero
      }
      return ExpertCounts(text: counts(text), multimodal: counts(multimodal))
    }
    return try RouterData(
      dimensions: dual?.dimensions ?? 1, ids: posts.map(\.id),
      inputs: try seen.map { seen in
        guard let dual else { return .withoutPicture }
        let embedding = try seen.embedding(dual.name)
        return try RouterInput(text: embedding.text, picture: embedding.picture)
      }, counts: counts, imageAdds: posts.map(\.imageAdds))
  }
}
