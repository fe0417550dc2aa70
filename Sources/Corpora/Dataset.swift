/// A dataset as it was opened: its posts, files, labels and what was noticed on the way.
///
/// A value; edits live elsewhere (`Annotations`) and are laid over the posts.
package struct Dataset: Sendable {
  /// `dataset.toml`'s name, else that of the folder or file.
  package let name: String
  /// The folder of the files; a dataset of one file has the file's folder.
  package let root: String
  /// The path that was opened.
  package let path: String
  /// All posts: train, dev, test, then other files; within a file as they stand.
  package let posts: [Post]
  /// The files in the same order.
  package let files: [DataFile]
  /// Entity types to offer: `dataset.toml`'s, else PER LOC ORG MISC and whatever else was seen,
  /// sorted.
  package let labelInventory: [EntityType]
  /// Relation labels to offer, in the order of their ids: `dataset.toml`'s, else MNRE's 23 where
  /// all that was seen is among them, else those seen, sorted, `None` first.
  package let relationLabels: [String]
  /// What `dataset.toml` tells annotators.
  package let guidelines: Guidelines
  /// Region files that `dataset.toml` names, relative to the root.
  package let regionFiles: [String]
  /// Everything irregular, by file and line.
  package let findings: [Finding]
  /// How irregular BIO tags were understood.
  package let reading: BIO.Reading

  /// The tags that numbers in JSON stand for, in the order of the numbers: `dataset.toml`'s.
  var tagNames: [String] = []
  /// The place of each post in `posts`, by its id.
  package let index: [String: Int]
  let images: ImageIndex
  /// Whether any picture's name has a folder in it.
  var namesFolders = true

  /// The post with that id.
  package func post(id: String) -> Post? { index[id].map { posts[$0] } }

  /// The place of that post in `posts`.
  package func position(of id: String) -> Int? { index[id] }

  /// Where the picture of a post is, or why there is none. Looks at the disk; not for the main
  /// thread.
  package func image(for post: Post) -> ImageLookup { images.lookup(post.imageID) }

  /// Whether the posts name pictures, and whether any of them may be there. Looks at the disk.
  package var pictures: (areNamed: Bool, mayBeThere: Bool) {
    let ids = posts.lazy.compactMap(\.imageID)
    return (!ids.isEmpty, images.mayHold(ids, inFolders: namesFolders))
  }

  /// What is to be known of folders of pictures that lead out of the dataset's folder and are
  /// therefore not looked into, a sentence each with the way to use them.
  package var pictureFoldersOutside: [String] { images.outsideSentences }

  /// The posts of one split.
  package func posts(in split: Split) -> [Post] { posts.filter { $0.split == split } }

  /// The file in which a post stands.
  package func file(of post: Post) -> DataFile? {
    index[post.id].flatMap { at in files.first { $0.posts.contains(at) } }
  }
}

extension Dataset {
  /// A dataset of posts that stand in no file: for generated posts and tests. Of posts with the
  /// same id the first counts; pictures are looked up under `root`, if one is given.
  package init(name: String, posts: [Post], root: String? = nil) {
    self.init(
      name: name, root: root ?? "", path: root ?? "", posts: posts, files: [],
      labelInventory: Self.inventory(of: posts), relationLabels: Self.relationLabels(of: posts),
      guidelines: Guidelines(), regionFiles: [], findings: [], reading: .lenient,
      index: Dictionary(zip(posts.map(\.id), posts.indices)) { first, _ in first },
      images: root.flatMap { try? ImageIndex(root: $0, explicit: nil, configured: nil) }
        ?? ImageIndex(folders: []))
  }

  /// The same dataset with other labels on its posts, which are as many in the same order. Types
  /// and relations that it offers stay.
  package func replacing(posts: [Post]) -> Dataset {
    precondition(posts.count == self.posts.count, "other labels, not other posts")
    var result = Dataset(
      name: name, root: root, path: path, posts: posts, files: files,
      labelInventory: labelInventory, relationLabels: relationLabels, guidelines: guidelines,
      regionFiles: regionFiles, findings: findings, reading: reading, index: index, images: images)
    (result.tagNames, result.namesFolders) = (tagNames, namesFolders)
    return result
  }

  /// PER LOC ORG MISC, then the other types of the posts, sorted.
  static func inventory(of posts: [Post]) -> [EntityType] {
    let basic: [EntityType] = [.person, .location, .organization, .miscellaneous]
    var seen = Set(basic)
    var last = EntityType.person
    // In place: a copy of each post costs more than looking at it.
    posts.withUnsafeBufferPointer { posts in
      for place in posts.indices {
        for mention in posts[place].mentions where mention.type != last {
          last = mention.type
          seen.insert(last)
        }
      }
    }
    return basic + seen.subtracting(basic).sorted()
  }

  /// MNRE's labels where the posts have some of them and no other; else the posts' own, `None`
  /// first, the others sorted.
  static func relationLabels(of posts: [Post]) -> [String] {
    var seen: Set<String> = []
    posts.withUnsafeBufferPointer { posts in
      for place in posts.indices {
        for relation in posts[place].relations { seen.insert(relation.label) }
      }
    }
    let none = seen.remove(RelationInventory.none).map { [$0] } ?? []
    if !seen.isEmpty, seen.isSubset(of: RelationInventory.mnre) { return RelationInventory.mnre }
    return none + seen.sorted()
  }
}
