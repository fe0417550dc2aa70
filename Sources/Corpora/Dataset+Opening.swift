import Files
import Foundation
import Tensors

extension Dataset {
  /// The folder of models that a dataset brings.
  static let modelsFolder = "models"

  /// The dataset's own models, nil when it has none or when anything in them is a link out of its
  /// folder, which a finding names.
  package static func ownModels(root: String) -> String? {
    let path = "\(root)/\(modelsFolder)"
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR,
      FolderBoundary(root)?.firstEscape(under: path, depth: 3) == nil
    else { return nil }
    return path
  }

  /// Opens a dataset: a file, or a folder with dataset files in it (docs/formats.md).
  /// - Parameters:
  ///   - path: the file or folder.
  ///   - images: a folder to look for pictures in first.
  ///   - strict: stop at the first malformed line instead of listing it.
  ///   - reading: how irregular BIO tags are understood.
  ///   - encoding: what files are in that are neither UTF-8 nor UTF-16; else the settings' one.
  /// - Throws: `CorporaError`.
  package static func open(
    _ path: String, images: String? = nil, strict: Bool = false,
    reading: BIO.Reading = .lenient, encoding: TextEncoding? = nil
  ) throws -> Dataset {
    let root = try root(of: path)
    let isFolder = root == path
    var opener = Opener(root: root, strict: strict, reading: reading)
    try opener.readSettings()
    if let encoding { opener.settings.encoding = encoding }
    try opener.checkModels()
    let listed = isFolder ? try opener.listFolder() : [FilePath.name(of: path)]
    let index = try ImageIndex(
      root: root, explicit: images, configured: opener.settings.images)
    opener.images = index
    for source in try opener.recognize(listed, alone: !isFolder) { try opener.read(source) }
    if opener.posts.isEmpty, let link = opener.firstLink {
      throw CorporaError.malformed(link)
    }
    guard !opener.posts.isEmpty else { throw opener.nothingRead(path) }
    return try opener.dataset(path: path, isFolder: isFolder, images: index)
  }

  /// The folder that a dataset's own files lie in: itself, or the folder of its file.
  /// - Throws: `CorporaError` when nothing is there.
  package static func root(of path: String) throws -> String {
    var info = stat()
    guard stat(path, &info) == 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? CorporaError.notFound(path) : CorporaError.unreadable(path, code: errno)
    }
    return info.st_mode & S_IFMT == S_IFDIR ? path : FilePath.parent(of: path)
  }
}

/// A dataset while it is being opened.
struct Opener {
  /// A file that is worth reading.
  struct Source {
    let name: String
    let format: DataFormat
    let split: Split
  }

  let root: String
  /// What is read without being named must lie in here.
  let boundary: FolderBoundary?
  let strict: Bool
  let reading: BIO.Reading
  var settings = DatasetSettings()
  /// Where pictures are.
  var images: ImageIndex?
  var posts: [Post] = []
  private var files: [DataFile] = []
  private var findings: [Finding] = []
  private var index: [String: Int] = [:]
  private var namesFolders = false
  /// What the last file that was looked at nearly is.
  private var nearest: DataFormat.Nearest?
  /// Endings of files that are meant as data.
  private static let dataExtensions: Set<String> = [
    "txt", "jsonl", "json", "tsv", "csv", "conll", "bio", "iob", "iob2", "ann",
  ]

  private func isEmpty(_ name: String) -> Bool {
    var info = stat()
    return stat(path(of: name), &info) == 0 && info.st_size == 0
  }

  init(root: String, strict: Bool, reading: BIO.Reading) {
    self.root = root
    boundary = FolderBoundary(root)
    self.strict = strict
    self.reading = reading
  }

  func path(of name: String) -> String { "\(root)/\(name)" }

  /// Why there is no post at all: the first reason, those of lines before those of files.
  func nothingRead(_ path: String) -> CorporaError {
    let reasons =
      findings.filter { $0.severity == .malformed && $0.location.line > 0 }
      + findings.filter { $0.severity != .irregular && $0.location.line == 0 }
      + findings.filter { $0.isPassedOver && $0.location.line > 0 }
    guard let first = reasons.first else { return .noPosts(path) }
    return .nothingReadable(path, first: first, more: reasons.count - 1)
  }

  mutating func readSettings() throws {
    let name = DatasetSettings.fileName
    guard access(path(of: name), F_OK) == 0, try isInside(name) else { return }
    var collector = FindingCollector(file: name, strict: strict)
    do {
      let bytes = try FileBytes.read(path(of: name), limit: Bounds.line)
      settings = try DatasetSettings.read(String(decoding: bytes, as: UTF8.self), &collector)
    } catch let error as CorporaError {
      if case .malformed = error { throw error }
      try collector.add(.unreadableFile(error.description), line: 0)
    }
    findings += collector.all
    settings.regions = try settings.regions.filter { try isInside($0) }
  }

  /// Whether what a name leads to lies in the dataset's folder; names it in a finding if not.
  mutating func isInside(_ name: String) throws -> Bool {
    guard let target = boundary?.escape(of: path(of: name)) else { return true }
    try note(.leadsOut(to: target), file: name)
    return false
  }

