import Corpora
import Extractors
import Files
import Foundation
import Inspection
import Routing
import Tensors

/// What models said of posts, kept beside the annotations: one file per model.
///
/// A file is named by everything that its answers depend on beside the posts: the program, the
/// model's files and those of the encoders. A post is known by its words, its pairs, and size and
/// times of its picture. So nothing outdated is ever found. Not for several threads.
final class AnswerCache {
  private let folder: String?
  private var files: [String: AnswerLog] = [:]
  private var names: [String: String] = [:]
  private var base: String?

  /// All files of the folder together, in bytes.
  private static let most = 1 << 30

  /// - Parameter folder: made when it is needed; nil keeps everything in temporary files.
  init(folder: String?) {
    self.folder = folder
    if let folder { AnswerLog.prune(folder, to: Self.most) }
  }

  // MARK: Router inputs

  /// What the router reads of a post; nil when it was not kept.
  func routerInput(_ key: PostKey, _ models: Roster) -> RouterInput? {
    guard let name = models.dual?.name, let bytes = file(name, models)?.value(key) else {
      return nil
    }
    if bytes.isEmpty { return .withoutPicture }
    guard bytes.count == 4 * (models.dual?.dimensions ?? 0) else { return nil }
    let numbers = bytes.withUnsafeBytes { raw in
      stride(from: 0, to: bytes.count, by: 4).map {
        Float(
          bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
      }
    }
    return numbers.allSatisfy(\.isFinite) ? .product(numbers) : nil
  }

  func keep(_ inputs: [(PostKey, RouterInput)], _ models: Roster) {
    guard let name = models.dual?.name else { return }
    file(name, models)?.insert(
      inputs.map { key, input in
        var bytes: [UInt8] = []
        for number in input.product ?? [] {
          withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
        }
        return (key, bytes)
      })
  }

  // MARK: Answers of experts

  private struct Kept: Codable {
    /// Begin and end of each mention, then its type.
    var mentions: [Mention]?
    var labels: [String]?
    /// Of each mention or label; nil where the expert tells none.
    var confidences: [Float?]?

    struct Mention: Codable {
      let begin: Int
      let end: Int
      let type: String
    }
  }

  /// What an expert answered for a post; nil when it was not kept, or cannot be an answer for it.
  func answer(
    _ key: PostKey, of post: Post, by expert: any Expert, _ models: Roster
  ) -> Labels? {
    guard let bytes = file(expert.name, models)?.value(key),
      let kept = try? JSONDecoder().decode(Kept.self, from: Data(bytes))
    else { return nil }
    if expert.task == .relations {
      guard let labels = kept.labels, labels.count == post.relations.count,
        let confidences = kept.confidences, confidences.count == labels.count
      else { return nil }
      return .relations(
        zip(post.relations, zip(labels, confidences)).map { pair, answer in
          RelationAnswer(
            head: pair.head, tail: pair.tail, label: answer.0, probabilities: [],
            confidence: answer.1)
        })
    }
    guard let mentions = kept.mentions,
      mentions.allSatisfy({ $0.begin >= 0 && $0.begin < $0.end && $0.end <= post.tokens.count })
    else { return nil }
    // Whoever tells none has a confidence of nil for each.
    guard let confidences = kept.confidences, confidences.count == mentions.count else {
      return nil
    }
    return .mentions(
      mentions.map { EntityMention($0.begin..<$0.end, EntityType($0.type)) },
      confidences: confidences)
  }

  func keep(
    _ answers: [(PostKey, Labels)], by expert: any Expert, _ models: Roster
  ) {
    let encoder = JSONEncoder()
    file(expert.name, models)?.insert(
      answers.compactMap { key, answer in
        var kept = Kept()
        switch answer {
        case .mentions(let mentions, let confidences):
          kept.mentions = mentions.map {
            Kept.Mention(
              begin: $0.range.lowerBound, end: $0.range.upperBound, type: $0.type.rawValue)
          }
          kept.confidences = confidences ?? mentions.map { _ in nil }
        case .relations(let answers):
          kept.labels = answers.map(\.label)
          kept.confidences = answers.map(\.confidence)
        }
        return (try? encoder.encode(kept)).map { (key, Array($0)) }
      })
  }

  // MARK: Gates

  /// How much of a post's picture an expert takes; nil when it was not kept, nil inside where it
  /// has nothing to take.
  func gate(_ key: PostKey, by expert: any Expert, _ models: Roster) -> Float?? {
    guard let bytes = file(expert.name, models, part: "gate")?.value(key) else { return nil }
    if bytes.isEmpty { return .some(nil) }
    guard bytes.count == 4 else { return nil }
    let value = Float(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
    return value.isFinite ? .some(value) : nil
  }

  func keep(gate: Float?, _ key: PostKey, by expert: any Expert, _ models: Roster) {
    let bytes = gate.map { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } } ?? []
    file(expert.name, models, part: "gate")?.insert([(key, bytes)])
  }

  // MARK: Numbers that experts show

  /// The numbers that an expert shows of a post; nil when they were not kept.
  func scalars(_ key: PostKey, by expert: any Expert, _ models: Roster) -> [ShownScalar]? {
    guard let bytes = file(expert.name, models, part: "scalars")?.value(key),
      let kept = try? JSONDecoder().decode([ShownScalar].self, from: Data(bytes)),
      kept.allSatisfy({ $0.value.isFinite && $0.expert == expert.name })
    else { return nil }
    return kept
  }

  func keep(scalars: [ShownScalar], _ key: PostKey, by expert: any Expert, _ models: Roster) {
    guard let bytes = try? JSONEncoder().encode(scalars) else { return }
    file(expert.name, models, part: "scalars")?.insert([(key, Array(bytes))])
  }

  // MARK: Names

  /// A post as the models see it.
  static func key(_ post: Post, of dataset: Dataset, _ models: Roster) -> PostKey {
    var hash = SHA256()
    for token in post.tokens { hash.update(field: token.text) }
    for pair in post.relations { hash.update(field: "pair \(pair.head) \(pair.tail)") }
    if let boxes = models.eyes.boxes { hash.update(field: "\(boxes[post.id])") }
    switch dataset.image(for: post) {
    case .file(let path): hash.update(field: signature(path))
    case .none, .missing, .refused: hash.update(field: "no picture")
    }
    let digits = hash.hexDigest()
    return PostKey(
      high: UInt64(digits.prefix(16), radix: 16) ?? 0,
      low: UInt64(digits.dropFirst(16).prefix(16), radix: 16) ?? 0)
  }

  /// Tells a file from the one that stood there before: a picture is not read to know it. The time
  /// of the last change of the entry cannot be set back, so replacing a file is always noticed.
  private static func signature(_ path: String) -> String {
    var info = stat()
    guard stat(path, &info) == 0 else { return "gone" }
    return "\(info.st_size) \(info.st_ino) \(info.st_mtim.tv_sec).\(info.st_mtim.tv_nsec) "
      + "\(info.st_ctim.tv_sec).\(info.st_ctim.tv_nsec)"
  }

  /// - Parameter part: what is kept of a model beside its answers.
  private func file(_ model: String, _ models: Roster, part: String = "") -> AnswerLog? {
    let origin = models.expert(model)?.card.origin ?? .folder
    let whole = names[model] ?? name(of: model, origin, models)
    names[model] = whole
    let name = part.isEmpty ? whole : "\(whole)-\(part)"
    if let known = files[name] { return known }
    let made = AnswerLog(origin == .unknown ? nil : folder.map { "\($0)/\(name).answers" })
    files[name] = made
    return made
  }

  private func name(
    of model: String, _ origin: ModelCard.Origin, _ models: Roster
  ) -> String {
    let common = base ?? Self.base(models)
    base = common
    var hash = SHA256()
    hash.update(field: common)
    switch origin {
    case .folder: hash.update(field: Self.identity(of: "\(models.folder)/\(model)"))
    case .content(let sum): hash.update(field: "content \(sum)")
    case .unknown: hash.update(field: "unknown \(model)")
    }
    return String(hash.hexDigest().prefix(32))
  }

  /// The program and all encoders: what a picture looks like to one depends on the others too.
  private static func base(_ models: Roster) -> String {
    let grids = Set(models.experts.compactMap(\.card.grid)).sorted()
    let encoders = [models.dual?.name] + grids.map(Optional.some)
    return
      (["/proc/self/exe"].map(signature)
      + encoders.map { $0.map { identity(of: "\(models.folder)/\($0)") } ?? "none" }
      + [models.precision.mark].compactMap(\.self))
      .joined(separator: "\n")
  }

  /// The name of a model's folder, the fingerprint of its weights and the text of its other files.
  private static func identity(of folder: String) -> String {
    var hash = SHA256()
    hash.update(field: ModelFolder.namedFingerprint(of: folder))
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names.sorted() {
      let path = folder + "/" + name
      var info = stat()
      guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { continue }
      hash.update(field: "\(name) \(info.st_size)")
      // Weights are in the fingerprint; what is smaller is settings and vocabularies.
      if info.st_size <= 1 << 22, let data = FileManager.default.contents(atPath: path) {
        hash.update(Array(data))
      }
    }
    return hash.hexDigest()
  }
}
