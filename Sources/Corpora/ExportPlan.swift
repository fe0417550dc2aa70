import Files
import Records

/// What an export is going to write: the files of a dataset, each in its own format, and in others.
struct ExportPlan {
  private(set) var outputs: [ExportOutput] = []
  private(set) var notices: [String] = []
  private let dataset: Dataset
  private let edited: [Post.ID: Post]
  private let formats: [DataFormat]
  private let request: DataFormat.WritingRequest
  private let kept: Set<Post.ID>?
  private let folder: String
  private var taken: Set<String> = []
  /// Posts that have files of their own.
  private var loose: [(post: Post, format: DataFormat, misc: String, stem: String)] = []
  /// Posts whose labels have no place in their own file.
  private var unheld: [(post: Post.ID, file: String)] = []
  /// Posts that their own file has no line for.
  private var lost: [(post: Post.ID, file: String)] = []
  /// What files tell of states, by folder.
  private var states: [String: ExportOutput] = [:]
  private var statePipes: [String: BytePipe] = [:]

  /// The stem of the files that posts with files of their own go into; those of a folder that is
  /// named as a split go into one of its name.
  static let looseStem = "posts"

  /// - Parameter folder: what is written into; large files are made there, without names.
  init(
    _ dataset: Dataset, _ edited: [Post.ID: Post], _ formats: [DataFormat],
    _ request: DataFormat.WritingRequest, _ kept: Set<Post.ID>?, folder: String
  ) {
    self.dataset = dataset
    self.edited = edited
    self.formats = formats
    self.request = request
    self.kept = kept
    self.folder = folder
  }

  /// Adds a file of the dataset.
  /// - Parameter progress: is told how many more posts were made.
  /// - Throws: `CorporaError`, `FormatError`.
  mutating func add(_ file: DataFile, progress: (Int) -> Void) throws {
    let (kept, edited) = (kept, edited)
    let posts = dataset.posts[file.posts].lazy.filter { kept?.contains($0.id) ?? true }
      .map { edited[$0.id] ?? $0 }
    guard !posts.isEmpty || kept == nil else { return progress(file.posts.count) }
    let dataset = dataset
    var told = 0
    try withoutActuallyEscaping(progress) { progress in
      try write(file.name) { pipe in
        try DatasetWriter.write(
          file, of: dataset, edited: edited, keeping: kept,
          progress: {
            told += $0
            progress($0)
          }, into: &pipe)
      }
    }
    progress(file.posts.count - told)
    for post in dataset.posts[file.posts] where kept?.contains(post.id) ?? true {
      guard let new = edited[post.id], !file.holds(new, insteadOf: post) else { continue }
      if file.losesPost(new, insteadOf: post) {
        lost.append((post.id, file.name))
      } else {
        unheld.append((post.id, file.name))
      }
    }
    if let name = file.textName, let text = try DatasetWriter.text(of: file, in: dataset) {
      try add(name, text)
    }
    for post in posts { try note(post, in: file.name, folder: "") }
    if file.format.isOnePost {
      let folder = FilePath.parent(of: file.name)
      let stem = folder == "." ? Self.looseStem : folder
      loose += posts.map { ($0, file.format, file.misc, stem) }
      return
    }
    for format in formats where format != file.format {
      try write(
        posts, as: format, stem: file.stem, orStem: file.name, misc: file.misc, progress: progress)
    }
  }

  private mutating func add(_ name: String, _ bytes: [UInt8]) throws {
    let output = ExportOutput(name, in: folder)
    try output.add(bytes)
    outputs.append(output)
  }

  /// Adds what is handed on as it is made.
  private mutating func write(
    _ name: String, _ make: (inout BytePipe) throws -> [String]
  ) throws {
    let output = ExportOutput(name, in: folder)
    var pipe = BytePipe { try output.add($0) }
    notices += try make(&pipe)
    try pipe.flush()
    outputs.append(output)
  }

  /// Adds what belongs to all files.
  /// - Parameter progress: is told how many more posts were made.
  mutating func finish(progress: (Int) -> Void) throws {
    for format in formats {
      let byStem = Dictionary(grouping: loose.filter { $0.format != format }, by: \.stem)
      for (stem, posts) in byStem.sorted(by: { $0.key < $1.key }) {
        try write(
          posts.map(\.post), as: format, stem: stem, orStem: "\(stem)-", misc: posts[0].misc,
          progress: progress)
      }
    }
    notices += [
      notice(of: lost, "their own files have no line for a post without a pair, and leave out"),
      notice(of: unheld, "their own files have no place for the labels of"),
    ].compactMap(\.self)
    if let settings = DatasetWriter.settings(of: dataset) {
      try add(DatasetSettings.fileName, settings)
    }
    for (folder, file) in states.sorted(by: { $0.key < $1.key }) {
      try statePipes[folder]?.flush()
      outputs.append(file)
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
    _ posts: some Collection<Post>, as format: DataFormat, stem: String, orStem other: String,
    misc: String, progress: (Int) -> Void
  ) throws {
    let stem = taken.insert("\(format.folder)/\(stem)").inserted ? stem : other
    var request = request
    request.misc = misc
    guard format.documents != nil else {
      let name = "\(stem).\(format.fileExtension)"
      try write("\(format.folder)/\(name)") { pipe in
        try format.write(posts, request, into: &pipe, progress: progress)
        return []
      }
      tell(of: posts, as: format, in: name)
      guard !format.carriesState else { return }
      for post in posts { try note(post, in: name, folder: "\(format.folder)/") }
      return
    }
    let documents = try format.files(of: Array(posts), stem: stem, request)
    progress(posts.count)
    tell(of: posts, as: format, in: documents.first?.name ?? stem)
    for document in documents { try add("\(format.folder)/\(document.name)", document.bytes) }
    guard !format.carriesState else { return }
    let byID = Dictionary(posts.map { ($0.id, $0) }) { first, _ in first }
    for document in documents where document.name.hasSuffix(".\(format.fileExtension)") {
      guard let post = document.post.flatMap({ byID[$0] }) else { continue }
      try note(post, in: document.name, folder: "\(format.folder)/")
    }
  }

  /// What a format leaves out of all posts.
  private mutating func tell(
    of posts: some Collection<Post>, as format: DataFormat, in name: String
  ) {
    if !format.namesPictures, posts.contains(where: { $0.imageID != nil }) {
      notices.append(
        "\(format.folder)/\(name): \(format.title) name no pictures; they are left out")
    }
    guard !format.keepsEmptyPairs else { return }
    let empty = posts.reduce(0) { $0 + $1.relations.count { $0.label == RelationInventory.none } }
    guard empty > 0 else { return }
    notices.append(
      "\(format.folder)/\(name): \(format.title) have no pairs; "
        + "\(empty.counted("pair")) labelled \(RelationInventory.none) "
        + (empty == 1 ? "is left out" : "are left out"))
  }

  /// Notes how far a post has come, for a file that cannot tell: a JSON object a line.
  private mutating func note(_ post: Post, in file: String, folder: String) throws {
    guard let mark = request.mark(of: post) else { return }
    if states[folder] == nil {
      let output = ExportOutput(folder + StateFile.name, in: self.folder)
      states[folder] = output
      statePipes[folder] = BytePipe { try output.add($0) }
    }
    let fields =
      ["\"id\":\(JSONScanner.quoted(post.id))", "\"file\":\(JSONScanner.quoted(file))"]
      + mark.fields
    try statePipes[folder]?.append("{\(fields.joined(separator: ","))}\n".utf8)
  }
}

/// How far posts have come, for files that cannot tell.
enum StateFile {
  static let name = "annotations.state.jsonl"
}
