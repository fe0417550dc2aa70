import Corpora
import Screen
import Testing

@testable import Workbench

@Suite struct SearchTests {
  @Test(arguments: [
    ("berg", [0]), ("BERG st", [0]), ("hb_0004", [3]), ("label:org", [2, 4]),
    ("split:test", [3, 4]),
    ("-state:accepted rain", [3]), ("route:multimodal", [0, 1]), ("picture:no", [2]),
    ("relation:present", [0]), ("/^(RT|Great)/", [0, 2]), ("/no names/ split:test", [3]),
    ("is:different", [2, 4]), ("id:0002", [1]), ("label:", [0, 1, 2, 3, 4]),
  ])
  func finds(_ query: String, _ expected: [Int]) {
    var desk = Desk(Samples.state())
    desk.press("G", "g", "j", "j")
    desk.press("/")
    desk.type(query)
    #expect(desk.text.contains("\(expected.count) of 5 posts"))
    desk.press("Return")
    #expect(desk.state.queue.filter == expected)
  }

  @Test func escapeListsAllAgainAndStays() {
    var desk = Desk(Samples.state())
    desk.command("search split:test")
    #expect(desk.state.current == 3)
    desk.press("j", "Escape")
    #expect(desk.state.queue.filter == nil)
    #expect(desk.state.current == 4)
  }

  @Test func undoOfAHiddenPostEndsTheSearch() {
    var desk = Desk(Samples.state())
    desk.press("O")
    desk.command("search split:test")
    desk.press("u")
    #expect(desk.state.current == 0 && desk.state.queue.filter == nil)
  }

  /// Searching 100,000 posts is cut into pieces. (What a key costs there is measured by `bench`.)
  @Test func manyPosts() {
    let posts = (0..<100_000).map {
      Samples.post("p\($0)", "post number \($0) of many", [], image: nil)
    }
    var state = WorkbenchState(
      opened: .init(dataset: "large", store: "", hasModels: false, hasRouter: false),
      posts: posts, size: Size(columns: 120, rows: 36))
    let keys: [Key] = [.character("j"), .pageDown, .character("G"), .enter, .tab, .character("u")]
    for key in keys { _ = update(&state, .key(key)) }
    _ = update(&state, .key(.character("/")))
    var effects = update(&state, .key(.character("9")))
    #expect(effects == [.resume])
    #expect(state.searchJob.map { (1..<100_000).contains($0.next) } == true)
    #expect(view(state).text.contains("posts so far"))
    effects = update(&state, .key(.enter))
    var pieces = 0
    while effects.contains(.resume) {
      effects = update(&state, .resume)
      pieces += 1
    }
    #expect(pieces > 2)
    #expect(state.queue.count == 40_951)
  }
}
