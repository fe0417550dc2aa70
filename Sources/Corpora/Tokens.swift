import Files
import Records

/// The words of a post, in order.
///
/// A collection of `Token`s that are made when they are asked for: the words of many posts of a
/// file lie side by side in one store, six bytes each beside their letters, because a million posts
/// of separate texts would not fit into memory.
package struct Tokens: Sendable {
  fileprivate let store: TokenStore
  fileprivate let first: UInt32
  private let length: UInt32

  fileprivate init(_ store: TokenStore, _ range: Range<Int>) {
    self.store = store
    (first, length) = (UInt32(range.lowerBound), UInt32(range.count))
  }

  /// No word.
  static let none = Tokens(TokenStore(bytes: [], ends: [], tags: [], names: [nil]), 0..<0)

  /// Words that share their store with no other post.
  package init(_ tokens: some Sequence<Token>) {
    var builder = TokenBuilder()
    for token in tokens { builder.append(token.text, tag: token.originalTag) }
    self = builder.alone()
  }

  /// Lends the UTF-8 of a word, without making a text of it.
  package func withUTF8<Result>(
    _ place: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    precondition(indices.contains(place), "word \(place) of \(length)")
    return try store.withUTF8(Int(first) + place, body)
  }

  /// Whether a word is this text, to a reader; nothing is made of words of plain letters.
  package func says(_ text: String, at place: Int) -> Bool {
    withUTF8(place) { word in
      if word.elementsEqual(text.utf8) { return true }
      let isPlain = word.allSatisfy { $0 < 0x80 } && text.utf8.allSatisfy { $0 < 0x80 }
      return !isPlain && String(decoding: word, as: UTF8.self) == text
    }
  }

  /// The tag of a word as it stood in the file.
  package func tag(_ place: Int) -> String? {
    precondition(indices.contains(place), "word \(place) of \(length)")
    return store.tag(Int(first) + place)
  }
}

extension Tokens: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { Int(length) }

  package subscript(place: Int) -> Token {
    precondition(indices.contains(place), "word \(place) of \(length)")
    return store[Int(first) + place]
  }
}

extension Tokens: Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  package init(arrayLiteral elements: Token...) { self.init(elements) }

  package static func == (a: Self, b: Self) -> Bool {
    (a.store === b.store && a.first == b.first && a.length == b.length) || a.elementsEqual(b)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(length)
    for token in self { hasher.combine(token) }
  }

  package var description: String { Array(self).description }
}

/// Words and tags of many posts, one after the other; never changed.
private final class TokenStore: Sendable {
  /// The words' UTF-8, without anything between them.
  private let bytes: [UInt8]
  /// Where each word ends.
  private let ends: [UInt32]
  /// The number of each word's tag in `names`; empty where no word has one.
  private let tags: [UInt16]
  /// The tags; nil for words without one.
  private let names: [String?]

  init(bytes: [UInt8], ends: [UInt32], tags: [UInt16], names: [String?]) {
    (self.bytes, self.ends, self.tags, self.names) = (bytes, ends, tags, names)
  }

  func withUTF8<Result>(
    _ place: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    let start = place == 0 ? 0 : Int(ends[place - 1])
    return try bytes.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[start..<Int(ends[place])]))
    }
  }

  subscript(place: Int) -> Token {
    Token(withUTF8(place) { String(decoding: $0, as: UTF8.self) }, originalTag: tag(place))
  }

  func tag(_ place: Int) -> String? { tags.isEmpty ? nil : names[Int(tags[place])] }
}

/// Collects the words of posts as a file is read.
///
/// After some ten thousand words a store is closed and the next begun, so that no array grows to
/// the size of a file, and numbers in it stay small whatever the file holds.
struct TokenBuilder {
  private var bytes: [UInt8] = []
  private var ends: [UInt32] = []
  private var tags: [UInt16] = []
  private var names: [String?] = [nil]
  private var numbers: [String: UInt16] = [:]
  private var hasTags = false
  /// The last tag and its number: most words are tagged as the word before.
  private var last: (tag: String, number: UInt16)?
  /// The posts whose words are complete, by their places in the array that `close` fills.
  private var posts: [(place: Int, words: Range<Int>)] = []
  /// Where the open post begins.
  private var first = 0

