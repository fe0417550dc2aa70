import Corpora
import Extractors
import Inspection

extension ModelSet {
  /// Makes sure that experts which look at regions from files are given some of a split: scores of
  /// objects that are all missing would look like any others.
  ///
  /// - Throws: `FineTuningError.noBoxesOf`.
  func checkBoxes(_ posts: [Post], split: Split) throws {
    guard needsBoxes, let boxes, !boxes.covers(posts) else { return }
    throw FineTuningError.noBoxesOf(split: split.rawValue, files: boxes.description)
  }
}
