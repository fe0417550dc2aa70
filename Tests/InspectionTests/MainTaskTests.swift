import Corpora
import Extractors
import Testing

@testable import Inspection

/// What a dataset is mainly about decides which router it is opened with.
@Suite("What a dataset is about") struct MainTaskTests {
  private func dataset(_ posts: Int, paired: Int) -> Dataset {
    Dataset(
      name: "d",
      posts: (0..<posts).map { i in
        Post(
          id: "p\(i)", tokens: ["Ann", "at", "Acme"].map { Token($0) }, imageID: nil,
          mentions: [EntityMention(0..<1, .person)],
          relations: i < paired
            ? [RelationMention(head: 0..<1, tail: 2..<3, label: "/per/org/member_of")] : [],
          split: .test, source: SourceLocation(file: "f", line: i))
      })
  }

  @Test func itIsRelationsWhenMostPostsHaveAPair() {
    #expect(dataset(3, paired: 2).mainTask == .relations)
    #expect(dataset(3, paired: 1).mainTask == .entities)
    // Half of them are not most.
    #expect(dataset(4, paired: 2).mainTask == .entities)
    #expect(dataset(0, paired: 0).mainTask == .entities)
  }
}
