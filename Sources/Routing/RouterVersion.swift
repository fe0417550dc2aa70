import Files
import Foundation
import Tensors

/// One router of a line of retrainings: the base, or one that was installed, with all that it was
/// retrained on.
package struct RouterVersion: Sendable, Hashable {
  /// The router as it was in use.
  package let router: RouterBundle
  /// Every accepted post of its retraining, whether it taught or only judged, in order of id; none
  /// for the base, nil where they were not kept.
  package let corrections: [Correction]?

  /// A version by its parts.
  package init(router: RouterBundle, corrections: [Correction]?) {
    self.router = router
    self.corrections = corrections
  }

  /// Counts installed routers; 1 is the base.
  package var number: Int { router.configuration.version }

  /// The router that every retraining starts from.
  package static func base(of router: RouterBundle) -> RouterVersion {
    // The base as it is in use keeps the numbers that its folder has for the held-out posts.
    if router.configuration.stamp == nil { return RouterVersion(router: router, corrections: []) }
    return RouterVersion(
      router: router.installing(router.base, version: 1, stamp: nil), corrections: [])
  }

  /// This version with the day on which it was installed: that of the same router among known ones,
  /// or another. The base has none.
  package func dated(as known: [RouterVersion], else day: String) -> RouterVersion {
    guard let stamp = router.configuration.stamp, stamp.day == nil else { return self }
    let same = known.first { $0.number == number && $0.router.installed == router.installed }
    return RouterVersion(
      router: router.dated(same?.router.configuration.stamp?.day ?? day), corrections: corrections)
  }

  /// How the corrections differ from those of the version before.
  package struct Difference: Sendable, Hashable {
    /// Posts that were not among them, whose labels are others now, and that are not any more.
    package var (added, changed, gone) = (0, 0, 0)
  }

  /// What came, changed and went since another version; nil where the corrections of either were
  /// not kept.
  package func difference(from earlier: RouterVersion) -> Difference? {
    guard let now = corrections, let before = earlier.corrections else { return nil }
    let old = Dictionary(before.map { ($0.id, $0) }) { first, _ in first }
    var difference = Difference()
    for correction in now {
      switch old[correction.id] {
      case nil: difference.added += 1
      case let known? where known != correction: difference.changed += 1
      default: break
      }
    }
    difference.gone = old.count - (now.count - difference.added)
    return difference
  }
}

// MARK: On disk

extension RouterVersion {
  /// `config.json` of a version's folder.
  private struct Record: Codable {
    var format = 1
    var version: Int
    var stamp: RouterBundle.RetrainingStamp
    /// Ids of the corrections, in the order of their tensors.
    var ids: [String]
    /// The entity types or relations of each.
    var labels: [[String]]
  }

  /// More versions than these are not kept: the oldest go.
  package static let mostKept = 50
  /// Bound on corrections of a version in a file.
  private static let mostCorrections = 1_000_000

  /// Writes the retrained routers of a line into `FOLDER/versions/N`, each once, and removes those
  /// that are in it no more. The base is in the router's own folder.
  ///
  /// - Throws: `DurableFileError`, and what removing a folder throws.
  package static func save(_ versions: [RouterVersion], in folder: String) throws {
    let folder = folder + "/versions"
    let retrained = versions.filter { $0.router.configuration.stamp != nil }.suffix(mostKept)
    let names = Set(retrained.map { "\($0.number)" })
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: folder)) ?? []
    where Int(name) != nil && !names.contains(name) {
      try files.removeItem(atPath: "\(folder)/\(name)")
    }
    for version in retrained { try version.save(to: "\(folder)/\(version.number)") }
  }

  private func save(to folder: String) throws {
    guard let stamp = router.configuration.stamp, let corrections else { return }
    var tensors = router.installed.parameters
    let data = try RouterData(
      dimensions: router.base.dimensions, ids: corrections.map(\.id),
      inputs: corrections.map(\.input), counts: corrections.map(\.counts))
    tensors["corrections.x"] = Tensor([data.count, data.dimensions], data.x)
    tensors["corrections.isAsked"] = Tensor([data.count], data.isAsked.map { $0 ? 1 : 0 })
    tensors["corrections.counts.text"] = RouterBundle.table(data.counts.map(\.text))
    tensors["corrections.counts.multimodal"] = RouterBundle.table(data.counts.map(\.multimodal))
    let bytes = Safetensors.encode(tensors)
    let record = Record(
      version: number, stamp: stamp, ids: data.ids, labels: corrections.map { $0.labels.sorted() })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let configuration = try encoder.encode(record) + Data("\n".utf8)
    if FileManager.default.contents(atPath: folder + "/config.json") == configuration { return }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // The record comes last: a folder without it is not read.
    try DurableFile.write(bytes, to: folder + "/model.safetensors")
    try DurableFile.write(configuration, to: folder + "/config.json")
  }

  /// The line of routers that leads to one: the base, what is kept of those between, and the router
  /// itself. A version that cannot be read, or that belongs to another base, is left out; what is
  /// not kept of the router itself is nil.
  package static func read(to router: RouterBundle, in folder: String) -> [RouterVersion] {
    guard router.configuration.stamp != nil else { return [.base(of: router)] }
    let folder = folder + "/versions"
    let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .compactMap { Int($0) }.filter { (2...router.configuration.version).contains($0) }.sorted()
    let kept = numbers.suffix(mostKept).compactMap { try? read("\(folder)/\($0)", router) }
    let own = kept.last.flatMap { last in
      last.number == router.configuration.version && last.router.installed == router.installed
        ? last.corrections : nil
    }
    return [.base(of: router)] + kept.filter { $0.number < router.configuration.version }
      + [RouterVersion(router: router, corrections: own)]
  }

  private static func read(_ folder: String, _ router: RouterBundle) throws -> RouterVersion {
    let record = try JSONDecoder().decode(
      Record.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/config.json")))
    guard record.format == 1 else { throw RoutingError.unknownFormat(record.format) }
    let tensors = try Safetensors(path: folder + "/model.safetensors").allTensors()
    let (base, count) = (router.base, record.ids.count)
    guard (0...mostCorrections).contains(count), record.labels.count == count else {
      throw RoutingError.unequalCounts(
        what: "lists of labels", have: record.labels.count, posts: count)
    }
    let discriminator = try Discriminator(
      parameters: tensors, dimensions: base.dimensions, head: base.head, biases: base.hasBiases,
      leak: base.leak, inputScale: base.inputScale)
    let x = try RouterBundle.tensor("corrections.x", shape: [count, base.dimensions], tensors)
    let asked = try RouterBundle.tensor("corrections.isAsked", shape: [count], tensors)
    let text = try RouterBundle.counts("corrections.counts.text", count, tensors)
    let multimodal = try RouterBundle.counts("corrections.counts.multimodal", count, tensors)
    // Checks the numbers.
    let data = try RouterData(
      dimensions: base.dimensions, ids: record.ids, x: x.array,
      isAsked: asked.array.map { $0 > 0.5 },
      counts: zip(text, multimodal).map { ExpertCounts(text: $0, multimodal: $1) })
    let corrections = (0..<count).map { row in
      Correction(
        id: data.ids[row],
        input: data.isAsked[row] ? .product(Array(data.row(row))) : .withoutPicture,
        counts: data.counts[row], labels: Set(record.labels[row]))
    }
    return RouterVersion(
      router: router.installing(discriminator, version: record.version, stamp: record.stamp),
      corrections: corrections)
  }
}
