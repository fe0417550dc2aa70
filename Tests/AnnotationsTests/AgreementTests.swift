import Foundation
import Testing

@testable import Annotations
@testable import Corpora

/// Measures of agreement, compared with scikit-learn, statsmodels and krippendorff
/// (`Tests/Fixtures/agreement.py`).
@Suite struct AgreementTests {
  static let fixture = Result { try AgreementFixture.read() }

  private func tables() throws -> [AgreementFixture.Table] { try Self.fixture.get().tables }

  private func expect(
    _ figure: Agreement.Figure?, _ value: Double?, _ what: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) {
    guard let figure, let value else {
      #expect(
        figure == nil && value == nil,
        "\(what): \(figure?.value ?? .nan), not \(value ?? .nan)", sourceLocation: sourceLocation)
      return
    }
    #expect(
      abs(figure.value - value) < 1e-9, "\(what): \(figure.value), not \(value)",
      sourceLocation: sourceLocation)
  }

  private func compare(
    _ facet: Agreement.Facet, _ expected: AgreementFixture.Facet, _ what: String
  ) throws {
    for (found, right, part) in [
      (facet.all, expected.all, "all"), (facet.labelled, expected.labelled, "labelled"),
    ] {
      expect(found.alpha, right.alpha, "\(what) \(part) alpha")
      expect(found.fleiss, right.fleiss, "\(what) \(part) fleiss")
      #expect(found.annotators == right.annotators, "\(what) \(part)")
      if let alpha = found.alpha { #expect(alpha.units == right.units, "\(what) \(part)") }
    }
    expect(facet.f1, expected.f1, "\(what) f1")
    #expect(Set(facet.labels.map(\.name)) == Set(expected.labels.keys), "\(what)")
    for label in facet.labels {
      let right = try #require(expected.labels[label.name])
      expect(label.alpha, right.alpha, "\(what) \(label.name) alpha")
      expect(label.f1, right.f1, "\(what) \(label.name) f1")
    }
    #expect(
      Set(facet.pairs.map { "\($0.first) \($0.second)" }) == Set(expected.pairs.keys), "\(what)")
    for pair in facet.pairs {
      let name = "\(pair.first) \(pair.second)"
      let right = try #require(expected.pairs[name])
      expect(pair.kappa, right.kappa, "\(what) \(name) kappa")
      expect(pair.labelledKappa, right.labelledKappa, "\(what) \(name) labelled kappa")
      expect(pair.f1, right.f1, "\(what) \(name) f1")
      if let kappa = pair.kappa { #expect(kappa.units == right.units, "\(what) \(name)") }
      #expect(Set(pair.labels.map(\.label)) == Set(right.labels.keys), "\(what) \(name)")
      for (label, f1) in pair.labels {
        let value = try #require(right.labels[label])
        expect(f1, value, "\(what) \(name) \(label)")
      }
    }
  }

  @Test func everyMeasureIsTheReferences() throws {
    for (number, table) in try tables().enumerated() {
      let agreement = Agreement(table.table, resamples: 0)
      try compare(agreement.mentions, table.expected.mentions, "table \(number), mentions")
      try compare(agreement.relations, table.expected.relations, "table \(number), relations")
      #expect(agreement.posts == table.posts.count { $0.labels.count > 1 }, "table \(number)")
      #expect(agreement.annotators.map(\.name) == table.annotators)
      for (place, annotator) in agreement.annotators.enumerated() {
        let own = table.posts.filter { $0.labels["\(place)"] != nil }
        #expect(annotator.posts == own.count)
        #expect(annotator.tokens == own.reduce(0) { $0 + $1.tokens })
        #expect(
          annotator.mentions == own.reduce(0) { $0 + ($1.labels["\(place)"]?.mentions.count ?? 0) })
      }
    }
  }

  /// The same draws give the same intervals as the reference's functions over the drawn posts.
  @Test func intervalsAreTheReferencesQuantiles() throws {
    var compared = 0
    for (number, table) in try tables().enumerated() {
      guard let draws = table.draws, let intervals = table.intervals else { continue }
      var resample = 0
      let agreement = Agreement(table.table, resamples: draws.count, seed: 0) { weights in
        for post in draws[resample] { weights[post] += 1 }
        resample += 1
      }
      #expect(resample == draws.count)
      for (name, figure) in Self.named(agreement) {
        guard let figure else { continue }
        guard let right = intervals[name], figure.posts > 1 else {
          #expect(figure.interval == nil, "table \(number) \(name)")
          continue
        }
        let found = try #require(figure.interval, "table \(number) \(name)")
        #expect(abs(found.low - right[0]) < 1e-9, "table \(number) \(name) \(found) \(right)")
        #expect(abs(found.high - right[1]) < 1e-9, "table \(number) \(name) \(found) \(right)")
        compared += 1
      }
    }
    #expect(compared > 30)
  }

  /// Figures by the names that the fixture gives them.
  static func named(_ agreement: Agreement) -> [(String, Agreement.Figure?)] {
    [("mentions", agreement.mentions), ("relations", agreement.relations)].flatMap { name, facet in
      [
        ("\(name).alpha", facet.all.alpha), ("\(name).labelled.alpha", facet.labelled.alpha),
        ("\(name).f1", facet.f1),
      ]
        + facet.pairs.flatMap { pair in
          let own = "\(name).\(pair.first) \(pair.second)"
          return [
            ("\(own).kappa", pair.kappa), ("\(own).labelledKappa", pair.labelledKappa),
            ("\(own).f1", pair.f1),
          ]
        } + facet.labels.map { ("\(name).\($0.name).f1", $0.f1) }
    }
  }

  @Test func aSeedDecidesTheIntervals() throws {
    let table = try tables()[0].table
    let first = Agreement(table, resamples: 200, seed: 7)
    #expect(first == Agreement(table, resamples: 200, seed: 7))
    let other = Agreement(table, resamples: 200, seed: 8)
    #expect(first.mentions.f1?.value == other.mentions.f1?.value)
    #expect(first.mentions.f1?.interval != other.mentions.f1?.interval)
    let interval = try #require(first.mentions.f1?.interval)
    let value = try #require(first.mentions.f1?.value)
    #expect(interval.low < value && value < interval.high)
  }

  /// What is worked out by hand: of six words two annotators differ on one.
  @Test func aSmallTableByHand() throws {
    let table = LabelTable(
      annotators: ["a", "b"],
      posts: [
        LabelTable.Row(
          tokens: 6, pairs: [],
          labels: [
            (0, .init(mentions: [EntityMention(0..<1, .person), EntityMention(3..<5, .location)])),
            (1, .init(mentions: [EntityMention(0..<1, .person), EntityMention(3..<4, .location)])),
          ]),
        // One annotator alone is no agreement.
        LabelTable.Row(
          tokens: 9, pairs: [], labels: [(0, .init(mentions: [EntityMention(0..<2, .person)]))]),
      ])
    let agreement = Agreement(table, resamples: 10)
    #expect(agreement.posts == 1)
    let pair = try #require(agreement.mentions.pairs.first)
    // 5 of 6 agree; by chance (3·4 + 1 + 1 + 0)/36.
    let kappa = try #require(pair.kappa?.value)
    let (observed, chance) = (5.0 / 6, 14.0 / 36)
    #expect(abs(kappa - (observed - chance) / (1 - chance)) < 1e-12)
    #expect(pair.kappa?.units == 6 && pair.kappa?.posts == 1)
    #expect(pair.kappa?.interval == nil, "one post has no interval")
    // Of the three words that either labels, two agree.
    #expect(pair.labelledKappa?.units == 3)
    #expect(pair.f1?.value == 0.5 && pair.f1?.units == 3)
    #expect(pair.labels.map(\.label) == ["LOC", "PER"] && pair.labels.map(\.f1.value) == [0, 1])
    #expect(agreement.relations.f1 == nil && agreement.relations.pairs.isEmpty)
    #expect(agreement.annotators.map(\.tokens) == [15, 6])
  }

  @Test func nothingAtAllIsNoTrap() {
    let agreement = Agreement(LabelTable(annotators: [], posts: []), resamples: 3)
    #expect(agreement.posts == 0 && agreement.mentions.pairs.isEmpty)
    #expect(agreement.mentions.all.alpha == nil && agreement.mentions.f1 == nil)
  }

  @Test func tenThousandPostsHaveAnInterval() throws {
    let seed = UInt64.random(in: 0..<UInt64.max)
    var random = Random(seed: seed)
    let types: [EntityType] = [.person, .location, .organization, .miscellaneous]
    let posts = (0..<10_000).map { _ -> LabelTable.Row in
      let tokens = 8 + random.next(15)
      let labels = (0..<3).map { annotator -> (annotator: Int, labels: LabelTable.Labels) in
        var mentions: [EntityMention] = []
        for token in stride(from: 0, to: tokens - 2, by: 5) {
          let type = types[random.next(8) == 0 ? random.next(4) : token / 5 % 4]
          mentions.append(EntityMention(token..<(token + 1 + random.next(2)), type))
        }
        return (annotator, .init(mentions: mentions))
      }
      return LabelTable.Row(tokens: tokens, pairs: [], labels: labels)
    }
    let table = LabelTable(annotators: ["a", "b", "c"], posts: posts)
    let agreement = Agreement(table)
    #expect(agreement.posts == 10_000, "seed \(seed)")
    #expect(agreement.mentions.all.alpha?.interval != nil, "seed \(seed)")
  }
}

