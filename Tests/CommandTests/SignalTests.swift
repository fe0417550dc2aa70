import Benchmarks
import Glibc
import Testing

@Suite("Dying of a signal", .enabled(if: Program.isBuilt, "the program is not built"))
struct SignalTests {
  /// Swift's backtracer, which takes over after a fault, must not be asked about a signal that
  /// somebody sent: it would wait half a minute for a key.
  @Test(
    "a signal that is sent ends the workbench at once and gives the terminal back",
    arguments: [SIGSEGV, SIGBUS, SIGABRT, SIGTERM, SIGHUP])
  func sent(_ signal: Int32) throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let terminal = try PseudoTerminal(
      [data, "--store", folder.path + "/store.sqlite", "--graphics", "none"], columns: 100,
      rows: 30)
    try #require(terminal.read(seconds: 60) { $0.hasWritten("\u{1B}[?1049h") && !$0.isCooked })
    // The handlers stand before the first frame does.
    try #require(terminal.read(seconds: 60) { $0.hasWritten("twinlens") })
    terminal.child.signal(signal)
    #expect(terminal.read(seconds: 20) { !$0.child.isRunning })
    #expect(terminal.child.wait() == -signal)
    #expect(terminal.isCooked)
    #expect(terminal.read(seconds: 30) { $0.hasWritten("\u{1B}[?1049l") })
    #expect(terminal.hasWritten("all saved edits are in"))
  }

  @Test("a terminal that takes no output does not keep the workbench from ending")
  func stalled() throws {
    let folder = try TemporaryFolder()
    let data = try SmallDataset.make(in: folder)
    let terminal = try PseudoTerminal(
      [data, "--store", folder.path + "/store.sqlite", "--graphics", "none"], columns: 200,
      rows: 60)
    try #require(terminal.read(seconds: 60) { $0.hasWritten("twinlens") && !$0.isCooked })
    // Whole screens that nobody reads.
    for _ in 0..<200 {
      terminal.type("\u{C}")
      usleep(5000)
    }
    terminal.waitUntilFull()
    terminal.child.signal(SIGTERM)
    let deadline = ContinuousClock.now + .seconds(60)
    while terminal.child.isRunning, ContinuousClock.now < deadline { usleep(50_000) }
    try #require(!terminal.child.isRunning, "it still waits for its terminal")
    #expect(terminal.child.wait() == -SIGTERM)
    #expect(terminal.isCooked)
  }
}
