import Testing

@testable import Corpora

@Suite struct BIOTests {
  static let types = ["PER", "LOC", "ORG", "MISC"].map { EntityType($0) }

  /// Calls `body` with every tag sequence of a length over the tags of some types.
  static func forEachSequence(
    length: Int, types: ArraySlice<EntityType>, _ body: ([BIO.Tag]) -> Void
  ) {
    let alphabet = [.outside] + types.flatMap { [BIO.Tag.begin($0), .inside($0)] }
    var digits = [Int](repeating: 0, count: length)
    var tags = [BIO.Tag](repeating: .outside, count: length)
    while true {
      body(tags)
      var i = 0
      while i < length {
        digits[i] += 1
        if digits[i] < alphabet.count {
          tags[i] = alphabet[digits[i]]
          break
        }
        digits[i] = 0
        tags[i] = .outside
        i += 1
      }
      if i == length { return }
    }
  }

  @Test(arguments: 0...4) func everySequenceReadsAndWrites(typeCount: Int) {
    for length in 0...6 {
      var failures = 0
      Self.forEachSequence(length: length, types: Self.types.prefix(typeCount)) { tags in
        let lenient = BIO.mentions(of: tags, reading: .lenient)
        let written = BIO.tags(of: lenient.mentions, count: length)
        // Mentions survive being written, in both readings, and what is written is regular.
        for reading in BIO.Reading.allCases {
          let back = BIO.mentions(of: written, reading: reading)
          if back.mentions != lenient.mentions || !back.irregularities.isEmpty { failures += 1 }
        }
        // Tags survive exactly when nothing was irregular, and then both readings agree.
        if (written == tags) != lenient.irregularities.isEmpty { failures += 1 }
        let strict = BIO.mentions(of: tags, reading: .strict).mentions
        if (strict == lenient.mentions) != lenient.irregularities.isEmpty { failures += 1 }
      }
      #expect(failures == 0, "\(typeCount) types, length \(length)")
    }
  }

  /// Every file spelling against every edit: what is written reads as the edit, in the same
  /// reading, and an edit that changes nothing writes the file's own tags.
  @Test(arguments: BIO.Reading.allCases) func everyRewriteSpellsTheEdit(reading: BIO.Reading) {
    let types = Self.types.prefix(2)
    for length in 1...3 {
      var edits: [[EntityMention]] = []
      Self.forEachSequence(length: length, types: types) { tags in
        let read = BIO.mentions(of: tags, reading: .strict)
        if read.irregularities.isEmpty { edits.append(read.mentions) }
      }
      Self.forEachSequence(length: length, types: types) { tags in
        let original = tags.map(\.text)
        let before = BIO.mentions(of: tags, reading: reading).mentions
        #expect(BIO.rewrite(original: original, to: before, reading: reading) == original)
        for edit in edits {
          let written = BIO.rewrite(original: original, to: edit, reading: reading)
          let back = BIO.mentions(of: written, reading: reading).mentions
          if back != edit { Issue.record("\(original) to \(edit) gave \(written)") }
        }
      }
    }
  }

  @Test func anOrphanBehindANewMentionDoesNotJoinIt() {
    let tags = ["O", "I-PER", "O"]
    let both = [EntityMention(0..<1, .person), EntityMention(1..<2, .person)]
    #expect(BIO.rewrite(original: tags, to: both, reading: .lenient) == ["B-PER", "B-PER", "O"])
    let first = [EntityMention(0..<1, .person)]
    #expect(BIO.rewrite(original: tags, to: first, reading: .strict) == ["B-PER", "O", "O"])
  }

  @Test func irregularTagsAreListedAndReadByName() {
    let tags = ["I-PER", "I-PER", "I-LOC", "E-LOC", "PER", "", "B-", "B-OTHER"]
    let lenient = BIO.mentions(of: tags, reading: .lenient)
    #expect(
      lenient.mentions == [
        EntityMention(0..<2, .person), EntityMention(2..<4, .location),
        EntityMention(7..<8, .miscellaneous),
      ])
    #expect(
      lenient.irregularities == [
        .init(token: 0, kind: .orphan), .init(token: 2, kind: .orphan),
        .init(token: 3, kind: .unknownPrefix), .init(token: 4, kind: .unreadable),
        .init(token: 5, kind: .unreadable), .init(token: 6, kind: .unreadable),
      ])
    let strict = BIO.mentions(of: tags, reading: .strict)
    #expect(strict.mentions == [EntityMention(7..<8, .miscellaneous)])
  }
}
