import Files
import Records

/// What an export is going to write: the files of a dataset, each in its own format, and in others.
struct ExportPlan {
  private(set) var outputs: [(name: String, bytes: [UInt8])] = []
  private(set) var notices: [String] = []
  private let dataset: Dataset
  private let edited: [Post.ID: Post]
  private let formats: [DataFormat]
  private let request: DataFormat.WritingRequest
  private let kept: Set<Post.ID>?
  private var taken: Set<String> = []
  /// Posts that have files of their own.
  private var loose: [(post: Post, format: DataFormat, misc: String, stem: String)] = []
  /// Posts whose labels have no place in their own file.
  private var unheld: [(post: Post.ID, file: String)] = []
  /// Posts that their own file has no line for.
  private var lost: [(post: Post.ID, file: String)] = []
  /// What files tell of states, by folder.
  private var states: [String: StateFile] = [:]

  /// The stem of the files that posts with files of their own go into; those of a folder that is
  /// named as a split go into one of its name.
  static let looseStem = "posts"

  init(
    _ dataset: Dataset, _ edited: [Post.ID: Post], _ formats: [DataFormat],
    _ scheme: TaggingScheme, _ marks: [Post.ID: ReviewMark], _ kept: Set<Post.ID>?
  ) {
    self.dataset = dataset
    self.edited = edited
    self.formats = formats
    self.kept = kept
    request = DataFormat.WritingRequest(reading: dataset.reading, scheme: scheme, marks: marks)
  }

  /// Adds a file of the dataset.
  /// - Throws: `CorporaError`, `FormatError`.
  mutating func add(_ file: DataFile) throws {
    let posts = dataset.posts[file.posts].filter { kept?.contains($0.id) ?? true }
      .map { edited[$0.id] ?? $0 }
    guard !posts.isEmpty || kept == nil else { return }
    let own = try DatasetWriter.bytes(of: file, in: dataset, edited: edited, keeping: kept)
    notices += own.notices
    for post in dataset.posts[file.posts] where kept?.contains(post.id) ?? true {
      guard let new = edited[post.id], !file.holds(new, insteadOf: post) else { continue }
      if file.losesPost(new, insteadOf: post) {
        lost.append((post.id, file.name))
      } else {
        unheld.append((post.id, file.name))
      }
    }
    outputs.append((file.name, own.bytes))
    if let name = file.textName, let text = try DatasetWriter.text(of: file, in: dataset) {
      outputs.append((name, text))
    }
    for post in posts { note(post, in: file.name, folder: "") }
    if file.format.isOnePost {
      let folder = FilePath.parent(of: file.name)
      let stem = folder == "." ? Self.looseStem : folder
      loose += posts.map { ($0, file.format, file.misc, stem) }
      return
    }
    for format in formats where format != file.format {
      try write(posts, as: format, stem: file.stem, orStem: file.name, misc: file.misc)
    }
  }

  /// Adds what belongs to all files.
  mutating func finish() throws {
    for format in formats {
      let byStem = Dictionary(grouping: loose.filter { $0.format != format }, by: \.stem)
      for (stem, posts) in byStem.sorted(by: { $0.key < $1.key }) {
        try write(
          posts.map(\.post), as: format, stem: stem, orStem: "\(stem)-", misc: posts[0].misc)
      }
    }
    notices += [
      notice(of: lost, "their own files have no line for a post without a pair, and leave out"),
      notice(of: unheld, "their own files have no place for the labels of"),
    ].compactMap(\.self)
    if let settings = DatasetWriter.settings(of: dataset) {
      outputs.append((DatasetSettings.fileName, settings))
    }
    for (folder, file) in states.sorted(by: { $0.key < $1.key }) {
      outputs.append((folder + StateFile.name, file.bytes))
    }
  }

  /// Which labels are not in their own files, and where they are.
  private func notice(of posts: [(post: Post.ID, file: String)], _ words: String) -> String? {
    guard !posts.isEmpty else { return nil }
    let shown = posts.prefix(3).map { "\($0.post) (\($0.file))" }.joined(separator: ", ")
    let more = posts.count > 3 ? " and \(posts.count - 3) more" : ""
    // A format that lacked something would have written nothing.
    let others = formats.map { "\($0.folder)/" }
    return "\(words) \(shown)\(more); "
      + (others.isEmpty
        ? "export with --format twinlens, too" : "they are in \(others.joined(separator: ", "))")
  }

  private mutating func write(
    _ posts: [Post], as format: DataFormat, stem: String, orStem other: String, misc: String
  ) throws {
    let stem = taken.insert("\(format.folder)/\(stem)").inserted ? stem : other
    var request = request
    request.misc = misc
    let documents = try format.files(of: posts, stem: stem, request)
    if !format.namesPictures, posts.contains(where: { $0.imageID != nil }) {
      notices.append(
        "\(format.folder)/\(documents.first?.name ?? stem): \(format.title) name no pictures; they are left out"
      )
    }
    let empty = posts.reduce(0) { $0 + $1.relations.count { $0.label == RelationInventory.none } }
    if !format.keepsEmptyPairs, empty > 0 {
      notices.append(
        "\(format.folder)/\(documents.first?.name ?? stem): \(format.title) have no pairs; "
          + "\(empty.counted("pair")) labelled \(RelationInventory.none) "
          + (empty == 1 ? "is left out" : "are left out"))
    }
    outputs += documents.map { ("\(format.folder)/\($0.name)", $0.bytes) }
    guard !format.carriesState else { return }
    if format.documents == nil {
      let name = documents.first?.name ?? stem
      for post in posts { note(post, in: name, folder: "\(format.folder)/") }
    } else {
      let byID = Dictionary(posts.map { ($0.id, $0) }) { first, _ in first }
      for document in documents where document.name.hasSuffix(".\(format.fileExtension)") {
        guard let post = document.post.flatMap({ byID[$0] }) else { continue }
        note(post, in: document.name, folder: "\(format.folder)/")
      }
    }
  }

  private mutating func note(_ post: Post, in file: String, folder: String) {
    guard let mark = request.marks[post.id] else { return }
    states[folder, default: StateFile()].note(post.id, in: file, mark)
  }
}

/// How far posts have come, for files that cannot tell: a JSON object a line.
struct StateFile {
  static let name = "annotations.state.jsonl"
  private(set) var bytes: [UInt8] = []

  mutating func note(_ post: Post.ID, in file: String, _ mark: ReviewMark) {
    let fields =
      ["\"id\":\(JSONScanner.quoted(post))", "\"file\":\(JSONScanner.quoted(file))"] + mark.fields
    bytes += Array("{\(fields.joined(separator: ","))}\n".utf8)
  }
}
