import Corpora
import Inspection

/// A study with its pages, which are made off the screen's thread too.
package struct PagedStudy: Sendable {
  package let study: DatasetStudy
  package let pages: [StudyPage]

  package init(_ study: DatasetStudy) {
    self.study = study
    pages = StudyPage.all(study)
  }
}

/// The study of the dataset in the workbench: what was asked, how far it is, what came last.
struct StudyState: Sendable {
  /// What the newest request asked about: the part, and the labels as of an edit.
  private var asked: (split: Split, edit: Int64)?
  /// The number of the newest request.
  private(set) var number = 0
  /// How far the newest request is; nil when nothing is under way.
  private(set) var progress: StudyProgress?
  private(set) var found: PagedStudy?
  /// Why there is none.
  private(set) var failure: String?
  /// Whether another router decides now than the one that was studied.
  var isStale = false

  /// Whether what was found is about other labels or another part than are wanted now, and is being
  /// made anew.
  var isBeingMade: Bool { progress != nil }

  /// Notes a wish; nil when it was asked already.
  mutating func ask(_ split: Split, edit: Int64, _ edited: () -> [Int: Post]) -> StudyRequest? {
    if let asked, asked == (split, edit), !isStale { return nil }
    asked = (split, edit)
    (number, isStale, failure) = (number + 1, false, nil)
    progress = StudyProgress(request: number, done: 0, total: 0, secondsLeft: nil)
    return StudyRequest(number: number, split: split, edited: edited())
  }

  mutating func take(_ progress: StudyProgress) {
    if progress.request == number, self.progress != nil { self.progress = progress }
  }

  mutating func take(_ request: Int, _ study: PagedStudy) {
    guard request == number else { return }
    (found, progress, failure) = (study, nil, nil)
  }

  mutating func fail(_ request: Int, _ reason: String) {
    guard request == number else { return }
    (found, progress, failure) = (nil, nil, reason)
  }
}
