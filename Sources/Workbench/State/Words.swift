import Corpora
import Routing

extension Post {
  /// The words of a range in quotes, cut when long.
  func quote(_ range: Range<Int>) -> String {
    let inside = range.clamped(to: 0..<tokens.count)
    let words = tokens[inside].map(\.text).joined(separator: " ")
    return "'\(words.count > 24 ? String(words.prefix(23)) + "…" : words)'"
  }
}

/// How refusals of the trainer read. The wording stands here.
extension TrainingReport.Refusal {
  /// What is wrong, and what to do about it.
  var words: (what: String, remedy: String) {
    switch self {
    case .tooFewCorrections(let teaching, let accepted, let need):
      (
        "of \(accepted) accepted posts \(teaching) teach, \(need) needed",
        "accept more; one in five is held out to judge by"
      )
    case .nothingHeldOut(let accepted):
      (
        "all \(accepted) accepted posts teach, and none is left to judge by",
        "accept more; one in five is held out"
      )
    case .foreignLabels(let labels):
      (
        "labels the experts do not know: \(labels.prefix(6).joined(separator: " "))",
        "clear or retype them, or train experts on this dataset"
      )
    case .noCachedCounts(let place):
      (
        "no cached counts in \(place)",
        "run: twinlens train on this router's folder"
      )
    case .noRouter: ("no router is loaded", "--router NAME alone opens one with its own experts")
    case .failed(let reason): (reason, "train again; if it stays, see the log")
    }
  }
}
