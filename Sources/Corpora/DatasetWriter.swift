import Files
import Foundation
import Tensors

/// Writes a dataset with its edits into another folder, each file in its own format.
package enum DatasetWriter {
  /// What an export wrote.
  package struct Report: Sendable, Hashable {
    /// Paths of the files written, relative to the folder.
    package let files: [String]
    /// Posts whose labels differ from the dataset's.
    package let changedPosts: Int
    /// Sentences on what could not be said in the file's own format.
    package let notices: [String]
  }

  /// Writes each file under its own relative name; only what edits changed differs from the
  /// original.
  /// - Parameters:
  ///   - edited: posts with other labels or tags than the dataset's, by id; same tokens.
  ///   - directory: the folder to write into; made if it is not there.
  ///   - splits: files without a post of these are left out; nil: all files.
  ///   - formats: also write each file in these, each format into a folder of its name, so that
  ///     either folder opens as one dataset.
  ///   - scheme: the tags of such files, where their format has tags.
  /// - Throws: `CorporaError`: the dataset changed since it was opened, the folder is the dataset's
  ///   own or holds a file of that name that is no earlier export, and then nothing is written; or
  ///   the disk says no. Files already written stay; each is whole.
  @discardableResult
  package static func export(
    _ dataset: Dataset, edited: [Post.ID: Post], to directory: String, splits: Set<Split>? = nil,
    formats: [DataFormat] = [], scheme: TaggingScheme = .iob2
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
    var taken: Set<String> = []
    for file in dataset.files {
      if let splits, !dataset.posts[file.posts].contains(where: { splits.contains($0.split) }) {
        continue
      }
      let result = try bytes(of: file, in: dataset, edited: changed)
      notices += result.notices
      outputs.append((file.name, result.bytes))
      let posts = dataset.posts[file.posts].map { changed[$0.id] ?? $0 }
      for format in formats where format != file.format {
        var name = "\(format.name)/\(file.stem).\(format.fileExtension)"
        if !taken.insert(name).inserted {
          name = "\(format.name)/\(file.name).\(format.fileExtension)"
          taken.insert(name)
        }
        if !format.namesPictures, posts.contains(where: { $0.imageID != nil }) {
          notices.append("\(name): \(format.title) name no pictures; they are left out")
        }
        outputs.append(
          (
            name,
            try format.bytes(
              of: posts,
              DataFormat.WritingRequest(
                reading: dataset.reading, misc: file.misc, scheme: scheme))
          ))
      }
    }
    if let settings = settings(of: dataset) {
      outputs.append((DatasetSettings.fileName, settings))
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
    for output in outputs {
      let path = "\(directory)/\(output.name)"
      let parent = FilePath.parent(of: path)
      do {
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      } catch {
        throw CorporaError.cannotWrite(parent, code: errno == 0 ? ENOTDIR : errno)
      }
      try FileBytes.write(output.bytes, to: path)
    }
    try record.note(files, replacing: true)
    return Report(files: outputs.map(\.name), changedPosts: changed.count, notices: notices)
  }

  /// What the dataset's settings say, which an export needs to be read in the same way; nil
  /// without.
  private static func settings(of dataset: Dataset) -> [UInt8]? {
    let path = "\(dataset.root)/\(DatasetSettings.fileName)"
    guard FolderBoundary(dataset.root)?.escape(of: path) == nil else { return nil }
    return try? FileBytes.read(path, limit: Bounds.line)
  }

  /// One file's bytes with the edits in them.
  /// - Throws: `CorporaError.changedSinceOpened` when the file is not the one that was opened.
  package static func bytes(
    of file: DataFile, in dataset: Dataset, edited: [Post.ID: Post]
  ) throws -> (bytes: [UInt8], notices: [String]) {
    let stored = try FileBytes.read("\(dataset.root)/\(file.name)")
    guard SHA256.hexDigest(of: stored) == file.hash else {
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
        if let tag = dataset.unnumberedTag(of: new, misc: file.misc) {
          notices.append(
            "\(file.name): \(tag) is not among the tags of dataset.toml; the tags of \(post.id) stay as they were"
          )
        }
        if !file.format.holds(new, insteadOf: post) {
          notices.append(
            "\(file.name): the format has no place for the labels of \(post.id); export with --format jsonl"
          )
        }
      }
    }
    guard !changed.isEmpty else { return (stored, notices) }
    guard let bytes = file.encoding.utf8(stored) else {
      throw CorporaError.changedSinceOpened(file.name)
    }
    let written = file.format.rewrite(
      bytes,
      DataFormat.RewritingRequest(
        originals: originals, edited: changed, reading: dataset.reading, misc: file.misc,
        tagNames: dataset.tagNames))
    guard let encoded = file.encoding.encoded(written) else {
      throw CorporaError.unencodable(file.name, file.encoding)
    }
    return (encoded, notices)
  }
}

extension Dataset {
  /// A tag of a post that has no number, where numbers stand for tags.
  fileprivate func unnumberedTag(of post: Post, misc: String) -> String? {
    guard !tagNames.isEmpty, post.tokens.contains(where: { $0.originalTag != nil }) else {
      return nil
    }
    return post.tagTexts(reading: reading, misc: misc).first { !tagNames.contains($0) }
  }
}

extension Dataset {
  /// Where a post's edits are lost on export, in words; nil where its file has a place for them.
  package func lacksPlace(for new: Post, insteadOf old: Post) -> String? {
    guard let file = files.first(where: { $0.name == old.source.file }),
      !file.format.holds(new, insteadOf: old)
    else { return nil }
    return "\(file.name) has no place for these labels; export with --format jsonl"
  }
}