  /// Words of a store; a post may have `Bounds.tokens` more.
  private static let most = 1 << 15
  /// Bytes of a store; a post may have a file more.
  private static let mostBytes = 1 << 20

  /// How many words the open post has.
  var count: Int { ends.count - first }

  /// The tag of a word of the open post.
  func tag(_ place: Int) -> String? { names[Int(tags[first + place])] }

  /// Adds a word to the open post.
  mutating func append(_ word: String, tag: String?) {
    bytes.append(contentsOf: word.utf8)
    end(tag)
  }

  /// Adds a word by its UTF-8, which must be valid.
  mutating func append(utf8 word: UnsafeBufferPointer<UInt8>, tag: String?) {
    bytes.append(contentsOf: word)
    end(tag)
  }

  /// Adds the word that a scanner stands before, its escapes resolved, untagged.
  /// - Throws: `ScanFailure`, when part of the word may be in the open post: it is to be dropped.
  mutating func append(from scanner: inout JSONScanner) throws {
    try scanner.string(into: &bytes)
    end(nil)
  }

  /// Gives the words of the open post their tags, of which there are as many.
  mutating func tag(_ texts: [String]) {
    for (place, text) in texts.enumerated() { tags[first + place] = number(of: text) }
  }

  private mutating func end(_ tag: String?) {
    ends.append(UInt32(bytes.count))
    tags.append(tag.map { number(of: $0) } ?? 0)
  }

  private mutating func number(of tag: String) -> UInt16 {
    hasTags = true
    if let last, last.tag == tag { return last.number }
    let number =
      known(tag)
      ?? {
        let new = UInt16(names.count)
        names.append(tag)
        numbers[tag] = new
        return new
      }()
    last = (tag, number)
    return number
  }

  private func known(_ tag: String) -> UInt16? {
    // Of the few tags that most files have one is found sooner by looking at them all.
    names.count <= 16 ? names.firstIndex(of: tag).map { UInt16($0) } : numbers[tag]
  }

  /// The open post is complete, and is to be at this place.
  mutating func endPost(at place: Int) {
    posts.append((place, first..<ends.count))
    first = ends.count
  }

  /// The open post is left out.
  mutating func dropPost() {
    ends.removeSubrange(first...)
    tags.removeSubrange(first...)
    bytes.removeSubrange(Int(ends.last ?? 0)...)
  }

  /// Gives complete posts their words, once there are enough for a store.
  mutating func close(_ all: inout [ParsedPost], isLast: Bool = false) {
    guard isLast || ends.count >= Self.most || bytes.count >= Self.mostBytes, !posts.isEmpty else {
      return
    }
    let store = makeStore()
    for (place, words) in posts { all[place].tokens = Tokens(store, words) }
    bytes.removeAll(keepingCapacity: !isLast)
    ends.removeAll(keepingCapacity: !isLast)
    tags.removeAll(keepingCapacity: !isLast)
    posts.removeAll(keepingCapacity: !isLast)
    (names, numbers, last, hasTags, first) = ([nil], [:], nil, false, 0)
  }

  /// The words so far as those of one post.
  func alone() -> Tokens { Tokens(makeStore(), 0..<ends.count) }

  /// A store of exactly the size: the builder's own arrays keep their room for the next.
  private func makeStore() -> TokenStore {
    func exact<Element>(_ array: [Element]) -> [Element] {
      array.withUnsafeBufferPointer { Array($0) }
    }
    return TokenStore(
      bytes: exact(bytes), ends: exact(ends), tags: hasTags ? exact(tags) : [], names: names)
  }
}
