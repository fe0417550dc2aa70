import Foundation
import Testing

@testable import Corpora

@Suite("Answers of any system")
struct AnswerFileTests {
  private let mner = "IMGID:a\nAnn\tB-PER\nof\tO\n\nIMGID:b\nAcme\tB-ORG\n"
  private let json =
    """
    {"id":"a","tokens":["Ann","of"],"mentions":[{"start":0,"end":1,"type":"PER"}]}
    {"id":"b","tokens":["Acme"],"tags":["B-LOC"]}

    """
  private let pair =
    "{'token': ['Ann', 'of', 'Acme'], 'h': {'pos': [0, 1]}, 't': {'pos': [2, 3]}, "
    + "'img_id': 'a.jpg', 'relation': 'None'}\n"

  private func match(
    _ task: ScoredTask, _ gold: String, _ predicted: String, _ reading: BIO.Reading = .lenient
  ) throws -> MatchedAnswers {
    var result: Result<MatchedAnswers, any Error>?
    try withFolder { folder in
      try write(gold, to: "\(folder)/gold")
      try write(predicted, to: "\(folder)/pred")
      result = Result {
        try AnswerFile(path: "\(folder)/gold", task: task, reading: reading)
          .matched(
            with: AnswerFile(path: "\(folder)/pred", task: task, reading: reading), task: task)
      }
    }
    return try #require(result).get()
  }

  private func error(_ task: ScoredTask, _ gold: String, _ predicted: String) -> String {
    do {
      _ = try match(task, gold, predicted)
      return "none"
    } catch { return "\(error)" }
  }

