import Corpora
import Encoders
import Extractors
import Files
import Foundation
import Routing
import Tensors

/// A paper's tables on some data: every row is trained with every seed and scored on test. What is
/// finished is kept, and the same study goes on there.
package struct PaperStudy: Sendable {
  /// The paper.
  package let paper: Paper
  /// A dataset for each task that is measured.
  package let datasets: [ExpertTask: Dataset]
  /// Where everything is kept.
  package let folder: String
  /// What experts are made from.
  package var material: RDSExperts.Material
  /// More text and picture encoders, for tables that compare them.
  package var otherEncoders: [String] = []
  package var otherPictures: [String] = []
  /// Noted with each time that is measured.
  package var run = MeasuringRun()
  /// Train posts that are learned from at most; nil: all.
  package var mostPosts: Int?
  /// Where the noise of rows that have some is; nil where nobody said, as both.
  package var wantedNoise: DataVariation.Place?
  private var noise: DataVariation.Place { wantedNoise ?? .both }
  /// Called from the training's own thread; returns false to stop.
  package let observe: @Sendable (TrainingEvent) -> Bool

  /// A study by its parts.
  package init(
    _ paper: Paper, _ datasets: [ExpertTask: Dataset], folder: String,
    material: RDSExperts.Material, observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) {
    self.paper = paper
    self.datasets = datasets
    self.folder = folder
    self.material = material
    self.observe = observe
  }

  /// Measures tables.
  ///
  /// - Parameter names: the tables' names, or those of their twins; nil: all.
  /// - Throws: `TrainingStopped`, `TrainingError`, what reading and writing throw.
  package func run(tables names: [String]?, seeds: [UInt64]) throws -> [PaperTableResult] {
    let tables = paper.tables.filter { table in
      names.map { !Set($0).isDisjoint(with: table.names) } ?? true
    }
    try check(tables)
    let results = try tables.flatMap { table in
      try paper.tasks.compactMap { task -> PaperTableResult? in
        guard let dataset = datasets[task],
          table.rows.contains(where: { $0.system(for: task) != nil })
        else { return nil }
        let adding = Self.adding(dataset, task)
        let rows = try table.rows.flatMap { row -> [PaperTableResult.Row] in
          guard let system = row.system(for: task), !row.needsImageAdds || !adding.isEmpty else {
            return [PaperTableResult.Row(row, cells: [])]
          }
          return try studies(of: table).map { study, seenWith in
            let cells = try seeds.map {
              try study.cell(
                row, system, task, dataset, seed: $0, byRelation: table.lines == .relations)
            }
            return PaperTableResult.Row(
              seenWith.map { row.named("\(row.name), \($0)") } ?? row,
              cells: row.whereAdds.map { wanted in cells.map { $0.of { adding[$0] == wanted } } }
                ?? cells)
          }
        }
        // What no post says cannot be measured.
        guard rows.contains(where: { !$0.cells.isEmpty }) else { return nil }
        var result = PaperTableResult(
          table: table, task: task, dataset: dataset.name, rows: rows)
        (result.split, result.conditions) = (dataset.scoredSplit(task), conditions(table, task))
        (result.setup, result.run) = (setup(of: table, task), run)
        return result
      }
    }
    guard !results.isEmpty else { throw PaperError.nothingToMeasure(tables.map(\.name)) }
    return results
  }

  /// Refuses, before the first training, what could not be measured or would change nothing.
  private func check(_ tables: [PaperTable]) throws {
    for folder in [material.encoder].compactMap(\.self) + otherEncoders {
      try FolderOption.encoder.check(folder)
    }
    for folder in [material.pictures].compactMap(\.self) + otherPictures {
      try FolderOption.pictures.check(folder)
    }
    try FolderOption.dual.check(material.dual)
    for row in tables.flatMap(\.rows) {
      for system in paper.tasks.compactMap(row.system(for:)) {
        guard let reason = system.trainingConflict(row.switches, material.changes) else { continue }
        throw TrainingError.conflict(system: system.id, reason: reason)
      }
    }
    if !tables.contains(where: { $0.lines == .encoders }),
      !otherEncoders.isEmpty || !otherPictures.isEmpty
    {
      throw PaperError.noEncodersCompared(
        paper.tables.filter { $0.lines == .encoders }.flatMap(\.names))
    }
    for (folders, option) in [
      ([material.encoder].compactMap(\.self) + otherEncoders, "--also-encoder"),
      ([material.pictures].compactMap(\.self) + otherPictures, "--also-pictures"),
    ] {
      let places = folders.map { URL(filePath: $0).resolvingSymlinksInPath().path }
      if let twice = folders.indices.first(where: { places[..<$0].contains(places[$0]) }) {
        throw PaperError.encoderTwice(folders[twice], option: option)
      }
    }
    if wantedNoise != nil, !tables.contains(where: Self.hasNoise) {
      throw PaperError.noNoise(paper.tables.filter(Self.hasNoise).flatMap(\.names))
    }
  }

  /// The folders that the experts of a table are built on, and what else they are made from.
  private func used(by table: PaperTable, _ task: ExpertTask) -> RDSExperts.Material {
    let systems = table.rows.compactMap { $0.system(for: task) }
    var result = material
    if !systems.contains(where: \.needsEncoder), !table.rows.contains(where: \.readsEncoder) {
      result.encoder = nil
    }
    if !systems.contains(where: \.needsRegions) { result.pictures = nil }
    if !systems.contains(where: \.takesDual) { result.dual = nil }
    return result
  }

  /// Whether a table has rows with noise.
  private static func hasNoise(_ table: PaperTable) -> Bool {
    table.rows.contains { $0.data.isNoise }
  }

  /// How a table's experts were trained, sentences.
  private func conditions(_ table: PaperTable, _ task: ExpertTask) -> [String] {
    let folders = used(by: table, task).folders + alsoUsed(by: table)
    return [
      mostPosts.map { "Learned from at most \($0.counted("post")) of train." },
      noise == .both || !Self.hasNoise(table) ? nil : "Noise is in \(noise.rawValue) alone.",
      material.changes.words.isEmpty
        ? nil : "Trained with \(material.changes.words.joined(separator: ", ")).",
      folders.isEmpty ? nil : "Built on \(folders.joined(separator: ", ")).",
    ].compactMap(\.self)
  }

  /// Names of the folders that some rows of a table are built on.
  private func alsoUsed(by table: PaperTable) -> [String] {
    guard table.lines == .encoders else { return [] }
    return (otherEncoders + otherPictures).map { VisibleText.name(FilePath.name(of: $0)) }
  }

  /// What tells a table's numbers from those of other studies on the same posts, in words.
  private func setup(of table: PaperTable, _ task: ExpertTask) -> [String] {
    let others = alsoUsed(by: table)
    return used(by: table, task).setup
      + (others.isEmpty ? [] : ["also " + others.joined(separator: " + ")])
      + (mostPosts.map { ["at most \($0.counted("post"))"] } ?? [])
      + (noise == .both || !Self.hasNoise(table) ? [] : ["noise in \(noise.rawValue)"])
  }

  /// The same study on each pair of encoders that a table compares, with their names; itself for
  /// other tables.
  private func studies(of table: PaperTable) -> [(study: PaperStudy, name: String?)] {
    guard table.lines == .encoders else { return [(self, nil)] }
    func folders(_ first: String?, _ others: [String]) -> [String] {
      [first].compactMap(\.self) + others
    }
    return folders(material.encoder, otherEncoders).flatMap { encoder in
      folders(material.pictures, otherPictures).map { pictures in
        var study = self
        (study.material.encoder, study.material.pictures) = (encoder, pictures)
        return (study, "\(FilePath.name(of: encoder)) + \(FilePath.name(of: pictures))")
      }
    }
  }

  /// Whether the picture adds, of the posts that are scored and say so.
  private static func adding(_ dataset: Dataset, _ task: ExpertTask) -> [Post.ID: Bool] {
    var result: [Post.ID: Bool] = [:]
    for post in dataset.posts(in: dataset.scoredSplit(task)) { result[post.id] = post.imageAdds }
    return result
  }

  // MARK: One cell

  /// What tells a training from all others of the study.
  private func name(_ row: PaperRow, _ system: System, seed: UInt64) -> String {
    let switches = row.switches.sorted { $0.key < $1.key }.map { "\($0.key)-\($0.value)" }
    let others = [
      material.encoder.flatMap { otherEncoders.contains($0) ? $0 : nil },
      material.pictures.flatMap { otherPictures.contains($0) ? $0 : nil },
    ].compactMap { $0.map { "on-" + FilePath.name(of: $0) } }
    let parts =
      [system.id] + switches + others
      + [
        row.data.name, row.data.isNoise && noise != .both ? "in-\(noise.rawValue)" : nil,
        row.comesFromOtherTask ? "from-other" : nil,
        row.readsEncoder ? "with-encoder" : nil, row.measure.name,
      ]
      .compactMap(\.self) + (mostPosts.map { ["posts-\($0)"] } ?? []) + ["seed-\(seed)"]
    return parts.joined(separator: "_")
  }

  private func cell(
    _ row: PaperRow, _ system: System, _ task: ExpertTask, _ dataset: Dataset, seed: UInt64,
    byRelation: Bool
  ) throws -> PaperCell {
    let name = name(row, system, seed: seed)
    let path = "\(folder)/cells/\(name).json"
    let basis = basis(dataset)
    if let data = FileManager.default.contents(atPath: path),
      let known = try? JSONDecoder().decode(PaperCell.self, from: data)
    {
      if known.basis == basis, !byRelation || known.byRelation != nil { return known }
      // Nothing that took hours is overwritten without a word.
      guard known.basis["data"] == basis["data"] else {
        throw PaperError.otherData(folder: folder, dataset: dataset.name)
      }
      let differing = Set(known.basis.keys).union(basis.keys).filter {
        known.basis[$0] != basis[$0]
      }
      guard differing.isEmpty else {
        throw PaperError.otherSettings(folder: folder, differing.sorted())
      }
    }
    let source = try material.pictures.flatMap {
      PictureTower.isOne($0) ? nil : try RegionSource(folder: $0)
    }
    var job = try job(row, system, dataset, name: name, source: source, seed: seed)
    if row.comesFromOtherTask {
      let other: ExpertTask = task == .entities ? .relations : .entities
      guard let first = row.system(for: other), let posts = datasets[other] else {
        throw PaperError.noOtherTask(row: row.name, task: other)
      }
      let plain = PaperRow(row.name, setting: row.setting, system: row.system, row.switches)
      let before = self.name(plain, first, seed: seed) + "_first"
      let base = try self.job(plain, first, posts, name: before, source: source, seed: seed)
      _ = try base.run(seeds: [seed])
      job.encoder = base.folder
    }
    let results = try job.run(seeds: [seed])
    let expert = TrainedExpert(
      expert: try ExpertFolder.open(job.folder), source: system.needsRegions ? source : nil,
      dual: try job.dual.map { try DualEncoderFolder.open($0) },
      pictures: job.posts.pictures, interventions: job.interventions, observe: observe,
      devF1: results.first?.bestDev ?? 0)
    let units = RoutedUnit.units(
      of: dataset.posts(in: dataset.scoredSplit(task)), task)
    let start = Date()
    let counts: [MatchCounts]
    var byRelation: [String: MatchCounts] = [:]
    switch row.measure {
    case .answers:
      let scored = try expert.scored(units)
      counts = scored.map(\.counts)
      for (unit, answer) in zip(units, scored.map(\.relation)) {
        guard let pair = unit.pair, let answer else { continue }
        let gold = unit.post.relations[pair].label
        for label in Set([gold, answer]) where label != RelationInventory.none {
          byRelation[label, default: .zero] += MatchCounts(
            correct: answer == gold ? 1 : 0, predicted: answer == label ? 1 : 0,
            gold: gold == label ? 1 : 0)
        }
      }
    case .signal(let signal): counts = try expert.counts(units, of: signal)
    }
    let posts = Set(units.map(\.post.id)).count
    let cell = PaperCell(
      basis: basis, devF1: results.first?.bestDev ?? 0,
      posts: units.map(\.post.id), counts: counts.map { [$0.correct, $0.predicted, $0.gold] },
      byRelation: task == .relations
        ? byRelation.mapValues { [$0.correct, $0.predicted, $0.gold] } : nil,
      millisecondsPerPost: 1000 * Date().timeIntervalSince(start) / Double(max(1, posts)),
      trainingSeconds: results.first?.seconds ?? 0, run: run)
    try FileManager.default.createDirectory(
      atPath: folder + "/cells", withIntermediateDirectories: true)
    try DurableFile.write(try StableJSON.encode(cell), to: path)
    // The numbers stay, the weights would fill the disk.
    try? FileManager.default.removeItem(atPath: job.folder)
    return cell
  }

  /// What a kept cell must have been made from.
  private func basis(_ dataset: Dataset) -> [String: String] {
    var result = material.description
    result["dual"] = material.dual.map(ModelFolder.namedFingerprint)
    result["data"] = dataset.contentHash
    return result
  }

  private func job(
    _ row: PaperRow, _ system: System, _ dataset: Dataset, name: String, source: RegionSource?,
    seed: UInt64
  ) throws -> TrainingJob {
    var posts = TrainingPosts(dataset, boxes: material.boxes)
    if let mostPosts {
      posts = posts.replacing(
        train: Array(shuffled(posts.train).prefix(mostPosts)), part: "\(mostPosts) posts")
    }
    posts = row.data.applied(
      to: posts, seed: seed, scored: dataset.posts(in: dataset.scoredSplit(system.task)),
      in: noise)
    var job = TrainingJob(
      system, switches: row.switches,
      encoder: system.needsEncoder || row.readsEncoder ? material.encoder : nil,
      pictures: system.needsRegions ? material.pictures : nil, posts: posts,
      models: folder + "/models", name: name, command: material.command, observe: observe)
    job.source = system.needsRegions ? source : nil
    job.dual = system.takesDual ? material.dual : nil
    job.changes = material.changes
    job.isMeasured = false
    job.replaces = true
    job.interventions = row.data.interventions(seed: seed, in: noise)
    return job
  }

  private func shuffled(_ posts: [Post]) -> [Post] {
    var generator = SeededGenerator(seed: 1, stream: "paper")
    return generator.permutation(posts.count).map { posts[$0] }
  }
}

