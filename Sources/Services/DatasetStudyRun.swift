import Corpora
import Files
import Foundation
import Inspection
import Workbench

/// A study of a dataset without a screen, by the same services as the workbench's: what was
/// computed for either is there for the other.
package struct DatasetStudyRun {
  private let session: Session
  private let split: Split

  /// What came of it.
  package struct Result: Sendable {
    package let study: DatasetStudy
    package let pages: [StudyPage]
    /// The models that were asked.
    package let models: Roster
  }

  /// - Parameter split: the part; `all` for every post.
  package init(_ session: Session, split: Split) {
    (self.session, self.split) = (session, split)
  }

  /// - Parameter progress: called with what is done; false stops, and what was computed stays kept.
  /// - Returns: nil when stopped.
  /// - Throws: `QueryRefusal` when the dataset cannot be studied.
  package func run(progress: (StudyProgress) -> Bool = { _ in true }) throws -> Result? {
    let mailbox = Mailbox()
    var options = InferenceService.Options()
    (options.answersAll, options.warmPosts) = (true, 0)
    let inference = InferenceService(session, options: options, mailbox: mailbox)
    // Answers are kept beside the store, also where nobody annotated yet.
    try? FileManager.default.createDirectory(
      atPath: FilePath.parent(of: session.location.workPath), withIntermediateDirectories: true)
    let facts = FactService(
      session.dataset, inference: inference, folder: session.location.workPath + "-answers",
      mailbox: mailbox)
    defer {
      facts.shutDown()
      inference.shutDown()
    }
    var edited: [Int: Post] = [:]
    for (id, post) in session.history.editedPosts(of: session.dataset) {
      guard let place = session.dataset.position(of: id) else { continue }
      let before = session.dataset.posts[place]
      if before.mentions != post.mentions || before.relations != post.relations {
        edited[place] = post
      }
    }
    facts.study(StudyRequest(number: 1, split: split, edited: edited))
    while mailbox.waitForMessage() {
      for message in mailbox.take() {
        switch message {
        case .studying(let found): if !progress(found) { return nil }
        case .studied(_, let study):
          guard let models = inference.loaded.models else { break }
          return Result(study: study.study, pages: study.pages, models: models)
        case .studyFailed(_, let reason): throw QueryRefusal(description: reason)
        default: break
        }
      }
    }
    throw QueryRefusal(description: "the models gave no answer")
  }
}
