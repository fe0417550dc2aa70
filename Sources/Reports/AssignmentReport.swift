import Annotations
import Corpora
import Files
import Foundation
import Inspection
import Screen

/// What `twinlens annotations assign` does and prints.
package struct AssignmentReport: Sendable {
  private let dataset: String
  private let path: String
  private let assignment: Assignment
  private let safe = Sanitizer(emoji: .base)

  /// Shares the posts of a dataset out and writes down who gets which.
  /// - Parameter replacing: whether another assignment that is there may go.
  /// - Throws: `CorporaError`, `StoreError`, `AssignmentError`, `DurableFileError`.
  package init(
    dataset path: String, to annotators: [String], _ plan: Assignment.Plan,
    replacing: Bool = false, encoding: TextEncoding? = nil
  ) throws {
    let dataset = try Dataset.open(path, encoding: encoding)
    self.dataset = dataset.name
    self.path = try AssignmentFile.path(for: dataset)
    assignment = try Assignment(of: dataset.posts.map(\.id), to: annotators, plan)
    if !replacing, let there = try AssignmentFile.read(for: dataset), there != assignment {
      throw AssignmentError.exists(self.path)
    }
    try AssignmentFile.write(assignment, to: self.path)
  }

  private struct Share {
    let name: String
    let posts, common: Int
  }

  private var shares: [Share] {
    var posts = assignment.annotators.map { _ in (all: 0, common: 0) }
    for (_, places) in assignment.posts {
      for place in places {
        posts[place].all += 1
        if places.count > 1 { posts[place].common += 1 }
      }
    }
    return zip(assignment.annotators, posts).map {
      Share(name: $0, posts: $1.all, common: $1.common)
    }
  }

  private var common: Int { assignment.posts.count { $0.annotators.count > 1 } }

  /// Who gets how many, for a person.
  package func text() -> String {
    let count = assignment.posts.count
    let rows =
      [["annotator", "posts", "with others"]]
      + shares.map {
        [safe.visible($0.name), RegionVerdict.grouped($0.posts), RegionVerdict.grouped($0.common)]
      }
    return
      ([
        "\(safe.visible(dataset)): \(RegionVerdict.grouped(count)) \(count == 1 ? "post" : "posts"), "
          + "\(RegionVerdict.grouped(common)) of them with "
          + "\(assignment.plan.perPost) annotators (seed \(assignment.plan.seed))",
        "",
      ] + TextTable.aligned(rows) + ["", path]).joined(separator: "\n")
  }

  /// The same for programs.
  package func json() -> String {
    JSONText.object([
      ("dataset", .string(dataset)), ("file", .string(path)),
      ("posts", .int(assignment.posts.count)), ("common", .int(common)),
      ("perPost", .int(assignment.plan.perPost)), ("overlap", .double(assignment.plan.overlap)),
      ("seed", .string("\(assignment.plan.seed)")),
      (
        "annotators",
        .list(
          shares.map {
            .object([
              ("name", .string($0.name)), ("posts", .int($0.posts)), ("common", .int($0.common)),
            ])
          })
      ),
    ]).text()
  }
}
