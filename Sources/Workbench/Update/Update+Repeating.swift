import Annotations
import Corpora

/// A change as it can be made again elsewhere.
enum Change: Sendable, Equatable {
  /// A type was set over so many words.
  case type(EntityType, words: Int)
  /// Mentions in so many words were removed.
  case clear(words: Int)
  /// An edge was moved.
  case edge(Edit.Edge, out: Bool, tokens: Int)
  /// A pair got a label.
  case relation(String)
}

extension WorkbenchState {
  /// Makes edits that belong together: they are taken back with one key.
  mutating func together(_ make: (inout WorkbenchState) -> Void) {
    editGroup = history.nextSequence
    make(&self)
    editGroup = nil
  }

  /// Does something with a mention by its number in the post, counted from 1.
  mutating func withMention(
    _ number: Int, _ change: (inout WorkbenchState, Range<Int>) -> [Effect]
  ) -> [Effect] {
    let mentions = currentPost?.mentions ?? []
    guard mentions.indices.contains(number - 1) else {
      return refuse(CommandError.noSuch("mention", number, count: mentions.count).description)
    }
    let range = mentions[number - 1].range
    suggestion = nil
    token = range.lowerBound
    return change(&self, range)
  }

  /// Makes the last change again where the cursor is.
  mutating func repeatChange() -> [Effect] {
    guard let post = currentPost, let change = lastChange else { return [] }
    let own = selection ?? suggestion?.mentionRange ?? mentionAtCursor?.range
    let left = post.tokens.count - token
    func words(_ count: Int) -> Range<Int> { own ?? token..<min(token + count, post.tokens.count) }
    switch change {
    case .type(_, let count) where own == nil && count > left,
      .clear(let count) where own == nil && count > left:
      return refuse(
        "the last change was over \(count.counted("word")), and \(left == 1 ? "one is" : "\(left) are") "
          + "left here; \(keymap.label("select")) selects words")
    default: break
    }
    switch change {
    case .type(let type, let count): return set(type, over: words(count))
    case .clear(let count): return clear(words(count))
    case .edge(let edge, let out, let count):
      guard mentionAtCursor != nil else {
        return refuse(
          "the cursor is on no mention; \(keymap.label("next-mention")) goes to one")
      }
      return moveEdge(edge, out: out, by: count)
    case .relation(let label):
      guard let pair else { return refuse("this post has no pair") }
      return relate(head: pair.head, tail: pair.tail, label: label)
    }
  }

  /// The words that `same` and `everywhere` are about, and what they are to be: those of the
  /// mention under the cursor, else those that the last change cleared, which are to be none. Nil
  /// elsewhere: nothing is cleared that nobody cleared.
  var sameWords: (range: Range<Int>, type: EntityType?)? {
    if let mention = mentionAtCursor { return (mention.range, mention.type) }
    guard case .clear(let count)? = lastChange, let index = current else { return nil }
    return (token..<min(token + count, posts[index].tokens.count), nil)
  }

  /// Gives the words under the cursor the same label wherever the post says them.
  mutating func labelSame() -> [Effect] {
    guard let post = currentPost, let (range, type) = sameWords else { return [] }
    let all = post.occurrences(of: post.tokens[range].map(\.text)).filter { !$0.overlaps(range) }
    // `Trump` is no reason to cut `Donald Trump`.
    let ranges = all.filter { !post.isInsideMention($0) }
    let left = all.count - ranges.count
    guard let edit = Edit.setting(type, over: ranges, in: post) else {
      notice = Notice(
        text: ranges.isEmpty
          ? left > 0
            ? "\(post.quote(range)) stands in longer mentions besides, which are left"
            : "this post says \(post.quote(range)) once; "
              + "\(keymap.label("everywhere")) looks at the other posts"
          : "\(post.quote(range)) is \(type?.rawValue ?? "no mention") everywhere in this post"
            + (left > 0 ? ", longer mentions aside" : ""))
      return []
    }
    anchor = nil
    let effects = apply(edit)
    if left > 0, let words = notice?.text {
      notice = Notice(text: "\(words); \(left.counted("longer mention")) with it left")
    }
    return effects
  }
}

extension Post {
  /// Whether a longer mention holds these words.
  func isInsideMention(_ range: Range<Int>) -> Bool {
    mentions.contains { $0.range.count > range.count && $0.range.contains(range) }
  }

  /// Where these words stand, one after the other; places that overlap an earlier one are left out.
  func occurrences(of words: [String]) -> [Range<Int>] {
    guard let first = words.first, tokens.count >= words.count else { return [] }
    var result: [Range<Int>] = []
    var start = 0
    while start + words.count <= tokens.count {
      if tokens.says(first, at: start),
        words.indices.dropFirst().allSatisfy({ tokens.says(words[$0], at: start + $0) })
      {
        result.append(start..<(start + words.count))
        start += words.count
      } else {
        start += 1
      }
    }
    return result
  }
}
