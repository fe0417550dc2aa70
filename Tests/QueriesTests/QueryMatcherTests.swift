import Annotations
import Corpora
import Inspection
import Routing
import Testing

@testable import Queries

/// That stretches of posts are judged as single posts are, whatever is in them.
@Suite("Judging posts") struct QueryMatcherTests {
  private static let words = [
    "Anna", "café", "cafe\u{301}", "RT", "@x", "👨‍👩‍👧", "ÉCOLE", "boat", "boats", "St", "Mary",
    "7:30", "(a)", "\u{0}z", "x\u{301}y", "ferry", "a\r\nb", "İ", "ß", "한국", "\u{1112}\u{1161}",
  ]

  private func posts(_ count: Int, _ generator: inout Generator) -> [Post] {
    (0..<count).map { number in
      let words = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
        Self.words.randomElement(using: &generator) ?? "a"
      }
      let type: EntityType? = [.person, .location, nil][number % 3]
      return Posts.post(
        number % 5 == 0 ? "É_\(number)" : "P_\(number)", words.joined(separator: " "),
        type.map { [(0..<1, $0)] } ?? [], split: number % 2 == 0 ? .train : .test)
    }
  }

  @Test(arguments: [
    "anna", "é", "e", "cafe", "café", "cafe\u{301}", "👨", "👨‍👩‍👧", "école", "\"boat st\"", "z", "x",
    "id:p_1", "id:é", "p_5", "\"mary p\"", "ı", "ss", "한", "\u{301}", "b", "/caf./", "/^RT|y$/",
    "/\\bboat\\b/", "/(?i)ÉC/", "/\\w\\W\\w/", "/B?oat$/ or split:test -id:7", "anna or boat",
    "not (boat or label:LOC) length:<4", "(anna or /é/) (boat or ferry)", "-boat label:PER", "/x*/",
    "/^$/", "/a b/", "/\\p{Lu}t/", "/[^a-z ]+ boat/", "/(a|e)+.{2,3}t/", "/a\\sb/", "/\\n/", "",
  ])
  func findsWhatItSays(_ line: String) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = Generator(state: seed)
    let posts = posts(700, &generator)
    let query = try Query.parse(line)
    let expected = posts.indices.filter { Posts.holds(query.root, posts[$0]) }
    // In one piece, and in many that end in the middle of a stretch.
    #expect(Posts.matches(query, posts) == expected, "seed \(seed)")
    #expect(Posts.matches(query, posts, work: 500) == expected, "seed \(seed)")
    // One after the other, with nothing read before.
    var context = QueryContext(posts: posts)
    var matcher = QueryMatcher(query)
    for index in [699, 0, 350] {
      let verdict: QueryMatcher.Verdict = expected.contains(index) ? .yes : .no
      #expect(matcher.verdict(index, &context) == verdict, "post \(index), seed \(seed)")
    }
  }

  /// Foundation's `contains` ends the program at some of these.
  @Test(arguments: ["0\u{0}", "\u{0}", "\u{0}z", "z\u{0}\u{C}é", "\u{0}\u{0}"])
  func aZeroInATextIsLookedFor(_ text: String) throws {
    let words = [
      "a", "0", "0\u{0}", "x\u{0}z y", "é0\u{0}", "z\u{0}\u{C}é", "\u{0}\u{0}", "\u{301}\u{0}",
    ]
    for word in words {
      let expected = Array(word).indices.contains { Array(word)[$0...].starts(with: Array(text)) }
      #expect(word.holds(text) == expected, "\(word.debugDescription)")
    }
    let posts = words.enumerated().map { Posts.post("p\($0)", $1, []) }
    let query = try Query.parse("\"\(text)\"")
    let found = Posts.matches(query, posts)
    #expect(found == posts.indices.filter { words[$0].holds(text) })
  }

  /// A query that only asks for more looks at the matches of the one before.
  @Test func aLongerQueryNarrowsTheLast() throws {
    var generator = Generator(state: 5)
    let posts = posts(700, &generator)
    var context = QueryContext(posts: posts)
    func job(_ line: String, after earlier: QueryJob? = nil) throws -> QueryJob {
      var job = QueryJob(try Query.parse(line), total: posts.count, after: earlier)
      while !job.isDone { job.step(&context) }
      return job
    }
    let first = try job("boa")
    for line in ["boat", "boat label:PER", "boa split:test", "boat (anna or rt)"] {
      let query = try Query.parse(line)
      #expect(query.narrows(first.query), "\(line)")
      #expect(try job(line, after: first).matches == job(line).matches, "\(line)")
    }
    for line in ["bo", "oa label:PER", "-boat", "boat or anna", "not boat", "boa route:text"] {
      #expect(!(try Query.parse(line)).narrows(first.query), "\(line)")
      #expect(try job(line, after: first).matches == job(line).matches, "\(line)")
    }
    let unfinished = QueryJob(try Query.parse("boa"), total: posts.count)
    #expect(try job("boat", after: unfinished).matches == job("boat").matches)
  }

  /// Of what is not known yet the rest of the query may know enough.
  @Test(
    arguments: [
      ("route:text", .unknown), ("-route:text", .unknown), ("route:text anna", .no),
      ("route:text or boat", .yes), ("route:text or anna", .unknown),
      ("not (route:text boat)", .unknown),
      ("not (route:text or boat)", .no), ("gate:>.5", .unjudged("no gate")),
      ("gate:>.5 route:text", .unknown), ("gate:>.5 anna", .no), ("gate:>.5 or boat", .yes),
      ("gate:>.5 or anna", .unjudged("no gate")), ("-gate:>.5", .unjudged("no gate")),
      ("is:flip", .no), ("boat sort:p", .unknown), ("anna sort:p", .no),
    ] as [(String, QueryMatcher.Verdict)])
  func whatIsNotKnownStaysOpen(_ line: String, _ expected: QueryMatcher.Verdict) throws {
    var context = QueryContext(posts: [Posts.post("p", "a boat")])
    var batch = FactBatch()
    batch.failures[0] = FactBatch.Failure(.gate, "no gate")
    context.facts.take(batch, count: 1) { context.posts[$0] }
    var matcher = QueryMatcher(try Query.parse(line))
    #expect(matcher.verdict(0, &context) == expected)
  }

  /// A text that takes too long for a regular expression is in neither list.
  @Test func hostileTextsCannotBeJudged() throws {
    var generator = Generator(state: 1)
    let text = String(
      (0..<100_000).map { _ in "ab".randomElement(using: &generator) ?? "a" })
    let posts = [Posts.post("short", "aab"), Posts.post("long", text)]
    // It has to remember of each of the last 18 letters which it was.
    let pattern = "/(a|b)*a(a|b){18}c/"
    var context = QueryContext(posts: posts)
    for line in [pattern, "-" + pattern] {
      var job = QueryJob(try Query.parse(line), total: 2)
      while !job.isDone { job.step(&context) }
      #expect(job.matches == (line == pattern ? [] : [0]))
      #expect(job.unjudged == 1 && job.reason?.contains("too long for") == true)
    }
  }

  /// The labels are the corrected ones.
  @Test func labelsAreThoseOfTheAnnotations() throws {
    let pair = RelationMention(head: 0..<1, tail: 2..<3, label: "/per/loc/Place_of_birth")
    let posts = [
      Posts.post("a", "Ada of Tarn", [(0..<1, .person)], relations: [pair]),
      Posts.post("b", "Ada of Tarn", [(0..<1, .person)]),
    ]
    var state = LabelState(posts[1])
    state.mentions = [EntityMention(2..<3, .location)]
    (state.review, state.annotator, state.time) = (.edited, "Cy", 1_000)
    (state.note, state.marks) = ("Look Again", [.flag])
    var context = QueryContext(posts: posts, states: [1: state])
    context.now = 60_000
    func found(_ line: String) throws -> [Int] {
      var job = QueryJob(try Query.parse(line), total: 2)
      job.step(&context)
      return job.matches
    }
    #expect(try found("label:PER") == [0] && found("label:LOC") == [1])
    #expect(try found("state:edited by:CY note:again flag:yes since:1m") == [1])
    #expect(try found("state:untouched note:no flag:no -since:1m") == [0])
    #expect(try found("relation:place_of") == [0] && found("pair:tarn") == [0])
    #expect(try found("pair:\"of tarn\"").isEmpty && found("pairs:0") == [1])
    #expect(try found("mention:ada") == [0] && found("mention:AR") == [1])
    #expect(try found("mention:LOC:tarn") == [1] && found("mention:per:tarn").isEmpty)
    #expect(try found("mention:LOC:\"tarn\"") == [1] && found("mention:PER:") == [0])
    #expect(try found("is:changed") == [1] && found("-is:changed") == [0])
    context.annotator = "cy"
    #expect(try found("by:me") == [1])
    context.divided = [0]
    #expect(try found("is:divided") == [0])
    let query = try Query.parse("mention:\"LOC:the tarn\"")
    #expect(
      query.types == [.location]
        && query.conditions.map(\.description) == ["mention:\"LOC:the tarn\""])
    var means = Query.Means(hasModels: false, hasRouter: false)
    means.types = [.person]
    #expect(query.unavailable(means)?.contains("there is no type LOC here") == true)
  }

  /// Why a post was found, term by term.
  @Test func termsThatSpeakForAPost() throws {
    let pair = RelationMention(head: 0..<2, tail: 3..<4, label: "born_in")
    let post = Posts.post(
      "p_1", "Ada Lund of Tarn , Ada", [(0..<2, .person), (3..<4, .location)], relations: [pair])
    var context = QueryContext(posts: [post])
    let query = try Query.parse(
      "(ada or boat) label:PER -label:ORG /T\\w+n/ length:6 relation:born id:p_ \"und of\"")
    var explainer = QueryExplainer(query)
    let reasons = explainer.reasons(0, &context)
    #expect(
      reasons.map(\.term) == [
        "\"ada\"", "label:PER", "-label:ORG", "/T\\w+n/", "length:6", "relation:born", "id:p_",
        "\"und of\"",
      ])
    #expect(
      reasons.map(\.found) == [
        ["Ada", "Ada"], ["Ada Lund"], [], ["Tarn"], ["6"], ["born_in: Ada Lund → Tarn"], ["p_1"],
        ["Lund of"],
      ])
  }
}
