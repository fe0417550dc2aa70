import Corpora
import Encoders
import Files
import Foundation
import Tensors

/// What all seeds of a job read: the posts of both lists, with what was seen of them.
package struct TrainingMaterial: Sendable {
  /// What regions are seen by; nil for text experts.
  package let source: RegionSource?
  /// What sees pictures and learns along; nil where a frozen network does.
  package var tower: PictureTower?
  /// What sees text and picture in one space; nil where nobody needs it.
  package let dual: (any DualEncoding)?
  /// Posts to learn from.
  package let train: [SeenPost]
  /// Posts to choose by.
  package let dev: [SeenPost]
  /// More posts with pictures, of which labels are not read.
  package var corpus: [SeenPost] = []
}

/// One seed of a job: what a system's training is handed.
package struct SeededTraining: Sendable {
  /// What is trained, where and how.
  package let job: TrainingJob
  /// What it is trained with.
  package let origin: TrainingResult.Origin
  /// The pretrained encoder; nil for systems that need none.
  package let base: TextBase?
  /// The posts.
  package let material: TrainingMaterial
  /// Dev F1 of the best seed before, which the folder keeps unless this one is better.
  let keepAbove: Double?

  /// Decides order, dropout and first weights.
  package var seed: UInt64 { origin.seed }

  /// Random numbers for the first weights.
  package var generator: SeededGenerator {
    SeededGenerator(seed: seed, stream: job.stream ?? job.system.id)
  }

  /// The encoder that the head is put on.
  ///
  /// - Throws: `TrainingError.noEncoder`.
  package func requireBase() throws -> TextBase {
    guard let base else { throw TrainingError.noEncoder(system: job.system.id) }
    return base
  }

  /// What pictures are seen with.
  ///
  /// - Throws: `TrainingError.noPictures`.
  package func requireSource() throws -> RegionSource {
    guard let source = material.source else {
      throw TrainingError.noPictures(system: job.system.id)
    }
    return source
  }

  /// The standard types and whatever else the training posts have.
  ///
  /// - Throws: `TrainingError.nothingToLearn` when there is no mention at all.
  package func tagScheme() throws -> TagScheme {
    let seen = Set(job.posts.train.flatMap { $0.mentions.map(\.type.rawValue) })
    guard !seen.isEmpty else { throw nothing("entity mentions", in: .train) }
    let standard = TagScheme.standard.types
    return TagScheme(types: standard + seen.subtracting(standard).sorted())
  }

  /// Items of both lists; there must be some in each.
  ///
  /// - Parameter wanted: what is missing where there are none, in the plural.
  /// - Throws: `TrainingError.nothingToLearn`, and what making them throws.
  package func items<Item>(
    _ wanted: String, _ make: (SeenPost) throws -> [Item]
  ) throws -> TrainingItems<Item> {
    func items(_ split: Split, _ posts: [SeenPost]) throws -> [Item] {
      let items = try posts.flatMap(make)
      guard !items.isEmpty else { throw nothing(wanted, in: split) }
      return items
    }
    return TrainingItems(
      train: try items(.train, material.train), dev: try items(.dev, material.dev))
  }

  private func nothing(_ wanted: String, in split: Split) -> TrainingError {
    .nothingToLearn(dataset: job.posts.name, split: split.rawValue, wanted: wanted)
  }

  /// Trains a network with a fresh head to its best epoch, keeps it when it is the best of all
  /// seeds so far, measures its card and writes the result.
  ///
  /// - Parameters:
  ///   - score: judges the best epoch on dev.
  ///   - save: writes the model folder.
  package func learn<Run: ResumableRun>(
    _ fresh: Run, _ items: Run.Items, score: (Run.Model) throws -> TrainingScores,
    save: (Run.Model, Provenance) throws -> Void
  ) throws -> TrainingResult {
    let run = try TrainingLoop(
      label: "\(job.name), seed \(seed)", checkpoint: job.checkpoint(seed), origin: origin,
      observe: job.observe
    ).finish(fresh, items)
    return try keep(run.epochs, try score(run.best)) { try save(run.best, $0) }
  }

  /// A stage in front of the last: its best model, with a checkpoint of its own that goes with the
  /// training's.
  ///
  /// - Parameter measure: what its dev score is.
  func learnFirst<Run: ResumableRun>(
    _ stage: String, _ fresh: Run, _ items: Run.Items, measure: String
  ) throws -> Run {
    try TrainingLoop(
      label: "\(job.name), seed \(seed), \(stage)", checkpoint: job.checkpoint(seed, stage: stage),
      origin: origin, measure: measure, observe: job.observe
    ).finish(fresh, items)
  }

  /// Keeps what was learned when it is the best of all seeds so far, and writes the result.
  func keep(
    _ epochs: [TrainingEpoch], _ told: TrainingScores, save: (Provenance) throws -> Void
  ) throws -> TrainingResult {
    let label = "\(job.name), seed \(seed)"
    var metrics = told.scores
    if told.f1 > keepAbove ?? -1 {
      // Stages before the tags count their epochs themselves.
      if !epochs.isEmpty {
        metrics["epochs"] = Double(epochs.count)
        metrics["seconds"] = epochs.reduce(0) { $0 + $1.seconds + $1.scoring }
      }
      func provenance() -> Provenance {
        Provenance(
          command: job.command, seed: seed, data: job.posts.sources,
          basis: job.basis ?? job.foundations, metrics: metrics)
      }
      try job.forgetOthers(than: origin)
      try save(provenance())
      if try judgeElsewhere(&metrics) {
        try ModelFolder.write(provenance(), job.folder, "provenance.json")
      }
      try note(epochs)
    }
    let result = TrainingResult(
      origin: origin, epochs: epochs, scores: told.scores, relations: told.relations)
    try FileManager.default.createDirectory(
      atPath: job.models + "/.results", withIntermediateDirectories: true)
    try DurableFile.write(try StableJSON.encode(result), to: job.resultPath(seed))
    job.removeCheckpoints(seed)
    _ = job.observe(.finished(model: label, metrics: metrics))
    return result
  }

  private var eyes: Eyes {
    Eyes(
      sources: [material.source].compactMap(\.self), duals: [material.dual].compactMap(\.self),
      boxes: job.posts.pictures.boxes,
      sights: job.system.sights + (material.tower == nil ? [] : [.tower]))
  }

  /// Scores of the posts that were asked for beside dev.
  private func judgeElsewhere(_ metrics: inout [String: Double]) throws -> Bool {
    let asked = job.alsoScored.filter { !$0.value.isEmpty }
    guard !asked.isEmpty else { return false }
    let expert = try ExpertFolder.open(job.folder)
    for (name, posts) in asked where expert.task == .entities {
      let seen = posts.map { eyes.see($0, job.posts.pictures) }
      Eyes.look(at: expert.card.sights, of: seen)
      var score = EntityScore()
      for (post, labels) in zip(posts, try expert.labels(of: seen)) {
        score.add(predicted: labels.mentions ?? [], gold: post.mentions)
      }
      metrics[name + "F1"] = score.f1
      metrics[name + "Precision"] = score.precision
      metrics[name + "Recall"] = score.recall
    }
    return true
  }

  /// Writes the card beside the model: how it learned, and what is measured of it.
  private func note(_ epochs: [TrainingEpoch]) throws {
    let expert = try ExpertFolder.open(job.folder)
    var card = expert.card
    if job.isMeasured {
      _ = job.observe(.preparing("measuring \(job.name)", 0))
      card.notes = CardMeasuring(expert, material.dev).notes { share in
        job.observe(.preparing("measuring \(job.name)", share))
      }
    }
    // JSON has no sign for what is no number.
    let told = epochs.filter { $0.loss.isFinite && $0.dev.isFinite }
    if !told.isEmpty {
      card.notes.epochs = told.map {
        ModelCard.Epoch(epoch: $0.epoch, loss: $0.loss, dev: $0.dev)
      }
    }
    try card.write(to: job.folder)
  }
}

extension TrainingJob {
  /// The models that it is built on, with their fingerprints (`Provenance.basis`).
  fileprivate var foundations: [String] {
    [encoder, needsPictures ? pictures : nil, needsDual ? dual : nil]
      .compactMap { $0.map(ModelFolder.namedFingerprint) }
  }
}
