import Corpora
import Testing

@testable import Extractors

@Suite("Tag scheme")
struct TagSchemeTests {
  /// All tag paths of up to five tokens over two types read as the corpora's BIO codec reads them.
  @Test func agreesWithTheCodecOnEveryShortPath() {
    let scheme = TagScheme(types: ["PER", "LOC"])
    var paths: [[Int]] = [[]]
    for _ in 0..<5 {
      paths = paths.flatMap { path in (0..<scheme.count).map { path + [$0] } }
      for path in paths {
        let tags = path.map { BIO.Tag(scheme.labels[$0]) }
        #expect(scheme.mentions(of: path) == BIO.mentions(of: tags, reading: .lenient).mentions)
        #expect(scheme.strictMentions(of: path).count <= scheme.mentions(of: path).count)
      }
    }
  }

  @Test func mentionsSurviveTheRoundTrip() {
    let mentions = [
      EntityMention(0..<2, .person), EntityMention(2..<3, .person),
      EntityMention(4..<6, .miscellaneous),
    ]
    let path = TagScheme.standard.indices(of: mentions, count: 7)
    #expect(TagScheme.standard.mentions(of: path) == mentions)
    #expect(TagScheme.standard.strictMentions(of: path) == mentions)
  }

  @Test func strictNeedsABeginning() {
    let scheme = TagScheme.standard
    #expect(scheme.mentions(of: [0, 2, 2, 0]) == [EntityMention(1..<3, .person)])
    #expect(scheme.strictMentions(of: [0, 2, 2, 0]).isEmpty)
  }

  @Test func scoresByHand() {
    var score = EntityScore()
    score.add(
      predicted: [EntityMention(0..<1, .person), EntityMention(2..<3, .location)],
      gold: [
        EntityMention(0..<1, .person), EntityMention(2..<4, .location),
        EntityMention(5..<6, .person),
      ])
    #expect(score.correct == 1 && score.predicted == 2 && score.gold == 3)
    #expect(score.precision == 50 && abs(score.f1 - 40) < 1e-9)
    #expect(EntityScore().f1 == 0)
  }
}
