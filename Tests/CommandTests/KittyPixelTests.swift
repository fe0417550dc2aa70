import Corpora
import Foundation
import Pictures
import Testing

@Suite(
  "Pixels in a real kitty",
  .enabled(
    if: Program.isBuilt && TerminalWindow.Emulator.kitty.isAvailable,
    "needs the program, Xvfb, kitty, xdotool and ImageMagick"), .serialized)
struct KittyPixelTests {
  private func open(
    _ data: String, size: String = "100x30", _ arguments: [String] = []
  ) throws -> TerminalWindow {
    try TerminalWindow(.kitty, size: size, command: [Program.path ?? "", data] + arguments)
  }

  @Test("kitty is asked, answers, and shows the picture whole, where it should be, nowhere else")
  func place() throws {
    let folder = try TemporaryFolder()
    let terminal = try open(try SmallDataset.make(in: folder))
    let shot = try terminal.waitForPicture()
    let found = PicturedPixels(shot)
    #expect(found.fill > 0.97, "\(found)")
    #expect(found.left > shot.width * 55 / 100, "the picture is in the right column: \(found)")
    #expect(found.top < shot.height / 5 && found.bottom < shot.height * 2 / 3, "\(found)")
    // Half blocks would have the colours too, but not in every row of pixels.
    #expect(found.width > shot.width / 6)
    try terminal.press(["j"])
    usleep(400_000)
    let second = PicturedPixels(try terminal.settled())
    #expect(second.fill > 0.97, "\(second)")
    #expect(second.width != found.width || second.height != found.height)
    // Going back shows what the terminal kept.
    try terminal.press(["k"])
    usleep(400_000)
    #expect(PicturedPixels(try terminal.settled()) == found)
    // The fourth post has no picture: no pixel of any may be left.
    try terminal.press(["j", "j", "j"])
    usleep(400_000)
    #expect(PicturedPixels(try terminal.settled()).count == 0)
  }

  @Test("doctor says what kitty answered")
  func doctor() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/doctor"
    let terminal = try TerminalWindow(
      .kitty, size: "80x24",
      command: [
        "/bin/sh", "-c", "\"$0\" doctor > \"$1.new\"; mv \"$1.new\" \"$1\"; sleep 60",
        Program.path ?? "", file,
      ])
    for _ in 0..<600 where !FileManager.default.fileExists(atPath: file) { usleep(50_000) }
    let text = try Program.text(file)
    #expect(text.contains("kitty: the terminal answers kitty's graphics query"), "\(text)")
    #expect(text.contains("reply      ⟨ESC⟩_Gi=31;OK"))
    #expect(terminal.isRunning)
  }

  @Test("a popup covers the picture, and what it leaves of it stays")
  func popup() throws {
    let folder = try TemporaryFolder()
    let terminal = try open(try SmallDataset.make(in: folder))
    let before = PicturedPixels(try terminal.waitForPicture())
    try terminal.press(["question"])
    usleep(400_000)
    let open = PicturedPixels(try terminal.settled())
    #expect(open.count < before.count / 4, "the help lies over most of it: \(open)")
    try terminal.press(["Escape"])
    usleep(400_000)
    #expect(PicturedPixels(try terminal.settled()) == before)
  }

  @Test("nothing stays of wide, tall and missing pictures", arguments: ["60x20", "120x36"])
  func erasing(size: String) throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    for (name, width, height) in [("p1", 40, 300), ("p2", 400, 30)] {
      try Data(Picture(width: width, height: height, color: SmallDataset.left).png()).write(
        to: URL(fileURLWithPath: data + "/images/\(name).png"))
    }
    let terminal = try open(data, size: size)
    _ = try terminal.waitForPicture()
    for keys in [["j"], ["j"], ["j", "j"], ["k", "k", "k"], ["j", "j"]] {
      try terminal.press(keys)
      try terminal.expectFresh("\(size) after \(keys)")
    }
  }

  @Test("no ghosts after keys, heat and resizes")
  func ghosts() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let terminal = try open(data, ["--models", models])
    _ = try terminal.waitForPicture()
    for (round, size) in [(80, 24), (130, 40), (64, 20), (100, 30)].enumerated() {
      try terminal.press(["j", "shift+h", "period", "question", "Escape", "k", "z", "z", "z", "z"])
      try terminal.press(["colon", "Tab", "Escape", "numbersign", "numbersign", "j", "Escape"])
      try terminal.resize(columns: size.0, rows: size.1)
      try terminal.expectFresh("round \(round)")
    }
    #expect(terminal.isRunning)
  }
}