/// `Tests/Fixtures/agreement.json`.
struct AgreementFixture: Decodable {
  let tables: [Table]

  struct Table: Decodable {
    let annotators: [String]
    let posts: [Post]
    let expected: Expected
    let draws: [[Int]]?
    let intervals: [String: [Double]]?
  }

  struct Expected: Decodable {
    let mentions, relations: Facet
  }

  struct Facet: Decodable {
    let all, labelled: Nominal
    let f1: Double?
    let labels: [String: Label]
    let pairs: [String: Pair]
  }

  struct Nominal: Decodable {
    let alpha, fleiss: Double?
    let annotators: Int?
    let units: Int
  }

  struct Label: Decodable {
    let alpha, f1: Double?
  }

  struct Pair: Decodable {
    let kappa, labelledKappa, f1: Double?
    let labels: [String: Double?]
    let units: Int
  }

  struct Post: Decodable {
    let tokens: Int
    let pairs: [Relation]
    let labels: [String: Labels]
  }

  struct Labels: Decodable {
    let mentions: [Mention]
    let relations: [Relation]
  }

  struct Mention: Decodable {
    let mention: EntityMention

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      let (start, end) = (try fields.decode(Int.self), try fields.decode(Int.self))
      mention = EntityMention(start..<end, EntityType(try fields.decode(String.self)))
    }
  }

  struct Relation: Decodable {
    let relation: RelationMention

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      let (head, tail) = (try fields.decode([Int].self), try fields.decode([Int].self))
      relation = RelationMention(
        head: head[0]..<head[1], tail: tail[0]..<tail[1], label: try fields.decode(String.self))
    }
  }

  static func read() throws -> AgreementFixture {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/agreement.json")
    return try JSONDecoder().decode(AgreementFixture.self, from: Data(contentsOf: file))
  }
}

extension AgreementFixture.Table {
  var table: LabelTable {
    LabelTable(
      annotators: annotators,
      posts: posts.map { post in
        LabelTable.Row(
          tokens: post.tokens, pairs: post.pairs.map(\.relation),
          labels: annotators.indices.compactMap { place in
            post.labels["\(place)"].map {
              (
                place,
                LabelTable.Labels(
                  mentions: $0.mentions.map(\.mention), relations: $0.relations.map(\.relation))
              )
            }
          })
      })
  }
}
