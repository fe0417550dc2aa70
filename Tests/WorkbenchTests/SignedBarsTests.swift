import Screen
import Tensors
import Testing
import Traces

@testable import Workbench

/// Bars of words: a worthless word is empty, the most effective one full, on either side of zero.
@Suite struct SignedBarsTests {
  private func rows(
    _ values: [Float], shown: Range<Int>? = nil, rows: Int = 2, glyphs: Glyphs = .unicode,
    marked: Int? = nil
  ) -> (texts: [String], frame: Frame, used: Int) {
    let size = Size(columns: 20, rows: rows)
    var look = Look()
    look.glyphs = glyphs
    var pen = Pen(size: size, look: look)
    let bars = SignedBars(
      values, shown: shown ?? values.indices, above: .routeMultimodal, below: .routeText)
    let used = bars.draw(&pen, Box(size), row: 0, label: "x ", marked: marked, number: " n")
    let texts = pen.frame.text.split(separator: "\n", omittingEmptySubsequences: false)
    return (texts.map(String.init), pen.frame, used)
  }

  @Test func worthlessWordsAreEmpty() {
    let (texts, frame, used) = rows([0, 0, -0.5, 0.25, 0])
    #expect(used == 2)
    #expect(texts[0].hasPrefix("x    ▄  n"), "\(texts)")
    // A full bar below is a blank with exchanged colours.
    let look = Look()
    let full = frame.cells[20 + 4]
    #expect(full.style.attributes.contains(.reverse))
    #expect(full.style.foreground == look.theme[.routeText].foreground)
    for column in [2, 3, 6] {
      #expect(!frame.cells[20 + column].style.attributes.contains(.reverse), "column \(column)")
      #expect(frame.cells[column].style.attributes.contains(.underline), "the zero line")
    }
    #expect(frame.cells[5].style.foreground == look.theme[.routeMultimodal].foreground)
  }

  @Test func lossesAloneHangToo() {
    let (texts, frame, _) = rows([-0.01, -1, -0.5])
    #expect(texts[0].hasPrefix("x     n"))
    #expect(texts[1].hasPrefix("  ▇ ▄"), "\(texts)")
    #expect((2..<5).allSatisfy { frame.cells[20 + $0].style.attributes.contains(.reverse) })
  }

  /// The scale is that of all words, also of those that are not on screen.
  @Test func oneScalePerSignal() {
    #expect(rows([8, 1, 4], shown: 1..<3, rows: 1).texts[0].hasPrefix("x ▁▄ n"))
    #expect(rows([1, 4], rows: 1).texts[0].hasPrefix("x ▂█ n"))
  }

  @Test func gainsAloneTakeOneRow() {
    let (texts, frame, used) = rows([0, 0.5, 1])
    #expect(used == 1)
    #expect(texts[0].hasPrefix("x  ▄█ n"))
    #expect(!frame.cells.contains { $0.style.attributes.contains(.underline) })
  }

  @Test func whatIsNoNumberIsNoBar() {
    #expect(rows([.nan, 1, .infinity, -1]).texts[0].hasPrefix("x ?█?  n"))
    #expect(rows([0, 0], rows: 1).texts[0].hasPrefix("x    n"))
    #expect(rows([], rows: 1).texts[0].hasPrefix("x  n"))
  }

  @Test func inASCIITheRowTellsTheSide() {
    let (texts, _, _) = rows([1, -1, 0.5], glyphs: .ascii)
    #expect(texts[0].hasPrefix("x @ = n"))
    #expect(texts[1].hasPrefix("   @"))
  }

  /// Without colours a line tells which bar the number belongs to.
  @Test func theMarkedBarIsUnderlined() {
    let one = rows([0.2, 0.5, 1], marked: 1).frame
    #expect(
      (2..<5).map { one.cells[$0].style.attributes.contains(.underline) } == [false, true, false])
    // In two rows the upper line is the zero line.
    let two = rows([0.2, -0.5, 1], marked: 0).frame
    #expect(
      (22..<25).map { two.cells[$0].style.attributes.contains(.underline) } == [true, false, false])
  }

  /// The number under the cursor is that of its word, in points for points of p.
  @Test func numberUnderTheCursor() {
    var desk = Desk(Samples.state(120, 36))
    desk.press("e", "0")
    #expect(desk.text.contains(" -6.0"))
    func line() -> String {
      let lines = desk.text.split(separator: "\n")
      let name = lines.firstIndex { $0.contains("p lost without the word") }
      // The name has a line of its own.
      return name.map { String(lines[$0 + 1]) } ?? ""
    }
    #expect(line().contains(" -6.0"), "\(line())")
    desk.press("l")
    #expect(line().contains(" +4.0"), "\(line())")
  }
}
