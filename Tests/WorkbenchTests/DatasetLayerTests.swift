import Corpora
import Screen
import TestSupport
import Testing

@testable import Workbench

/// The whole dataset in the workbench.
@Suite struct DatasetLayerTests {
  private func desk(_ columns: Int = 80, _ rows: Int = 24) -> Desk {
    Desk(Samples.state(columns, rows))
  }

  @Test(arguments: StudyPage.Kind.allCases.map(\.rawValue), [Size(columns: 80, rows: 24)])
  func golden(_ kind: String, _ size: Size) throws {
    var desk = desk(size.columns, size.rows)
    desk.command("dataset \(kind)")
    try expectGolden(desk.text, "dataset-\(kind)-\(size.columns)x\(size.rows)")
  }

  @Test func goldenWithoutColoursAndSigns() throws {
    var state = Samples.state(80, 24)
    (state.look.glyphs, state.look.sanitizer) = (.ascii, Sanitizer(emoji: .name, ascii: true))
    var desk = Desk(state)
    desk.command("dataset projection")
    let isASCII = desk.text.allSatisfy { $0.isASCII }
    #expect(isASCII)
    try expectGolden(desk.text, "dataset-projection-ascii-80x24")
  }

  /// Every number leads to exactly as many posts as it counts.
  @Test func numbersLeadToTheirPosts() throws {
    var desk = desk()
    desk.press("d")
    let pages = try #require(desk.state.study.found?.pages)
    var tried = 0
    for (number, page) in pages.enumerated() {
      for (row, line) in page.rows.enumerated() {
        for column in 0...page.lastColumn {
          var desk = self.desk()
          desk.press("d")
          guard var layer = desk.state.layers[DatasetLayer.self] else { continue }
          (layer.page, layer.row, layer.column) = (number, row, column)
          desk.state.layers.open(layer)
          let counted: Int? =
            page.hasColumns
            ? line.cells[column + 1].value.flatMap { Int($0.text) }
            : page.kind == .p || page.kind == .gates
              ? line.cells[2].value.flatMap { Int($0.text) } : nil
          switch layer.target(page) {
          case nil: continue
          case .posts(let places, _)?:
            desk.press("Return")
            #expect(desk.state.queue.filter == places, "\(page.title), line \(row)")
          case .query?:
            desk.press("Return")
            if page.kind != .threshold {
              #expect(desk.state.queue.count == counted, "\(page.title), line \(row)")
            }
          case .post(let place)?:
            desk.press("Return")
            #expect(desk.state.current == place)
          }
          #expect(desk.state.layers[DatasetLayer.self] == nil)
          tried += 1
        }
      }
    }
    #expect(tried > 20)
  }

  /// It is made anew when labels changed, and for another split, and not for nothing.
  @Test func itIsMadeAnewWhenLabelsChanged() {
    var desk = desk()
    func requests(_ desk: Desk) -> [StudyRequest] {
      desk.effects.compactMap { if case .study(let request?) = $0 { request } else { nil } }
    }
    #expect(requests(desk).isEmpty)
    desk.press("d", "Tab", "comma", "Escape", "d")
    #expect(requests(desk).map(\.number) == [1] && requests(desk)[0].edited.isEmpty)
    desk.press("Escape", "w", "O", "d")
    #expect(requests(desk).map(\.number) == [1, 2])
    #expect(requests(desk)[1].edited[0]?.mentions == desk.state.post(0).mentions)
    desk.press("s")
    #expect(requests(desk).last?.split == .train)
    #expect(desk.text.contains("split train"))
    desk.send(.routerChanged)
    #expect(requests(desk).count == 4)
  }

  @Test func whileItIsMadeItSaysHowFar() {
    var desk = desk()
    desk.services.answersStudies = false
    desk.press("d")
    #expect(desk.text.contains("3 of 9 posts looked at"))
    // A script has no clock.
    #expect(!desk.text.contains("left"))
    desk.send(.tick(1))
    #expect(desk.text.contains("3 of 9 posts looked at, 8 s left"))
    desk.send(.studyFailed(request: 1, "no expert is loaded"))
    #expect(desk.text.contains("no expert is loaded"))
    // What comes for an earlier wish is of no use.
    desk.send(
      .studied(request: 0, Samples.study(StudyRequest(number: 0, split: .all, edited: [:]))))
    #expect(desk.text.contains("no expert is loaded"))
  }

  /// Arrows go from post to post in the plane, and every post can be reached.
  @Test func arrowsReachEveryPoint() throws {
    var desk = desk()
    desk.command("dataset projection")
    let layer = try #require(desk.state.layers[DatasetLayer.self])
    let page = try #require(layer.current(desk.state)?.page)
    let plane = Plane(page.points)
    var reached: Set<Int> = [0]
    var open = [0]
    while let next = open.popLast() {
      for (dx, dy) in [(1.0, 0.0), (-1, 0), (0, 1), (0, -1)] {
        if let found = plane.neighbour(of: next, dx: dx, dy: dy), reached.insert(found).inserted {
          open.append(found)
        }
      }
    }
    #expect(reached.count == page.points.count)
  }

  @Test func isHiddenWithTheModels() {
    var desk = desk()
    desk.press("d")
    #expect(desk.text.contains("p: probability"))
    desk.press("Escape", "Z", "d")
    #expect(!desk.text.contains("p: probability"))
    #expect(desk.state.layers[DatasetLayer.self] == nil)
  }

  /// What is read out has the numbers of the page.
  @Test func isSaidInSentences() {
    var desk = desk()
    desk.command("dataset cells")
    let said = desk.state.layers[DatasetLayer.self]?.sentences(desk.state) ?? []
    #expect(said.first?.hasPrefix("Dataset, page") == true)
    #expect(said.contains { $0.hasPrefix("sent to text, both ") })
  }
}
