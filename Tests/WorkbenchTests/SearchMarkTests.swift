import Corpora
import Screen
import TestSupport
import Testing

@testable import Queries
@testable import Workbench

/// What a search found is marked in the text and in the list.
@Suite struct SearchMarkTests {
  /// The texts on screen that look like a match, by rows.
  private func marked(_ desk: Desk) -> [String] {
    let frame = view(desk.state)
    let style = desk.state.look.theme[.search]
    var texts: [String] = []
    for row in 0..<frame.size.rows {
      var run = ""
      for column in 0...frame.size.columns {
        let cell = frame[Position(column: column, row: row)]
        if let cell, cell.style == style {
          run += cell.text
        } else if !run.isEmpty {
          texts.append(run)
          run = ""
        }
      }
    }
    return texts
  }

  private func marks(_ query: String, _ words: String) throws -> [[Range<Int>]] {
    let tokens = words.split(separator: " ").map { Token(String($0)) }
    return try #require(SearchMarks(try Query.parse(query))).ranges(in: tokens)
  }

  @Test func rangesOfWords() throws {
    #expect(try marks("an", "Anna banana x") == [[0..<2], [1..<3, 3..<5], []])
    #expect(try marks("é", "CAFÉ cafe\u{301}") == [[3..<4], [3..<4]])
    #expect(try marks("👨‍👩‍👧", "a👨‍👩‍👧b 👨") == [[1..<2], []])
  }

  @Test func rangesOfARegexOverTokens() throws {
    #expect(try marks("/na b.n/", "Anna banana") == [[2..<4], [0..<3]])
    #expect(try marks("/x*/", "Anna axx") == [[], [1..<3]], "an empty match marks nothing")
  }

  @Test func filtersMarkNothing() throws {
    #expect(SearchMarks(try Query.parse("label:ORG state:accepted -word")) == nil)
    #expect(SearchMarks(nil) == nil)
  }

  @Test func longHostileTextIsNotMarked() throws {
    let long = String(repeating: "a", count: 5_000)
    #expect(try marks("a", "\(long) a") == [[], [0..<1]])
    #expect(try marks("/a+/", "\(long) a") == [[], []])
  }

  /// Ids of several lengths: the texts beside them begin where the longest id ends, in every line.
  @Test func marksOfTheListStandOnWhatWasFound() {
    let posts = ["a", "a-much-longer-id", "b"].map { id in
      Post(
        id: id, tokens: ["a", "needle", "here"].map { Token($0) }, imageID: nil, mentions: [],
        relations: [], split: .train, attributes: [:], source: SourceLocation(file: "f", line: 1))
    }
    var state = Samples.state(300, 40)
    state = WorkbenchState(
      opened: state.opened, posts: posts, size: state.size, keymap: nil)
    var desk = Desk(state)
    desk.press("/")
    desk.type("needle")
    desk.press("Return")
    // Once in the text, once in each line of the list.
    #expect(marked(desk) == [String](repeating: "needle", count: 4))
  }

  @Test func whileTypingAndAfterwards() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("/")
    desk.type("be")
    #expect(marked(desk) == ["Be", "Be"], "in Berg, in the list and in the text")
    desk.press("Escape")
    #expect(marked(desk).isEmpty, "nothing is searched for any more")
    desk.command("search rovers")
    #expect(marked(desk) == ["Rovers"], "not the token under the cursor")
    desk.press("$")
    desk.press("Escape")
    #expect(marked(desk).isEmpty)
  }

  @Test func inTheList() {
    var desk = Desk(Samples.state(300, 90))
    // Of ids all that is shown of them is marked.
    desk.command("search hb_000 ro")
    #expect(marked(desk).filter { $0 == "2" || $0 == "3" }.count == 2, "\(marked(desk))")
    #expect(marked(desk).filter { $0.lowercased() == "ro" }.count >= 1)
    desk.command("search id:0003")
    #expect(marked(desk) == ["3"])
  }

  @Test func aHostileTokenIsMarkedAsAWhole() {
    var desk = Desk(Samples.state(120, 36))
    desk.command("search evil")
    desk.press("$")
    let token = desk.state.visibleTokens(4)[0]
    #expect(token != "evil" && marked(desk).contains(token))
  }

  /// The screen with the marked cells under it, row by row.
  @Test func golden() throws {
    var desk = Desk(Samples.state(120, 36))
    desk.command("search ro")
    let frame = view(desk.state)
    let style = desk.state.look.theme[.search]
    let lines = frame.lines.enumerated().flatMap { row, line -> [String] in
      let cells = frame.cells[(row * frame.size.columns)..<((row + 1) * frame.size.columns)]
      var signs = cells.map { $0.style == style ? "^" : " " }.joined()
      while signs.last == " " { signs.removeLast() }
      return signs.isEmpty ? [line] : [line, signs]
    }
    try expectGolden(lines.joined(separator: "\n"), "search-120x36")
  }
}
