import Files

/// The regions of a dataset's pairs, from files that were judged when they were opened: what models
/// that look at regions are given.
package struct PairBoxes: Sendable {
  /// The regions of one post's pairs.
  package struct OfPost: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
      let head: Range<Int>
      let tail: Range<Int>
      let boxes: [RegionFile.Box]
    }

    private(set) var entries: [Entry] = []

    /// Regions that hold for every pair.
    package init(_ boxes: [RegionFile.Box] = []) {
      if !boxes.isEmpty { add(nil, boxes) }
    }

    /// All regions of the post, each once, in the order of the files.
    package var all: [RegionFile.Box] {
      var seen: Set<RegionFile.Box> = []
      return entries.flatMap(\.boxes).filter { seen.insert($0).inserted }
    }

    /// The regions of a pair; of a pair that the files do not know, those of all the post's pairs.
    package func boxes(head: Range<Int>, tail: Range<Int>) -> [RegionFile.Box] {
      let own = entries.filter { $0.head == head && $0.tail == tail }
      // Regions of a picture stand with each of its pairs.
      var seen: Set<RegionFile.Box> = []
      return (own.isEmpty ? entries : own).flatMap(\.boxes).filter { seen.insert($0).inserted }
    }

    mutating func add(_ pair: RelationMention?, _ boxes: [RegionFile.Box]) {
      entries.append(Entry(head: pair?.head ?? 0..<0, tail: pair?.tail ?? 0..<0, boxes: boxes))
    }
  }

  /// Names of the files, each with the beginning of its SHA-256.
  package let description: String
  /// What every report of a number made with these regions must print beside it; nil for clean
  /// ones.
  package let mark: String?
  private let posts: [Post.ID: OfPost]

  /// Reads and judges files, e.g. one for each split.
  /// - Throws: as `JudgedRegions.open`.
  package init(
    _ paths: [String], for dataset: Dataset, permission: RegionPermission = .labelFree
  ) throws {
    var posts: [Post.ID: OfPost] = [:]
    var names: [String] = []
    var mark: String?
    for path in paths {
      let judged = try JudgedRegions.open(path, for: dataset, permission: permission)
      mark = mark ?? judged.mark
      let bytes = try FileBytes.read(path, limit: RegionFile.mostBytes)
      names.append("\(judged.file.name) \(SHA256.hexDigest(of: bytes).prefix(12))")
      guard let joined = try judged.file.joined(to: dataset) else { continue }
      for (instance, boxes) in zip(joined.instances, joined.boxes) {
        posts[dataset.posts[instance.post].id, default: OfPost()].add(instance.pair, boxes)
      }
    }
    self.posts = posts
    self.mark = mark
    description = names.joined(separator: ", ")
  }

  /// Whether a file has a region of any of some posts.
  package func covers(_ some: some Sequence<Post>) -> Bool {
    some.contains { posts[$0.id]?.entries.contains { !$0.boxes.isEmpty } ?? false }
  }

  /// The regions of a post; none when no file speaks of it.
  package subscript(post: Post.ID) -> OfPost { posts[post] ?? OfPost() }
}
