import Corpora
import Screen
import Testing

@testable import Workbench

/// What a search line means, and what it says of one that means nothing.
@Suite struct QueryTests {
  private func failure(_ line: String) -> String? {
    do throws(Query.Failure) {
      _ = try Query.parse(line)
      return nil
    } catch { return error.description }
  }

  @Test(arguments: ["note:x", "-note:x", "colour:\"dark blue\"", "ferry status:done", "note:"])
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
    ("state:reviewed", "untouched, edited, accepted"), ("picture:some", "yes, no, missing, broken"),
    ("is:odd", "different, disputed, flip, irregular"), ("p:2", "from 0 to 1"),
    ("p:.6-.4", "from 0 to 1"),
    ("/a(/", "never closed"), ("/(a)\\1/", "back-reference"), ("/a**/", "nothing to repeat"),
  ])
  func aValueThatDoesNotExistNamesThoseThatDo(_ line: String, _ words: String) throws {
    #expect(try #require(failure(line)).contains(words))
  }

  @Test func takesALineApart() throws {
    let query = try Query.parse(
      #"-ferry "St Mary" -label:PER label:"a b" /^a b\/ c/ :) 7:30 x-y - https://t.co"#)
    #expect(
      query.terms == [
        .init(isNegated: true, condition: .text("ferry")), .init(condition: .text("st mary")),
        .init(isNegated: true, condition: .label(.person)),
        .init(condition: .label(EntityType("A B"))),
        .init(condition: .pattern(try Pattern(#"^a b\/ c"#))), .init(condition: .text(":)")),
        .init(condition: .text("7:30")), .init(condition: .text("x-y")),
        .init(condition: .text("-")), .init(condition: .text("https://t.co")),
      ])
    #expect(try Query.parse(#""note:x" -"-5""#).words == ["note:x"])
    #expect(try Query.parse(#""never closed"#).words == ["never closed"])
    #expect(try Query.parse("/never closed").words == ["/never", "closed"])
  }

  @Test(arguments: [
    ("p:>.5", [0, 1]), ("p:<.4", [2]), ("p:.4-.5", [3, 4]), ("-p:>.5", [2, 3, 4]),
    ("p:>=0.554", [0, 1]), ("p:>0.554", [0]),
    ("-label:ORG", [0, 1, 3]), ("-berg", [1, 2, 3, 4]), ("\"all night\"", [1]),
    ("\"night all\"", []), ("-split:test -state:accepted", [0, 1, 2]),
    ("-is:different", [0, 1, 3]),
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

  @Test func tabCompletesAnOpposite() {
    var desk = Desk(Samples.state(200, 50))
    desk.press("/")
    desk.type("ferry -sta")
    desk.press("Tab")
    #expect(desk.text.contains("ferry -state:untouched"))
  }
}
