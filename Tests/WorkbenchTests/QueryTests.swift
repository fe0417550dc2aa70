import Corpora
import Screen
import Testing

@testable import Queries
@testable import Workbench

/// What a search line means, and what it says of one that means nothing.
@Suite struct QueryTests {
  private func failure(_ line: String) -> String? {
    do throws(QueryError) {
      _ = try Query.parse(line)
      return nil
    } catch { return error.description }
  }

  @Test(arguments: ["kind:x", "-kind:x", "colour:\"dark blue\"", "ferry status:done", "kind:"])
  func aFieldThatDoesNotExistNamesThoseThatDo(_ line: String) throws {
    let words = try #require(failure(line))
    #expect(words.hasPrefix("there is no field"))
    for field in ["state:", "label:", "route:", "picture:", "by:"] {
      #expect(words.contains(field))
    }
    var desk = Desk(Samples.state(200, 50))
    desk.command("search \(line)")
    #expect(desk.noticeText == words)
    #expect(desk.state.queue.filter == nil)
  }

  @Test(arguments: [
    ("state:done", "untouched, suggested, edited, accepted, adjudicated, rejected"),
    ("picture:some", "yes, no, missing, broken"), ("length:many", "a number or a range"),
    ("since:then", "a day such as"), ("flag:maybe", "yes, no"), ("sort:size", "suspicion"),
    ("is:odd", "different, disputed, flip, irregular"), ("p:2", "from 0 to 1"),
    ("p:.6-.4", "from 0 to 1"),
    ("/a(/", "never closed"), ("/(a)\\1/", "back-reference"), ("/a**/", "nothing to repeat"),
  ])
  func aValueThatDoesNotExistNamesThoseThatDo(_ line: String, _ words: String) throws {
    #expect(try #require(failure(line)).contains(words))
  }

  /// The cursor is on the mention that was asked for by its words.
  @Test func theFoundMentionIsUnderTheCursor() {
    var desk = Desk(Samples.state())
    desk.press("j")
    desk.command("search mention:mary")
    #expect(desk.state.current == 0 && desk.state.token == 6)
    desk.press("Escape", "j", "k")
    #expect(desk.state.current == 0 && desk.state.token == 3)
  }

