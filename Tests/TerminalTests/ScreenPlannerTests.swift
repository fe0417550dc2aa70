import Screen
import Testing

@testable import Terminal

@Suite struct ScreenPlannerTests {
  private let size = Size(columns: 40, rows: 10)
  private let box = Box(column: 4, row: 2, columns: 20, rows: 5)

  private func planner(clears: Bool = false, utf8: Bool = true) -> ScreenPlanner {
    ScreenPlanner(
      depth: .indexed256, darkBackground: true, isUTF8: utf8, pixels: .sixel,
      clearsForPictures: clears,
      libraryWidth: { value in
        // As an old C library: joiners and selectors take nothing, emoji two, the newest unknown.
        switch value {
        case 0x20..<0x300: return 1
        case 0x300..<0x370, 0x200D, 0xFE0F: return 0
        case 0x1FABC: return -1
        case 0x4E00..<0xA000, 0x1F300..<0x1FA00: return 2
        default: return 1
        }
      })
  }

  private func frame(picture: String? = nil, text: String = "", popup: Box? = nil) -> Frame {
    var frame = Frame(size: size)
    if let picture {
      frame.place(
        PicturePlacement(
          box: box, identity: picture,
          picture: EncodedPicture(payload: [1, 2], width: 80, height: 60)))
    }
    frame.write(text, at: Position(column: 0, row: 3), maxColumns: 4)
    if let popup { frame.fill(popup, with: "#") }
    return frame
  }

  private func pictures(_ plan: ScreenPlan) -> Int {
    plan.emissions.filter { if case .picture = $0 { true } else { false } }.count
  }

  @Test func onlyChangesAreSent() {
    var planner = planner()
    let first = planner.plan(frame(text: "ab"), target: size)
    #expect(first.repaints)
    #expect(first.changes.count == 400)
    let same = planner.plan(frame(text: "ab"), target: size)
    #expect(same.changes.isEmpty && same.emissions.isEmpty && !same.repaints)
    let next = planner.plan(frame(text: "ax"), target: size)
    #expect(next.changes.map(\.place) == [Position(column: 1, row: 3)])
    #expect(next.changes.first?.cell.text == "x")
  }

  @Test func aPictureIsSentOnceAndHeldByNonBlanks() {
    var planner = planner()
    _ = planner.plan(frame(), target: size)
    let shown = planner.plan(frame(picture: "a"), target: size)
    #expect(pictures(shown) == 1)
    #expect(shown.changes.count == 100)
    #expect(shown.changes.allSatisfy { $0.cell.text == "\u{A0}" })
    let beside = planner.plan(frame(picture: "a", text: "zz"), target: size)
    #expect(beside.changes.count == 2 && beside.emissions.isEmpty)
  }

  @Test func anotherPictureRewritesEveryCell() {
    var planner = planner()
    _ = planner.plan(frame(picture: "a"), target: size)
    let other = planner.plan(frame(picture: "b"), target: size)
    #expect(other.changes.count == 100)
    #expect(other.changes.allSatisfy { $0.cell.kind == .heldB })
    #expect(pictures(other) == 1)
    let gone = planner.plan(frame(), target: size)
    // Written over in the other variant: erasing to the end of a line leaves pixels in xterm.
    #expect(gone.changes.count == 100)
    #expect(gone.changes.allSatisfy { $0.cell.text == "\u{A0}" && $0.cell.kind == .heldA })
    let still = planner.plan(frame(), target: size)
    #expect(still.changes.isEmpty && still.emissions.isEmpty)
    let again = planner.plan(frame(picture: "c"), target: size)
    #expect(again.changes.allSatisfy { $0.cell.kind == .heldB } && pictures(again) == 1)
  }

  /// Every way between tall, wide and missing pictures, at every size: no cell that held a picture
  /// keeps what it showed, and lines are never moved.
  @Test func everyCellOfAPictureThatGoesIsWritten() {
    for columns in stride(from: 60, through: 220, by: 20) {
      for rows in stride(from: 20, through: 70, by: 10) {
        let size = Size(columns: columns, rows: rows)
        let boxes = [
          Box(column: columns / 2, row: 2, columns: columns / 2, rows: 3),
          Box(column: columns / 2 + 3, row: 1, columns: 5, rows: rows - 4),
          Box(column: columns - 20, row: 4, columns: 19, rows: 9),
        ]
        let frames: [Frame] =
          [Frame(size: size)]
          + boxes.enumerated().map { i, box in
            var frame = Frame(size: size)
            frame.place(
              PicturePlacement(
                box: box, identity: "\(i)",
                picture: EncodedPicture(payload: [1], width: 80, height: 60)))
            return frame
          }
        for (a, from) in frames.enumerated() {
          for (b, to) in frames.enumerated() where a != b {
            var planner = planner()
            _ = planner.plan(from, target: size)
            let plan = planner.plan(to, target: size)
            let written = Set(plan.changes.map(\.place))
            #expect(plan.keepsLines && !plan.repaints)
            guard a > 0 else { continue }
            let box = boxes[a - 1]
            for row in box.row..<box.endRow {
              for column in box.column..<box.endColumn {
                let place = Position(column: column, row: row)
                #expect(written.contains(place), "\(size), \(a) to \(b), \(place)")
              }
            }
            #expect(plan.changes.allSatisfy { !written.contains($0.place) || $0.cell.text != " " })
          }
        }
      }
    }
  }

