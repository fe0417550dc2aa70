import Foundation
import Pictures
import Testing

/// Where the two colours of the small pictures are.
struct PicturedPixels: Equatable {
  var left = Int.max
  var top = Int.max
  var right = -1
  var bottom = -1
  var count = 0

  init(_ shot: Picture) {
    for y in 0..<shot.height {
      for x in 0..<shot.width {
        let color = shot[x, y]
        guard Self.isPictured(color) else { continue }
        count += 1
        left = min(left, x)
        right = max(right, x)
        top = min(top, y)
        bottom = max(bottom, y)
      }
    }
  }

  var width: Int { max(0, right - left + 1) }
  var height: Int { max(0, bottom - top + 1) }
  /// Share of the surrounding rectangle that has the colours.
  var fill: Double { Double(count) / Double(max(1, width * height)) }

  static func isPictured(_ color: RGB) -> Bool {
    isNear(color, SmallDataset.left) || isNear(color, SmallDataset.right)
  }

  /// Sixel colours are percents, and the middle column is mixed.
  private static func isNear(_ a: RGB, _ b: RGB) -> Bool {
    abs(Int(a.red) - Int(b.red)) < 12 && abs(Int(a.green) - Int(b.green)) < 12
      && abs(Int(a.blue) - Int(b.blue)) < 12
  }
}

extension TerminalWindow {
  /// What is on the window once a picture is.
  func waitForPicture() throws -> Picture {
    for _ in 0..<50 {
      if PicturedPixels(try screenshot()).count > 1000 { break }
      usleep(100_000)
    }
    return try settled()
  }

  /// What is on the screen must be what is there after everything was drawn anew.
  func expectFresh(_ place: String) throws {
    usleep(300_000)
    let before = try settled()
    try press(["ctrl+l"])
    usleep(300_000)
    let after = try settled()
    #expect(before.size == after.size, "\(place)")
    guard before.size == after.size else { return }
    var differing = 0
    var pictured = 0
    var (widest, tallest, lines) = (0, 0, 0)
    var heights = [Int](repeating: 0, count: before.width)
    for y in 0..<before.height {
      var width = 0
      for x in 0..<before.width {
        let differs = before[x, y] != after[x, y]
        width = differs ? width + 1 : 0
        if !differs, heights[x] > 0, heights[x] % Self.cellHeight == 0 { lines += 1 }
        heights[x] = differs ? heights[x] + 1 : 0
        (widest, tallest) = (max(widest, width), max(tallest, heights[x]))
        guard differs else { continue }
        differing += 1
        if PicturedPixels.isPictured(before[x, y]) || PicturedPixels.isPictured(after[x, y]) {
          pictured += 1
        }
      }
    }
    #expect(pictured == 0, "\(pictured) pixels of pictures are ghosts at \(place)")
    // The smoothed edge of a letter may reach one pixel into the next cell, and is cut when that
    // cell is written later: a column of one pixel, no taller than a bracket, or than two of them
    // one below the other, and no more than twenty of them. A letter left behind is wider, a line
    // left behind is as tall as its cells.
    #expect(
      widest <= 1 && lines == 0 && tallest < 2 * Self.cellHeight
        && differing <= 20 * Self.cellHeight,
      "\(differing) pixels differ from a fresh screen, up to \(widest)x\(tallest), at \(place)")
  }

  /// Pixels of a row of text in the test's font.
  private static let cellHeight = 19
}
