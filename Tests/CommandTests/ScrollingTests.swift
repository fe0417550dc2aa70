import Foundation
import Testing

@Suite("What is sent to the terminal", .enabled(if: Program.isBuilt, "the program is not built"))
struct ScrollingTests {
  /// A terminal that scrolls a part of the screen takes pictures with it, so every change must be
  /// sent as cells.
  @Test("lists that move are written, not scrolled", arguments: [(60, 20), (120, 36), (200, 50)])
  func lists(_ columns: UInt16, _ rows: UInt16) throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder, more: 100)
    let terminal = try PseudoTerminal(
      [data, "--store", folder.path + "/store.sqlite", "--graphics", "none"], columns: columns,
      rows: rows)
    try #require(terminal.read(seconds: 60) { $0.hasWritten("twinlens") && !$0.isCooked })
    for number in 45..<60 {
      terminal.type("j")
      if number == 45 { terminal.type(String(repeating: "j", count: 44)) }
      try #require(terminal.read(seconds: 20) { $0.hasWritten("post-\(number)") })
    }
    terminal.type("?" + String(repeating: "\u{1B}[B", count: 30))
    try #require(terminal.read(seconds: 20) { $0.hasWritten("help") })
    terminal.type("\u{1B}")
    _ = terminal.read(seconds: 1) { _ in false }
    terminal.type("q")
    try #require(terminal.read(seconds: 20) { $0.hasWritten("\u{1B}[?1049l") })
    #expect(scrolling(terminal.output) == [])
  }

  /// Control sequences that move lines: scroll region, insert and delete line, scroll up and down,
  /// index and reverse index.
  private func scrolling(_ output: [UInt8]) -> Set<String> {
    let text = String(decoding: output, as: UTF8.self)
    let found = text.matches(of: #/\u{1B}(?:\[[0-9;]*[rLMST]|[DM])/#)
    return Set(found.map { String($0.output.dropFirst()) })
  }
}
