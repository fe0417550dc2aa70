import Corpora
import Extractors
import Testing

@testable import Inspection

/// What experts say of posts that they did not learn from, and queues that are made of it.
@Suite("Held-out answers and queues")
struct HeldOutTagsTests {
  private let labels = SuspicionSamples.labels

  @Test func columnsAreFoundByName() throws {
    let columns = try #require(TagColumns(labels))
    #expect(columns.outside == 0)
    #expect(
      columns.columns(of: [EntityMention(1..<3, .person)], count: 4) == [0, 3, 4, 0])
    #expect(columns.columns(of: [EntityMention(0..<1, .organization)], count: 1) == [nil])
    #expect(TagColumns(["B-PER", "I-PER"]) == nil, "no O")
    #expect(TagColumns(["O", "B-PER"]) == nil, "no I-PER")
    #expect(TagColumns(["O", "O"]) == nil)
  }

  @Test func aMentionIsAsProbableAsItsLeastTag() throws {
    let columns = try #require(TagColumns(["O", "B-PER", "I-PER"]))
    // Rows: O, B-PER, I-PER.
    let marginals: [Float] = [0.1, 0.8, 0.1, 0.2, 0.1, 0.7, 0.6, 0.0, 0.4]
    let tags = try #require(HeldOutTags(columns: columns, marginals: marginals, mentions: []))
    func probability(_ range: Range<Int>, _ type: EntityType = .person) -> Double {
      (tags.probability(of: EntityMention(range, type)) * 1000).rounded() / 1000
    }
    #expect(probability(0..<2) == 0.6, "1 − I-PER behind it")
    #expect(probability(0..<3) == 0.4)
    #expect(probability(0..<1) == 0.3)
    #expect(probability(1..<2) == 0.1)
    #expect(probability(0..<2, .location) == 0)
    #expect(probability(2..<4) == 0, "it was not read")
    #expect((tags.share(of: .person, over: 0..<2) * 100).rounded() == 85)
  }

  @Test func whatIsNoProbabilityIsRefused() throws {
    let columns = try #require(TagColumns(labels))
    func tags(_ marginals: [Float], _ mentions: [EntityMention] = []) -> HeldOutTags? {
      HeldOutTags(
        columns: columns, marginals: marginals,
        mentions: mentions.map { ScoredMention($0, confidence: nil) })
    }
    #expect(tags([1, 0, 0, 0]) == nil, "no whole row")
    #expect(tags([.nan, 0, 0, 0, 0]) == nil)
    #expect(tags([2, 0, 0, 0, 0]) == nil)
    #expect(tags([1, 0, 0, 0, 0], [EntityMention(0..<2, .person)]) == nil)
    #expect(tags([])?.count == 0)
    #expect(HeldOutPair(labels: ["a"], probabilities: []) == nil)
    #expect(HeldOutPair(labels: [], probabilities: []) == nil)
    #expect(HeldOutPair(labels: ["a"], probabilities: [.infinity]) == nil)
    #expect(HeldOutPair(labels: ["a", "b"], probabilities: [0.5, 0.5])?.best.label == "a")
  }

  @Test func queuesFollowTheLeastProbableLabelOrTheLeastSureWord() {
    let posts = SuspicionSamples.posts
    let answers = SuspicionSamples.answers
    let byLabels = PlainQueue.selfConfidence.scores(posts, answers)
    let bySureness = PlainQueue.leastConfidence.scores(posts, answers)
    // Where all labels are the likeliest ones, both are the same.
    #expect(byLabels[0] == bySureness[0])
    #expect(abs(byLabels[0] - 0.2) < 1e-6)
    // A wrong type has next to nothing; the expert is as sure as elsewhere.
    #expect(byLabels[SuspicionSamples.swapped] > 0.98)
    #expect(bySureness[SuspicionSamples.swapped] < 0.1)
    #expect(PlainQueue.selfConfidence.scores(posts, posts.map { _ in nil }).allSatisfy { $0 == 0 })
    var related = posts[0]
    related.relations = [RelationMention(head: 0..<1, tail: 3..<4, label: "b")]
    let pair = HeldOutPair(labels: ["a", "b"], probabilities: [0.75, 0.25])
    #expect(PlainQueue.selfConfidence.scores([related], [.pairs([pair])]) == [0.75])
    #expect(PlainQueue.leastConfidence.scores([related], [.pairs([pair])]) == [0.25])
  }

  @Test func spoiledLabelsAreCountedInTheFirstPartOfAQueue() throws {
    let posts = LabelNoiseTests.posts(100)
    let noise = LabelNoise(of: posts, .entities, rate: 0.05, seed: 4)
    let spoiled = Set(noise.places.map(\.post))
    let knowing = posts.indices.map { spoiled.contains($0) ? 1.0 : 0 }
    let measure = SuspicionMeasure(
      noise, [("knowing", knowing), ("wrong", knowing.map { 1 - $0 })])
    #expect(measure.spoiled == 10 && measure.posts == 100)
    #expect(measure.share("knowing") == 1 && measure.share("wrong") == 0)
    #expect(measure.share("other") == nil)
    let queue = try #require(measure.queues.first)
    #expect(queue.found.last == 10 && queue.byKind == measure.byKind)
    #expect(queue.found[0] <= queue.found[1] && queue.found[0] >= 5)
  }

  @Test func theTableHasAColumnForEveryLabel() throws {
    let posts = Array(SuspicionSamples.posts[0...1])
    // Two experts with other columns, and a type that neither knows.
    var first = posts[0]
    first.mentions[0] = EntityMention(0..<1, .organization)
    let other = ["O", "B-PER", "I-PER"]
    let answers = [
      SuspicionSamples.tags([], words: 5, sure: 0.6),
      SuspicionSamples.tags([EntityMention(0..<1, .person)], words: 5, sure: 0.8, labels: other),
    ].map { $0.map(HeldOutAnswer.tags) }
    let table = SuspicionTable([first, posts[1]], answers)
    #expect(table.labels == labels + ["B-ORG"])
    #expect(table.rows.count == 2)
    let unknown = try #require(table.labels.firstIndex(of: "B-ORG"))
    #expect(table.rows[0].given == [unknown, 0, 0, 1, 0])
    #expect(table.rows.allSatisfy { $0.probabilities.allSatisfy { $0.count == 6 } })
    let person = try #require(table.labels.firstIndex(of: "B-PER"))
    #expect(table.rows[1].probabilities[0][person] == 0.8)
    #expect(table.rows[1].given == [person, 0, 0, 1, 0])
    #expect(SuspicionTable(posts, [nil, nil]).rows.isEmpty)
  }
}
