import Corpora

extension Edit {
  /// What was done, for a person: `PER → ORG on 'Paris'`. Control characters are left out.
  /// - Parameter post: the post of the edit, for its words.
  public func name(in post: Post) -> String {
    func words(_ range: Range<Int>) -> String {
      let range = range.clamped(to: 0..<post.tokens.count)
      let text = post.tokens[range].map(\.text).joined(separator: " ").unicodeScalars
        .filter { ![.control, .format, .lineSeparator].contains($0.properties.generalCategory) }
      let short = String(String.UnicodeScalarView(text.prefix(40)))
      return "'\(short)\(text.count > 40 ? "…" : "")'"
    }
    switch action {
    case .mentions(let range, _, _, true): return "fix the tags of \(words(range))"
    case .mentions(let range, let before, let after, false):
      switch (before.count, after.first) {
      case (0, let mention?): return "\(mention.type.rawValue) on \(words(mention.range))"
      case (1, let mention?) where before[0].range == mention.range:
        return "\(before[0].type.rawValue) → \(mention.type.rawValue) on \(words(mention.range))"
      case (1, let mention?) where before[0].type == mention.type:
        let wider = mention.range.count > before[0].range.count
        let verb = wider ? "extend" : "shrink"
        return
          "\(verb) \(mention.type.rawValue) \(words(before[0].range)) → \(words(mention.range))"
      case (1, nil): return "clear \(before[0].type.rawValue) on \(words(before[0].range))"
      case (_, nil): return "clear \(words(range))"
      case (_, let mention?): return "\(mention.type.rawValue) over \(words(mention.range))"
      }
    case .relation(let head, let tail, let before, let after):
      return "\(before ?? "no relation") → \(after ?? "no relation") on "
        + "\(words(head)), \(words(tail))"
    case .review(_, .reviewed): return "accept \(post.id)"
    case .review(_, .edited), .review(_, .untouched): return "reopen \(post.id)"
    }
  }
}
