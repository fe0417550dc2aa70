import Corpora
import Screen
import Testing

@testable import Queries
@testable import Workbench

/// Queries with names, and lists in another order.
@Suite("Saved queries and orders") struct SavedQueryTests {
  private func desk() -> Desk { Desk(Samples.state(160, 40, hasModels: false)) }

  @Test func aQueryIsSavedListedReferredToAndRemoved() throws {
    var desk = desk()
    desk.press("Q")
    #expect(desk.noticeText.contains("no query is saved here"))
    desk.command("save-query towns")
    #expect(desk.noticeText.contains("no search is on screen"))
    desk.command("search label:LOC or label:ORG")
    for name in ["a b", "", "@x", String(repeating: "a", count: 41)] {
      desk.command("save-query \(name)")
      #expect(desk.state.notice?.isError == true, "\(name)")
    }
    desk.command("save-query towns")
    #expect(desk.noticeText == "towns is saved: label:LOC or label:ORG")
    desk.press("Escape")
    desk.command("search @towns -split:test sort:-length")
    #expect(desk.state.queue.filter == [2, 1])
    #expect(desk.text.contains("1/2 of 5, longest first, for @towns -split:test"))
    // What it refers to is written out.
    desk.command("save-query near")
    #expect(
      desk.state.savedQueries.named("near")?.text
        == "(label:LOC or label:ORG) -split:test sort:-length")
    desk.press("Escape", "Q")
    #expect(desk.text.contains("saved queries") && desk.text.contains("near"))
    let row = try #require(view(desk.state).lines.first { $0.contains("towns") })
    #expect(row.contains("3 ") && row.contains("label:LOC or label:ORG"))
    desk.press("Down", "Return")
    #expect(desk.state.queue.filter == [1, 2, 4] && desk.state.queue.query == "@towns")
    desk.press("Q", "x")
    #expect(desk.state.savedQueries.all.map(\.name) == ["towns"])
    desk.press("x", "Escape")
    #expect(desk.state.savedQueries.all.isEmpty && desk.state.layers.isBrowsing)
    // Without a query of that name it is what people call each other.
    desk.press("Escape")
    desk.command("search @harbourlife")
    #expect(desk.state.queue.filter == [0])
  }

  @Test func whatNeedsModelsSaysSoInTheList() throws {
    var state = Samples.state(160, 40, hasModels: false)
    state.savedQueries = SavedQueries(
      own: [SavedQuery("doubt", "is:disputed"), SavedQuery("broken", "label:PER colour:x")],
      shared: [SavedQuery("doubt", "ferry"), SavedQuery("wide", "picture:yes")])
    var desk = Desk(state)
    desk.press("Q")
    let lines = view(desk.state).lines
    let doubt = try #require(lines.first { $0.contains("doubt") })
    #expect(doubt.contains("needs experts") && doubt.contains("is:disputed"))
    #expect(lines.first { $0.contains("broken") }?.contains("there is no field colour:") == true)
    #expect(lines.first { $0.contains("wide") }?.contains("to be looked at") == true)
    // Broken ones are kept, and cannot be opened; the dataset's own cannot be removed.
    desk.press("Return")
    #expect(desk.noticeText.contains("there is no field colour:"))
    desk.press("End", "x")
    #expect(desk.noticeText.contains("cannot be written"))
    desk.press("Escape")
    desk.press("/")
    desk.type("@")
    desk.press("Tab")
    #expect(desk.text.contains("/@doubt "))
    desk.press("C-u")
    desk.type("@nobody")
    #expect(desk.text.contains("@nobody is text"))
  }

  @Test(arguments: [
    ("sort:length", [4, 3, 1, 0, 2]), ("sort:-length", [2, 0, 1, 3, 4]),
    ("sort:-file", [4, 3, 2, 1, 0]), ("sort:file label:LOC", [1, 2]),
    ("label:ORG sort:length", [4, 2]), ("@long split:test", [3, 4]),
    ("@long split:test sort:length", [4, 3]),
  ])
  func listsStandInTheirOrder(_ query: String, _ expected: [Int]) throws {
    var state = Samples.state(160, 40, hasModels: false)
    state.savedQueries = SavedQueries(own: [SavedQuery("long", "length:>1 sort:-length")])
    var desk = Desk(state)
    desk.command("search \(query)")
    #expect(desk.state.queue.filter == expected)
    // Whatever is listed is found again, and keys go through it in its order.
    let start = try #require(desk.state.current)
    for (place, post) in expected.enumerated() {
      #expect(desk.state.queue.position(of: post) == place)
    }
    desk.press("g")
    for post in expected {
      #expect(desk.state.current == post)
      desk.press("j")
    }
    #expect(expected.contains(start))
    desk.press("Escape")
    #expect(desk.state.queue.order == nil && desk.state.queue.position(of: 2) == 2)
  }

  /// p is known of no post at first: the list opens once it is known of all, smallest first.
  @Test func anOrderThatIsFoundOutOpensWhenItIsKnown() {
    var desk = Desk(Samples.state(160, 40), answers: false)
    desk.isQuiet = true
    desk.command("search sort:p -label:PER")
    #expect(desk.state.queue.filter == nil)
    for index in [4, 1, 3] {
      var batch = FactBatch()
      batch.routes[index] = Samples.decision(index)
      desk.send(.facts(batch))
    }
    // Posts 0 and 2 have persons.
    #expect(desk.state.queue.filter == [3, 4, 1])
    #expect(desk.text.contains("smallest p first"))
  }

  /// A length is known at once: the list grows in its order.
  @Test func aKnownOrderGrows() {
    var desk = Desk(Samples.state(160, 40, hasModels: false), answers: false)
    desk.isQuiet = true
    desk.command("goto hb_0003")
    desk.command("search picture:yes sort:length")
    func found(_ index: Int, _ fact: PictureFact) {
      var batch = FactBatch()
      batch.pictures[index] = fact
      desk.send(.facts(batch))
    }
    // By length: 4, 3, 1, 0; post 2 names no picture.
    found(3, .present)
    #expect(desk.state.queue.filter == nil)
    found(4, .missing)
    #expect(desk.state.queue.filter == [3])
    found(0, .present)
    #expect(desk.state.queue.filter == [3])
    found(1, .present)
    #expect(desk.state.queue.filter == [3, 1, 0])
  }
}
