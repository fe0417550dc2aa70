import Screen
import Testing

@testable import Terminal

/// A terminal with pictures as cells. Of sixels, text erases the pixels under it and a picture
/// covers its box; kitty's pictures lie over the text until they are taken off.
private struct ModelScreen {
  var texts: [String]
  /// Whose pixels each cell shows.
  var pixels: [String?]
  let size: Size
  /// Kitty's pictures by number, and where parts of them are shown.
  private var kept: [UInt32: String] = [:]
  private var shown: [[UInt32]: Box] = [:]

  init(_ size: Size) {
    self.size = size
    texts = [String](repeating: " ", count: size.columns * size.rows)
    pixels = [String?](repeating: nil, count: texts.count)
  }

  mutating func show(_ plan: ScreenPlan) {
    if plan.repaints {
      pixels = [String?](repeating: nil, count: pixels.count)
      (kept, shown) = ([:], [:])
    }
    for (place, cell) in plan.changes { write(cell.text, at: place) }
    for emission in plan.emissions {
      switch emission {
      case .picture(let box, let identity, _):
        paint(box, identity)
      case .kitty(let command): take(command)
      case .cluster(let place, let text, _): write(text, at: place)
      }
    }
    guard !kept.isEmpty else { return }
    pixels = [String?](repeating: nil, count: pixels.count)
    for (name, box) in shown { paint(box, kept[name[0]]) }
  }

  private mutating func paint(_ box: Box, _ identity: String?) {
    for row in box.row..<box.endRow {
      for column in box.column..<box.endColumn {
        pixels[row * size.columns + column] = identity
      }
    }
  }

  private mutating func take(_ command: KittyCommand) {
    switch command {
    case .store(let image, let file): kept[image] = String(decoding: file, as: UTF8.self)
    case .place(let image, let placement, let box, _): shown[[image, placement]] = box
    case .remove(let image, let placement):
      shown = shown.filter { $0.key[0] != image || placement != nil && $0.key[1] != placement }
    case .free(let image):
      kept[image] = nil
      shown = shown.filter { $0.key[0] != image }
    case .show, .endOfPieces: break
    }
  }

  private mutating func write(_ text: String, at place: Position) {
    let index = place.row * size.columns + place.column
    texts[index] = text
    pixels[index] = nil
    if TextWidth.columns(of: text) == 2 { pixels[index + 1] = nil }
  }
}

@Suite struct PlannedPixelsTests {
  /// Boxes of tall, wide, small and large pictures in a column of the screen, and none at all.
  private func boxes(_ size: Size) -> [Box?] {
    let column = Box(
      column: size.columns * 3 / 5, row: 2, columns: size.columns * 2 / 5, rows: size.rows - 6)
    let tall = column.centered(columns: max(1, column.columns / 4), rows: column.rows)
    let wide = column.centered(columns: column.columns, rows: max(1, column.rows / 4))
    let small = column.centered(columns: 3, rows: 2)
    return [tall, wide, nil, column, small, wide, column, tall, nil]
  }

  /// Where a frame has a picture, its pixels are there, and no pixel of any is elsewhere.
  @Test(arguments: PixelProtocol.allCases) func noPixelStaysAndNoneIsMissing(_ way: PixelProtocol) {
    for columns in stride(from: 60, through: 220, by: 20) {
      for rows in stride(from: 20, through: 70, by: 10) {
        let size = Size(columns: columns, rows: rows)
        var planner = ScreenPlanner(
          depth: .indexed256, darkBackground: true, isUTF8: true, pixels: way,
          libraryWidth: { $0 < 0x20 ? -1 : 1 })
        var screen = ModelScreen(size)
        let boxes = boxes(size)
        var step = 0
        for first in boxes.indices {
          for second in boxes.indices {
            for (post, popup) in [(first, false), (second, false), (second, true), (second, false)]
            {
              step += 1
              let frame = frame(size, boxes[post], "post \(post)", step, popup: popup)
              screen.show(planner.plan(frame, target: size))
              if let wrong = wrong(screen, frame) {
                Issue.record("\(columns)x\(rows), \(first) to \(second), popup \(popup): \(wrong)")
                return
              }
            }
          }
        }
      }
    }
  }

  private func frame(
    _ size: Size, _ box: Box?, _ identity: String, _ step: Int, popup: Bool
  ) -> Frame {
    var frame = Frame(size: size)
    for row in 0..<size.rows {
      frame.write(
        String(repeating: "\((row + step) % 7)", count: (row * 5 + step) % (size.columns / 2)),
        at: Position(column: 0, row: row))
    }
    if let box {
      frame.place(
        PicturePlacement(
          box: box, identity: identity,
          picture: EncodedPicture(
            payload: Array(identity.utf8), width: 4 * box.columns, height: 6 * box.rows)))
    }
    if popup {
      frame.fill(
        Box(column: size.columns / 2, row: 4, columns: size.columns / 4, rows: 5), with: "#")
    }
    return frame
  }

  private func wrong(_ screen: ModelScreen, _ frame: Frame) -> String? {
    for index in frame.cells.indices {
      let isReserved = frame.cells[index].style.attributes.contains(.reserved)
      let wanted = isReserved ? frame.pictures.first?.identity : nil
      let place = "cell \(index % frame.size.columns),\(index / frame.size.columns)"
      if screen.pixels[index] != wanted {
        return "\(place) shows \(screen.pixels[index] ?? "no picture"), not \(wanted ?? "none")"
      }
      let text = screen.texts[index] == "\u{A0}" ? " " : screen.texts[index]
      if !isReserved, text != frame.cells[index].text { return "\(place) text" }
    }
    return nil
  }
}
