import Corpora
import Files

/// How much of what a dataset holds, split by split.
package struct DatasetCounts: Sendable, Hashable {
  /// The counts of one split.
  package struct Row: Sendable, Hashable {
    /// Nil for all splits together.
    package let split: Split?
    /// Posts, with or without labels.
    package var posts = 0
    /// Different pictures that posts name.
    package var pictures = 0
    /// How many of these are there, whether or not they can be decoded.
    package var foundPictures = 0
    /// Pairs of mentions with a relation label, the null label included.
    package var pairs = 0
    /// Mentions by type.
    package var mentions: [EntityType: Int] = [:]
    /// Pairs by relation.
    package var relations: [String: Int] = [:]

    /// Mentions of every type.
    package var allMentions: Int { mentions.values.reduce(0, +) }
  }

  /// The dataset's name.
  package let name: String
  /// A row for each split that has posts, then one for all where there are several.
  package let rows: [Row]

  /// Counts; looks at the disk for pictures, and opens none.
  package init(_ dataset: Dataset) {
    name = dataset.name
    let splits = Split.allCases.filter { split in dataset.posts.contains { $0.split == split } }
    var rows = splits.map { split in
      Self.row(split, dataset.posts.filter { $0.split == split }, dataset)
    }
    if rows.count > 1 { rows.append(Self.row(nil, dataset.posts, dataset)) }
    self.rows = rows
  }

  /// Counts what comes line by line. Of each different picture its fingerprint is held, and nothing
  /// of a post.
  ///
  /// - Parameters:
  ///   - pictures: where pictures are looked for.
  ///   - malformed: told of each line that cannot be read, which is passed over.
  /// - Throws: what reading throws.
  package init(
    _ records: AnswerStream.Side, pictures: PictureFolder, malformed: (CorporaError) -> Void
  ) throws {
    var records = records
    var (row, names) = (Row(split: .all), Set<UInt64>())
    while true {
      do {
        guard let post = try records.nextPost() else { break }
        row.add(post)
        if let picture = records.embeddedPicture {
          guard names.insert(picture).inserted else { continue }
          row.pictures += 1
          row.foundPictures += 1
          continue
        }
        guard let name = post.imageID else { continue }
        var sum = FNV1a()
        sum.add(bytes: name.utf8)
        guard names.insert(sum.value).inserted else { continue }
        row.pictures += 1
        if (try? pictures.place(name)) != nil { row.foundPictures += 1 }
      } catch let error as CorporaError {
        malformed(error)
      }
    }
    (name, rows) = (records.name, [row])
  }

  private static func row(_ split: Split?, _ posts: [Post], _ dataset: Dataset) -> Row {
    var row = Row(split: split)
    var names: Set<String> = []
    for post in posts {
      row.add(post)
      if let name = post.imageID, names.insert(name).inserted {
        row.pictures += 1
        if case .file = dataset.image(for: post) { row.foundPictures += 1 }
      }
    }
    return row
  }
}

extension DatasetCounts.Row {
  /// Counts a post with its labels; its picture is the caller's business.
  fileprivate mutating func add(_ post: Post) {
    posts += 1
    pairs += post.relations.count
    for mention in post.mentions { mentions[mention.type, default: 0] += 1 }
    for relation in post.relations { relations[relation.label, default: 0] += 1 }
  }
}
