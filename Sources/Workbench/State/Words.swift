import Annotations
import Corpora
import Routing

/// How edits, refusals and states read on the status line. The wording stands here.
extension Edit {
  /// `PER → ORG on 'Paris'`, `+ LOC on 'St Mary'`, `accepted`.
  func description(in post: Post) -> String {
    switch action {
    case .mentions(_, let before, let after): mentionWords(before, after, post)
    case .relation(let head, let tail, let before, let after):
      "\(before ?? "none") → \(after ?? "none") from \(post.quote(head)) to \(post.quote(tail))"
    case .review(_, let after):
      switch after {
      case .reviewed: "accepted \(post.id)"
      case .edited, .untouched: "reopened \(post.id)"
      }
    }
  }

  private func mentionWords(
    _ before: [EntityMention], _ after: [EntityMention], _ post: Post
  ) -> String {
    let gone = before.filter { !after.contains($0) }
    let new = after.filter { !before.contains($0) }
    if gone.count == 1, new.count == 1 {
      let (old, now) = (gone[0], new[0])
      if old.range == now.range {
        return "\(old.type.rawValue) → \(now.type.rawValue) on \(post.quote(now.range))"
      }
      if old.type == now.type {
        return "\(now.type.rawValue) \(post.quote(old.range)) → \(post.quote(now.range))"
      }
    }
    if gone.count + new.count > 3 {
      return "\(gone.count) mentions → \(new.count) mentions"
    }
    let parts =
      gone.map { "- \($0.type.rawValue) on \(post.quote($0.range))" }
      + new.map { "+ \($0.type.rawValue) on \(post.quote($0.range))" }
    return parts.isEmpty ? "nothing changed" : parts.joined(separator: ", ")
  }
}

extension Post {
  /// The words of a range in quotes, cut when long.
  func quote(_ range: Range<Int>) -> String {
    let inside = range.clamped(to: 0..<tokens.count)
    let words = tokens[inside].map(\.text).joined(separator: " ")
    return "'\(words.count > 24 ? String(words.prefix(23)) + "…" : words)'"
  }
}

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
