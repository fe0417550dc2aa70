import Files

/// What one label was given to, as publishers of regions count: a pair, or a post with its
/// mentions.
package struct LabelledInstance: Sendable, Hashable {
  /// Its place among the instances of its file, counted from 0: lines that hold something, as the
  /// loaders of the public files count them.
  package let index: Int
  /// Index of the post in `Dataset.posts`.
  package let post: Int
  /// The relation of a pair; of a post the types of its mentions, sorted, joined by `+`.
  package let label: String
  /// The pair; nil for a post.
  package let pair: RelationMention?
  /// The line in the file, counted from 1; 0 where there is none.
  package let line: Int
}

extension Dataset {
  /// The instances of a file in the order of the file: its pairs, or its posts when it has none.
  /// - Throws: `CorporaError` when an MNRE file cannot be read again, or changed since.
  package func instances(of file: DataFile) throws -> [LabelledInstance] {
    if file.format == .mnre { return try pairsByLine(of: file) }
    return Self.instances(of: posts[file.posts], offset: file.posts.lowerBound)
  }

  static func instances(of posts: ArraySlice<Post>, offset: Int) -> [LabelledInstance] {
    var result: [LabelledInstance] = []
    if posts.contains(where: { !$0.relations.isEmpty }) {
      for (i, post) in posts.enumerated() {
        for pair in post.relations {
          result.append(
            LabelledInstance(
              index: result.count, post: offset + i, label: pair.label, pair: pair,
              line: post.source.line))
        }
      }
      return result
    }
    return posts.enumerated().map { i, post in
      let types = Set(post.mentions.map(\.type)).sorted().map(\.rawValue)
      return LabelledInstance(
        index: i, post: offset + i, label: types.isEmpty ? "none" : types.joined(separator: "+"),
        pair: nil, line: post.source.line)
    }
  }

  /// Posts gather the lines with their words and picture, so their order is not that of the lines.
  private func pairsByLine(of file: DataFile) throws -> [LabelledInstance] {
    let path = "\(root)/\(file.name)"
    let bytes = try FileBytes.read(path)
    guard SHA256.hexDigest(of: bytes) == file.hash else {
      throw CorporaError.changedSinceOpened(path)
    }
    var result: [LabelledInstance] = []
    var places: [MNREText.Line.Group: Int] = [:]
    var index = 0
    try bytes.withUnsafeBufferPointer { bytes in
      try MNREText.walk(bytes) { _, _ in
        index += 1
      } _: { line, pair, number, _ in
        let place = places[line.group] ?? places.count
        places[line.group] = place
        result.append(
          LabelledInstance(
            index: index, post: file.posts.lowerBound + place, label: pair.label, pair: pair,
            line: number))
        index += 1
      }
    }
    return result.filter { file.posts.contains($0.post) }
  }
}