  /// The first finding about a link that leads out.
  var firstLink: Finding? {
    findings.first { if case .leadsOut = $0.problem { true } else { false } }
  }

  /// Names links in the dataset's own models that lead out of its folder.
  mutating func checkModels() throws {
    guard let found = boundary?.firstEscape(under: path(of: Dataset.modelsFolder), depth: 3) else {
      return
    }
    try note(.leadsOut(to: found.target), file: String(found.path.dropFirst(root.count + 1)))
  }

  /// The names in the folder that can be data: not hidden, no picture, no settings of brat's.
  mutating func listFolder() throws -> [String] {
    guard let names = FileBytes.names(in: root) else {
      throw CorporaError.unreadable(root, code: errno)
    }
    let data = names.filter { name in
      let ending = DataFile.fileExtension(of: name).lowercased()
      return !name.hasPrefix(".") && name != DatasetSettings.fileName
        && name != StateFile.name && name != settings.guidelinesFile && ending != "conf"
        && !ImageIndex.extensions.contains(ending)
    }
    return try data + data.flatMap { try documents(inFolder: $0) }
  }

  /// Documents of brat's in a folder that is named as a split.
  private mutating func documents(inFolder folder: String) throws -> [String] {
    var info = stat()
    guard Split(fileName: folder) != .all, stat(path(of: folder), &info) == 0,
      info.st_mode & S_IFMT == S_IFDIR, let names = FileBytes.names(in: path(of: folder))
    else { return [] }
    let found = names.filter { !$0.hasPrefix(".") }.map { "\(folder)/\($0)" }.filter {
      textName(of: $0) != nil
    }
    return try found.isEmpty || isInside(folder) ? found : []
  }

  /// Whether a file is an object of relation labels with their ids, as `ours_rel2id.json`.
  private func isRelationList(_ name: String) -> Bool {
    guard let bytes = try? FileBytes.read(path(of: name), limit: 1 << 16),
      let ids = try? JSONDecoder().decode([String: Int].self, from: Data(bytes))
    else { return false }
    return ids.keys.contains { $0.hasPrefix("/") }
      && ids.keys.allSatisfy { $0.hasPrefix("/") || $0 == RelationInventory.none }
  }

  /// Tells the formats by content and puts the files in order.
  mutating func recognize(_ names: [String], alone: Bool) throws -> [Source] {
    var sources: [Source] = []
    let pictures = pictureStems()
    let texts = Set(names.compactMap(textName))
    for name in names.sorted() where !texts.contains(name) {
      var info = stat()
      guard alone || (stat(path(of: name), &info) == 0 && info.st_mode & S_IFMT == S_IFREG) else {
        continue
      }
      guard try alone || isInside(name) else { continue }
      let stem = DataFile.stem(of: name)
      nearest = nil
      if let text = textName(of: name), try isInside(text) {
        let split = Split(fileName: FilePath.parent(of: name))
        sources.append(Source(name: name, format: .brat, split: split))
        continue
      }
      let ending = DataFile.fileExtension(of: name).lowercased()
      switch try guess(name, alone: alone) {
      case .format(let format):
        sources.append(Source(name: name, format: format, split: Split(fileName: name)))
      // MNRE brings the ids of its relations along; the labels themselves stand in its lines.
      case .unknown where ending == "json" && isRelationList(name): continue
      case .unknown where ending == "txt" && pictures.contains(stem):
        sources.append(Source(name: name, format: .bareText, split: .all))
      case .unknown:
        if let nearest {
          let finding = Finding(
            SourceLocation(file: name, line: nearest.line),
            .almost(format: nearest.format, reason: nearest.reason))
          if alone { throw CorporaError.malformed(finding) }
          findings.append(finding)
        } else if alone {
          throw CorporaError.noDataset(path(of: name))
        } else if Self.dataExtensions.contains(ending) || Split(fileName: name) != .all {
          findings.append(Finding(SourceLocation(file: name, line: 0), .unknownFormat))
        }
      case nil where Split(fileName: name) != .all && isEmpty(name):
        if alone { throw CorporaError.noDataset(path(of: name)) }
        findings.append(Finding(SourceLocation(file: name, line: 0), .emptyFile))
      case nil: if alone { throw CorporaError.noDataset(path(of: name)) }
      }
    }
    // Numbered pairs come in the order of their numbers.
    return sources.sorted { a, b in
      if a.split != b.split { return a.split.rank < b.split.rank }
      let (x, y) = (
        DataFile.stem(of: FilePath.name(of: a.name)), DataFile.stem(of: FilePath.name(of: b.name))
      )
      if let x = Int(x), let y = Int(y), x != y { return x < y }
      return a.name < b.name
    }
  }

  private func textName(of name: String) -> String? {
    DataFormat.brat.textName(beside: name, in: root)
  }

  /// What a file's content says it is.
  private enum Guess {
    case format(DataFormat)
    case unknown
  }

