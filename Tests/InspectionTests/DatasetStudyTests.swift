import Corpora
import Extractors
import Foundation
import Routing
import Tensors
import Testing

@testable import Inspection

/// What reference implementations compute: `Tests/Fixtures/dataset-study.json`, which
/// `dataset-study.py` writes.
private struct Reference: Decodable {
  let reliability: Calibration
  let confusion: Matrix
  let components: [Components]
  let distribution: Curve

  struct Calibration: Decodable {
    let confidences: [Float]
    let right: [Bool]
    let parts: [Part]
    let expected: Double
    let greatest: Double
    let brier: Double

    struct Part: Decodable {
      let count: Int
      let confidence: Double?
      let share: Double?
    }
  }

  struct Matrix: Decodable {
    let gold: [String]
    let given: [String]
    let names: [String]
    let counts: [[Int]]
  }

  struct Components: Decodable {
    let rows: [[Float]]
    let axes: [[Double]]
    let variances: [Double]
    let shares: [Double]
    let places: [[Double]]
  }

  struct Curve: Decodable {
    let values: [Float]
    let adds: [Bool]
    let auc: Double
    let deciles: [Float]
  }

  init() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/dataset-study.json")
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: path))
  }
}

@Suite struct DatasetStudyReferenceTests {
  @Test func reliabilityIsThatOfTheReference() throws {
    let wanted = try Reference().reliability
    let found = try #require(
      Reliability(
        of: "a", right: "", leftOut: 0,
        zip(wanted.confidences, wanted.right).map {
          Reliability.Item(post: 0, confidence: $0, isRight: $1)
        }))
    #expect(found.parts.map(\.count) == wanted.parts.map(\.count))
    for (part, other) in zip(found.parts, wanted.parts) {
      #expect((part.confidence == nil) == (other.confidence == nil))
      #expect(abs((part.confidence ?? 0) - (other.confidence ?? 0)) < 1e-12)
      #expect(abs((part.share ?? 0) - (other.share ?? 0)) < 1e-12)
    }
    #expect(abs(found.expectedError - wanted.expected) < 1e-12)
    #expect(abs(found.greatestError - wanted.greatest) < 1e-12)
    #expect(abs(found.brier - wanted.brier) < 1e-12)
  }

  @Test func confusionOfRelationsIsThatOfTheReference() throws {
    let wanted = try Reference().confusion
    let posts = zip(wanted.gold, wanted.given).enumerated().map { i, pair in
      var post = StudiedPost(
        i,
        StudySamples.post(i, [], [RelationMention(head: 0..<1, tail: 2..<3, label: pair.0)]))
      post.labels["re"] = .relations([RelationAnswer(head: 0..<1, tail: 2..<3, label: pair.1)])
      return post
    }
    let found = try #require(Confusion("re", posts))
    #expect(Set(found.names) == Set(wanted.names) && found.leftOut == 0)
    for (row, label) in found.names.enumerated() {
      for (column, answer) in found.names.enumerated() {
        let (i, j) = (wanted.names.firstIndex(of: label), wanted.names.firstIndex(of: answer))
        #expect(found.counts[row][column] == wanted.counts[try #require(i)][try #require(j)])
        #expect(found.posts[row][column].count == found.counts[row][column])
      }
    }
  }

  @Test func componentsAreThoseOfTheReference() throws {
    for wanted in try Reference().components {
      let found = try #require(PrincipalComponents(wanted.rows, count: 2))
      for (axis, other) in zip(found.axes, wanted.axes) {
        for (a, b) in zip(axis, other) { #expect(abs(a - b) < 1e-6) }
      }
      for i in 0..<2 {
        #expect(abs(found.variances[i] / wanted.variances[i] - 1) < 1e-9)
        #expect(abs(found.variances[i] / found.total - wanted.shares[i]) < 1e-9)
      }
      for (row, place) in zip(wanted.rows, wanted.places) {
        for (a, b) in zip(found.place(row), place) { #expect(abs(a - b) < 1e-5) }
      }
    }
  }

  @Test func distributionIsThatOfTheReference() throws {
    let wanted = try Reference().distribution
    let found = try #require(
      ScalarDistribution(
        expert: nil, name: "p", caption: "", threshold: nil,
        zip(wanted.values, wanted.adds).enumerated().map { ($0, $1.0, $1.1) }))
    #expect(abs(try #require(found.aucImageAdds) - wanted.auc) < 1e-12)
    #expect(found.deciles == wanted.deciles)
    #expect(found.bars.map(\.count).reduce(0, +) == wanted.values.count)
    for (bar, counts) in found.bars.enumerated() {
      let inside = found.posts(inBar: bar)
      #expect(inside.count == counts.count && counts.unknown == 0)
      #expect(inside.count { wanted.adds[$0] } == counts.adds)
    }
  }
}