  @Test func aPopupTakesOnlyItsCells() {
    var planner = planner()
    let popup = Box(column: 6, row: 3, columns: 3, rows: 2)
    _ = planner.plan(frame(picture: "a"), target: size)
    let open = planner.plan(frame(picture: "a", popup: popup), target: size)
    #expect(open.changes.count == 6)
    #expect(open.emissions.isEmpty)
    // A new picture under the popup: pixels first, then the popup's cells over them.
    let changed = planner.plan(frame(picture: "b", popup: popup), target: size)
    #expect(changed.emissions.count == 7)
    guard case .picture = changed.emissions[0] else {
      Issue.record("the picture must come first")
      return
    }
    let closed = planner.plan(frame(picture: "b"), target: size)
    #expect(closed.changes.count == 6)
    #expect(pictures(closed) == 1)
  }

  @Test func redrawAndResizeSendEverything() {
    var planner = planner()
    _ = planner.plan(frame(picture: "a"), target: size)
    planner.invalidate()
    let again = planner.plan(frame(picture: "a"), target: size)
    #expect(again.repaints && pictures(again) == 1)
    // The terminal shrank and the frame is still the old one: the picture may touch no last row.
    let small = planner.plan(frame(picture: "a"), target: Size(columns: 40, rows: 7))
    #expect(pictures(small) == 0)
    #expect(small.changes.count == 280)
    let larger = planner.plan(frame(picture: "a"), target: Size(columns: 50, rows: 12))
    #expect(pictures(larger) == 1 && larger.changes.count == 600)
  }

  @Test func terminalsThatKeepPixelsAreCleared() {
    var planner = planner(clears: true)
    _ = planner.plan(frame(picture: "a"), target: size)
    let text = planner.plan(frame(picture: "a", text: "x"), target: size)
    #expect(!text.repaints)
    let gone = planner.plan(frame(), target: size)
    #expect(gone.repaints)
  }

  @Test func doubtfulClustersAreHeldAndSentApart() {
    var planner = planner()
    var frame = Frame(size: size)
    frame.write("a👨‍👩‍👧b🪼c作", at: Position(column: 0, row: 0))
    let plan = planner.plan(frame, target: size)
    #expect(plan.emissions.count == 2)
    #expect(
      plan.emissions.first
        == .cluster(
          place: Position(column: 1, row: 0), text: "👨‍👩‍👧",
          style: ReducedStyle(foreground: -1, background: -1, attributes: [])))
    let texts = plan.changes.prefix(7).map(\.cell.text)
    #expect(texts == ["a", "\u{A0}", "\u{A0}", "b", "\u{A0}", "\u{A0}", "c"])
    let still = planner.plan(frame, target: size)
    #expect(still.changes.isEmpty && still.emissions.isEmpty)
    frame.write("z", at: Position(column: 20, row: 0))
    let row = planner.plan(frame, target: size)
    #expect(row.changes.count == 1 && row.emissions.count == 2)
  }

  @Test func rightToLeftWordsKeepTheirColumns() {
    var planner = planner()
    var frame = Frame(size: size)
    frame.write("ab سلام عليكم .40", at: Position(column: 0, row: 0))
    let plan = planner.plan(frame, target: size)
    let texts = plan.changes.prefix(17).map(\.cell.text)
    #expect(texts.enumerated().filter { $0.element == " \u{200E}" }.map(\.offset) == [2, 7, 13])
    #expect(plan.changes[40 * 1].cell.text == " ")
  }

  @Test func rawControlBytesAndBrokenHalvesAreReplaced() {
    var planner = planner()
    var frame = Frame(size: size)
    frame.cells[0].text = "\u{1B}"
    frame.cells[1].text = "\u{9B}"
    frame.cells[2].text = "作"
    frame.cells[4].text = ""
    frame.cells[5].text = "ab"
    let plan = planner.plan(frame, target: size)
    #expect(plan.changes.prefix(6).map(\.cell.text) == ["?", "?", "?", " ", " ", "?"])
    var ascii = self.planner(utf8: false)
    var text = Frame(size: size)
    text.write("é作", at: Position(column: 0, row: 0))
    let plain = ascii.plan(text, target: size)
    #expect(plain.changes.allSatisfy { $0.cell.text.utf8.allSatisfy { $0 < 0x7F } })
  }

  @Test func emissionBytes() {
    let style = ReducedStyle(foreground: 3, background: 200, attributes: [.bold, .underline])
    let cluster = Emission.cluster(place: Position(column: 1, row: 2), text: "x", style: style)
    #expect(
      String(decoding: cluster.bytes, as: UTF8.self) == "\u{1B}[3;2H\u{1B}[0;1;4;33;48;5;200mx")
  }
}
