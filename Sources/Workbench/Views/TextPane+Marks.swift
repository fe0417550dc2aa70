import Corpora
import Screen

extension TextPane {
  /// What stands under a run of words.
  struct Mark {
    let range: Range<Int>
    /// Names for it, the longest first; the first that has room is written.
    let names: [String]
    let style: Style
    /// What stays where none of the names has room: a letter, and as much of a type as goes behind
    /// it.
    var brief: (letter: String, type: String)?

    /// The brief form in some columns; nil where there is none.
    func shortened(to columns: Int) -> String? {
      guard let (letter, type) = brief else { return nil }
      let left = columns - TextWidth.columns(of: letter)
      if TextWidth.columns(of: type) <= left { return letter + type }
      let gap = left >= 2 ? " " : ""
      return letter + gap + TextWidth.prefix(type, columns: max(0, left - gap.count))
    }
  }

  /// The types of mentions under their words.
  func marks(of mentions: [EntityMention], _ theme: Theme) -> [Mark] {
    mentions.map {
      Mark(
        range: $0.range, names: [$0.type.rawValue],
        style: theme.entity($0.type.rawValue).without(.underline))
    }
  }

  /// Labels: mentions, the ends of pairs that are no mentions, and head and tail of the pair on
  /// screen, which also say so in words.
  func labelMarks(_ post: Post, _ theme: Theme) -> [Mark] {
    var marks = marks(of: post.mentions, theme)
    let named = Set(post.mentions.map(\.range))
    marks += state.pairRanges.filter { !named.contains($0) }.map {
      Mark(range: $0, names: [""], style: theme[.muted])
    }
    if let suggestion = state.suggestion, suggestion.mentionRange != nil {
      let label = suggestion.label
      marks.append(
        Mark(
          range: suggestion.range, names: ["\(label)?", "\(label.prefix(1))?", "?"],
          style: theme[.suggested]))
    }
    let pair = state.markedPair
    // The shorter last: where the two overlap, both stay to be seen.
    let ends = [(pair.tail, "tail", Role.relationTail), (pair.head, "head", .relationHead)]
      .compactMap { range, word, role in range.map { ($0, word, role) } }
      .sorted { $0.0.count > $1.0.count }
    for (range, word, role) in ends {
      let type = post.mentions.first { $0.range == range }?.type.rawValue
      let letter = word.prefix(1).uppercased()
      let names = type.map { ["\(word) \($0)", "\(letter) \($0)"] } ?? [word, letter]
      marks.append(
        Mark(
          range: range, names: names, style: theme[role],
          brief: type.map { (letter, $0) }))
    }
    return marks
  }
}