  @Test func takesALineApart() throws {
    let query = try Query.parse(
      #"-ferry "St Mary" -label:PER label:"a b" /^a b\/ c/ :) 7:30 x-y - https://t.co"#)
    #expect(
      query.root
        == .all([
          .not(.condition(.text("ferry"))), .condition(.text("st mary")),
          .not(.condition(.label(.person))), .condition(.label(EntityType("A B"))),
          .condition(.pattern(try Pattern(#"^a b\/ c"#))), .condition(.text(":)")),
          .condition(.text("7:30")), .condition(.text("x-y")), .condition(.text("-")),
          .condition(.text("https://t.co")),
        ]))
    #expect(try Query.parse(#""kind:x" -"-5""#).words == ["kind:x"])
    #expect(try Query.parse(#""never closed"#).words == ["never closed"])
    #expect(try Query.parse("/never closed").words == ["/never", "closed"])
  }

  @Test(arguments: [
    ("p:>.5", [0, 1]), ("p:<.4", [2]), ("p:.4-.5", [3, 4]), ("-p:>.5", [2, 3, 4]),
    ("p:>=0.554", [0, 1]), ("p:>0.554", [0]),
    ("-label:ORG", [0, 1, 3]), ("-berg", [1, 2, 3, 4]), ("\"all night\"", [1]),
    ("\"night all\"", []), ("-split:test -state:accepted", [0, 1, 2]),
    ("-is:different", [0, 1, 3]),
    ("berg or rovers", [0, 2]), ("split:test or /^RT/", [0, 3, 4]),
    ("(berg or rovers) label:ORG", [2]), ("not (berg or rovers) split:train", [1]),
    ("(label:ORG or label:LOC) -split:test", [1, 2]), ("disagree or irregular", []),
    ("length:<8 or mentions:>=4", [2, 4]), ("mentions:0", [3]), ("pairs:1", [0]),
    ("pair:berg", [0]), ("pair:present_in", [0]), ("-pair:mary", [1, 2, 3, 4]),
    ("route:text or picture:no", [2, 3, 4]), ("p:.4..5", [3, 4]),
    ("-route:text", [0, 1]), ("-/^RT/ split:train", [1]), ("label:ORG is:different", [2, 4]),
  ])
  func findsByOppositesPhrasesAndRanges(_ line: String, _ expected: [Int]) {
    var desk = Desk(Samples.state(200, 50))
    desk.command("search \(line)")
    #expect((desk.state.queue.filter ?? []) == expected)
    if expected.isEmpty { #expect(desk.noticeText.contains("no post matches")) }
  }

  @Test(arguments: [
    ("picture:yes", [0, 1, 4]), ("picture:no", [2, 3]), ("picture:missing", [3]),
    ("picture:broken", [1]), ("-picture:broken picture:yes", [0, 4]),
  ])
  func picturesAreLookedFor(_ line: String, _ expected: [Int]) {
    var desk = Desk(Samples.state(200, 50, hasModels: false))
    desk.services.pictures = [1: .broken, 3: .missing]
    desk.command("search \(line)")
    #expect(desk.state.queue.filter == expected)
  }

  @Test func whatWasEditedByWhom() {
    var desk = Desk(Samples.state(200, 50))
    desk.press("O", "j", "Return")
    desk.command("search by:Ada")
    #expect(desk.state.queue.filter == [0, 1])
    desk.command("search state:accepted")
    #expect(desk.state.queue.filter == [1])
    desk.command("search -by:ada")
    #expect(desk.state.queue.filter == [2, 3, 4])
  }

  @Test func remarksAndTimesAreAskedFor() {
    var desk = Desk(Samples.state(200, 50, hasModels: false))
    desk.press("F", "j")
    desk.command("note who is Morgan?")
    desk.press("j", "S")
    func listed(_ query: String) -> [Int]? {
      desk.command("search \(query)")
      defer { desk.press("Escape") }
      return desk.state.queue.filter
    }
    #expect(listed("flag:yes") == [0])
    #expect(listed("flag:no") == [1, 2, 3, 4])
    #expect(listed("skipped:yes") == [2])
    #expect(listed("note:yes") == [1])
    #expect(listed("note:MORGAN or flag:yes") == [0, 1])
    #expect(listed("note:no skipped:no") == [0, 3, 4])
    // The clock of the samples stands at 1970.
    desk.command("goto hb_0004")
    desk.press("Return")
    #expect(listed("since:1h") == [3])
    #expect(listed("since:1970-01-02") == nil)
    #expect(listed("sort:time state:accepted or note:yes") == [3, 1])
  }

  @Test func whatIsKnownOfPostsFromElsewhere() {
    var state = Samples.state(200, 50, hasModels: false)
    for query in ["suspicion:>.5", "sort:suspicion"] {
      var desk = Desk(state)
      desk.command("search \(query)")
      #expect(desk.noticeText.contains("twinlens suspect"))
    }
    let gold = Dictionary(uniqueKeysWithValues: Samples.posts.map { ($0.id, $0.mentions) })
    let scores: [String: Float] = ["hb_0001": 0.2, "hb_0003": 0.9, "hb_0004": 0.6]
    // Of labels that were judged as they are.
    state.opened.suspicionOf = { gold[$0.id] == $0.mentions ? scores[$0.id] : nil }
    state.opened.assigneesOf = { $0.split == .test ? ["Ada", "Cy"] : [] }
    var desk = Desk(state)
    desk.command("search suspicion:>.5")
    #expect(desk.state.queue.filter == [2, 3])
    desk.command("search sort:suspicion")
    #expect(desk.state.queue.filter == [2, 3, 0, 1, 4], "posts without a score last")
    desk.command("search assigned:ada -assigned:ann")
    #expect(desk.state.queue.filter == [3, 4])
    // An edit makes a score stale, and taking it back brings it back.
    desk.command("goto hb_0003")
    desk.press("P")
    desk.command("search suspicion:>.5")
    #expect(desk.state.queue.filter == [3])
    desk.press("u")
    desk.command("search suspicion:>.5")
    #expect(desk.state.queue.filter == [2, 3])
  }

  @Test func confidencesAndGates() {
    var desk = Desk(Samples.state(200, 50))
    // The least sure mention of the chosen expert: .81 and .64 of riva, .66 of the text expert.
    desk.command("search confidence:<.7")
    #expect(desk.state.queue.filter == [1, 2])
    desk.command("search -confidence:<.7 -mentions:0")
    #expect(desk.state.queue.filter == [0, 4])
    desk.isQuiet = true
    desk.command("search gate:>.5")
    var batch = FactBatch()
    batch.gates = [0: 0.8, 1: 0.3, 2: nil, 3: 0.51]
    batch.failures[4] = FactBatch.Failure(.gate, "hb_0005: no such word")
    desk.send(.facts(batch))
    #expect(desk.state.queue.filter == [0, 3])
    #expect(desk.noticeText.contains("1 post could not be judged: hb_0005: no such word"))
  }

  @Test func irregularTags() {
    var desk = Desk(Samples.irregular(.lenient))
    desk.command("search is:irregular")
    #expect(desk.state.queue.filter == [0])
    desk.command("search -is:irregular")
    #expect(desk.noticeText.contains("no post matches"))
  }

  @Test func withoutModelsNothingIsPretended() {
    var desk = Desk(Samples.state(200, 50, hasModels: false))
    for line in ["is:different", "route:text", "p:>.5", "is:flip"] {
      desk.command("search \(line)")
      #expect(desk.noticeText.contains("--models DIR"), "\(line): \(desk.noticeText)")
      #expect(desk.state.queue.filter == nil)
    }
  }

  @Test func aNumberGoesToThePlaceInTheList() {
    var desk = Desk(Samples.state(200, 50))
    desk.command("4")
    #expect(desk.state.current == 3)
    desk.command("line 2")
    #expect(desk.state.current == 1)
    desk.command("search split:test")
    desk.command("2")
    #expect(desk.state.current == 4)
    for wrong in ["3", "0", "-1"] {
      desk.command(wrong)
      #expect(desk.noticeText.contains("it has 1 to 2"), "\(wrong): \(desk.noticeText)")
    }
    #expect(desk.state.current == 4)
  }

  /// The name comes first, then its values; Tab goes on through them.
  @Test func tabGoesThroughFieldsAndValues() {
    var desk = Desk(Samples.state(200, 50))
    desk.press("/")
    desk.type("ferry (s")
    desk.press("Tab")
    #expect(desk.text.contains("/ferry (state: ") && desk.text.contains("[(state:]"))
    desk.press("Tab", "S-Tab", "S-Tab")
    #expect(desk.text.contains("/ferry (sort: "))
    desk.type("su")
    desk.press("Tab")
    #expect(desk.text.contains("/ferry (sort:suspicion "), "the only one is final")
    desk.press("C-u")
    desk.type("label:l")
    desk.press("Tab")
    #expect(desk.text.contains("/label:LOC "))
    desk.press("Escape", ":")
    desk.type("search ferry -sta")
    desk.press("Tab")
    #expect(desk.text.contains(":search ferry -state:untouched"))
  }

  /// The line shows where it is wrong.
  @Test func whatIsWrongIsMarkedInTheLine() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("/")
    desk.type("ferry colour:dark tide")
    let frame = view(desk.state)
    let row = Panes(desk.state).prompt.row
    let marked = (0..<frame.size.columns).filter {
      frame[Position(column: $0, row: row)]?.style == desk.state.look.theme[.error]
    }
    // Behind the slash; the reason stands at the end of the line.
    #expect(Array(marked.prefix(7)) == Array(7...13))
    #expect(desk.text.contains("there is no field colour: (column 7)"))
  }

  @Test func tabCompletesAnOpposite() {
    var desk = Desk(Samples.state(200, 50))
    desk.press("/")
    desk.type("ferry -sta")
    desk.press("Tab")
    #expect(desk.text.contains("ferry -state:untouched"))
  }
}
