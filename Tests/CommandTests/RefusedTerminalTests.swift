import Benchmarks
import Glibc
import Reports
import Testing

@testable import Services

@Suite("Terminals that cannot be used", .enabled(if: Program.isBuilt, "the program is not built"))
struct RefusedTerminalTests {
  @Test("an unknown terminal type is named, and the status says that there was no workbench")
  func unknownType() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let terminal = try PseudoTerminal(
      [data, "--store", folder.path + "/store.sqlite"], columns: 100, rows: 30,
      adding: ["TERM": "no-such-terminal"])
    try #require(terminal.read(seconds: 60) { !$0.child.isRunning })
    #expect(terminal.child.wait() != 0)
    _ = terminal.read(seconds: 30) { $0.hasWritten("Ada") }
    #expect(terminal.hasWritten("TERM=no-such-terminal") && terminal.hasWritten("Ada"))
  }

  @Test("sizes in the environment are not believed", arguments: ["99999999", "-3", "x"])
  func sizes(_ size: String) throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let terminal = try PseudoTerminal(
      [data, "--store", folder.path + "/store.sqlite", "--graphics", "none"], columns: 100,
      rows: 30, adding: ["COLUMNS": size, "LINES": size])
    #expect(terminal.read(seconds: 60) { $0.hasWritten("\u{1B}[?1049h") && $0.hasWritten("Gull") })
    terminal.type("q")
    #expect(terminal.read(seconds: 20) { !$0.child.isRunning })
    #expect(terminal.child.wait() == 0)
  }
}

@Suite struct VisibleOutputTests {
  @Test func invisibleFormatCharactersAreWrittenOut() {
    for value: UInt32 in [
      0x1B, 0x9B, 0xAD, 0x200B, 0x202E, 0x2066, 0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB, 0xE0001, 0xE0041,
    ] {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let shown = StandardOutput.visible("a\(Character(scalar))b")
      #expect(!shown.unicodeScalars.contains(scalar), "U+\(String(value, radix: 16))")
    }
    #expect(StandardOutput.visible("é سلام 👨‍👩‍👧\n\t") == "é سلام 👨‍👩‍👧\n\t")
  }
}
