import Pictures
import Screen
import Testing
import Workbench

@testable import Services
@testable import Terminal

/// A picture as each way of showing it has it, in a box of cells.
@Suite("Rendering of pictures") struct PictureRenderingTests {
  private let picture = Picture(width: 8, height: 8, color: RGB(200, 40, 40))

  private func render(_ style: PictureService.Style, _ columns: Int, _ rows: Int) -> RenderedPicture
  {
    picture.rendered(
      for: PictureRequest(post: "a", box: Size(columns: columns, rows: rows), heat: nil), style)
  }

  @Test func eachWayFitsTheBox() {
    var style = PictureService.Style(rung: .sixel)
    guard case .sixel(let payload, 6, 3) = render(style, 20, 3) else {
      Issue.record("48×48 pixels are 6 columns and 3 rows")
      return
    }
    #expect(!payload.isEmpty)
    style.marksSixel = true
    #expect(render(style, 20, 3) == .placeholder("[sixel 48x48]"))
    // The terminal takes no more.
    style.mostPixels = WindowSize.Pixels(width: 16, height: 100)
    #expect(render(style, 20, 3) == .placeholder("[sixel 16x12]"))
    for rung in [GraphicsChoice.Rung.blocks, .ascii] {
      guard case .cells(let cells, let columns, let rows) = render(.init(rung: rung), 8, 4) else {
        Issue.record("cells were expected")
        return
      }
      #expect(cells.count == columns * rows && columns == 8 && rows == 4)
    }
    #expect(
      render(.init(rung: .none), 8, 4)
        == .placeholder("pictures are off; --graphics chooses how to show them"))
    #expect(render(style, 0, 4) == .placeholder("no room for the picture"))
  }
}
