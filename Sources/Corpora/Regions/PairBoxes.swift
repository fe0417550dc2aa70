import Files

/// The regions of a dataset's pairs, from files that were judged when they were opened: what models
/// that look at regions are given.
package struct PairBoxes: Sendable {
  /// The regions of one post's pairs.
  package struct OfPost: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
      let head: Range<Int>
      let tail: Range<Int>
      /// Those of the pair, then those of its picture.
      let boxes: [RegionFile.Box]
      /// How many are of the pair itself.
      let ofPair: Int
    }

    private(set) var entries: [Entry] = []

    /// Regions that hold for every pair.
    package init(_ boxes: [RegionFile.Box] = []) {
      if !boxes.isEmpty { add(nil, boxes, ofPair: 0) }
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

    /// The regions of a pair, apart: its own, which a grounding model finds for what the pair
    /// names, and its picture's, which a detector finds. Each stands in a place of its own, so that
    /// equal ones of a pair stay. A pair that the files do not know has those of all the post's
    /// pairs, each once.
    package func parts(
      head: Range<Int>, tail: Range<Int>
    ) -> (ofPair: [RegionFile.Box], ofPicture: [RegionFile.Box]) {
      let own = entries.filter { $0.head == head && $0.tail == tail }
      func once(_ boxes: [RegionFile.Box]) -> [RegionFile.Box] {
        var seen: Set<RegionFile.Box> = []
        return boxes.filter { seen.insert($0).inserted }
      }
      let ofPair = (own.isEmpty ? entries : own).flatMap { $0.boxes.prefix($0.ofPair) }
      // The picture's stand with each of its pairs.
      return (
        own.isEmpty ? once(ofPair) : ofPair,
        once((own.isEmpty ? entries : own).flatMap { $0.boxes.dropFirst($0.ofPair) })
      )
    }

    mutating func add(_ pair: RelationMention?, _ boxes: [RegionFile.Box], ofPair: Int) {
      entries.append(
        Entry(
          head: pair?.head ?? 0..<0, tail: pair?.tail ?? 0..<0, boxes: boxes, ofPair: ofPair))
    }
  }

  /// Names of the files, each with the beginning of its SHA-256.
  package let description: String
  /// What every report of a number made with these regions must print beside it; nil for clean
  /// ones.
  package let mark: String?
  private var posts: [Post.ID: OfPost]

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
      for (place, instance) in joined.instances.enumerated() {
        posts[dataset.posts[instance.post].id, default: OfPost()].add(
          instance.pair, joined.boxes[place], ofPair: joined.ofPair[place])
      }
    }
    self.posts = posts
    self.mark = mark
    description = names.joined(separator: ", ")
  }

  /// The same, some posts with the regions of others, whose pictures they got.
  package func exchanged(_ partners: [Post.ID: Post.ID]) -> PairBoxes {
    var result = self
    for (post, partner) in partners { result.posts[post] = posts[partner] }
    return result
  }

  /// Whether a file has a region of any of some posts.
  package func covers(_ some: some Sequence<Post>) -> Bool {
    some.contains { posts[$0.id]?.entries.contains { !$0.boxes.isEmpty } ?? false }
  }

  /// The regions of a post; none when no file speaks of it.
  package subscript(post: Post.ID) -> OfPost { posts[post] ?? OfPost() }
}
