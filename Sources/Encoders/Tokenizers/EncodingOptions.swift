/// How a text is laid out for a model.
package struct EncodingOptions: Sendable, Hashable {
  /// What gives way when two sequences are too long together.
  package enum Truncation: Sendable, Hashable {
    /// The longer one until both are equally long, then both (`longest_first`).
    case longestFirst
    /// Only the first.
    case first
    /// Only the second.
    case second
  }

  /// What stands for a word of a list that has no piece: only invisible characters, or blanks.
  package enum EmptyWords: Sendable, Hashable {
    /// Nothing, as the reference does.
    case skipped
    /// The unknown token, so that every word has a place for a label.
    case unknown
  }

  /// Special tokens around the sequences.
  package var addsSpecialTokens = true
  /// Longest result in pieces, special tokens included; nil: as long as it gets.
  package var maximumLength: Int?
  /// What gives way.
  package var truncation = Truncation.longestFirst
  /// What stands for words without pieces.
  package var emptyWords = EmptyWords.skipped

  /// Options; see the properties.
  package init(
    addsSpecialTokens: Bool = true, maximumLength: Int? = nil,
    truncation: Truncation = .longestFirst, emptyWords: EmptyWords = .skipped
  ) {
    self.addsSpecialTokens = addsSpecialTokens
    self.maximumLength = maximumLength
    self.truncation = truncation
    self.emptyWords = emptyWords
  }
}

/// A control token put between the words of a list, such as `<s>` before a relation's head
/// (MODELS §2.9).
package struct Marker: Sendable, Hashable {
  /// It stands before this word; at the end when this is the number of words or more.
  package var word: Int
  /// Its id.
  package var id: Int

  /// A marker before a word. Of several at one place the first given comes first.
  package init(before word: Int, id: Int) {
    self.word = word
    self.id = id
  }

  /// The two markers around `words`, the closing one always there.
  package static func pair(around words: Range<Int>, open: Int, close: Int) -> [Marker] {
    [Marker(before: words.lowerBound, id: open), Marker(before: words.upperBound, id: close)]
  }
}
