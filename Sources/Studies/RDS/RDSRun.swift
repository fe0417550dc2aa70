import Corpora
import Encoders
import Extractors
import Files
import Foundation
import Routing
import Tensors

/// The whole of RDS's protocol on one dataset and one pair of experts, over several seeds
/// (MODELS §4.2): shuffle, 80/20, experts on the 80 %, their counts on the 20 %, routers searched
/// over a grid on dev, experts again on all of train, tables on test.
///
/// Everything finished is kept in a folder; the same run resumes after an interruption.
package struct RDSRun: Sendable {
  /// What is run.
  package let settings: RDSSettings
  /// Posts with train, dev and test.
  package let dataset: Dataset
  /// The text expert.
  package let text: RDSExpertRecipe
  /// The multimodal expert.
  package let multimodal: RDSExpertRecipe
  /// What the router sees posts with.
  package let embedder: any RouterEmbedding
  /// Where everything is kept.
  package let folder: String
  /// Encoder folders to link beside the experts of D_model, so that they and the router can be
  /// opened as a folder of models.
  package var encoders: [String] = []
  /// Whether the experts trained on all of train are kept after they were scored.
  package var keepsFinalExperts = false
  /// What the experts and the router are built on and how experts are trained, by name: results of
  /// other material are not taken up.
  package var material: [String: String] = [:]
  /// The split that everything is scored on: test, or dev in a dataset without one.
  package let scored: Split
  /// What was typed, for the provenance.
  package var command = "twinlens rds run"
  /// Called from the run's own threads; returns false to stop.
  package let observe: @Sendable (TrainingEvent) -> Bool

  /// A run by its parts.
  ///
  /// - Throws: `RDSError` when the experts answer other tasks or a split is empty.
  package init(
    settings: RDSSettings, dataset: Dataset, text: RDSExpertRecipe, multimodal: RDSExpertRecipe,
    embedder: any RouterEmbedding, folder: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) throws(RDSError) {
    self.settings = settings
    self.dataset = dataset
    self.text = text
    self.multimodal = multimodal
    self.embedder = embedder
    self.folder = folder
    self.observe = observe
    scored = dataset.scoredSplit(settings.task)
    for expert in [text, multimodal] where expert.task != settings.task {
      throw .otherTask(expert: expert.name, answers: expert.task, asked: settings.task)
    }
    if text.needsPictures { throw .notText(expert: text.name) }
    if !multimodal.needsPictures { throw .notMultimodal(expert: multimodal.name) }
    for split in [Split.train, .dev]
    where RoutedUnit.units(of: dataset.posts(in: split), settings.task).isEmpty {
      throw .emptySplit(
        dataset: dataset.name, split: split, wanted: settings.task == .relations ? "pairs" : "posts"
      )
    }
  }

  /// Refuses settings that would fail hours later, when the experts are trained.
  private func check() throws {
    if settings.task == .relations { try dataset.checkRelationLabels() }
    let parts = RDSParts(train: dataset.posts(in: .train), share: settings.modelShare, seed: 1)
    let units = RoutedUnit.units(of: parts.split, settings.task).count
    for point in settings.routers.flatMap({ $0.grid.settings(of: $0.base) })
    where point.objective != .exact && point.batchSize > units {
      throw RoutingError.batchTooLarge(batch: point.batchSize, posts: units)
    }
  }

  /// Runs all seeds.
  ///
  /// - Throws: `TrainingStopped`, `RDSError`, and what training, reading and writing throw.
  package func run(seeds: [UInt64]) throws -> [RDSSeedResult] {
    try check()
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw RDSError.noFolder(path: folder, reason: (error as NSError).localizedDescription)
    }
    var material = material
    material["pictures of posts"] =
      TrainingPictures(dataset.posts) { dataset.image(for: $0) }.hash
    try RDSOrigin(settings, dataset, embedder: embedder.name, material: material).claim(folder)
    let products = try embedded()
    return try seeds.map { seed in
      let path = folder + "/seed-\(seed).json"
      if let kept = RDSKeptSeed.read(path, of: settings) { return kept }
      let result = try runSeed(seed, products)
      try DurableFile.write(
        try StableJSON.encode(RDSKeptSeed(settings: settings, result: result)), to: path)
      return result
    }
  }

  /// The router's input of every post by its id.
  func embedded() throws -> [String: RouterInput] {
    let total = Double(max(1, dataset.posts.count))
    let products = try embedder.products(dataset.posts, of: dataset) { done in
      observe(.preparing("embedding posts with \(embedder.name)", Double(done) / total))
    }
    guard let products else { throw TrainingStopped(model: "the router's inputs") }
    var result: [String: RouterInput] = [:]
    for (post, x) in zip(dataset.posts, products) {
      result[post.id] = x.map(RouterInput.product) ?? .withoutPicture
    }
    return result
  }

  private func runSeed(_ seed: UInt64, _ products: [String: RouterInput]) throws -> RDSSeedResult {
    let parts = RDSParts(
      train: dataset.posts(in: .train), share: settings.modelShare, seed: seed)
    let units = (
      split: RoutedUnit.units(of: parts.split, settings.task),
      dev: RoutedUnit.units(of: dataset.posts(in: .dev), settings.task),
      test: RoutedUnit.units(of: dataset.posts(in: scored), settings.task)
    )
    guard !units.split.isEmpty, !parts.model.isEmpty else {
      throw RDSError.emptySplit(
        dataset: dataset.name, split: .train, wanted: "posts for the experts and the router")
    }
    let first = try trained(seed, "model", parts.model)
    func data(_ units: [RoutedUnit], _ counts: [ExpertCounts]) throws -> RouterData {
      try RouterData(
        dimensions: embedder.dimensions, ids: units.map(\.id),
        inputs: units.map { products[$0.post.id] ?? .withoutPicture },
        counts: counts,
        imageAdds: units.map(\.imageAdds))
    }
    let split = try data(units.split, first.counts(units.split))
    let dev = try data(units.dev, first.counts(units.dev))
    var routers: [String: RDSSeedResult.Router] = [:]
    var found: [String: Discriminator] = [:]
    for router in settings.routers {
      let (result, discriminator) = try search(router, seed, split, dev)
      routers[router.name] = result
      found[router.name] = discriminator
    }
    if let router = settings.routers.first,
      let discriminator = found[router.name], let best = routers[router.name]?.best
    {
      // Corrections in the workbench are of posts, whatever the number of their pairs.
      try saveRouter(
        discriminator, best, seed, split.merged(units.split.map(\.post.id)),
        dev.merged(units.dev.map(\.post.id)))
    }
    let final = try finalCounts(seed, units.test, first)
    let test = try data(units.test, final.counts)
    for (name, discriminator) in found {
      guard let router = routers[name] else { continue }
      routers[name] = RDSSeedResult.Router(
        best: router.best, points: router.points,
        probabilities: test.spread(discriminator.probabilities(test.askedInputs)),
        seconds: router.seconds)
    }
    func numbers(_ counts: (ExpertCounts) -> MatchCounts) -> [[Int]] {
      test.counts.map {
        let c = counts($0); return [c.correct, c.predicted, c.gold]
      }
    }
    return RDSSeedResult(
      seed: seed, ids: test.ids, text: numbers(\.text), multimodal: numbers(\.multimodal),
      imageAdds: test.imageAdds, cosines: test.cosines,
      cosineThreshold: CosineRouting.threshold(on: dev), routers: routers,
      devF1: [
        "text": first.text.devF1, "multimodal": first.multimodal.devF1,
        "finalText": final.devF1.text, "finalMultimodal": final.devF1.multimodal,
      ], splitUnits: split.count)
  }

  private struct Experts {
    let text: any RDSExpert
    let multimodal: any RDSExpert

    func counts(_ units: [RoutedUnit]) throws -> [ExpertCounts] {
      zip(try text.counts(units), try multimodal.counts(units)).map {
        ExpertCounts(text: $0, multimodal: $1)
      }
    }
  }

  /// How the experts that are scored answer test. Those trained on all of train are needed for
  /// nothing else: their counts are kept, and their folders, hundreds of megabytes a seed, are
  /// removed unless they were asked for.
  private func finalCounts(
    _ seed: UInt64, _ units: [RoutedUnit], _ first: Experts
  ) throws -> (counts: [ExpertCounts], devF1: (text: Double, multimodal: Double)) {
    guard settings.retrains else {
      return (try first.counts(units), (first.text.devF1, first.multimodal.devF1))
    }
    let path = folder + "/seed-\(seed)-all.json"
    let ids = units.map(\.id)
    if let kept = RDSFinalCounts.read(path, of: ids) { return (kept.counts, kept.devF1) }
    let final = try trained(seed, "all", dataset.posts(in: .train))
    let counts = RDSFinalCounts(
      ids: ids, try final.counts(units), text: final.text.devF1,
      multimodal: final.multimodal.devF1)
    try DurableFile.write(try StableJSON.encode(counts), to: path)
    if !keepsFinalExperts {
      try? FileManager.default.removeItem(atPath: folder + "/seed-\(seed)-all")
    }
    return (counts.counts, counts.devF1)
  }

  /// Both experts, trained on some posts and chosen on dev.
  private func trained(_ seed: UInt64, _ part: String, _ train: [Post]) throws -> Experts {
    let (text, multimodal) = try experts(seed, part, train)
    return Experts(text: text, multimodal: multimodal)
  }

  /// The same side by side.
  func experts(
    _ seed: UInt64, _ part: String, _ train: [Post]
  ) throws -> (text: any RDSExpert, multimodal: any RDSExpert) {
    (try expert(text, seed, part, train), try expert(multimodal, seed, part, train))
  }

  /// One expert, trained on some posts and chosen on dev.
  func expert(
    _ recipe: RDSExpertRecipe, _ seed: UInt64, _ part: String, _ train: [Post],
    interventions: @escaping @Sendable (Post) -> [Intervention] = { _ in [] }
  ) throws -> any RDSExpert {
    try recipe.make(
      RDSTrainingJob(
        train: train, dev: dataset.posts(in: .dev), dataset: dataset,
        folder: folder + "/seed-\(seed)-\(part)",
        label: "\(recipe.name), \(part == "all" ? "all of train" : "80 %"), seed \(seed)",
        seed: seed, isKept: part == "model", interventions: interventions, observe: observe))
  }

  /// Puts the first objective's router beside the experts whose answers it learned from.
  private func saveRouter(
    _ discriminator: Discriminator, _ best: GridPoint, _ seed: UInt64, _ split: RouterData,
    _ dev: RouterData
  ) throws {
    let models = folder + "/seed-\(seed)-model"
    var bundle = try RouterBundle(
      name: settings.task == .entities ? "rds" : "rds-relations", task: settings.task,
      textExpert: text.name, multimodalExpert: multimodal.name,
      encoder: embedder.name, labels: dataset.routedLabels(settings.task),
      base: discriminator, training: best.configuration, seed: seed, rehearsal: split,
      heldOut: dev)
    bundle.encoderFingerprint = (embedder as? any DualEncoding)?.fingerprint
    try bundle.save(
      to: models + "/" + bundle.configuration.name,
      provenance: Provenance(
        command: command, seed: seed, data: [dataset.name: dataset.contentHash],
        metrics: ["devUnionF1": Double(best.devUnion)]))
    // Links are relative: the run's folder holds no paths of this machine.
    for encoder in Set(encoders).sorted() { try ModelFolder.place(encoder, in: models, .link) }
  }

  /// Searches one objective's grid, behind what an interrupted search has finished.
  private func search(
    _ router: RDSSettings.Router, _ seed: UInt64, _ split: RouterData, _ dev: RouterData
  ) throws -> (RDSSeedResult.Router, Discriminator) {
    let journal = GridJournal(path: folder + "/seed-\(seed)-\(router.name)-points.jsonl")
    let known = journal.points()
    let settings = router.grid.settings(of: router.base)
    let label = "router \(router.name), seed \(seed)"
    let start = Date()
    let found = try GridSearch(settings: settings, seed: seed).run(
      on: split, dev: dev, width: Parallel.width, known: known
    ) { point in
      let done = journal.append(point)
      return observe(.preparing(label, Double(min(done, settings.count)) / Double(settings.count)))
    }
    guard let found else { throw TrainingStopped(model: label) }
    return (
      RDSSeedResult.Router(
        best: found.best, points: settings.count, probabilities: [],
        seconds: Date().timeIntervalSince(start)), found.discriminator
    )
  }
}

