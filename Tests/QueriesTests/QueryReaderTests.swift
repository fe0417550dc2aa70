import Testing

@testable import Queries

/// What a line means, told by the line that means the same.
@Suite("Reading queries") struct QueryReaderTests {
  private func failure(_ line: String, saved: [String: String] = [:]) -> QueryError? {
    do throws(QueryError) {
      _ = try Query.parse(line, saved: saved)
      return nil
    } catch { return error }
  }

  @Test(arguments: [
    ("ferry or boat", #""ferry" or "boat""#), ("a or b c", #""a" or ("b" "c")"#),
    ("(a or b) c", #"("a" or "b") "c""#), ("a and b", #""a" "b""#), ("a OR b", #""a" or "b""#),
    ("not a", #"-"a""#), ("not (a or b)", #"not ("a" or "b")"#), ("-(a b)", #"not ("a" "b")"#),
    ("not(a or b)", #"not ("a" or "b")"#), ("not not a", #"not -"a""#),
    ("((((a))))", #""a""#), ("(a", #""a""#), ("a or (b", #""a" or "b""#),
    ("(/a(b|c)/ or d)", #"/a(b|c)/ or "d""#), ("(label:PER)", "label:PER"),
    ("(f(x) or y) z", #"("f(x)" or "y") "z""#),
    // What cannot be syntax where it stands is text, as it always was.
    ("ferry or", #""ferry" "or""#), ("or boat", #""or" "boat""#), ("not", #""not""#),
    ("a and", #""a" "and""#), (":) (:", #"":)" "(:""#), ("f(x) b)", #""f(x)" "b)""#),
    ("a ) b", #""a" ")" "b""#), ("()", #""()""#), ("- x", #""-" "x""#), ("(a -)", #""a" "-""#),
    // A field without a value asks for nothing yet.
    ("label: or split:test", "split:test"), ("split:test or label:", "split:test"),
    ("(label:) x", #""x""#), ("x or not label:", #""x""#),
    ("disagree or irregular", "is:disputed or is:irregular"), (#""disagree""#, #""disagree""#),
    ("by:Ada IMAGEADDS:yes", "annotator:ada imageAdds:yes"), ("state:reviewed", "state:accepted"),
    ("note:yes note:\"a b\"", "note:yes note:\"a b\""), ("flag:no", "flag:no"),
    ("sort:-p label:PER sort:length", "label:PER sort:-p sort:length"),
  ])
  func means(_ line: String, _ same: String) throws {
    let query = try Query.parse(line)
    #expect(query.description == same)
    #expect(try Query.parse(same).root == query.root, "what is printed is read again")
  }

  @Test func savedQueriesAreReferredToByName() throws {
    let saved = ["calm": "p:<.4 or tide sort:p", "self": "@self ferry"]
    let query = try Query.parse("(@calm or b) -@calm sort:length", saved: saved)
    #expect(
      query.description
        == #"((p:<.4 or "tide") or "b") not (p:<.4 or "tide") sort:length sort:p sort:p"#)
    // Names in a saved query are text: none leads back to itself.
    #expect(try Query.parse("@self", saved: saved).description == #""@self" "ferry""#)
    let other = try Query.parse("rt @harbourlife @calm's", saved: saved)
    #expect(other.words == ["rt", "@harbourlife", "@calm's"] && other.handles == ["harbourlife"])
  }

  @Test(arguments: [
    ("ferry colour:\"dark blue\"", 6..<13, "there is no field colour: (column 7)"),
    ("lable:PER", 0..<6, "did you mean label:?"), ("-assigne:x", 1..<9, "did you mean assigned:?"),
    ("a state:acepted", 8..<15, "did you mean accepted?"),
    ("is:untouched", 3..<12, "did you mean state:untouched?"), ("(p:2 or x)", 3..<4, "from 0 to 1"),
    ("x /a(/", 2..<6, "never closed"), ("(sort:p)", 1..<7, "outside parentheses"),
    ("-sort:p", 1..<7, "without a not"), ("sort:size", 5..<9, "suspicion, disagreement"),
    ("since:yesterday", 6..<15, "2026-11-21"), ("length:x", 7..<8, "2..5"),
  ])
  func errorsNameThePlace(_ line: String, _ place: Range<Int>, _ words: String) throws {
    let error = try #require(failure(line))
    #expect(error.place == place)
    #expect(error.description.contains(words))
    #expect(error.description.contains("(column \(place.lowerBound + 1))"))
    let lines = error.pointing(at: line) { _ in 1 }.split(separator: "\n")
    #expect(lines.count == 2 && lines[1].drop { $0 == " " }.count == place.count)
  }

  @Test func errorsOfSavedQueriesNameThem() throws {
    let error = try #require(failure("ferry @bad", saved: ["bad": "tide zz:1"]))
    #expect(error.place == 6..<10)
    #expect(error.description.hasPrefix("@bad (column 7): there is no field zz:"))
  }

  /// Whatever is typed is read or refused, and what is read is printed so that it reads the same.
  @Test func anyLineIsReadOrRefused() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = Generator(state: seed)
    let pieces = [
      "a", "or", "and", "not", "(", ")", " ", " ", " ", "-", "\"", "/", ":", "label:PER", "p:>.3",
      "sort:p", "@calm", "@x", "\\", ".", "*", "é", "note:", "is:flip", "disagree", "state:",
    ]
    for _ in 0..<3_000 {
      let line = (0..<Int.random(in: 0...14, using: &generator))
        .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      guard let query = try? Query.parse(line, saved: ["calm": "x or y sort:file"]) else {
        #expect((failure(line, saved: ["calm": "x"])?.place.upperBound ?? 0) <= line.count + 1)
        continue
      }
      // A text with a quote in it cannot be put in quotes.
      guard !query.conditions.contains(where: Self.holdsQuote) else { continue }
      let again = try? Query.parse(query.description)
      #expect(again?.root == query.root, "\(line.debugDescription), seed \(seed)")
      #expect(again?.orders == query.orders)
    }
  }

  private static func holdsQuote(_ condition: Query.Condition) -> Bool {
    switch condition {
    case .text(let text), .note(.text(let text)): text.contains("\"")
    case .label(let type): type.rawValue.contains("\"")
    default: false
    }
  }

  @Test(arguments: [
    String(repeating: "(", count: 5_000) + "a", String(repeating: "(a ", count: 5_000),
    String(repeating: "not ", count: 5_000) + "a", String(repeating: "-", count: 5_000) + "a",
    String(repeating: "a or ", count: 5_000),
  ])
  func hostileLinesAreRefusedOrText(_ line: String) {
    if let error = failure(line) {
      #expect(error.problem == .tooDeep || error.problem == .tooLong)
    }
  }

  @Test(
    arguments: [
      (">.6", [0.61, 1], [0.6, 0]), (">=.6", [0.6], [0.59]), ("<.4", [0, 0.39], [0.4]),
      ("<=.4", [0.4], [0.41]), (".4-.6", [0.4, 0.6], [0.39, 0.61]),
      (".2..5", [0.2, 0.5], [0.19, 0.51]),
      (".2...5", [0.2, 0.5], [0.51]), ("0.2..0.5", [0.3], [0.6]), (".45..55", [0.5], [0.56]),
      ("..5", [0, 0.5], [0.6]), (".5..", [0.5, 1], [0.4]), ("0..1", [0, 1], []),
    ] as [(String, [Float], [Float])])
  func sharesLieInTheirRange(_ text: String, _ inside: [Float], _ outside: [Float]) throws {
    let range = try #require(NumberRange(text, .share))
    #expect(inside.allSatisfy(range.contains) && !outside.contains(where: range.contains))
    #expect(!range.contains(.nan))
  }

  @Test(
    arguments: [
      ("4", [4], [3, 5]), (">4", [5], [4]), (">=4", [4], [3]), ("<4", [0, 3], [4]),
      ("2..5", [2, 5], [1, 6]), ("2...5", [2, 5], [1, 6]), ("2-5", [2, 5], [6]),
      ("5..", [5, 900], [4]),
      ("..5", [0, 5], [6]),
    ] as [(String, [Float], [Float])])
  func countsLieInTheirRange(_ text: String, _ inside: [Float], _ outside: [Float]) throws {
    let range = try #require(NumberRange(text, .count))
    #expect(inside.allSatisfy(range.contains) && !outside.contains(where: range.contains))
  }

  @Test(arguments: [
    "", ".5", "2", "nan", "inf", ">", ">2", "<0", ".6-.4", "..", "a..b", "-1", ".1..2..3", "-",
  ])
  func whatIsNoRangeIsRefused(_ text: String) {
    #expect(NumberRange(text, .share) == nil)
  }

  @Test(
    arguments: [
      ("2026-11-21", 1_795_219_200_000), ("2026-11-21t08:30", 1_795_249_800_000),
      ("2026-11-21t08:30:12z", 1_795_249_812_000), ("1970-01-01", 0),
      ("2000-02-29", 951_782_400_000),
      ("90m", 99_994_600_000), ("2h", 99_992_800_000), ("1w", 99_395_200_000),
    ] as [(String, Int64)])
  func momentsAreThoseOfUTC(_ text: String, _ expected: Int64) throws {
    #expect(try #require(Moment(text)).milliseconds(now: 100_000_000_000) == expected)
  }

  @Test(arguments: ["", "2026", "2026-13-01", "2026-11-21t25:00", "h", "-2h", "2y", "99999999999h"])
  func whatIsNoMomentIsRefused(_ text: String) { #expect(Moment(text) == nil) }
}