  private mutating func guess(_ name: String, alone: Bool) throws -> Guess? {
    do {
      let beginning = try FileBytes.read(path(of: name), limit: Bounds.line, prefix: true)
      if beginning.isEmpty { return nil }
      let encoding = TextEncoding(of: beginning, named: settings.encoding)
      let text = encoding.utf8(beginning) ?? beginning
      let found = text.withUnsafeBufferPointer(DataFormat.guess)
      let guess = found.map(Guess.format) ?? .unknown
      if found == nil { nearest = text.withUnsafeBufferPointer(DataFormat.nearest) }
      return guess
    } catch let error as CorporaError where !alone {
      try note(.unreadableFile(error.description), file: name)
      return nil
    }
  }

  mutating func note(_ problem: Finding.Problem, file: String) throws {
    var collector = FindingCollector(file: file, strict: strict)
    try collector.add(problem, line: 0)
    findings += collector.all
  }

  private func pictureStems() -> Set<String> {
    Set(
      (FileBytes.names(in: root) ?? [])
        .filter { ImageIndex.extensions.contains(DataFile.fileExtension(of: $0).lowercased()) }
        .map { DataFile.stem(of: $0) })
  }

  /// Reads one file and appends its posts.
  mutating func read(_ source: Source) throws {
    let stored: [UInt8]
    var text: [UInt8]?
    do {
      stored = try FileBytes.read(path(of: source.name))
      if source.format.textExtension != nil, let name = textName(of: source.name) {
        text = try FileBytes.read(path(of: name))
      }
    } catch let error as CorporaError {
      return try note(.unreadableFile(error.description), file: source.name)
    }
    let encoding = TextEncoding(of: stored, named: settings.encoding)
    guard let bytes = encoding.utf8(stored),
      encoding == .utf8 || encoding.encoded(bytes) == stored
    else {
      return try note(.unreadableFile("not valid \(encoding.rawValue)"), file: source.name)
    }
    let (parsed, hash) = try parse(bytes, stored: stored, source, text: text)
    let first = posts.count
    posts.reserveCapacity(first + parsed.posts.count)
    index.reserveCapacity(first + parsed.posts.count)
    var findings = FindingCollector(file: source.name, strict: strict)
    var repeats: [String: Int] = [:]
    let folder = FilePath.parent(of: source.name)
    let stem = folder == "." ? DataFile.stem(of: source.name) : folder
    for post in parsed.posts {
      let wanted = post.id ?? post.imageID ?? "line\(post.line)"
      var key = wanted
      // One look for nearly all of them.
      if let owner = index.updateValue(posts.count, forKey: wanted) {
        index[wanted] = owner
        key = self.key(for: wanted, stem, first, &repeats)
        index[key] = posts.count
      }
      if post.id != nil, key != wanted {
        try findings.add(.duplicateID(wanted, becomes: key), line: post.line)
      }
      var read = Post(
        id: key, tokens: post.tokens,
        imageID: source.format == .brat
          ? images?.picture(ofDocument: post.imageID) : post.imageID,
        mentions: post.mentions, relations: post.relations, split: source.split,
        attributes: post.attributes,
        source: SourceLocation(file: source.name, line: post.line))
      read.scheme = parsed.scheme
      if !namesFolders, let image = read.imageID {
        namesFolders = image.utf8.contains(UInt8(ascii: "/"))
      }
      posts.append(read)
    }
    files.append(
      DataFile(
        name: source.name, format: source.format, split: source.split,
        posts: first..<posts.count, hash: hash, misc: parsed.misc,
        wordOffset: parsed.wordOffset, scheme: parsed.scheme, encoding: encoding))
    self.findings += (parsed.findings + findings.all).sorted { $0.location.line < $1.location.line }
  }

  /// A free key: the id; `id#2`, `id#3` … where the file repeats it; `stem/id` where an earlier
  /// file has it.
  private func key(
    for id: String, _ stem: String, _ first: Int, _ repeats: inout [String: Int]
  ) -> String {
    guard let owner = index[id] else { return id }
    let base = owner >= first ? id : "\(stem)/\(id)"
    if index[base] == nil { return base }
    var number = repeats[base] ?? 2
    while index["\(base)#\(number)"] != nil { number += 1 }
    repeats[base] = number + 1
    return "\(base)#\(number)"
  }

  mutating func dataset(path: String, isFolder: Bool, images: ImageIndex) throws -> Dataset {
    let resolved = FileBytes.realPath(path) ?? path
    let last = (resolved as NSString).lastPathComponent
    let types = settings.types.isEmpty ? Dataset.inventory(of: posts) : settings.types
    let relations =
      settings.relations.isEmpty ? Dataset.relationLabels(of: posts) : settings.relations
    let guidelines = try guidelines(types: types, relations: relations)
    var dataset = Dataset(
      name: settings.name ?? (isFolder ? last : DataFile.stem(of: last)), root: root, path: path,
      posts: posts, files: files, labelInventory: types, relationLabels: relations,
      guidelines: guidelines, regionFiles: settings.regions, findings: findings,
      reading: reading, index: index, images: images)
    dataset.tagNames = settings.tags
    dataset.namesFolders = namesFolders
    return dataset
  }
}