/// Posts with answers made by hand.
enum StudySamples {
  static let routed = DatasetStudy.Routed(text: "t", multimodal: "m")

  static func post(
    _ i: Int, _ mentions: [EntityMention], _ pairs: [RelationMention] = [], split: Split = .dev
  ) -> Post {
    Post(
      id: "p\(i)", tokens: ["Anna", "went", "to", "Paris"].map { Token($0) }, imageID: "\(i)",
      mentions: mentions, relations: pairs, split: split,
      attributes: ["imageAdds": i.isMultiple(of: 2) ? "yes" : "no"],
      source: SourceLocation(file: "memory", line: i + 1))
  }

  static let anna = EntityMention(0..<1, .person)
  static let paris = EntityMention(3..<4, .location)
  static let wrong = EntityMention(3..<4, .organization)
  static let wide = EntityMention(2..<4, .location)

  /// What the text and the multimodal expert find of Anna and Paris, and p.
  static let answers: [(text: [EntityMention], multimodal: [EntityMention], p: Float?)] = [
    ([anna, paris], [anna, paris], 0.2), ([anna, paris], [anna], 0.4),
    ([anna, wrong], [anna, paris], 0.6), ([wide], [anna, wrong], 0.8),
    ([anna, paris], [anna, paris], nil),
  ]

  static let posts: [StudiedPost] = answers.enumerated().map { i, answer in
    var post = StudiedPost(i, post(i, [anna, paris]))
    post.decision =
      answer.p.map { RouteDecision(probability: $0, percentile: $0, cosine: -$0) }
      ?? .withoutPicture
    post.input = answer.p.map { [$0, 1 - $0, Float(i)] }
    post.labels = [
      "t": .mentions(answer.text, confidences: answer.text.map { _ in 0.9 }),
      "m": .mentions(answer.multimodal, confidences: answer.multimodal.map { _ in nil }),
    ]
    return post
  }

  static func study(_ posts: [StudiedPost] = posts) -> DatasetStudy? {
    var subject = DatasetStudy.Subject(dataset: "d", routed: routed, experts: ["t", "m"])
    subject.projected = posts.count { $0.input != nil }
    return DatasetStudy(subject, posts)
  }
}

@Suite struct DatasetStudyTests {
  @Test func countsAreThoseByHand() throws {
    let study = try #require(StudySamples.study())
    let cells = try #require(study.cells)
    // 0, 1 and the one without a picture go to the text expert.
    #expect(cells.text.both == 2 && cells.text.text == 1 && cells.text.neither == 0)
    #expect(cells.multimodal.multimodal == 1 && cells.multimodal.neither == 1)
    #expect(study.posts(in: .both, on: .text) == [0, 4])
    #expect(study.posts(in: .neither, on: .multimodal) == [3])
    let sweep = try #require(study.threshold)
    // Of 10 labels 2 + 2 + 2 + 1 + 2 are right, and as many answered as labelled.
    #expect(abs(sweep.now.unionF1 - 100 * 2 * 9 / 20) < 1e-9 && sweep.now.multimodalShare == 0.4)
    #expect(sweep.points.first?.multimodalShare == 0.8 && sweep.points.last?.multimodalShare == 0)
    // p against who makes fewer mistakes: of posts 1, 2 and 3 one is better.
    let p = try #require(study.reliability.last)
    #expect(p.of == "p" && p.count == 3 && p.leftOut == 1)
    #expect(p.parts[4].share == 0 && p.parts[6].share == 1 && p.parts[8].share == 1)
    // The multimodal expert tells no confidence.
    #expect(study.reliability.map(\.of) == ["t", "p"])
    #expect(study.reliability[0].count == 9 && study.reliability[0].parts[9].share == 7.0 / 9)
    #expect(study.distributions.map(\.name) == ["p", "cosine"])
    #expect(study.distributions[0].posts == 4)
  }

