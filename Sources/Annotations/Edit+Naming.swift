import Corpora

extension Edit {
  /// What was done, for a person: `PER → ORG on 'Paris'`. Control characters are left out.
  /// - Parameter post: the post of the edit, for its words.
  package func name(in post: Post) -> String {
    func words(_ range: Range<Int>) -> String {
      let range = range.clamped(to: 0..<post.tokens.count)
      let text = post.tokens[range].map(\.text).joined(separator: " ").unicodeScalars
        .filter { ![.control, .format, .lineSeparator].contains($0.properties.generalCategory) }
      let short = String(String.UnicodeScalarView(text.prefix(40)))
      return "'\(short)\(text.count > 40 ? "…" : "")'"
    }
    switch action {
    case .mentions(let range, _, _, true): return "fix the tags of \(words(range))"
    case .mentions(_, let before, let after, false):
      switch (before.count, after.count, after.first) {
      case (1, 1, let mention?)
      where before[0].type == mention.type && before[0].range.overlaps(mention.range)
        && before[0].range.count != mention.range.count:
        let wider = mention.range.count > before[0].range.count
        let verb = wider ? "extend" : "shrink"
        return
          "\(verb) \(mention.type.rawValue) \(words(before[0].range)) → \(words(mention.range))"
      case (2..., 1, let mention?):
        // What was wanted first, then what had to go for it.
        let grown = before.first {
          $0.type == mention.type && $0.range != mention.range
            && $0.range.clamped(to: mention.range) == $0.range
        }
        let gone = before.filter { $0 != grown && $0.range != mention.range }
          .map { "\($0.type.rawValue) \(words($0.range))" }
        let made =
          grown.map {
            "extend \(mention.type.rawValue) \(words($0.range)) → \(words(mention.range))"
          } ?? "\(mention.type.rawValue) on \(words(mention.range))"
        return gone.isEmpty ? made : "\(made); without \(gone.joined(separator: ", "))"
      default: return changes(before, after, words).joined(separator: ", ")
      }
    case .relation(let head, let tail, let before, let after):
      return "\(before ?? "no relation") → \(after ?? "no relation") on "
        + "\(words(head)), \(words(tail))"
    case .review(_, .reviewed): return "accept \(post.id)"
    case .review(_, .adjudicated): return "adjudicate \(post.id)"
    case .review(_, .rejected): return "reject \(post.id)"
    case .review(_, .edited), .review(_, .untouched), .review(_, .suggested):
      return "reopen \(post.id)"
    case .note(_, nil): return "remove the note on \(post.id)"
    case .note(_, .some): return "note on \(post.id)"
    case .mark(let mark, let isSet):
      return "\(isSet ? mark.rawValue : "un\(mark.rawValue)") \(post.id)"
    }
  }

  /// Each mention that came, went or has another type, in the order of the text.
  private func changes(
    _ before: [EntityMention], _ after: [EntityMention], _ words: (Range<Int>) -> String
  ) -> [String] {
    let old = Dictionary(before.map { ($0.range, $0.type) }) { first, _ in first }
    let new = Dictionary(after.map { ($0.range, $0.type) }) { first, _ in first }
    return Set(old.keys).union(new.keys)
      .sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
      .compactMap { range in
        switch (old[range]?.rawValue, new[range]?.rawValue) {
        case (let was?, let type?): was == type ? nil : "\(was) → \(type) on \(words(range))"
        case (let was?, nil): "clear \(was) on \(words(range))"
        case (nil, let type?): "\(type) on \(words(range))"
        case (nil, nil): nil
        }
      }
  }
}
