import Testing

@testable import Screen

@Suite struct FrameTests {
  private func blank(_ columns: Int, _ rows: Int) -> Frame {
    Frame(size: Size(columns: columns, rows: rows))
  }

  @Test func writesByCluster() {
    var frame = blank(10, 2)
    let columns = frame.write("a作e\u{301}b", at: Position(column: 1, row: 0))
    #expect(columns == 5)
    #expect(frame.text == " a作e\u{301}b\n")
    #expect(frame.cells[3].text == "")
    #expect(frame.cells[4].text == "e\u{301}")
  }

  @Test func clipsAtEveryEdge() {
    var frame = blank(6, 2)
    let right = frame.write("abcdefgh", at: Position(column: 3, row: 1))
    #expect(right == 3)
    let below = frame.write("x", at: Position(column: 0, row: 2))
    #expect(below == 0)
    let beside = frame.write("x", at: Position(column: 6, row: 0))
    #expect(beside == 0)
    frame.write("12345", at: Position(column: -2, row: 0))
    #expect(frame.text == "345\n   abc")
    // A wide cluster does not hang over the edge.
    let wide = frame.write("作作", at: Position(column: 3, row: 0))
    #expect(wide == 2)
    #expect(frame.text == "345作\n   abc")
    let box = Box(column: 1, row: 1, columns: 2, rows: 1)
    let boxed = frame.write("zzzz", at: Position(column: 1, row: 1), within: box)
    #expect(boxed == 2)
    let cut = frame.write(
      "harbour", at: Position(column: 0, row: 0), maxColumns: 4, ellipsis: "…")
    #expect(cut == 4)
    #expect(frame.lines == ["har…", " zzabc"])
  }

  @Test func overwritingHalfOfAWideClusterBlanksTheRest() {
    var frame = blank(6, 1)
    frame.write("作作", at: Position(column: 0, row: 0))
    frame.write("x", at: Position(column: 1, row: 0))
    #expect(frame.text == " x作")
    frame.write("y", at: Position(column: 2, row: 0))
    #expect(frame.text == " xy")
    #expect(!frame.cells.contains { $0.text.isEmpty })
  }

  @Test func escapesNeverEnterAFrame() {
    var frame = blank(20, 1)
    frame.write("\u{1B}[2Jx\u{202E}", at: Position(column: 0, row: 0))
    #expect(frame.text == "⟨ESC⟩[2Jx⟨RLO⟩")
  }

  @Test func bordersAndRules() {
    var frame = blank(12, 4)
    let inside = frame.border(
      Box(column: 0, row: 0, columns: 12, rows: 4), glyphs: .unicode, style: .plain, title: "Posts")
    #expect(inside == Box(column: 1, row: 1, columns: 10, rows: 2))
    #expect(frame.text == "╭─ Posts ──╮\n│          │\n│          │\n╰──────────╯")
    var ascii = blank(5, 3)
    ascii.border(Box(Size(columns: 5, rows: 3)), glyphs: .ascii, style: .plain)
    #expect(ascii.text == "+---+\n|   |\n+---+")
  }

  @Test func barsShowEveryAmount() {
    func bar(_ value: Double, _ glyphs: Glyphs) -> String {
      var frame = blank(4, 1)
      frame.bar(value, at: Position(column: 0, row: 0), columns: 4, glyphs: glyphs, style: .plain)
      return frame.text
    }
    #expect(bar(0, .unicode) == "")
    #expect(bar(0.001, .unicode) == "▏")
    #expect(bar(0.5, .unicode) == "██")
    #expect(bar(0.53125, .unicode) == "██▏")
    #expect(bar(1, .unicode) == "████")
    #expect(bar(.nan, .unicode) == "")
    #expect(bar(.infinity, .unicode) == "")
    #expect(bar(7, .ascii) == "####")
    #expect(bar(0.26, .ascii) == "#")
  }

  @Test func sparklines() {
    var frame = blank(5, 1)
    frame.sparkline(
      [9, 0, 4, 8, .nan, 8], at: Position(column: 0, row: 0), columns: 5, glyphs: .unicode,
      style: .plain)
    #expect(frame.text == "▁▄█ █")
  }

  @Test func picturesStayOffTheLastRow() {
    var frame = blank(10, 5)
    func picture(_ box: Box) -> PicturePlacement {
      PicturePlacement(
        box: box, identity: "a", picture: EncodedPicture(payload: [], width: 1, height: 1))
    }
    let fits = frame.place(picture(Box(column: 1, row: 0, columns: 4, rows: 4)))
    #expect(fits)
    let touchesLastRow = frame.place(picture(Box(column: 1, row: 1, columns: 4, rows: 4)))
    #expect(!touchesLastRow)
    let hangsOver = frame.place(picture(Box(column: 8, row: 0, columns: 4, rows: 2)))
    #expect(!hangsOver)
    #expect(frame.pictures.count == 1)
    #expect(frame.cells[1].style.attributes == .reserved)
    frame.write("x", at: Position(column: 1, row: 0))
    #expect(frame.cells[1].style.attributes == [])
  }

  @Test func layoutFillsExactly() {
    for total in 0..<60 {
      let parts = Layout.split(total, [.fixed(10), .share(1), .share(2), .fixed(3)], gap: 1)
      #expect(parts.allSatisfy { $0.0 >= 0 && $0.1 >= 0 && $0.0 + $0.1 <= total })
      if total >= 16 { #expect(parts.map(\.1).reduce(0, +) == total - 3) }
    }
    let boxes = Box(column: 2, row: 3, columns: 20, rows: 9).splitRows([.share(1), .fixed(2)])
    #expect(boxes[0] == Box(column: 2, row: 3, columns: 20, rows: 7))
    #expect(boxes[1] == Box(column: 2, row: 10, columns: 20, rows: 2))
  }
}
