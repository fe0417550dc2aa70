import Annotations
import Corpora
import Files
import Foundation

extension AnnotationsReport {
  /// What is to be exported.
  package struct ExportRequest: Sendable {
    /// The folder to write into.
    package var folder: String
    /// Formats beside the files' own.
    package var formats: [DataFormat] = []
    package var scheme = TaggingScheme.iob2
    /// The states of the posts that are written; nil: all.
    package var only: Set<ReviewState>?
    /// Files of an export that this one replaces.
    package var previous: [String] = []
    /// Whether there may be no post in these states yet.
    package var mayBeEmpty = false

    package init(
      folder: String, formats: [DataFormat] = [], scheme: TaggingScheme = .iob2,
      only: Set<ReviewState>? = nil
    ) {
      self.folder = folder
      self.formats = formats
      self.scheme = scheme
      self.only = only
    }
  }

  /// What was exported.
  package struct Exported: Sendable {
    package let folder: String
    package let report: DatasetWriter.Report
    /// How many of the posts written are in each state, in the order of states.
    package let states: [(state: ReviewState, posts: Int)]
    /// What does not fit the dataset any more, and that annotators disagree on some of the posts.
    package let findings: [String]

    /// `400 posts: 398 untouched, 2 accepted`.
    package var summary: String {
      let count = report.posts == 1 ? "1 post" : "\(report.posts) posts"
      let parts = states.map { "\($0.posts) \($0.state.word)" }
      return parts.isEmpty ? count : "\(count): \(parts.joined(separator: ", "))"
    }

    /// For people.
    package func text() -> String {
      var lines = places.map { "\(folder)/\($0)" }
      lines.append(summary)
      lines.append(
        report.changedPosts == 1 ? "1 post differs" : "\(report.changedPosts) posts differ")
      return (lines + report.notices + findings).joined(separator: "\n")
    }

    /// Files, and folders in place of those that have many: brat has two for each post.
    private var places: [String] {
      let files = Dictionary(grouping: report.files, by: FilePath.parent(of:))
      var told: Set<String> = []
      return report.files.compactMap { file in
        let parent = FilePath.parent(of: file)
        guard parent != ".", let count = files[parent]?.count, count > Self.mostFiles else {
          return file
        }
        return told.insert(parent).inserted ? "\(parent)/ (\(count.counted("file")))" : nil
      }
    }

    /// Files of a folder that are listed one by one.
    private static let mostFiles = 20

    /// For programs.
    package func json() -> String {
      JSONText.object([
        ("folder", .string(folder)), ("files", .strings(report.files)),
        ("posts", .int(report.posts)), ("differ", .int(report.changedPosts)),
        ("states", .object(states.map { ($0.state.word, .int($0.posts)) })),
        ("notes", .strings(report.notices + findings)),
      ]).text()
    }
  }

  /// Writes the corrected dataset. `progress` is told the share of the posts that is made.
  /// - Throws: `CorporaError`, `FormatError`; `ExportError` where no post is in one of the states.
  package func export(
    _ request: ExportRequest, progress: (Double) -> Void = { _ in }
  ) throws -> Exported {
    let counts = counts(of: request.only)
    if let only = request.only, counts.isEmpty, !request.mayBeEmpty {
      throw ExportError(wanted: only, found: self.counts(of: nil))
    }
    let kept = request.only.map { only in
      Set(dataset.posts.filter { only.contains(history.labels(of: $0).review) }.map(\.id))
    }
    let marks = marks
    let report = try DatasetWriter.export(
      dataset, edited: history.editedPosts(of: dataset), to: request.folder,
      formats: request.formats, scheme: request.scheme, marks: marks,
      otherMark: marks.isEmpty ? nil : .untouched, keeping: kept,
      replacing: request.previous, progress: progress)
    return Exported(
      folder: request.folder, report: report, states: counts,
      findings: findings.map(\.description) + Self.disputes(history, over: dataset, kept: kept))
  }

  /// How many posts are in each state, those without a post left out.
  private func counts(of only: Set<ReviewState>?) -> [(state: ReviewState, posts: Int)] {
    var counts: [ReviewState: Int] = [:]
    for post in dataset.posts {
      counts[history.states[post.id]?.review ?? .untouched, default: 0] += 1
    }
    return ReviewState.allCases.compactMap { state in
      guard let count = counts[state], only?.contains(state) ?? true else { return nil }
      return (state, count)
    }
  }

  /// What is told of the posts that somebody touched.
  private var marks: [Post.ID: ReviewMark] {
    history.states.filter { dataset.position(of: $0.key) != nil }.mapValues { ReviewMark($0) }
  }

  /// The files whose change may mean that annotations changed; none where a server has them.
  package var watched: [String] {
    guard location.reason != .server else { return [] }
    return [location.path, location.unwritable].compactMap(\.self).flatMap { [$0, $0 + "-wal"] }
  }

  /// Differs once annotations or the dataset did: a store also changes when its log is put away.
  package var revision: String {
    "\(dataset.contentHash) \(steps.count) \(steps.last?.sequence ?? 0)"
  }
}

/// What the file system says of some files: it differs once one was written to.
package struct FileStamps: Sendable, Equatable {
  private struct Stamp: Sendable, Equatable {
    let file: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int
  }

  private let stamps: [Stamp?]

  /// The stamps of files now; a file need not be there, and an empty one says as little: readers
  /// leave an empty log of SQLite's behind.
  package init(_ paths: [String]) {
    stamps = paths.map { path in
      var info = stat()
      guard stat(path, &info) == 0, info.st_size > 0 else { return nil }
      return Stamp(
        file: UInt(info.st_ino), size: info.st_size, seconds: info.st_mtim.tv_sec,
        nanoseconds: info.st_mtim.tv_nsec)
    }
  }
}

/// No post is in one of the states that were asked for.
package struct ExportError: Error, CustomStringConvertible {
  let wanted: Set<ReviewState>
  let found: [(state: ReviewState, posts: Int)]

  package var description: String {
    let names = ReviewState.allCases.filter(wanted.contains).map(\.word)
    return "no post is \(names.joined(separator: " or ")), so nothing is written; the posts are "
      + found.map { "\($0.posts) \($0.state.word)" }.joined(separator: ", ")
  }
}

extension ReviewMark {
  /// What an export tells of a post that nobody touched.
  fileprivate static let untouched = ReviewMark(state: ReviewState.untouched.word)

  /// What an export tells of a post with these labels.
  package init(_ labels: LabelState) {
    self.init(
      state: labels.review.word, isAccepted: labels.review.isAccepted,
      isSuggestion: labels.review == .suggested, isRejected: labels.review == .rejected,
      isSkipped: labels.isSkipped, isFlagged: labels.isFlagged, note: labels.note,
      annotator: labels.annotator, time: labels.time)
  }
}
