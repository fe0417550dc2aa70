extension Dataset {
  /// What is wrong with the lines of each post, for posts where something is; irregular tags are
  /// kept with the post itself (`Post.irregularities`).
  package var findingsByPost: [Post.ID: [Finding]] {
    var result: [Post.ID: [Finding]] = [:]
    let byFile = Dictionary(grouping: findings.filter { $0.isInsidePost && $0.location.line > 0 }) {
      $0.location.file
    }
    for file in files {
      guard let found = byFile[file.name] else { continue }
      let posts = posts[file.posts].sorted { $0.source.line < $1.source.line }
      for finding in found {
        // The last post that begins at or before the line.
        var (low, high) = (0, posts.count)
        while low < high {
          let middle = (low + high) / 2
          if posts[middle].source.line <= finding.location.line {
            low = middle + 1
          } else {
            high = middle
          }
        }
        guard low > 0 else { continue }
        // Only in columns does a post have several lines.
        let post = posts[low - 1]
        guard file.format.hasWordLines || post.source.line == finding.location.line else {
          continue
        }
        result[post.id, default: []].append(finding)
      }
    }
    return result
  }
}