  @Test func formatsAreToldByContentAndMayDiffer() throws {
    for other in [
      json, "B-PER\nO\n\nB-LOC\n", "\n\nB-PER\r\nO\r\n\r\n\r\nB-LOC", "B-PER\nO\nB-LOC\n",
      "Ann\tB-PER\nof\tO\n\nAcme\tB-LOC\n",
    ] {
      let matched = try match(.ner, mner, other)
      #expect(matched.posts.map(\.gold.count) == [1, 1], "\(other)")
      #expect(
        matched.posts.map(\.predicted) == [
          [EntityMention(0..<1, .person)], [EntityMention(0..<1, .location)],
        ], "\(other)")
    }
  }

  @Test func otherIsMISC() throws {
    let matched = try match(.ner, "B-OTHER\nI-OTHER\nO\n", "B-MISC\nI-MISC\nO\n")
    #expect(matched.posts[0].gold == matched.posts[0].predicted)
    #expect(matched.posts[0].gold == [EntityMention(0..<2, .miscellaneous)])
  }

  @Test func strictReadingDropsOrphans() throws {
    let tags = "I-PER\nO\nB-LOC\n"
    #expect(try match(.ner, tags, tags).posts[0].gold.count == 2)
    #expect(try match(.ner, tags, tags, .strict).posts[0].gold.count == 1)
  }

  @Test func relationsByLineAndByPost() throws {
    let other = pair.replacingOccurrences(of: "a.jpg", with: "b.jpg")
    let second = pair.replacingOccurrences(of: "[0, 1]", with: "[1, 2]")
      .replacingOccurrences(of: "None", with: "/per/org/member_of")
    let gold = pair + other + second
    let labels = try match(.re, gold, "None\n/per/per/peer\n/per/org/member_of\n")
    #expect(labels.posts.map(\.relations.count) == [2, 1])
    #expect(labels.posts[0].relations.map(\.predicted) == ["None", "/per/org/member_of"])
    #expect(labels.posts[1].relations.map(\.predicted) == ["/per/per/peer"])
    let json =
      """
      {"id":"1","image":"a","tokens":["Ann","of","Acme"],"relations":[\
      {"head":[0,1],"tail":[2,3],"label":"None"},{"head":[1,2],"tail":[2,3],"label":"None"}]}
      {"id":"2","image":"b","tokens":["Ann","of","Acme"],"relations":[\
      {"head":[0,1],"tail":[2,3],"label":"None"}]}
      """
    let grouped = try match(.re, gold, json)
    #expect(grouped.posts[0].relations.map(\.gold) == ["None", "/per/org/member_of"])
    #expect(try match(.re, "a\nb\n", "a\nc\n").posts.count == 2)
  }

  @Test func theFirstDifferenceIsNamed() {
    #expect(
      error(.ner, mner, mner.replacingOccurrences(of: "of\t", with: "at\t"))
        .contains("pred:3: word `at`, but "))
    #expect(
      error(.ner, mner, mner.replacingOccurrences(of: "IMGID:b", with: "IMGID:c"))
        .contains("pred:5: post c"))
    #expect(error(.ner, mner, "IMGID:a\nAnn\tB-PER\nof\tO\n").contains("pred: ends after 1 post,"))
    #expect(error(.ner, mner, "B-PER\nO\n\nO\nO\n").contains("pred:4: post b has 2 words"))
    #expect(error(.ner, "O\n", mner).contains("has 2 words"))
    #expect(error(.re, pair + pair, pair).contains("pred: ends after 1 pair,"))
    #expect(error(.re, pair, "None\nNone\n").contains("gold: ends after 1 pair,"))
    #expect(
      error(.re, pair, pair.replacingOccurrences(of: "[0, 1]", with: "[0, 2]"))
        .contains("pred:1: the pair of words [0, 2] and [2, 3]"))
    #expect(
      error(.re, pair, pair.replacingOccurrences(of: "'of'", with: "'in'"))
        .contains("word 2 is `in`"))
  }

  @Test func whatIsNoLabelIsNamed() {
    #expect(error(.ner, mner, "B-PER\nPERSON\n").contains("pred:2: `PERSON` is not a tag"))
    #expect(error(.re, pair, "/per/per/pear\n").contains("pred:1: `/per/per/pear` is none of"))
    #expect(error(.re, pair, "B-PER\n").contains("pred:1: `B-PER` is not a relation"))
    #expect(error(.ner, mner, "").contains("holds no labels"))
    #expect(error(.re, mner, pair).contains("say --task ner"))
    #expect(error(.ner, pair, mner).contains("say --task re"))
    #expect(error(.re, json, pair).contains("say --task ner"))
    #expect(error(.ner, mner, mner + "stray\n").contains("no tab"))
    #expect(error(.re, pair, "{'token': 3}\n").contains("pred:1"))
  }

  /// Percent of mentions, as `score` counts them.
  private func f1(
    _ gold: String, _ predicted: String, _ reading: BIO.Reading = .lenient
  ) throws -> Double {
    let posts = try match(.ner, gold, predicted, reading).posts
    let correct = posts.reduce(0) { $0 + Set($1.gold).intersection($1.predicted).count }
    let both = posts.reduce(0) { $0 + $1.gold.count + $1.predicted.count }
    return (20_000 * Double(correct) / Double(both)).rounded() / 100
  }

  @Test func columnsOfOtherToolsAreRead() throws {
    let gold =
      "-DOCSTART- -X- O\nMia -X- _ B-PER\nKoch -X- _ I-PER\nsaw -X- _ O\nRhodes -X- _ B-LOC\n\n"
      + "Lima -X- _ B-LOC\n"
    let predicted = gold.replacingOccurrences(of: "Rhodes -X- _ B-LOC", with: "Rhodes -X- _ O")
      .replacingOccurrences(of: "Lima -X- _ B-LOC", with: "Lima -X- _ B-ORG")
    #expect(try f1(gold, predicted) == 40)
    // Against tags alone, whose words are not known.
    #expect(try f1(gold, "B-PER\nI-PER\nO\nO\n\nB-ORG\n") == 40)
    #expect(try f1("IMGID:1\nMia\tB-PER \nx\tO \n", "IMGID:1\nMia\tB-PER\nx\tO\n") == 100)
  }

  @Test(arguments: BIO.Reading.allCases) func schemesAreConverted(reading: BIO.Reading) throws {
    let gold = "B-PER\nE-PER\nO\nS-LOC\nS-LOC\n\nO\nS-LOC\n"
    let predicted = "B-PER\nE-PER\nO\nS-LOC\nO\n\nO\nS-LOC\n"
    #expect(try f1(gold, predicted, reading) == 85.71)
    // Each file may have its own scheme.
    #expect(try f1(gold, "B-PER\nI-PER\nO\nB-LOC\nO\n\nO\nB-LOC\n", reading) == 85.71)
    #expect(try f1(gold, "B-PER\nL-PER\nO\nU-LOC\nO\n\nO\nU-LOC\n", reading) == 85.71)
    #expect(try f1(gold, "PER\nPER\nO\nLOC\nO\n\nO\nLOC\n", reading) == 85.71)
    #expect(try f1(gold, "I-PER\nI-PER\nO\nI-LOC\nO\n\nO\nI-LOC\n", reading) == 85.71)
  }

  @Test func unknownSchemesAreRefusedByName() {
    #expect(error(.ner, "B-PER\nX-PER\n", "O\nO\n").contains("gold:2: `X-PER` is not a tag"))
    #expect(
      error(.ner, "IMGID:1\na\tX-PER\nb\tB-PER\n", "O\nO\n").contains("gold:2: `X-PER` is not"))
    #expect(error(.ner, "None\npeer\n", "O\nO\n").contains("gold:1: `None` is not a tag"))
  }

  @Test func nullRelationsAreThoseThatOccur() {
    #expect(NullRelations(among: ["no_relation", "peer"]).labels == ["no_relation"])
    #expect(NullRelations(among: ["None", "Other", "NA"]).labels == ["None", "NA"])
    #expect(NullRelations(among: ["Other", "peer"]).labels == ["Other"])
    #expect(NullRelations(among: ["peer"]).isEmpty)
    #expect(NullRelations(among: ["peer", "None"], named: ["peer"]).unified("peer") == "None")
    #expect(NullRelations(among: ["peer", "None"], named: ["peer"]).unified("x") == "x")
  }

  @Test func aFolderIsCalledAFolder() throws {
    try withFolder { folder in
      #expect(throws: CorporaError.isFolder(folder)) {
        _ = try AnswerFile(path: folder, task: .ner)
      }
    }
  }
}
