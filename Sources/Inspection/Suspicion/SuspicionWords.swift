import Corpora
import Extractors
import Foundation

/// Why a label is suspicious, in plain words: what it is, how the same words are labelled
/// elsewhere, and what the expert says that did not learn from the post.
enum SuspicionWords {
  /// Words of a quotation.
  private static let mostWords = 8
  private static let mostCharacters = 60

  /// `‘St Mary’ is MISC here, PER in 14 of 15 other posts; the expert gives PER .97`
  static func why(_ item: MentionEvidence.Item, _ post: Post) -> String {
    let range = item.mention.range
    let own: LabelCounts.Label = item.isGiven ? .type(item.mention.type) : .outside
    let name = item.isGiven ? item.mention.type.rawValue : "no mention"
    return quote(range, post) + " is \(name) here" + elsewhere(item.elsewhere, own) + "; "
      + answer(item, post)
  }

  /// `, PER in 14 of 15 other posts`; nothing where no other post has the words.
  private static func elsewhere(_ counts: LabelCounts, _ own: LabelCounts.Label) -> String {
    guard let (label, count) = counts.most else { return "" }
    let all = counts.all
    let what: String =
      switch label {
      case own: "as"
      case .type(let type): type.rawValue
      case .outside: "no mention"
      case .across: "part of other mentions"
      }
    if all == 1 { return ", \(what) in the only other post" }
    return ", \(what) in \(count == all ? "all \(all)" : "\(count) of \(all)") other posts"
  }

  private static func answer(_ item: MentionEvidence.Item, _ post: Post) -> String {
    guard let found = item.answer else {
      return item.isGiven
        ? "the expert gives no mention \(share(item.outside))"
        : "the expert is \(share(1 - item.outside)) sure of a mention among these words"
    }
    let type = found.mention.type.rawValue
    let sure = found.confidence.map { " " + share(Double($0)) } ?? ""
    if found.mention.range != item.mention.range {
      return "the expert gives \(quote(found.mention.range, post)) \(type)\(sure)"
    }
    return item.isGiven && found.mention.type == item.mention.type
      ? "the expert agrees\(sure)" : "the expert gives \(type)\(sure)"
  }

  /// `‘Ada’ → ‘Tarn’ is None here, /per/loc/x in 3 of 4 other posts; the expert gives /per/loc/x
  /// .91`
  static func why(_ item: PairEvidence.Item, _ post: Post) -> String {
    let pair = post.relations[item.place]
    var text = "\(quote(pair.head, post)) → \(quote(pair.tail, post)) is \(pair.label) here"
    let all = item.elsewhere.values.reduce(0, +)
    if let most = item.elsewhere.min(by: { (-$0.value, $0.key) < (-$1.value, $1.key) }) {
      let what = most.key == pair.label ? "as" : most.key
      let count = most.value == all ? "all \(all)" : "\(most.value) of \(all)"
      text += ", \(what) in " + (all == 1 ? "the only other post" : "\(count) other posts")
    }
    let best = item.answer.best
    return text + "; the expert "
      + (best.label == pair.label
        ? "agrees \(share(best.probability))"
        : "gives \(best.label) \(share(best.probability)), this \(share(item.probability))")
  }

  /// A post with nothing to judge.
  static func nothing(_ post: Post) -> String {
    post.mentions.isEmpty
      ? "nothing is labelled here, and the expert finds nothing"
      : "the expert read no word that is labelled here: the post is longer than its input"
  }

  /// The words in quotation marks, long ones cut.
  static func quote(_ range: Range<Int>, _ post: Post) -> String {
    let range = range.clamped(to: 0..<post.tokens.count)
    let words = post.tokens[range].prefix(mostWords).map(\.text).joined(separator: " ")
    let isCut = range.count > mostWords || words.count > mostCharacters
    return "‘\(words.prefix(mostCharacters))\(isCut ? "…" : "")’"
  }

  /// `.97`; `1.00` for what is no different from certain.
  static func share(_ value: Double) -> String {
    let text = String(format: "%.2f", min(1, max(0, value)))
    return text.hasPrefix("0") ? String(text.dropFirst()) : text
  }
}
