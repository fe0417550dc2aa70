import Corpora
import Files
import Foundation
import Pictures
import Synchronization
import Tensors

/// All pictures of a dataset, looked up, read and decoded once each.
struct PictureSurvey {
  /// What became of a picture.
  private enum Outcome: Sendable {
    case decoded(hash: String)
    case broken(hash: String?, reason: String)

    /// SHA-256 of the file, where it could be read.
    var hash: String? {
      switch self {
      case .decoded(let hash): hash
      case .broken(let hash, _): hash
      }
    }
  }

  /// Index of the post → where its picture is.
  private let lookups: [ImageLookup]
  private let outcomes: [String: Outcome]

  /// Pictures that could be decoded.
  var decoded: Int {
    outcomes.values.count { if case .decoded = $0 { true } else { false } }
  }

  /// Reads on all cores.
  init(_ dataset: Dataset, _ progress: DatasetAudit.Progress) {
    let lookups = dataset.posts.map { dataset.image(for: $0) }
    var paths: [String] = []
    var seen: Set<String> = []
    for case .file(let path) in lookups where seen.insert(path).inserted { paths.append(path) }
    let results = Mutex<(done: Int, outcomes: [String: Outcome])>((0, [:]))
    Parallel.tasks(paths.count) { task, _ in
      let outcome = Self.examine(paths[task])
      let done = results.withLock {
        $0.outcomes[paths[task]] = outcome
        $0.done += 1
        return $0.done
      }
      progress("decoding pictures", Double(done) / Double(paths.count))
    }
    self.lookups = lookups
    outcomes = results.withLock { $0.outcomes }
  }

  private static func examine(_ path: String) -> Outcome {
    do {
      let bytes = try Dataset.pictureBytes(path)
      let hash = SHA256.hexDigest(of: bytes)
      do {
        // A small box: the whole file is read all the same, but fewer pixels are made of it.
        _ = try Picture.decode(bytes, fitting: PixelSize(width: 64, height: 64))
        return .decoded(hash: hash)
      } catch {
        return .broken(hash: hash, reason: "\(error)")
      }
    } catch {
      return .broken(hash: nil, reason: "\(error)")
    }
  }

  /// Missing, refused, broken and shared pictures.
  func findings(of dataset: Dataset) -> [AuditFinding] {
    dataset.files.flatMap { trouble(in: $0, of: dataset) }
      + placeholders(in: dataset) + shared(in: dataset)
  }

  private func trouble(in file: DataFile, of dataset: Dataset) -> [AuditFinding] {
    var missing: [Int] = []
    var refused: [(post: Int, reason: String)] = []
    var broken: [(post: Int, reason: String)] = []
    var seen: Set<String> = []
    for at in file.posts {
      switch lookups[at] {
      case .none: break
      case .missing: missing.append(at)
      case .refused(let reason): refused.append((at, reason))
      case .file(let path):
        if case .broken(_, let reason) = outcomes[path], seen.insert(path).inserted {
          broken.append((at, reason))
        }
      }
    }
    func place(_ at: Int) -> String { "\(dataset.posts[at].source): post \(dataset.posts[at].id)" }
    func line(_ at: Int?) -> Int? { at.map { dataset.posts[$0].source.line } }
    var result: [AuditFinding] = []
    if !missing.isEmpty {
      let isAll = missing.count == file.posts.count
      let share =
        isAll
        ? "no picture of its \(DatasetAudit.counted(missing.count, "post")) is there"
        : "the pictures of \(RegionVerdict.grouped(missing.count)) of "
          + "\(DatasetAudit.counted(file.posts.count, "post")) are not there"
      result.append(
        AuditFinding(
          .missingImage, .notice, file: file.name, line: isAll ? nil : line(missing.first), share,
          remedy: "Name their folder with --images; multimodal models see nothing in their place.",
          count: missing.count,
          examples: missing.prefix(isAll ? 0 : .max).map {
            "\(place($0)), picture \(dataset.posts[$0].imageID ?? "")"
          }))
    }
    if !refused.isEmpty {
      // One folder that leads out is one reason, however many pictures lie in it.
      let isOne = refused.count > 1 && Set(refused.map(\.reason)).count == 1
      result.append(
        AuditFinding(
          .refusedImage, .warning, file: file.name, line: line(refused.first?.post),
          "\(DatasetAudit.counted(refused.count, "picture")) that may not be opened"
            + (isOne ? ": \(Self.clause(refused[0].reason))" : ""),
          remedy: dataset.pictureFoldersOutside.isEmpty
            ? "Put the pictures into a folder and name it with --images."
            : "Give --images with the folder that the link leads to, or put the pictures into the "
              + "dataset's folder.",
          count: refused.count,
          examples: refused.map { isOne ? place($0.post) : "\(place($0.post)): \($0.reason)" }))
    }
    if !broken.isEmpty {
      result.append(
        AuditFinding(
          .undecodableImage, .warning, file: file.name, line: line(broken.first?.post),
          "\(DatasetAudit.counted(broken.count, "picture")) that cannot be decoded",
          remedy:
            "Fetch them again, or shrink those that are too large; models see nothing in their place.",
          count: broken.count,
          examples: broken.map {
            "\(place($0.post)): \($0.reason)"
          }
        ))
    }
    return result
  }

