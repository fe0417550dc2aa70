import Pictures
import Screen
import Testing

@testable import Terminal

@Suite struct PictureCellsTests {
  /// Left half black, right half white; the upper half tinted red.
  private var quarters: Picture {
    var picture = Picture(width: 8, height: 8, color: RGB(0, 0, 0))
    for y in 0..<8 {
      for x in 4..<8 { picture[x, y] = y < 4 ? RGB(255, 0, 0) : RGB(255, 255, 255) }
    }
    return picture
  }

  @Test func halfBlocks() {
    let cells = PictureCells.halfBlocks(quarters, columns: 2, rows: 1)
    #expect(
      cells == [
        Cell("▀", Style(.rgb(0, 0, 0), on: .rgb(0, 0, 0))),
        Cell("▀", Style(.rgb(255, 0, 0), on: .rgb(255, 255, 255))),
      ])
  }

  @Test func averages() throws {
    let mean = try #require(PictureCells.averaged(quarters, width: 1, height: 1))
    #expect(mean[0].red == 127.5)
    #expect(mean[0].green == 63.75)
    // Larger than the source: every target pixel still has a source.
    let large = try #require(PictureCells.averaged(quarters, width: 19, height: 23))
    #expect(large.count == 19 * 23)
    #expect(PictureCells.averaged(quarters, width: 0, height: 4) == nil)
  }

  @Test func asciiRamp() {
    func text(_ dark: Bool) -> String {
      PictureCells.ascii(quarters, columns: 2, rows: 2, darkBackground: dark).map(\.text).joined()
    }
    #expect(text(true) == " - @")
    #expect(text(false) == "@*@ ")
    let flat = PictureCells.ascii(
      Picture(width: 3, height: 3, color: RGB(255, 255, 255)), columns: 2, rows: 1)
    #expect(flat.map(\.text) == ["@", "@"])
  }

  @Test func fitKeepsTheShape() {
    #expect(
      PictureCells.fit(width: 160, height: 160, columns: 40, rows: 10)
        == Size(columns: 20, rows: 10))
    #expect(
      PictureCells.fit(width: 1600, height: 160, columns: 40, rows: 10)
        == Size(columns: 40, rows: 2))
    #expect(
      PictureCells.fit(width: 10000, height: 1, columns: 40, rows: 10) == Size(columns: 40, rows: 1)
    )
    #expect(PictureCells.fit(width: 1, height: 1, columns: 0, rows: 3) == Size(columns: 0, rows: 0))
    let pixels = PictureCells.pixels(Size(columns: 20, rows: 8), cellWidth: 9, cellHeight: 19)
    #expect(pixels == (180, 150))
    #expect(pixels.height % 6 == 0 && pixels.height <= 8 * 19)
  }
}
