import Corpora
import Encoders
import Extractors
import Files
import Foundation
import Routing
import Tensors

/// The experts that the protocol knows by name, made from the folders they stand on.
package struct RDSExperts: Sendable {
  /// What experts are made from.
  package struct Material: Sendable {
    /// Folder of a pretrained BERT or RoBERTa, for all experts named after one.
    package var encoder: String?
    /// Folder of the region source of multimodal experts.
    package var pictures: String?
    /// Folder of an encoder of text and picture in one space, for experts that see by one.
    package var dual: String?
    /// What is wanted otherwise than in the recipes of experts named after encoders.
    package var changes = FineTuningChanges()
    /// Regions for experts that can take them from files.
    package var boxes: PairBoxes?
    /// What was typed, for the provenance.
    package var command: String

    /// All that changes what experts become, by name; folders by their weights.
    package var description: [String: String] {
      var result: [String: String] = [:]
      result["encoder"] = encoder.map(ModelFolder.namedFingerprint)
      result["pictures"] = pictures.map(ModelFolder.namedFingerprint)
      result["boxes"] = boxes?.description
      result["epochs"] = changes.epochs.map { "\($0)" }
      result["batch"] = changes.batch.map { "\($0)" }
      result["encoderRate"] = changes.encoderRate.map { "\($0)" }
      result["headRate"] = changes.headRate.map { "\($0)" }
      result["crfRate"] = changes.crfRate.map { "\($0)" }
      return result
    }

    /// The folders that experts are built on, by name.
    package var folders: [String] {
      [encoder, pictures, dual].compactMap { $0.map { VisibleText.name(FilePath.name(of: $0)) } }
    }

    /// What tells results from others of the same experts and posts, in words: the folders beneath
    /// them and settings that are not as usual.
    package var setup: [String] {
      (folders.isEmpty ? [] : ["with " + folders.joined(separator: " + ")]) + changes.words
        + (boxes.map { ["regions \(VisibleText.sentence($0.description))"] } ?? [])
    }

    /// Material with nothing but the command.
    package init(command: String) { self.command = command }
  }

  private let material: Material
  /// Opened once for a run: each picture is looked at once.
  private let source: RegionSource?
  /// The same of text and picture in one space.
  private let dual: (any DualEncoding)?

  /// Experts from some material.
  ///
  /// - Throws: as `RegionSource` when the pictures' folder cannot be used.
  package init(_ material: Material) throws {
    self.material = material
    source = try material.pictures.flatMap {
      PictureTower.isOne($0)
        ? nil : try FolderOption.pictures.opening($0) { try RegionSource(folder: $0) }
    }
    dual = try material.dual.map {
      try FolderOption.dual.opening($0) { try DualEncoderFolder.open($0) }
    }
  }

  /// The names: systems and their variants.
  package static var names: [String] { System.trainableNames }

  /// How an expert is made.
  ///
  /// - Throws: `RDSError` for a name that is not known or material that is missing.
  package func recipe(_ name: String) throws(RDSError) -> RDSExpertRecipe {
    guard let (system, variant) = System.trainable(name) else {
      throw .unknownExpert(name: name, known: Self.names)
    }
    if system.needsRegions, source == nil, !system.takesTower || material.pictures == nil {
      throw .missingInput(expert: name, input: "regions of pictures", option: "--pictures")
    }
    if let reason = system.trainingConflict(variant, material.changes) {
      throw .unusable("\(name): \(reason)")
    }
    let usual = { name in
      variant[name] ?? system.switches.first { $0.name == name }?.usual ?? ""
    }
    if system.needsDual(usual), material.dual == nil {
      throw .missingInput(
        expert: name, input: "an encoder of text and picture", option: "--dual")
    }
    if system.needsEncoder {
      guard let encoder = material.encoder else {
        throw .missingInput(expert: name, input: "a text encoder", option: "--encoder")
      }
      do { try FolderOption.encoder.check(encoder) } catch { throw .unusable("\(error)") }
    }
    let (material, source, dual) = (material, source, dual)
    return RDSExpertRecipe(name: name, task: system.task, needsPictures: system.seesPicture) {
      job in
      let posts = TrainingPosts(job.dataset, boxes: material.boxes).replacing(
        train: job.train, part: FilePath.name(of: job.folder))
      var training = TrainingJob(
        system, switches: variant, encoder: system.needsEncoder ? material.encoder : nil,
        pictures: system.needsRegions ? material.pictures : nil, posts: posts, models: job.folder,
        name: name, command: material.command, observe: job.observe)
      if let name = system.boxesSwitch, material.boxes != nil { training.switches[name] = "boxes" }
      training.source = system.needsRegions ? source : nil
      training.dual = system.takesDual ? material.dual : nil
      training.changes = material.changes
      training.interventions = job.interventions
      training.isMeasured = job.isKept
      return TrainedExpert(
        expert: try Self.finished(training, seed: job.seed) ?? training.expert(seed: job.seed),
        source: source, dual: dual, pictures: posts.pictures,
        interventions: job.interventions, observe: job.observe,
        devF1: ModelFolder.provenance(of: training.folder)?.metrics["devF1"] ?? 0)
    }
  }
}

