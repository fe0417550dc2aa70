import Corpora
import Testing

@testable import Studies

/// The division of posts into parts.
@Suite("Parts of a dataset")
struct PostFoldsTests {
  private func posts(_ count: Int, texts: Int) -> [Post] {
    (0..<count).map { i in
      Post(
        id: "p\(i)", tokens: [Token("text"), Token("\(i % texts)")], imageID: nil, mentions: [],
        split: .train, source: SourceLocation(file: "memory", line: i + 1))
    }
  }

  @Test func everyPostIsInOnePart() {
    let folds = PostFolds(posts(103, texts: 103), count: 5, seed: 1)
    #expect(folds.parts.flatMap(\.self).sorted() == Array(0..<103))
    #expect(folds.parts.map(\.count).sorted() == [20, 20, 21, 21, 21])
    #expect(folds.parts.allSatisfy { $0 == $0.sorted() })
    #expect(PostFolds(posts(103, texts: 103), count: 5, seed: 1) == folds)
    #expect(PostFolds(posts(103, texts: 103), count: 5, seed: 2) != folds)
  }

  @Test func sameWordsAreInTheSamePart() {
    let folds = PostFolds(posts(60, texts: 20), count: 4, seed: 1)
    for part in folds.parts {
      #expect(part.count == 15)
      for text in 0..<20 { #expect([0, 3].contains(part.count { $0 % 20 == text })) }
    }
    // Fewer texts than parts: somebody has to look at it.
    #expect(PostFolds(posts(60, texts: 2), count: 4, seed: 1).parts.count { $0.isEmpty } == 2)
  }

  @Test func everyTenthOfTheOthersChoosesTheEpoch() {
    let folds = PostFolds(posts(100, texts: 100), count: 5, seed: 1)
    let (train, dev) = folds.others(than: 2) { $0 < 50 }
    #expect(Set(train + dev).isDisjoint(with: folds.parts[2]))
    #expect((train + dev).sorted() == Array(0..<100).filter { !folds.parts[2].contains($0) })
    let labelled = (train + dev).count { $0 < 50 }
    #expect(dev.count { $0 < 50 } == labelled / 10)
    #expect(dev.count { $0 >= 50 } == (train.count + dev.count - labelled) / 10)
  }

  @Test func fewPostsStillChooseSomething() {
    let folds = PostFolds(posts(10, texts: 10), count: 5, seed: 1)
    let (train, dev) = folds.others(than: 0) { _ in true }
    #expect(train.count == 7 && dev.count == 1)
    let (all, none) = PostFolds(posts(2, texts: 2), count: 2, seed: 1).others(than: 0) { _ in true }
    #expect(all.count == 1 && none.isEmpty)
  }
}
