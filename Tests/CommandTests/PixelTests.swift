import Corpora
import Foundation
import Pictures
import Tensors
import Testing

@Suite(
  "Pixels in a real xterm",
  .enabled(
    if: Program.isBuilt && TerminalWindow.Emulator.xterm.isAvailable,
    "needs the program, Xvfb, xterm, xdotool and ImageMagick"), .serialized)
struct PixelTests {
  private static let keys: [[String]] =
    [
      "j", "k", "w", "b", "l", "h", "Tab", "Home", "End", "m", "s", "numbersign", "period",
      "shift+h",
      "g", "shift+g", "Escape", "v", "n",
    ].map { [$0] } + [
      ["question"], ["question", "Down", "Down", "Escape"], ["slash", "p", "i", "Escape"],
      ["colon", "Tab", "Tab", "Escape"], ["Escape", "z", "z", "z", "z"], ["ctrl+l"],
    ]

  @Test("the picture is where it should be, whole and nowhere else")
  func place() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let terminal = try TerminalWindow(size: "100x30", command: [Program.path ?? "", data])
    let shot = try terminal.waitForPicture()
    let found = PicturedPixels(shot)
    #expect(found.fill > 0.97, "\(found)")
    #expect(found.left > shot.width * 55 / 100, "the picture is in the right column: \(found)")
    #expect(found.top < shot.height / 5 && found.bottom < shot.height * 2 / 3, "\(found)")
    #expect(found.width > shot.width / 6)
    // The second post's picture is wider; nothing of the first may be left.
    try terminal.press(["j"])
    usleep(400_000)
    let second = PicturedPixels(try terminal.settled())
    #expect(second.fill > 0.97, "\(second)")
    #expect(second.width != found.width || second.height != found.height)
    // The fourth post has no picture: no pixel of any may be left.
    try terminal.press(["j", "j"])
    usleep(400_000)
    #expect(PicturedPixels(try terminal.settled()).count == 0)
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
    let terminal = try TerminalWindow(size: size, command: [Program.path ?? "", data])
    _ = try terminal.waitForPicture()
    for keys in [["j"], ["j"], ["j", "j"], ["k", "k", "k"], ["j", "j"]] {
      try terminal.press(keys)
      try terminal.expectFresh("\(size) after \(keys)")
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
    let terminal = try TerminalWindow(
      size: "100x30", command: [Program.path ?? "", data, "--models", models])
    _ = try terminal.waitForPicture()
    for round in 0..<20 {
      try terminal.press((0..<10).flatMap { _ in random.pick(Self.keys) } + ["Escape"])
      try terminal.resize(
        columns: 60 + random.index(below: 90), rows: 18 + random.index(below: 32))
      if round % 5 == 4 {
        try terminal.expectFresh("round \(round) of seed \(seed)")
      }
    }
    try terminal.press(["Escape", "Escape"])
    try terminal.resize(columns: 100, rows: 30)
    try terminal.expectFresh("the end of seed \(seed)")
    #expect(terminal.isRunning)
  }

  @Test(
    "nothing stays of a picture when the post changes",
    arguments: ["60x20", "90x44", "120x36", "180x50", "200x50"])
  func walking(_ size: String) throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder, more: 40)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let terminal = try TerminalWindow(
      size: size, command: [Program.path ?? "", data, "--models", models])
    _ = try terminal.waitForPicture()
    for round in 0..<4 {
      try terminal.press([String](repeating: "j", count: 3 + 4 * round))
      usleep(500_000)
      try terminal.expectFresh("\(size), round \(round)")
    }
  }
}