  /// A sentence without its capital and its full stop.
  private static func clause(_ sentence: String) -> String {
    sentence.prefix(1).lowercased()
      + (sentence.hasSuffix(".") ? sentence.dropFirst().dropLast() : sentence.dropFirst())
  }

  /// Names under which one picture counts as a placeholder, not as a picture that was posted twice.
  private static let fewestPlaceholderNames = 3

  /// Where pictures of the same bytes stand under many names, by the hash of the bytes.
  private func placeholderPosts(in dataset: Dataset) -> [String: [Int]] {
    var names: [String: Set<String>] = [:]
    var posts: [String: [Int]] = [:]
    for (at, post) in dataset.posts.enumerated() {
      guard case .file(let path) = lookups[at], let hash = outcomes[path]?.hash else { continue }
      names[hash, default: []].insert(post.imageID ?? "")
      posts[hash, default: []].append(at)
    }
    return posts.filter { (names[$0.key]?.count ?? 0) >= Self.fewestPlaceholderNames }
  }

  private func placeholders(in dataset: Dataset) -> [AuditFinding] {
    placeholderPosts(in: dataset).values.sorted { $0[0] < $1[0] }.map { posts in
      let first = dataset.posts[posts[0]]
      return AuditFinding(
        .placeholderImage, .warning, file: first.source.file, line: first.source.line,
        "\(DatasetAudit.counted(posts.count, "post")) show one and the same picture under "
          + "different names: a placeholder, or a picture that was posted again and again",
        remedy: "Look at it. A placeholder says nothing about a post: take it away, so that the "
          + "posts count as having no picture.",
        count: posts.count,
        examples: posts.map {
          "\(dataset.posts[$0].source): picture \(dataset.posts[$0].imageID ?? "")"
        })
    }
  }

  /// Pictures in two splits: first by name, then those of another name by their bytes.
  private func shared(in dataset: Dataset) -> [AuditFinding] {
    var names: [String: [Split: Int]] = [:]
    var contents: [String: [Split: Int]] = [:]
    let placeholders = placeholderPosts(in: dataset)
    for (at, post) in dataset.posts.enumerated() where post.split != .all {
      guard let name = post.imageID else { continue }
      if names[name]?[post.split] == nil { names[name, default: [:]][post.split] = at }
      if case .file(let path) = lookups[at], let hash = outcomes[path]?.hash,
        placeholders[hash] == nil, contents[hash]?[post.split] == nil
      {
        contents[hash, default: [:]][post.split] = at
      }
    }
    let byName = crossings(dataset, names, "by name")
    // What is shared by name need not be said twice.
    let byContent = contents.mapValues { places in
      places.filter { place in
        let name = dataset.posts[place.value].imageID ?? ""
        return (names[name]?.count ?? 0) < 2
      }
    }
    return byName + crossings(dataset, byContent, "by content, under other names")
  }

  private func crossings(
    _ dataset: Dataset, _ places: [String: [Split: Int]], _ how: String
  ) -> [AuditFinding] {
    DatasetAudit.crossings(of: dataset, places: places.values) { a, b, pairs in
      let name = dataset.files.first { $0.split == b }?.name ?? b.rawValue
      return AuditFinding(
        .sharedImage, .serious, file: name, line: dataset.posts[pairs[0].1].source.line,
        "\(DatasetAudit.counted(pairs.count, "picture")) of \(b.rawValue) also "
          + "\(pairs.count == 1 ? "belongs" : "belong") to \(a.rawValue), \(how)",
        remedy: "Take these posts out of \(a.rawValue): a model can know them by heart.",
        count: pairs.count,
        examples: pairs.map { first, second in
          "\(dataset.posts[second].source): \(dataset.posts[second].imageID ?? "") and "
            + "\(dataset.posts[first].source): \(dataset.posts[first].imageID ?? "")"
        })
    }
  }
}
