import Figures
import Screen
import Testing

@testable import Services
@testable import Terminal

/// A figure as each way of showing pictures has it, in a box of cells.
@Suite("Rendering of figures") struct FigureRenderingTests {
  private let figure = Figure(
    title: "Title \u{1B}[31m here",
    panels: [
      Panel(
        x: .linear("p", 0...1), y: .linear("posts", 0...40),
        marks: [.bars([Bar(from: 0, to: 1, Value(40))])])
    ], caption: ["from harbor"])
  private let box = Size(columns: 60, rows: 20)

  private func cells(_ rung: GraphicsChoice.Rung) -> Frame? {
    guard case .cells(let cells, 60, 20) = figure.rendered(in: box, .init(rung: rung)) else {
      return nil
    }
    var frame = Frame(size: box)
    frame.draw(cells, columns: 60, at: Position(column: 0, row: 0))
    return frame
  }

  @Test(arguments: [GraphicsChoice.Rung.blocks, .ascii])
  func inCellsWordsAreWords(_ rung: GraphicsChoice.Rung) throws {
    let frame = try #require(cells(rung))
    for words in ["from harbor", "posts", "0.2", "0.8", "here"] {
      #expect(frame.text.contains(words), "\(words) in\n\(frame.text)")
    }
    #expect(!frame.text.contains("\u{1B}"))
    #expect(rung == .blocks || frame.text.allSatisfy(\.isASCII))
    // The bar fills the plot: blue of the first series in the middle of it.
    let middle = try #require(frame[Position(column: 30, row: 10)])
    #expect(rung == .blocks ? middle.style.foreground == .rgb(86, 160, 222) : middle.text != " ")
  }

  @Test func inPixelsItFillsItsBox() {
    var style = PictureService.Style(rung: .kitty)
    guard case .pixels(let encoded, 60, 20) = figure.rendered(in: box, style) else {
      Issue.record("pixels were expected")
      return
    }
    #expect(encoded.width == 480 && encoded.height == 320)
    style.marksPixels = true
    #expect(figure.rendered(in: box, style) == .placeholder("[kitty 480x320]"))
    style.mostPixels = WindowSize.Pixels(width: 160, height: 160)
    #expect(figure.rendered(in: box, style) == .placeholder("[kitty 160x160]"))
  }

  @Test func whereNothingIsDrawnThatIsSaid() {
    #expect(
      figure.rendered(in: box, .init(rung: .none))
        == .placeholder("pictures are off; --graphics chooses how to show them"))
    #expect(
      figure.rendered(in: Size(columns: 0, rows: 3), .init(rung: .blocks))
        == .placeholder("no room for the figure"))
  }
}
