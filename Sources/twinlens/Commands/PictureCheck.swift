import Extractors
import Foundation
import Services

extension TrainingPictures {
  /// Decodes every picture once, with a line that says how far it is.
  func decoded(_ progress: ProgressLine) -> TrainingPictures {
    let start = Date()
    let result = decoded { progress.show("checking pictures", $0, since: start) }
    progress.clear()
    return result
  }

  /// Refuses posts of which none has a picture that can be used, and says of how many others the
  /// picture is missing, may not be opened or cannot be decoded.
  ///
  /// - Throws: `TrainingError.noPictureFound`.
  func checked(_ progress: ProgressLine, dataset: String, system: String) throws {
    let files = decoded(progress)
    try files.check(dataset: dataset, system: system)
    if let notice = files.notice() { StandardOutput.complain("twinlens: \(notice)") }
  }

  /// Says of how many posts experts will see no picture although they name one.
  func noteLosses(_ progress: ProgressLine) {
    let files = decoded(progress)
    guard files.usable + files.unnamed < files.posts, let notice = files.notice("answer") else {
      return
    }
    StandardOutput.complain("twinlens: \(notice)")
  }
}
