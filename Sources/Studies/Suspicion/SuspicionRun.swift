import Corpora
import Extractors
import Files
import Foundation
import Inspection
import Tensors

/// Asks experts about posts that they did not learn from: the posts are divided into parts, and an
/// expert that is trained on all others is asked about each part.
///
/// Answers of finished parts are kept in a folder named by everything they depend on, labels
/// included, and an unfinished training resumes after its last epoch.
package struct SuspicionRun: Sendable {
  /// Who is trained.
  package enum Learner: Sendable {
    /// A system, with switches that are not as usual.
    case system(System, [String: String])
    /// The linear classifier of pairs.
    case pairWords

    /// What it is called on the command line.
    package var name: String {
      switch self {
      case .system(let system, _): system.id
      case .pairWords: PairWords.name
      }
    }

    /// What it answers.
    package var task: ExpertTask {
      if case .system(let system, _) = self { system.task } else { .relations }
    }

    /// Who judges posts when nobody is named: a system that needs no encoder, else the linear
    /// classifier of pairs.
    package static func usual(_ task: ExpertTask) -> Learner {
      let small = System.all.first {
        $0.task == task && $0.train != nil && !$0.needsEncoder && !$0.seesPicture
      }
      return small.map { .system($0, [:]) } ?? .pairWords
    }

    /// By the name of a system, a variant, or the linear classifier; nil for an unknown one.
    package static func named(_ name: String) -> Learner? {
      if name == PairWords.name { return .pairWords }
      return System.trainable(name).map { .system($0.system, $0.switches) }
    }

    /// All names.
    package static var names: [String] { System.trainableNames + [PairWords.name] }
  }

  /// Where the pictures and label names come from.
  package let dataset: Dataset
  /// The posts with the labels that are judged.
  package let posts: [Post]
  /// Who is trained.
  package let learner: Learner
  /// In how many parts the posts are divided.
  package let folds: Int
  /// Decides the parts and the trainings.
  package let seed: UInt64
  /// The folder that keeps what is finished; made when it is needed.
  package let folder: String
  /// The pretrained text encoder's folder.
  package var encoder: String?
  /// The folder of what pictures are seen with.
  package var pictures: String?
  /// The folder of an encoder of text and picture in one space.
  package var dual: String?
  /// What is wanted otherwise than in the recipe.
  package var changes = FineTuningChanges()
  /// What was typed, for the provenance.
  package var command = "twinlens suspect"
  /// Called from the run's own thread; returns false to stop.
  package let observe: @Sendable (SuspicionProgress) -> Bool

  /// A run by its parts.
  package init(
    _ dataset: Dataset, posts: [Post], _ learner: Learner, folds: Int, seed: UInt64,
    folder: String, observe: @escaping @Sendable (SuspicionProgress) -> Bool
  ) {
    self.dataset = dataset
    self.posts = posts
    self.learner = learner
    self.folds = folds
    self.seed = seed
    self.folder = folder
    self.observe = observe
  }

  /// Epochs of experts that are trained from nothing, unless others are asked for: later ones only
  /// make an expert surer of itself than it is right.
  private static let usualEpochs = 15

  /// What it learns with: answers of another origin are not taken for these.
  struct Origin: Sendable, Hashable, Codable {
    let system: String
    let switches: [String: String]
    let folds: Int
    let seed: UInt64
    let changes: FineTuningChanges
    /// Fingerprints of the encoders.
    let encoders: [String]
    /// SHA-256 over ids, words and labels of the posts, and the names of their pictures.
    let labels: String
  }

  /// What answers depend on.
  var origin: Origin {
    var hash = SHA256()
    for post in posts {
      hash.update(field: post.id)
      hash.update(field: SuspicionRanking.mark(of: post))
      hash.update(field: post.imageID ?? "")
    }
    var switches: [String: String] = [:]
    if case .system(_, let chosen) = learner { switches = chosen }
    return Origin(
      system: learner.name, switches: switches, folds: folds, seed: seed,
      changes: learningChanges,
      encoders: [encoder, pictures, dual].map { $0.map(ModelFolder.namedFingerprint) ?? "" },
      labels: hash.hexDigest())
  }

  private var learningChanges: FineTuningChanges {
    var result = changes
    if case .system(let system, _) = learner, system.isTagger, result.epochs == nil {
      result.epochs = Self.usualEpochs
    }
    return result
  }

  /// The folder of this run, inside `folder`.
  var place: String { folder + "/" + Self.digits(of: origin) }

  private static func digits(of origin: Origin) -> String {
    let text = (try? StableJSON.encode(origin)).map(Array.init) ?? []
    return String(SHA256.hexDigest(of: text).prefix(16))
  }

  /// Forgets what is kept of this run.
  package func forget() { try? FileManager.default.removeItem(atPath: place) }

  // MARK: Running

  /// What was said of each post, in their order; nil for posts that nobody could be asked about.
  ///
  /// - Throws: `SuspicionRunError`, `TrainingStopped`, and what training, reading and writing
  ///   throw.
  package func answers() throws -> [HeldOutAnswer?] {
    let asked = posts.indices.filter { learner.task == .entities || !posts[$0].relations.isEmpty }
    let division = PostFolds(asked.map { posts[$0] }, count: folds, seed: seed)
    guard division.parts.allSatisfy({ !$0.isEmpty }) else {
      throw SuspicionRunError.tooFew(asked.count, learner.task, folds: folds)
    }
    let origin = origin
    let eyes = try FoldEyes(self)
    var result = [HeldOutAnswer?](repeating: nil, count: posts.count)
    for fold in division.parts.indices {
      let places = division.parts[fold].map { asked[$0] }
      let held = places.map { posts[$0] }
      let kept = FoldAnswers(place, fold: fold)
      let found: [HeldOutAnswer?]
      if let known = kept.read(held, learner.task, origin) {
        found = known
      } else {
        let (train, dev) = division.others(than: fold) { isLabelled(posts[asked[$0]]) }
        found = try answers(
          held, fold, train: train.map { posts[asked[$0]] }, dev: dev.map { posts[asked[$0]] }, eyes
        )
        try kept.write(found, origin)
        // The answers are all that is needed of an expert.
        try? FileManager.default.removeItem(atPath: expertFolder(fold))
      }
      for (place, answer) in zip(places, found) { result[place] = answer }
    }
    guard result.contains(where: { $0 != nil }) else {
      throw SuspicionRunError.noProbabilities(system: learner.name)
    }
    return result
  }

  /// Forgets everything in the folder but this run: answers to labels that have been corrected
  /// since are of no use.
  package func forgetOthers() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let own = FilePath.name(of: place)
    for name in names where name != own && name.count == 16 && name.allSatisfy(\.isHexDigit) {
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
    }
  }

  private func isLabelled(_ post: Post) -> Bool {
    learner.task == .entities ? !post.mentions.isEmpty : !post.relations.isEmpty
  }

  private func expertFolder(_ fold: Int) -> String { place + "/" + Self.name(fold) }

  private static func name(_ fold: Int) -> String { "fold-\(fold + 1)" }

  private func tell(_ fold: Int, _ share: Double) throws {
    guard observe(SuspicionProgress(fold: fold, folds: folds, share: share)) else {
      throw TrainingStopped(model: "part \(fold + 1) of \(folds)")
    }
  }

  /// What an expert that learned from some posts says of others.
  private func answers(
    _ held: [Post], _ fold: Int, train: [Post], dev: [Post], _ eyes: FoldEyes
  ) throws -> [HeldOutAnswer?] {
    switch learner {
    case .pairWords:
      let (observe, folds) = (observe, folds)
      let learned = PairWords(train + dev, seed: seed) { share in
        observe(SuspicionProgress(fold: fold, folds: folds, share: share))
      }
      guard let learned else { throw TrainingStopped(model: "part \(fold + 1) of \(folds)") }
      return held.map { .pairs(learned.answers($0)) }
    case .system(let system, let switches):
      let expert = try expert(system, switches, fold, train: train, dev: dev, eyes)
      return try ask(expert, held, fold, eyes)
    }
  }

  private func expert(
    _ system: System, _ switches: [String: String], _ fold: Int, train: [Post], dev: [Post],
    _ eyes: FoldEyes
  ) throws -> any Expert {
    let known = Set(dataset.relationLabels)
    let more = Set(posts.flatMap { $0.relations.map(\.label) }).subtracting(known).sorted()
    let dataset = dataset
    var material = TrainingPosts(
      name: dataset.name, hash: Self.digits(of: origin) + " \(fold)", path: dataset.path,
      train: train, dev: dev, relationLabels: dataset.relationLabels + more,
      pictures: eyes.pictures)
    material.look = { dataset.image(for: $0) }
    let (observe, folds) = (observe, folds)
    var job = TrainingJob(
      system, switches: switches, encoder: system.needsEncoder ? encoder : nil,
      pictures: system.needsRegions || system.takesTower ? pictures : nil, posts: material,
      models: place, name: Self.name(fold), command: command,
      observe: { event in
        // The last twentieth is asking.
        let share = SuspicionProgress.share(of: event).map { 0.95 * $0 }
        return observe(SuspicionProgress(fold: fold, folds: folds, share: share))
      })
    job.source = eyes.source
    job.dual = system.takesDual ? dual : nil
    job.changes = learningChanges
    job.isMeasured = false
    if job.needsPictures, let files = material.files {
      try files.check(dataset: dataset.name, system: system.id)
    }
    return try job.expert(seed: seed)
  }

  /// Posts that are looked at together.
  private static let piece = 64

  private func ask(
    _ expert: any Expert, _ held: [Post], _ fold: Int, _ eyes: FoldEyes
  ) throws -> [HeldOutAnswer?] {
    let view = eyes.eyes(for: expert)
    var result: [HeldOutAnswer?] = []
    for start in stride(from: 0, to: held.count, by: Self.piece) {
      let part = held[start..<min(held.count, start + Self.piece)]
        .map { view.see($0, eyes.pictures) }
      Eyes.look(at: expert.card.sights, of: part)
      for post in part { result.append(HeldOutAnswer(try expert.answer(post, [:]), post.post)) }
      try tell(fold, 0.95 + 0.05 * Double(result.count) / Double(held.count))
    }
    return result
  }
}

