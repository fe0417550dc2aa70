import Foundation

/// Writes a dataset with its edits into another folder, each file in its own format.
public enum DatasetWriter {
  /// What an export wrote.
  public struct Report: Sendable, Hashable {
    /// Paths of the files written, relative to the folder.
    public let files: [String]
    /// Posts whose labels differ from the dataset's.
    public let changedPosts: Int
    /// Sentences on what could not be said in the file's own format.
    public let notices: [String]
  }

  /// Writes each file under its own relative name; only what edits changed differs from the
  /// original.
  /// - Parameters:
  ///   - edited: posts with other labels or tags than the dataset's, by id; same tokens.
  ///   - directory: the folder to write into; made if it is not there.
  ///   - splits: files without a post of these are left out; nil: all files.
  ///   - jsonl: also write `<stem>.jsonl` beside each file.
  /// - Throws: `CorporaError`: the dataset changed since it was opened, the folder is the dataset's
  ///   own or holds a file of that name that is no earlier export, and then nothing is written; or
  ///   the disk says no. Files already written stay; each is whole.
  @discardableResult
  public static func export(
    _ dataset: Dataset, edited: [Post.ID: Post], to directory: String, splits: Set<Split>? = nil,
    jsonl: Bool = false
  ) throws -> Report {
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw CorporaError.cannotWrite(directory, code: errno == 0 ? ENOTDIR : errno)
    }
    let changed = edited.filter { id, post in
      guard let original = dataset.post(id: id) else { return false }
      return original.mentions != post.mentions || original.relations != post.relations
        || original.respelled != post.respelled
    }
    var outputs: [(name: String, bytes: [UInt8])] = []
    var notices: [String] = []
    let taken = Set(dataset.files.map(\.name))
    for file in dataset.files {
      if let splits, !dataset.posts[file.posts].contains(where: { splits.contains($0.split) }) {
        continue
      }
      let result = try bytes(of: file, in: dataset, edited: changed)
      notices += result.notices
      outputs.append((file.name, result.bytes))
      guard jsonl, file.format != .jsonLines else { continue }
      let plain = "\(file.stem).jsonl"
      let name = taken.contains(plain) ? "\(file.name).jsonl" : plain
      let posts = dataset.posts[file.posts].map { changed[$0.id] ?? $0 }
      outputs.append(
        (name, JSONLines.bytes(of: posts, reading: dataset.reading, misc: file.misc)))
    }
    var record = ExportRecord(folder: directory)
    let files = outputs.map { ($0.name, SHA256.hexDigest(of: $0.bytes)) }
    for (name, hash) in files {
      let target = "\(directory)/\(name)"
      if let real = FileBytes.realPath(target),
        real == FileBytes.realPath("\(dataset.root)/\(name)")
      {
        throw CorporaError.wouldOverwrite(target)
      }
      try record.requireReplaceable(name, by: hash)
    }
    // Before the files: an export that is interrupted can be repeated.
    try record.note(files, replacing: false)
    for output in outputs { try FileBytes.write(output.bytes, to: "\(directory)/\(output.name)") }
    try record.note(files, replacing: true)
    return Report(files: outputs.map(\.name), changedPosts: changed.count, notices: notices)
  }

  /// One file's bytes with the edits in them.
  /// - Throws: `CorporaError.changedSinceOpened` when the file is not the one that was opened.
  public static func bytes(
    of file: DataFile, in dataset: Dataset, edited: [Post.ID: Post]
  ) throws -> (bytes: [UInt8], notices: [String]) {
    let bytes = try FileBytes.read("\(dataset.root)/\(file.name)")
    guard SHA256.hexDigest(of: bytes) == file.hash else {
      throw CorporaError.changedSinceOpened(file.name)
    }
    var originals: [Int: Post] = [:]
    var changed: [Int: Post] = [:]
    var notices: [String] = []
    if !edited.isEmpty {
      for post in dataset.posts[file.posts] {
        guard let new = edited[post.id], new.tokens == post.tokens else { continue }
        originals[post.source.line] = post
        changed[post.source.line] = new
        if !file.format.holds(new, insteadOf: post) {
          notices.append(
            "\(file.name): the format has no place for the labels of \(post.id); export with --jsonl"
          )
        }
      }
    }
    guard !changed.isEmpty else { return (bytes, notices) }
    switch file.format {
    case .mner:
      return (
        MNERText.rewrite(bytes, edited: changed, reading: dataset.reading, misc: file.misc),
        notices
      )
    case .mnre:
      return (MNREText.rewrite(bytes, edited: changed), notices)
    case .jsonLines:
      return (
        JSONLines.rewrite(
          bytes, originals: originals, edited: changed, reading: dataset.reading, misc: file.misc),
        notices
      )
    case .pair:
      return (bytes, notices)
    }
  }
}

extension DataFormat {
  /// Whether the format has a place for all that an edit changed.
  fileprivate func holds(_ new: Post, insteadOf old: Post) -> Bool {
    switch self {
    case .jsonLines: true
    case .mner: new.relations == old.relations
    // A post stands there by its pairs.
    case .mnre: new.mentions == old.mentions && !new.relations.isEmpty
    case .pair: new.relations == old.relations && new.mentions == old.mentions
    }
  }
}
