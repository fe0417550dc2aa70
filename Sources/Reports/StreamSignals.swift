import Corpora
import Extractors
import Inspection

/// What `predict - --with-signals` tells beside an answer: the parts of `show --json` that models
/// have to do with, on one line.
package enum StreamSignals {
  /// Bytes of what is told of one post. Past that, experts are left out from the last on, and
  /// named.
  static let most = 1 << 20

  /// An object of JSON.
  package static func json(_ post: LonePost, by models: Roster) -> String {
    let found = models.analyse(post.seen)
    func whole(_ experts: [JSONText], leftOut: [String]) -> JSONText {
      .object([
        ("experts", .list(experts)), ("leftOut", .strings(leftOut)),
        ("route", found.decision.map(PostReport.route) ?? .null),
        ("unknownWords", .list(found.unknownWords.map(PostReport.unknownWords))),
      ])
    }
    var (experts, leftOut, bytes): ([JSONText], [String], Int) = ([], [], 0)
    for answer in found.answers {
      let expert = PostReport.expert(answer)
      bytes += expert.line().utf8.count
      if bytes <= most { experts.append(expert) } else { leftOut.append(answer.expert) }
    }
    return whole(experts, leftOut: leftOut).line()
  }
}
