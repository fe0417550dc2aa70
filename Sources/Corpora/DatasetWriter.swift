import Files
import Foundation
import Tensors

/// Writes a dataset with its edits into another folder, each file in its own format.
package enum DatasetWriter {
  /// What an export wrote.
  package struct Report: Sendable, Hashable {
    /// Paths of the files written, relative to the folder.
    package let files: [String]
    /// How many posts of the dataset they hold.
    package let posts: Int
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
  ///     either folder opens as one dataset. Files of a single post become one.
  ///   - scheme: the tags of such files, where their format has tags.
  ///   - marks: how far each post has come; where a format has no place for it, a file beside it
  ///     tells.
  ///   - kept: the posts that are written; nil: all.
  ///   - previous: what was written before and is removed if it is not written now.
  ///   - otherMark: the same of all posts that are not among them; nil tells nothing of those.
  ///   - progress: is told the share of the posts that is made, in every format.
  /// - Throws: `CorporaError`: the dataset changed since it was opened, the folder is the dataset's
  ///   own or holds a file of that name that is no earlier export, and then nothing is written; or
  ///   the disk says no. Files already written stay; each is whole. `FormatError` for a label that
  ///   has no place.
  @discardableResult
  package static func export(
    _ dataset: Dataset, edited: [Post.ID: Post], to directory: String, splits: Set<Split>? = nil,
    formats: [DataFormat] = [], scheme: TaggingScheme = .iob2,
    marks: [Post.ID: ReviewMark] = [:], otherMark: ReviewMark? = nil,
    keeping kept: Set<Post.ID>? = nil, replacing previous: [String] = [],
    progress: (Double) -> Void = { _ in }
  ) throws -> Report {
    try FileBytes.makeFolder(directory)
    let changed = edited.filter { id, post in
      guard let original = dataset.post(id: id) else { return false }
      return original.mentions != post.mentions || original.relations != post.relations
        || original.respelled != post.respelled
    }
    var request = DataFormat.WritingRequest(
      reading: dataset.reading, scheme: scheme, marks: marks)
    request.otherMark = otherMark
    let files = dataset.files.filter { file in
      splits.map { splits in
        dataset.posts[file.posts].contains { splits.contains($0.split) }
      } ?? true
    }
    let all = max(1, files.reduce(0) { $0 + $1.posts.count } * (1 + formats.count))
    var made = 0
    var plan = ExportPlan(dataset, changed, formats, request, kept, folder: directory)
    try withoutActuallyEscaping(progress) { progress in
      for file in files {
        try plan.add(file) {
          made += $0
          progress(min(1, Double(made) / Double(all)))
        }
      }
      try plan.finish { made += $0 }
    }
    var record = ExportRecord(folder: directory)
    let written = plan.outputs.map { ($0.name, $0.digest) }
    for (name, hash) in written {
      let target = "\(directory)/\(name)"
      if let real = FileBytes.realPath(target),
        real == FileBytes.realPath("\(dataset.root)/\(name)")
      {
        throw CorporaError.wouldOverwrite(target)
      }
      try record.requireReplaceable(name, by: hash)
    }
    // Before the files: an export that is interrupted can be repeated.
    try record.note(written, replacing: false)
    for output in plan.outputs { try output.put() }
    progress(1)
    let gone = Set(previous).subtracting(written.map(\.0)).filter { record.isUnchanged($0) }
    for name in gone { unlink("\(directory)/\(name)") }
    try record.note(written, replacing: true, without: gone)
    let posts = dataset.posts.count { kept?.contains($0.id) ?? true }
    let left = record.left(besides: Set(written.map(\.0)))
    return Report(
      files: plan.outputs.map(\.name), posts: posts,
      changedPosts: changed.keys.count { kept?.contains($0) ?? true },
      notices: plan.notices + (left.isEmpty ? [] : [notice(of: left)]))
  }

  /// Files of an earlier export hold the labels of that time.
  private static func notice(of left: [String]) -> String {
    let shown = left.prefix(3).joined(separator: ", ")
    return
      "\(left.count.counted("file")) of an earlier export \(left.count == 1 ? "is" : "are") still here, as of "
      + "then: \(shown)" + (left.count > 3 ? " and \(left.count - 3) more" : "")
  }
}