extension HeldOutAnswer {
  /// What an expert said of a post; nil where it told no probabilities.
  init?(_ content: Answer.Content, _ post: Post) {
    switch content {
    case .mentions(let prediction):
      guard let tags = HeldOutTags(prediction) else { return nil }
      self = .tags(tags)
    case .relations(let found):
      self = .pairs(
        post.relations.map { pair in
          found[pair.head, pair.tail].flatMap { answer in
            answer.cutOff.isEmpty
              ? HeldOutPair(labels: found.labels, probabilities: answer.probabilities) : nil
          }
        })
    case .failed: return nil
    }
  }
}

/// What the experts of a run see posts with, opened once.
private struct FoldEyes {
  let source: RegionSource?
  let dual: (any DualEncoding)?
  let pictures: PictureProvider

  init(_ run: SuspicionRun) throws {
    pictures = PictureProvider(run.dataset)
    guard case .system(let system, _) = run.learner else {
      (source, dual) = (nil, nil)
      return
    }
    source = try run.pictures.flatMap {
      !system.needsRegions || system.takesTower && PictureTower.isOne($0)
        ? nil : try RegionSource(folder: $0)
    }
    dual = try (system.takesDual ? run.dual : nil).map { try DualEncoderFolder.open($0) }
  }

  func eyes(for expert: any Expert) -> Eyes {
    Eyes(
      sources: [source].compactMap(\.self), duals: [dual].compactMap(\.self),
      sights: expert.card.sights)
  }
}

