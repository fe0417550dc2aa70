import Corpora
import Foundation
import Pictures
import Tensors
import Testing

@Suite(
  "Pixels in a real xterm",
  .enabled(
    if: Program.isBuilt && XTerm.isAvailable,
    "needs the program, Xvfb, xterm, xdotool and ImageMagick"), .serialized)
struct PixelTests {
  /// Where the two colours of the small pictures are.
  private struct Found: Equatable {
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

  private static let keys: [[String]] =
    [
      "j", "k", "w", "b", "l", "h", "Tab", "Home", "End", "m", "s", "numbersign", "period",
      "shift+h",
      "g", "shift+g", "Escape", "v", "n",
    ].map { [$0] } + [
      ["question"], ["question", "Down", "Down", "Escape"], ["slash", "p", "i", "Escape"],
      ["colon", "Tab", "Tab", "Escape"], ["Escape", "z", "z", "z", "z"], ["ctrl+l"],
    ]

  private func waitForPicture(_ terminal: XTerm) throws -> Picture {
    for _ in 0..<50 {
      if Found(try terminal.screenshot()).count > 1000 { break }
      usleep(100_000)
    }
    return try terminal.settled()
  }

  @Test("the picture is where it should be, whole and nowhere else")
  func place() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let terminal = try XTerm(size: "100x30", command: [Program.path ?? "", data])
    let shot = try waitForPicture(terminal)
    let found = Found(shot)
    #expect(found.fill > 0.97, "\(found)")
    #expect(found.left > shot.width * 55 / 100, "the picture is in the right column: \(found)")
    #expect(found.top < shot.height / 5 && found.bottom < shot.height * 2 / 3, "\(found)")
    #expect(found.width > shot.width / 6)
    // The second post's picture is wider; nothing of the first may be left.
    try terminal.press(["j"])
    usleep(400_000)
    let second = Found(try terminal.settled())
    #expect(second.fill > 0.97, "\(second)")
    #expect(second.width != found.width || second.height != found.height)
    // The fourth post has no picture: no pixel of any may be left.
    try terminal.press(["j", "j"])
    usleep(400_000)
    #expect(Found(try terminal.settled()).count == 0)
  }

  @Test(
    "nothing stays of wide, tall and missing pictures at any size",
    arguments: ["60x20", "80x24", "120x36", "180x50", "200x50"])
  func erasing(size: String) throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    for (name, width, height) in [("p1", 40, 300), ("p2", 400, 30)] {
      try Data(Picture(width: width, height: height, color: SmallDataset.left).png()).write(
        to: URL(fileURLWithPath: data + "/images/\(name).png"))
    }
    let terminal = try XTerm(size: size, command: [Program.path ?? "", data])
    _ = try waitForPicture(terminal)
    for keys in [["j"], ["j"], ["j", "j"], ["k", "k", "k"], ["j", "j"]] {
      try terminal.press(keys)
      try check(terminal, "\(size) after \(keys)")
    }
  }

  @Test("no ghosts after 200 random keys and 20 resizes")
  func ghosts() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("ghost test: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let terminal = try XTerm(
      size: "100x30", command: [Program.path ?? "", data, "--models", models])
    _ = try waitForPicture(terminal)
    for round in 0..<20 {
      try terminal.press((0..<10).flatMap { _ in random.pick(Self.keys) } + ["Escape"])
      try terminal.resize(
        columns: 60 + random.index(below: 90), rows: 18 + random.index(below: 32))
      if round % 5 == 4 {
        try check(terminal, "round \(round) of seed \(seed)")
      }
    }
    try terminal.press(["Escape", "Escape"])
    try terminal.resize(columns: 100, rows: 30)
    try check(terminal, "the end of seed \(seed)")
    #expect(terminal.isRunning)
  }

  @Test(
    "nothing stays of a picture when the post changes",
    arguments: ["60x20", "90x44", "120x36", "180x50", "200x50"])
  func walking(_ size: String) throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder, more: 40)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let terminal = try XTerm(size: size, command: [Program.path ?? "", data, "--models", models])
    _ = try waitForPicture(terminal)
    for round in 0..<4 {
      try terminal.press([String](repeating: "j", count: 3 + 4 * round))
      usleep(500_000)
      try check(terminal, "\(size), round \(round)")
    }
  }

  /// What is on the screen must be what is there after everything was drawn anew.
  private func check(_ terminal: XTerm, _ place: String) throws {
    usleep(300_000)
    let before = try terminal.settled()
    try terminal.press(["ctrl+l"])
    usleep(300_000)
    let after = try terminal.settled()
    #expect(before.size == after.size, "\(place)")
    guard before.size == after.size else { return }
    var differing = 0
    var pictured = 0
    var (widest, tallest) = (0, 0)
    var heights = [Int](repeating: 0, count: before.width)
    for y in 0..<before.height {
      var width = 0
      for x in 0..<before.width {
        let differs = before[x, y] != after[x, y]
        width = differs ? width + 1 : 0
        heights[x] = differs ? heights[x] + 1 : 0
        (widest, tallest) = (max(widest, width), max(tallest, heights[x]))
        guard differs else { continue }
        differing += 1
        if Found.isPictured(before[x, y]) || Found.isPictured(after[x, y]) { pictured += 1 }
      }
    }
    #expect(pictured == 0, "\(pictured) pixels of pictures are ghosts at \(place)")
    // The smoothed edge of a letter may reach one pixel into the next cell, and is cut when that
    // cell is written later: a column of one pixel, no taller than a bracket. A letter left behind
    // is wider, a line left behind is as tall as the cell, 19 pixels.
    #expect(
      widest <= 1 && tallest < 18 && differing <= 100,
      "\(differing) pixels differ from a fresh screen, up to \(widest)x\(tallest), at \(place)")
  }
}
