import Files

/// What a format counts when it says where a span of a text begins and ends.
enum OffsetUnit: Sendable, Hashable {
  /// Unicode scalars, as Python's strings count.
  case codePoints
  /// Units of UTF-16, as JavaScript's strings count: an emoji has two.
  case utf16
}

/// A text whose places are counted in a unit, and the words in it.
///
/// Places inside are bytes of UTF-8, because these never depend on the unit. A grapheme cluster
/// such as a family of four joined emoji has seven code points: no unit here takes it for one.
struct CharacterText {
  let text: String
  private let bytes: [UInt8]
  /// The byte at which each unit begins, and the end of the text; nil where every unit is a byte.
  /// The second half of a surrogate pair has a byte inside its character.
  private let starts: [Int]?

  init(_ text: String, unit: OffsetUnit) {
    self.text = text
    bytes = Array(text.utf8)
    guard bytes.contains(where: { $0 >= 0x80 }) else {
      starts = nil
      return
    }
    var starts: [Int] = []
    starts.reserveCapacity(bytes.count)
    for (i, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
      starts.append(i)
      // Four bytes of UTF-8 are the characters that UTF-16 writes as a pair.
      if unit == .utf16, byte >= 0xF0 { starts.append(i + 2) }
    }
    starts.append(bytes.count)
    self.starts = starts
  }

  /// How many units the text has.
  var count: Int { starts.map { $0.count - 1 } ?? bytes.count }

  /// The bytes between two places; nil where nothing is between them, they leave the text or one
  /// cuts a character in two.
  func range(_ start: Int, _ end: Int) -> Range<Int>? {
    guard start < end, let low = byte(at: start), let high = byte(at: end) else { return nil }
    return low..<high
  }

  /// The byte at a place; nil outside the text and inside a character.
  func byte(at place: Int) -> Int? {
    guard place >= 0, place <= count else { return nil }
    let byte = starts?[place] ?? place
    return isBoundary(byte) ? byte : nil
  }

  private func isBoundary(_ byte: Int) -> Bool {
    byte == bytes.count || bytes[byte] & 0xC0 != 0x80
  }

  /// The places of some bytes that begin and end with whole characters.
  func places(_ range: Range<Int>) -> Range<Int> {
    place(range.lowerBound)..<place(range.upperBound)
  }

  private func place(_ byte: Int) -> Int {
    guard let starts else { return byte }
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < byte { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The text of some bytes.
  func slice(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// Whether some bytes are this text, scalar by scalar: `==` would take two spellings of `é` for
  /// one.
  func says(_ text: String, at range: Range<Int>) -> Bool {
    bytes[range].elementsEqual(text.utf8)
  }

  /// The words: what blanks separate, and a word is cut where one of the spans begins or ends in
  /// it, so that every span is whole words.
  func words(cutBy spans: [Range<Int>]) -> [Range<Int>] {
    var cuts: Set<Int> = []
    for span in spans {
      cuts.insert(span.lowerBound)
      cuts.insert(span.upperBound)
    }
    var words: [Range<Int>] = []
    var start: Int?
    for (i, byte) in bytes.enumerated() {
      if isBlank(byte) {
        if let from = start { words.append(from..<i) }
        start = nil
      } else if let from = start {
        guard cuts.contains(i) else { continue }
        words.append(from..<i)
        start = i
      } else {
        start = i
      }
    }
    if let start { words.append(start..<bytes.count) }
    return words
  }
}

/// The words of a post as one text, with a space between them.
struct JoinedWords {
  private(set) var text = ""
  /// Where each word stands, in bytes.
  private(set) var words: [Range<Int>] = []

  init(_ tokens: Tokens) {
    words.reserveCapacity(tokens.count)
    var end = 0
    for token in tokens {
      if !words.isEmpty {
        text += " "
        end += 1
      }
      text += token.text
      let length = token.text.utf8.count
      words.append(end..<end + length)
      end += length
    }
  }

  /// The bytes of some words, which are not empty.
  func bytes(of range: Range<Int>) -> Range<Int> {
    words[range.lowerBound].lowerBound..<words[range.upperBound - 1].upperBound
  }

  /// The first word that would not be read back as one: it is empty, or a blank is in it.
  static func unreadable(_ post: Post) -> String? {
    post.tokens.first { $0.text.isEmpty || $0.text.utf8.contains(where: isBlank) }
      .map { $0.text.isEmpty ? "an empty word" : "the word \($0.text), which has a blank," }
  }
}
