import Corpora
import Foundation

/// The posts' words and ids in lower case, one after the other in one array of bytes, so that
/// looking for a text allocates nothing.
///
/// It is filled as far as a search has come: to read 100,000 posts takes some tens of milliseconds,
/// which no key may wait for.
package struct PostTexts: Sendable {
  /// UTF-8 of each post: its words with blanks between them, a blank, its id, and a zero byte.
  private var bytes: [UInt8] = []
  /// Where each post begins, and its id.
  private var places: [(post: Int, id: Int)] = []
  private var kinds: [Kind] = []
  /// What reading them took; 1 is about ten nanoseconds.
  private(set) var work = 0

  /// How far the bytes of a post tell what its text holds.
  private enum Kind: UInt8, Sendable {
    /// Each byte is a character.
    case plain
    /// A text that is there is found, but what is found may begin or end inside a character.
    case composed
    /// It holds a zero byte.
    case broken
  }

  /// No post yet.
  package init() {}

  /// How many posts it holds.
  package var count: Int { kinds.count }

  /// The words of a post with blanks between them.
  package static func text(of post: Post) -> String {
    post.tokens.map(\.text).joined(separator: " ")
  }

  /// Whether each byte of a post is a character; the post must have been reached.
  func isPlain(_ post: Int) -> Bool { kinds[post] == .plain }

  // MARK: Reading

  /// Reads posts up to a place.
  package mutating func reach(_ end: Int, of posts: [Post]) {
    while count < min(end, posts.count) { append(posts[count]) }
  }

  private mutating func append(_ post: Post) {
    let start = bytes.count
    var kind = Kind.plain
    for place in post.tokens.indices {
      post.tokens.withUTF8(place) { append($0, &kind) }
      bytes.append(0x20)
    }
    let id = bytes.count
    var name = post.id
    name.withUTF8 { append($0, &kind) }
    bytes.append(0)
    places.append((start, id))
    kinds.append(kind)
    work += 10 + 5 * post.tokens.count + (bytes.count - start) / 4
  }

  private mutating func append(_ text: UnsafeBufferPointer<UInt8>, _ kind: inout Kind) {
    let start = bytes.count
    bytes.append(contentsOf: text)
    let (all, hasSign) = lower(from: start)
    if all < 0x80, !hasSign { return }
    bytes.removeSubrange(start...)
    let whole = String(decoding: text, as: UTF8.self)
    bytes.append(contentsOf: Self.composed(whole.lowercased()).utf8)
    work += 100 + text.count
    kind = kind == .broken || bytes[start...].contains(0) ? .broken : .composed
  }

  /// The text in the form in which equal texts have equal bytes (NFC,
  /// https://www.unicode.org/reports/tr15/).
  private static func composed(_ text: String) -> String {
    text.unicodeScalars.allSatisfy(isComposed)
      ? text : text.precomposedStringWithCanonicalMapping
  }

  /// Whether a character is as it must be beside any other of these: most of what posts hold, told
  /// without a look into tables.
  private static func isComposed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // Latin without combining marks; punctuation, the joiner of emoji and their style.
    case ..<0x300, 0x200D, 0x2010...0x2060, 0xFE0F: true
    // Han, Hangul syllables, emoji.
    case 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0x1F000...0x1FAFF: true
    default: false
    }
  }

  /// Writes capital letters small.
  /// - Returns: all bits of the bytes, and whether a zero or a carriage return is among them, which
  ///   is one character with a line feed.
  private mutating func lower(from start: Int) -> (bits: UInt8, hasSign: Bool) {
    let end = bytes.count
    return bytes.withUnsafeMutableBufferPointer { bytes in
      var (bits, hasSign) = (UInt8(0), false)
      for place in start..<end {
        let byte = bytes[place]
        bits |= byte
        hasSign = hasSign || byte == 0 || byte == 0x0D
        if byte &- 0x41 < 26 { bytes[place] = byte | 0x20 }
      }
      return (bits, hasSign)
    }
  }

  // MARK: Looking

  /// A text to look for, as the bytes have it.
  package struct Needle: Sendable {
    fileprivate let text: String
    /// With a zero byte at the end.
    fileprivate let bytes: [CChar]
    /// Whether it may stand in a plain post: without bytes above 127.
    fileprivate let isPlain: Bool
    /// Whether it begins with a character of its own behind any plain one, and has no zero.
    fileprivate let canLead: Bool

    /// - Parameter text: in lower case.
    package init(_ text: String) {
      self.text = text
      isPlain = text.utf8.allSatisfy { $0 < 0x80 }
      let composed = PostTexts.composed(text)
      bytes = composed.utf8.map { CChar(truncatingIfNeeded: $0) } + [0]
      // A zero ends the text for those who look at bytes.
      canLead = !text.utf8.contains(0) && ("a" + composed).count == composed.count + 1
    }
  }

  /// Which of some posts hold a text, or whose ids do; all must have been reached.
  func holding(
    _ needle: Needle, among mask: PostSet, of posts: [Post], idsOnly: Bool = false
  ) -> PostSet {
    var found = PostSet(mask.range)
    bytes.withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { bytes in
        needle.bytes.withUnsafeBufferPointer { text in
          guard let start = bytes.baseAddress, let text = text.baseAddress else { return }
          let length = needle.bytes.count - 1
          mask.forEach { post in
            let kind = kinds[post]
            if kind == .plain, !needle.isPlain { return }
            let place = start + (idsOnly ? places[post].id : places[post].post)
            // What continues a character is written as one with it.
            if kind != .broken, needle.canLead {
              guard let hit = strstr(place, text) else { return }
              if kind == .plain || Self.isWhole(hit, length, from: place) {
                return found.insert(post)
              }
            }
            if holds(posts[post], needle.text, idsOnly: idsOnly) { found.insert(post) }
          }
        }
      }
    }
    return found
  }

  /// Whether what was found begins and ends with whole characters, as its neighbours are plain.
  private static func isWhole(
    _ hit: UnsafePointer<CChar>, _ length: Int, from start: UnsafePointer<CChar>
  ) -> Bool {
    func isPlain(_ byte: CChar) -> Bool {
      // A `CChar` has a sign on some machines only.
      let byte = UInt8(truncatingIfNeeded: byte)
      return byte < 0x80 && byte != 0x0D && byte != 0x0A
    }
    return (hit == start || isPlain(hit[-1])) && isPlain(hit[length])
  }

  /// Character by character, so that a letter is not found in one with an accent.
  private func holds(_ post: Post, _ text: String, idsOnly: Bool) -> Bool {
    (idsOnly ? post.id : Self.text(of: post) + " " + post.id).lowercased().holds(text)
  }
}

extension String {
  /// Whether a text stands in it: `contains`, which ends the program at some texts with a zero in
  /// them; those are looked for character by character.
  func holds(_ text: String) -> Bool {
    guard text.utf8.contains(0) else { return contains(text) }
    return text.isEmpty || indices.contains { self[$0...].starts(with: text) }
  }
}
