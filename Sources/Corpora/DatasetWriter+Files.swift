import Files
import Foundation
import Tensors

extension DatasetWriter {
  /// What the dataset's settings say, which an export needs to be read in the same way; nil
  /// without.
  static func settings(of dataset: Dataset) -> [UInt8]? {
    let path = "\(dataset.root)/\(DatasetSettings.fileName)"
    guard FolderBoundary(dataset.root)?.escape(of: path) == nil else { return nil }
    return try? FileBytes.read(path, limit: Bounds.line)
  }

  /// The checksum of a file, and of the text beside it where there is one.
  static func hash(of bytes: [UInt8], text: [UInt8]?) -> String {
    SHA256.hexDigest(of: text.map { bytes + [0] + $0 } ?? bytes)
  }

  /// The text beside a file of labels, as it is; nil for formats that have none.
  static func text(of file: DataFile, in dataset: Dataset) throws -> [UInt8]? {
    try file.textName.map { try FileBytes.read("\(dataset.root)/\($0)") }
  }

  /// One file's bytes with the edits in them.
  /// - Throws: as `write(_:of:edited:keeping:to:)`.
  package static func bytes(
    of file: DataFile, in dataset: Dataset, edited: [Post.ID: Post],
    keeping kept: Set<Post.ID>? = nil
  ) throws -> (bytes: [UInt8], notices: [String]) {
    var notices: [String] = []
    let bytes = try BytePipe.collecting {
      notices = try write(file, of: dataset, edited: edited, keeping: kept, into: &$0)
    }
    return (bytes, notices)
  }

  /// Hands on one file's bytes with the edits in them.
  /// - Parameters:
  ///   - kept: the posts that stay; nil: all.
  ///   - progress: is told how many more posts were made; not of all of them.
  /// - Returns: sentences on what has no place.
  /// - Throws: `CorporaError.changedSinceOpened` when the file is not the one that was opened;
  ///   `FormatError` where posts that stay must be written anew and a label has no place.
  static func write(
    _ file: DataFile, of dataset: Dataset, edited: [Post.ID: Post],
    keeping kept: Set<Post.ID>? = nil, progress: @escaping (Int) -> Void = { _ in },
    into pipe: inout BytePipe
  ) throws -> [String] {
    let stored = try FileBytes.read("\(dataset.root)/\(file.name)")
    let text = try text(of: file, in: dataset)
    guard hash(of: stored, text: text) == file.hash else {
      throw CorporaError.changedSinceOpened(file.name)
    }
    var originals: [Int: Post] = [:]
    var changed: [Int: Post] = [:]
    var places: [Int: Post] = [:]
    var notices: [String] = []
    let posts = dataset.posts[file.posts]
    if !edited.isEmpty {
      for (place, post) in posts.enumerated() where kept?.contains(post.id) ?? true {
        guard let new = edited[post.id], new.tokens == post.tokens else { continue }
        originals[post.source.line] = post
        changed[post.source.line] = new
        places[place] = new
        if let tag = dataset.unnumberedTag(of: new, misc: file.misc) {
          notices.append(
            "\(file.name): \(tag) is not among the tags of dataset.toml; the tags of \(post.id) stay as they were"
          )
        }
      }
    }
    let keptPlaces = kept.map { kept in
      Set(posts.enumerated().filter { kept.contains($0.element.id) }.map(\.offset))
    }
    let isWhole = keptPlaces == nil || keptPlaces?.count == posts.count
    guard !changed.isEmpty || !isWhole else {
      try pipe.append(stored)
      return notices
    }
    guard var bytes = file.encoding.utf8(stored) else {
      throw CorporaError.changedSinceOpened(file.name)
    }
    if isWhole, file.encoding == .utf8, let rewriteInto = file.format.rewriteInto {
      var made = posts.startIndex
      let request = DataFormat.RewritingRequest(
        originals: originals, edited: changed, reading: dataset.reading, misc: file.misc,
        tagNames: dataset.tagNames, places: places, text: text
      ) { line in
        let before = made
        while made < posts.endIndex, posts[made].source.line < line { made += 1 }
        progress(made - before)
      }
      try bytes.withUnsafeBufferPointer { try rewriteInto($0, request, &pipe) }
      return notices
    }
    if !isWhole, let keptPlaces, file.format.cut == nil {
      // A post without a pair has no line where pairs are lines: it is left out as it is when all
      // posts are written, and named.
      let staying = posts.enumerated().filter { keptPlaces.contains($0.offset) }
        .map { (old: $0.element, new: edited[$0.element.id] ?? $0.element) }
        .filter { !file.losesPost($0.new, insteadOf: $0.old) }.map(\.new)
      bytes =
        staying.isEmpty
        ? []
        : try file.format.bytes(
          of: staying,
          DataFormat.WritingRequest(
            reading: dataset.reading, misc: file.misc, scheme: file.scheme))
    } else {
      if !changed.isEmpty {
        let readable = text.map { TextEncoding(of: $0, named: file.encoding).utf8($0) ?? $0 }
        bytes = file.format.rewrite(
          bytes,
          DataFormat.RewritingRequest(
            originals: originals, edited: changed, reading: dataset.reading, misc: file.misc,
            tagNames: dataset.tagNames, places: places, text: readable))
      }
      if !isWhole, let keptPlaces, let cut = file.format.cut {
        bytes = cut(bytes, .init(lines: posts.map(\.source.line), kept: keptPlaces))
      }
    }
    guard let encoded = file.encoding.encoded(bytes) else {
      throw CorporaError.unencodable(file.name, file.encoding)
    }
    try pipe.append(encoded)
    return notices
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

extension DataFile {
  /// Whether the labels of a post have a place in the file.
  func holds(_ new: Post, insteadOf old: Post) -> Bool { format.holds(new, insteadOf: old) }

  /// Whether the file has no line for a post once its last pair is gone.
  func losesPost(_ new: Post, insteadOf old: Post) -> Bool {
    new.relations.isEmpty && !old.relations.isEmpty && !holds(new, insteadOf: old)
      && holds(old, insteadOf: old)
  }

  /// What the file lacks for the labels of a post.
  fileprivate func lacks(_ new: Post, insteadOf old: Post) -> LackOfPlace {
    let losesPost = losesPost(new, insteadOf: old)
    return LackOfPlace(
      words: (losesPost
        ? "\(name) has no line for a post without a pair"
        : "\(name) has no place for these labels") + "; export with --format twinlens",
      losesPost: losesPost)
  }
}

/// Why the labels of a post are lost when its file is exported.
package struct LackOfPlace: Sendable, Equatable {
  package let words: String
  /// Whether it is this post alone, which is lost with them; else it is so of every post of the
  /// file.
  package let losesPost: Bool

  package init(words: String, losesPost: Bool) {
    self.words = words
    self.losesPost = losesPost
  }
}

extension Dataset {
  /// Why a post's edits are lost on export; nil where its file has a place for them.
  package func lacksPlace(for new: Post, insteadOf old: Post) -> LackOfPlace? {
    guard let file = files.first(where: { $0.name == old.source.file }),
      !file.format.holds(new, insteadOf: old)
    else { return nil }
    return file.lacks(new, insteadOf: old)
  }
}
