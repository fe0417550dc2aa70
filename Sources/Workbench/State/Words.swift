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
    case .tooFewCorrections(let have, let need):
      (
        "\(have) accepted corrections, \(need) needed",
        "accept \(max(1, need - have)) more and train again"
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
    case .missingEmbeddings(let posts):
      (
        "\(posts) corrected posts have no embeddings",
        "give their pictures with --images DIR, then train again"
      )
    case .noRouter: ("no router is loaded", "start with --models DIR --router NAME")
    case .failed(let reason): (reason, "train again; if it stays, see the log")
    }
  }
}
