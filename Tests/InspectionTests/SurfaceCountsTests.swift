import Corpora
import Extractors
import Testing

@testable import Inspection

/// How the same words are labelled in other posts.
@Suite("Labels of the same words")
struct SurfaceCountsTests {
  private func post(_ words: String, _ mentions: [EntityMention]) -> Post {
    Post(
      id: words, tokens: words.split(separator: " ").map { Token(String($0)) }, imageID: nil,
      mentions: mentions, split: .train, source: SourceLocation(file: "memory", line: 1))
  }

  private var posts: [Post] {
    [
      post("St Mary sails", [EntityMention(0..<2, .person)]),
      post("st mary rests", [EntityMention(0..<2, .miscellaneous)]),
      post("St Mary and St Mary", [EntityMention(0..<2, .person), EntityMention(3..<5, .person)]),
      post("by St Mary Pier", [EntityMention(1..<4, .location)]),
      post("ST MARY", []),
    ]
  }

  @Test func labelsAreCountedByPostAndWithoutOnesOwn() {
    let numbers = WordNumbers(posts)
    let counts = SurfaceCounts(posts, numbers)
    let words = numbers.posts[1]
    let own = counts.own(posts[1], words)
    let others = counts.form(words[0..<2], without: own)
    // Twice in one post counts once; case does not matter.
    #expect(others[.type(.person)] == 2)
    #expect(others[.type(.miscellaneous)] == 0, "the post's own")
    #expect(others[.across] == 1 && others[.outside] == 1)
    #expect(others.all == 4 && others.mentions == 2)
    #expect(others.most?.label == .type(.person) && others.most?.count == 2)
    #expect(others.commonestType == .person)
  }

  @Test func wordsAreCountedBySingleWord() {
    let numbers = WordNumbers(posts)
    let counts = SurfaceCounts(posts, numbers)
    let mary = numbers.posts[0][1]
    let own = counts.own(posts[0], numbers.posts[0])
    let found = counts.word(mary, without: own)
    #expect(found[.type(.person)] == 1 && found[.type(.location)] == 1)
    #expect(found[.type(.miscellaneous)] == 1 && found[.outside] == 1)
    let sails = counts.word(numbers.posts[0][2], without: own)
    #expect(sails.all == 0 && sails.most == nil && sails.commonestType == nil)
  }

  @Test func onlyWordsThatAreAMentionSomewhereAreLookedFor() {
    let numbers = WordNumbers(posts)
    let counts = SurfaceCounts(posts, numbers)
    #expect(counts.ranges(numbers.posts[4]) == [0..<2])
    #expect(counts.ranges(numbers.posts[3]) == [1..<3, 1..<4])
    #expect(counts.ranges([]) == [])
  }
}
