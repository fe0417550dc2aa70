import Annotations
import Corpora

/// Who is to label each post of a dataset, where somebody shared the posts out.
struct Assignees: Sendable {
  private let annotators: Set<String>
  /// By the post's id.
  private let names: [String: [String]]

  /// What is told at the start to those whose posts are listed.
  static let notice = "the posts that are assigned to you are listed; Esc lists all"

  /// What the person at the keyboard is called in queries, beside the own name.
  private static let me = "me"

  /// nil where nobody shared the posts out.
  /// - Throws: `StoreError.leadsOut`, `AssignmentError`.
  init?(of dataset: Dataset) throws {
    guard let assignment = try AssignmentFile.read(for: dataset) else { return nil }
    annotators = Set(assignment.annotators)
    names = Dictionary(
      assignment.posts.map { post in (post.id, post.annotators.map { assignment.annotators[$0] }) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The query for an annotator's posts; nil for somebody who shares in none.
  func query(for annotator: String) -> String? {
    annotators.contains(annotator) ? "assigned:\(Self.me)" : nil
  }

  /// The names of who is to label a post, as queries know them.
  func names(for annotator: String) -> @Sendable (Post) -> [String] {
    { post in
      let own = names[post.id] ?? []
      return own.contains(annotator) ? own + [Self.me] : own
    }
  }
}
