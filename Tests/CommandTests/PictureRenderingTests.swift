import Foundation
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
    guard case .pixels(let encoded, 6, 3) = render(style, 20, 3) else {
      Issue.record("48×48 pixels are 6 columns and 3 rows")
      return
    }
    #expect(!encoded.payload.isEmpty && encoded.width == 48 && encoded.height == 48)
    style.marksPixels = true
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

  /// Kitty's pictures fill their cells to the last row of pixels, whatever multiple it is of.
  @Test func kittyFillsItsCells() throws {
    var style = PictureService.Style(rung: .kitty)
    (style.cellWidth, style.cellHeight) = (7, 15)
    guard case .pixels(let encoded, 6, 3) = render(style, 20, 3) else {
      Issue.record("45×45 pixels are 6 columns and 3 rows")
      return
    }
    #expect(encoded.width == 42 && encoded.height == 45)
    let file = try #require(Data(base64Encoded: Data(encoded.payload)))
    let read = try Picture.decode([UInt8](file)).picture
    #expect(read == Picture(width: 42, height: 45, color: RGB(200, 40, 40)))
    style.marksPixels = true
    #expect(render(style, 20, 3) == .placeholder("[kitty 42x45]"))
  }

  /// What sixels are bounded by says nothing of kitty's pictures.
  @Test func boundsBelongToAProtocol() {
    var facts = TerminalCapabilities(environment: ["TERM": "xterm"], isUTF8: true)
    facts.mostPixels = WindowSize.Pixels(width: 16, height: 100)
    #expect(PictureService.Style(rung: .sixel, facts).mostPixels?.width == 16)
    #expect(PictureService.Style(rung: .kitty, facts).mostPixels?.width == 4096)
    #expect(PictureService.Style(rung: .blocks, facts).mostPixels == nil)
  }
}