extension Dataset {
  /// What routing is scored on: test, or dev where test has nothing to route.
  package func scoredSplit(_ task: ExpertTask) -> Split {
    RoutedUnit.units(of: posts(in: .test), task).isEmpty ? .dev : .test
  }
}

/// RDS's division of the training posts: shuffled once, then cut (MODELS §4.2).
struct RDSParts {
  /// D_model: what the experts learn from.
  let model: [Post]
  /// D_split: what the router learns from.
  let split: [Post]

  init(train: [Post], share: Double, seed: UInt64) {
    var generator = SeededGenerator(seed: seed, stream: "protocol")
    let order = generator.permutation(train.count)
    let cut = Int(Double(train.count) * share)
    model = order[..<cut].map { train[$0] }
    split = order[cut...].map { train[$0] }
  }
}

extension RouterData {
  /// One row for each post: x is the same for all of its pairs, and their counts add up.
  ///
  /// - Parameter posts: the post of each row; rows of one post may stand anywhere.
  /// - Throws: as the initializer.
  func merged(_ posts: [Post.ID]) throws(RoutingError) -> RouterData {
    var places: [Post.ID: Int] = [:]
    var (ids, x, counts, adds): ([String], [Float], [ExpertCounts], [Bool?]) = ([], [], [], [])
    var asked: [Bool] = []
    for (row, post) in posts.enumerated() {
      if let place = places[post] {
        counts[place] = counts[place] + self.counts[row]
        continue
      }
      places[post] = ids.count
      ids.append(post)
      x += self.row(row)
      asked.append(isAsked[row])
      counts.append(self.counts[row])
      adds.append(imageAdds[row])
    }
    return try RouterData(
      dimensions: dimensions, ids: ids, x: x, isAsked: asked, counts: counts, imageAdds: adds)
  }

  /// Cosine of text and picture of each post: Σx; nil without a picture.
  var cosines: [Float?] { (0..<count).map { isAsked[$0] ? row($0).reduce(0, +) : nil } }
}

/// Routing by the cosine alone: the picture is used where it fits the text.
enum CosineRouting {
  /// The cosine from which the multimodal expert should answer, best for the union's F1 on some
  /// posts; of equals the largest.
  static func threshold(on data: RouterData) -> Float {
    let cosines = data.cosines
    let order = data.asked.sorted { (cosines[$0] ?? 0) > (cosines[$1] ?? 0) }
    // From all on text, posts change to the multimodal expert in the order of their cosines.
    var sum = data.counts.total().text
    var best = (f1: sum.f1, threshold: Float.infinity)
    for (place, i) in order.enumerated() {
      sum = sum - data.counts[i].text + data.counts[i].multimodal
      let isLastOfEquals =
        place + 1 == order.count || cosines[order[place + 1]] != cosines[i]
      if isLastOfEquals, sum.f1 > best.f1, let cosine = cosines[i] {
        best = (sum.f1, cosine)
      }
    }
    return best.threshold.isFinite ? best.threshold : 2
  }
}