extension RDSExperts {
  /// The expert that a run's folder holds, when it was trained with this seed on these posts; runs
  /// tell trainings of other material apart themselves.
  private static func finished(_ training: TrainingJob, seed: UInt64) throws -> (any Expert)? {
    guard let origin = ModelFolder.provenance(of: training.folder), origin.seed == seed,
      origin.data == training.posts.sources, !training.checkpoint(seed).exists,
      try ModelFolder.system(of: training.folder) == training.system.id
    else { return nil }
    return try ExpertFolder.open(training.folder)
  }
}

/// An expert with what it takes to ask it.
struct TrainedExpert: RDSExpert {
  let expert: any Expert
  let source: RegionSource?
  let dual: (any DualEncoding)?
  let pictures: PictureProvider
  /// What is changed of each post before it is asked, by the post's id.
  let interventions: @Sendable (Post) -> [Intervention]
  let observe: @Sendable (TrainingEvent) -> Bool
  let devF1: Double

  /// Units of posts that say whether their picture adds, by whether a signal is above one half:
  /// one that is, and rightly so, is correct.
  ///
  /// - Throws: as `counts(_:)`.
  func counts(_ units: [RoutedUnit], of signal: String) throws -> [MatchCounts] {
    let (seen, places) = try looked(at: units) { _ in [] }
    let told = seen.map { post -> Bool? in
      let value = expert.ask(post).trace()[signal]?.values.first
      return value.map { $0 > 0.5 }
    }
    return units.map { unit in
      guard let place = places[unit.post.id], let told = told[place],
        let adds = unit.post.imageAdds
      else { return .zero }
      return MatchCounts(
        correct: told && adds ? 1 : 0, predicted: told ? 1 : 0, gold: adds ? 1 : 0)
    }
  }

  /// The posts of units as the expert sees them, each once, and where each stands.
  private func looked(
    at units: [RoutedUnit], under others: @escaping @Sendable (Post) -> [Intervention]
  ) throws -> (seen: [SeenPost], places: [String: Int]) {
    // Pairs of one post are asked together.
    var places: [String: Int] = [:]
    var asked: [Post] = []
    for unit in units where places[unit.post.id] == nil {
      places[unit.post.id] = asked.count
      asked.append(unit.post)
    }
    let eyes = Eyes(
      sources: [source].compactMap(\.self), duals: [dual].compactMap(\.self),
      boxes: pictures.boxes, sights: expert.card.sights)
    let whole = asked.map { eyes.see($0, pictures) }
    let byID = Dictionary(whole.map { ($0.post.id, $0) }) { first, _ in first }
    let seen = try whole.map { post in
      try post.changed(interventions(post.post) + others(post.post)) { byID[$0] }
    }
    let (observe, total) = (observe, Double(max(1, seen.count)))
    let went = Eyes.look(at: expert.card.sights, of: seen) { done in
      done % 64 != 0 || observe(.preparing("looking at pictures", Double(done) / total))
    }
    guard went else { throw TrainingStopped(model: expert.name) }
    return (seen, places)
  }

  func counts(
    _ units: [RoutedUnit], under others: @escaping @Sendable (Post) -> [Intervention]
  ) throws -> [MatchCounts] { try scored(units, under: others).map(\.counts) }

  /// The counts of each unit, and for a pair the relation that it was given.
  func scored(
    _ units: [RoutedUnit],
    under others: @escaping @Sendable (Post) -> [Intervention] = { _ in [] }
  ) throws -> [(counts: MatchCounts, relation: String?)] {
    let (seen, places) = try looked(at: units, under: others)
    let answers = try expert.labels(of: seen)
    return units.map { unit in
      guard let place = places[unit.post.id] else { return (.zero, nil) }
      switch (answers[place], unit.pair) {
      case (.mentions(let found, _), _):
        return (.count(predicted: found, gold: unit.post.mentions), nil)
      case (.relations(let found), let pair?):
        let answer = found[pair].label
        return (MatchCounts(answer: answer, gold: unit.post.relations[pair].label), answer)
      case (.relations, nil): return (.zero, nil)
      }
    }
  }
}