/// One training of a study on test.
package struct PaperCell: Sendable, Codable {
  /// What it was made from.
  let basis: [String: String]
  /// Best F1 on dev, percent.
  package let devF1: Double
  /// The post of each unit.
  let posts: [String]
  /// Correct, predicted and gold of each unit.
  let counts: [[Int]]
  /// Correct, predicted and gold of each relation but None; nil for entities, and where it was not
  /// counted.
  let byRelation: [String: [Int]]?
  /// Looking at the picture and answering, on test.
  package let millisecondsPerPost: Double
  /// All epochs with their scoring.
  package let trainingSeconds: Double
  /// Who measured the times; nil in cells of older versions.
  package var run: MeasuringRun?

  /// The same of some posts.
  func of(_ isWanted: (String) -> Bool) -> PaperCell {
    let kept = posts.indices.filter { isWanted(posts[$0]) }
    return PaperCell(
      basis: basis, devF1: devF1, posts: kept.map { posts[$0] }, counts: kept.map { counts[$0] },
      byRelation: nil,
      millisecondsPerPost: millisecondsPerPost, trainingSeconds: trainingSeconds, run: run)
  }

  /// Counts of each post, in order.
  var byPost: [MatchCounts] {
    var places: [String: Int] = [:]
    var result: [MatchCounts] = []
    for (post, count) in zip(posts, counts) where count.count == 3 {
      let place = places[post] ?? result.count
      if place == result.count {
        places[post] = place
        result.append(.zero)
      }
      result[place] += MatchCounts(correct: count[0], predicted: count[1], gold: count[2])
    }
    return result
  }
}