/// Where a run stands.
package struct SuspicionProgress: Sendable, Hashable {
  /// The part, from 0.
  package let fold: Int
  /// How many there are.
  package let folds: Int
  /// What is done of it, 0 … 1; nil where that is not known, such as while pictures are looked at.
  package let share: Double?

  /// What is done of the whole run, 0 … 1; nil where that is not known.
  package var whole: Double? {
    share.map { (Double(fold) + min(1, max(0, $0))) / Double(max(1, folds)) }
  }

  /// What is done of a training; nil for events that do not say.
  static func share(of event: TrainingEvent) -> Double? {
    switch event {
    case .progress(_, let at):
      Double((at.epoch - 1) * at.steps + at.step) / Double(max(1, at.epochs * at.steps))
    case .epoch(_, let epoch, let epochs, _, _, _): Double(epoch) / Double(max(1, epochs))
    case .finished: 1
    case .preparing, .resumed: nil
    }
  }
}

/// Why nothing can be ranked.
package enum SuspicionRunError: Error, Hashable, CustomStringConvertible {
  /// Fewer different posts than parts.
  case tooFew(Int, ExpertTask, folds: Int)
  /// A system whose experts tell no probabilities.
  case noProbabilities(system: String)

  package var description: String {
    switch self {
    case .tooFew(let posts, let task, let folds):
      "\(posts) posts with \(task == .entities ? "words" : "pairs") cannot be divided into \(folds) parts; give fewer --folds or more "
        + "posts"
    case .noProbabilities(let system):
      "\(system) tells no probabilities, so nothing says how sure it is; name another --system"
    }
  }
}
