import Screen
import TestSupport
import Testing

@testable import Workbench

@Suite struct KeyScriptTests {
  private func run(_ script: String, failure: String? = nil) throws -> (String, FakeServices) {
    let services = FakeServices()
    services.failure = failure
    var lines: [String] = []
    var runner = ScriptRunner(state: Samples.state(), performer: services) { lines.append($0) }
    runner.run(try KeyScript.parse(script, file: "demo.keys"))
    return (lines.joined(separator: "\n"), services)
  }

  @Test func printsFramesAndCommits() throws {
    let (text, services) = try run(
      """
      # correct a post and take it back
      wait
      key w
      key O
      key Return
      key u
      size 100x30
      text /rain
      key Return
      """)
    try expectGolden(text, "script")
    #expect(services.stored.count == 3)
    let lines = text.split(separator: "\n")
    #expect(
      lines.filter { $0.hasPrefix("committed") } == ["committed 1", "committed 2", "committed 3"])
    #expect(lines.contains("== frame 8: key Return"))
  }

  @Test func sameScriptSameText() throws {
    let script = "wait\nkey j\nkey O\ntext x\nkey u\nkey ctrl+r\nkey .\nwait"
    #expect(try run(script).0 == run(script).0)
  }

  @Test func quitEndsTheScript() throws {
    let (text, _) = try run("key q\nkey j")
    #expect(text.contains("== frame 1: key q"))
    #expect(!text.contains("== frame 2"))
  }

  @Test func aStoreThatFailsDoesNotHang() throws {
    let (text, services) = try run("key O\nwait", failure: "disk full")
    #expect(text.contains("NOT SAVED: 1"))
    #expect(!text.contains("committed"))
    #expect(services.stored.isEmpty)
  }

  @Test(arguments: [
    (
      "key j\npress j",
      "demo.keys:2: no step \"press j\"; steps are: key NAME, text STRING, size COLSxROWS, wait, picture NAME"
    ),
    ("key Retrun", "demo.keys:1: no key \"Retrun\""),
    ("\n\nsize 80", "demo.keys:3: no size \"80\""),
    ("size 0x20", "demo.keys:1: no size \"0x20\""),
    ("size 99999999999999999999x1", "demo.keys:1: no size"),
    ("wait 5", "demo.keys:1: no step \"wait 5\""),
    ("picture ../x", "demo.keys:1: no name \"../x\" for a picture"),
    ("picture", "demo.keys:1: no name \"\""),
    ("text", "demo.keys:1: no step \"text\""),
    ("key", "demo.keys:1: no key \"\""),
  ])
  func wrongStepsSayWhere(_ script: String, _ message: String) {
    do {
      _ = try KeyScript.parse(script, file: "demo.keys")
      Issue.record("parsed: \(script)")
    } catch {
      #expect(error.description.hasPrefix(message), "\(error)")
    }
  }

  @Test func keysAreCounted() throws {
    let script = try KeyScript.parse(
      "key j\ntext /ab\nwait\nsize 80x24\npicture a\nkey k", file: "")
    #expect(script.keys == 5)
  }

  /// A named screen is kept and prints no frame.
  @Test func namedScreensAreKept() throws {
    var kept: [(String, Frame)] = []
    var text = ""
    var runner = ScriptRunner(
      state: Samples.state(), performer: FakeServices(), output: { text += $0 + "\n" },
      keep: { kept.append(($0, $1)) })
    runner.run(try KeyScript.parse("key j\npicture second\nkey j", file: ""))
    #expect(kept.map(\.0) == ["second"])
    #expect(text.contains("== frame 3: key j") && !text.contains("picture second"))
    let svg = try #require(kept.first?.1.svg(.dusk))
    #expect(svg.contains("Morgan") && svg.hasPrefix("<svg "))
  }

  @Test func textKeepsItsSpaces() throws {
    let script = try KeyScript.parse("  text  a b \r\n", file: "")
    #expect(script.steps.map(\.action) == [.text(" a b ")])
  }
}