  /// Rows add up to what is labelled, columns to what is answered, and the diagonal is what is
  /// right.
  @Test func confusionOfMentionsAddsUp() throws {
    let study = try #require(StudySamples.study())
    let found = try #require(study.confusion.first)
    func count(_ label: String, _ answer: String) -> Int {
      guard let row = found.names.firstIndex(of: label),
        let column = found.names.firstIndex(of: answer)
      else { return -1 }
      return found.counts[row][column]
    }
    #expect(count("PER", "PER") == 4 && count("PER", Confusion.nothing) == 1)
    #expect(count("LOC", "LOC") == 3 && count("LOC", "ORG") == 1)
    #expect(count("LOC", Confusion.otherWords) == 1 && count(Confusion.otherWords, "LOC") == 1)
    for (row, name) in found.names.enumerated() where name == "PER" || name == "LOC" {
      #expect(found.counts[row].reduce(0, +) == 5)
    }
    let counts = StudySamples.posts.reduce(MatchCounts.zero) {
      $0 + .count(predicted: $1.labels["t"]?.mentions ?? [], gold: $1.post.mentions)
    }
    #expect(found.names.indices.reduce(0) { $0 + found.counts[$1][$1] } == counts.correct)
  }

  /// The most frequent labels are listed, and the others counted.
  @Test func manyLabelsAreNotAllListed() throws {
    let posts = (0..<100).map { i in
      var post = StudiedPost(
        i,
        StudySamples.post(i, [], [RelationMention(head: 0..<1, tail: 2..<3, label: "r\(i)")]))
      post.labels["re"] = .relations([RelationAnswer(head: 0..<1, tail: 2..<3, label: "r\(i)")])
      return post
    }
    let found = try #require(Confusion("re", posts))
    #expect(found.names.count == Confusion.mostNames)
    #expect(found.leftOut + found.counts.joined().reduce(0, +) == 100)
  }

  /// Every value lies between the ends of its part, and an end's text is the end.
  @Test(arguments: [1, 2, 3] as [UInt64]) func partsHaveRoundEnds(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let low = generator.normal() * powf(10, Float(Int(generator.uniform() * 8) - 4))
      let high = low + generator.uniform() * powf(10, Float(Int(generator.uniform() * 8) - 4))
      let scale = RoundScale(low, high, parts: 24)
      #expect((1...24).contains(scale.count), "seed \(seed): \(low) \(high)")
      for (edge, value) in scale.edges.enumerated() {
        #expect(Float(scale.text(edge)) == value, "seed \(seed)")
      }
      for share in [0, 0.3, 0.5, 0.99, 1] as [Float] {
        let value = min(high, low + (high - low) * share)
        let part = scale.part(of: value)
        #expect(scale.edges[part] <= value, "seed \(seed): \(low) \(high)")
        #expect(value <= scale.edges[part + 1], "seed \(seed): \(low) \(high)")
      }
    }
    // Gates may be shut so far that they are nearly nothing.
    for (low, high): (Float, Float) in [(0, 0), (1e-15, 2e-15), (-1e-30, 1e-40), (0.61, 0.61)] {
      let scale = RoundScale(low, high, parts: 24)
      #expect(scale.edges[0] <= low && high <= scale.edges[scale.count])
    }
    #expect(RoundScale(-.greatestFiniteMagnitude, .greatestFiniteMagnitude, parts: 9).count >= 1)
    #expect(RoundScale(.nan, .infinity, parts: 10).count >= 1)
  }

  @Test func projectionTellsOfThePosts() throws {
    let study = try #require(StudySamples.study())
    let plane = try #require(study.projection)
    #expect(plane.points.map(\.place) == [0, 1, 2, 3] && plane.posts == 4)
    #expect(plane.points.map(\.route) == ["text", "text", "multimodal", "multimodal"])
    #expect(plane.csv.split(separator: "\n").count == 5)
    #expect(plane.csv.hasPrefix("id,split,x,y,p,route,cell,imageAdds\np0,dev,"))
    var named = StudySamples.posts
    named[0] = StudiedPost(
      0,
      Post(
        id: "=a,\"b\"", tokens: [Token("a")], imageID: nil, mentions: [], split: .dev,
        source: SourceLocation(file: "memory", line: 1)))
    named[0].input = [1, 2, 3]
    let csv = try #require(StudySamples.study(named)?.projection?.csv)
    #expect(csv.contains("\n\"'=a,\"\"b\"\"\",dev,"))
  }

  @Test func nothingIsMadeUp() throws {
    let study = try #require(StudySamples.study([]))
    #expect(study.distributions.isEmpty && study.reliability.isEmpty && study.confusion.isEmpty)
    #expect(study.cells == nil && study.threshold == nil && study.projection == nil)
    #expect(
      DatasetStudy(
        .init(dataset: "d", routed: StudySamples.routed, experts: []), StudySamples.posts,
        goesOn: { false }) == nil)
  }
}
