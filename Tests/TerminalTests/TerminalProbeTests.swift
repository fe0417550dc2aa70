import Foundation
import Screen
import Testing

@testable import Terminal

@Suite struct TerminalProbeTests {
  private func conclude(
    _ replies: String, window: WindowSize? = nil, environment: [String: String] = [:]
  ) -> TerminalCapabilities {
    let all = parse(replies).compactMap { input -> TerminalReply? in
      if case .reply(let reply) = input { return reply }
      return nil
    }
    return TerminalProbe.conclude(
      all, questions: TerminalProbe.questions(term: "xterm-256color"), window: window,
      environment: environment, isUTF8: true)
  }

  @Test func deviceAttributesAreAskedLast() {
    #expect(TerminalProbe.questions(term: "xterm").last?.bytes == "\u{1B}[c")
    #expect(TerminalProbe.questions(term: "linux").count == 1)
    #expect(TerminalProbe.questions(term: "dumb").isEmpty)
  }

  /// Some terminals write the question on the screen, tmux makes a title of it.
  @Test func kittyIsAskedWhereTheQuestionDoesNoHarm() {
    func isAsked(_ term: String, _ environment: [String: String] = [:]) -> Bool {
      TerminalProbe.questions(term: term, environment: environment)
        .contains { $0.bytes.hasPrefix("\u{1B}_G") }
    }
    #expect(isAsked("xterm-kitty") && isAsked("xterm-ghostty") && isAsked("xterm-256color"))
    #expect(!isAsked("tmux-256color") && !isAsked("screen") && !isAsked("rxvt-unicode-256color"))
    #expect(!isAsked("xterm-256color", ["TMUX": "/tmp/tmux-0/default,1,0"]))
    #expect(!isAsked("xterm-256color", ["STY": "1.pts-0.host"]))
    #expect(!isAsked("xterm-256color", ["TERM_PROGRAM": "Apple_Terminal"]))
    #expect(isAsked("xterm-256color", ["TERM_PROGRAM": "ghostty"]))
  }

  @Test func kittysAnswer() {
    #expect(conclude("\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62;c").kittyGraphics)
    #expect(!conclude("\u{1B}_Gi=31;EINVAL:bad\u{1B}\\\u{1B}[?62;c").kittyGraphics)
    // Somebody else's.
    #expect(!conclude("\u{1B}_Gi=32;OK\u{1B}\\\u{1B}[?62;c").kittyGraphics)
    #expect(!conclude("\u{1B}[?62;c").kittyGraphics)
  }

  @Test func sixelIsAWholeParameter() {
    #expect(conclude("\u{1B}[?63;1;2;4;6c").sixel)
    #expect(!conclude("\u{1B}[?64;1;2;6;46;14;40c").sixel)
    // The first number is the class of the terminal, not an attribute.
    #expect(!conclude("\u{1B}[?4;6c").sixel)
    #expect(!conclude("\u{1B}[?1;2c").sixel)
  }

  @Test func cellSize() {
    let kernel = conclude(
      "\u{1B}[?2;0;480;312S", window: WindowSize(columns: 80, rows: 24, xPixels: 484, yPixels: 316))
    #expect(kernel.cellWidth == 6 && kernel.cellHeight == 13)
    #expect(kernel.cellSource == .windowSize)
    let geometry = conclude("\u{1B}[?2;0;480;312S", window: WindowSize(columns: 80, rows: 24))
    #expect(geometry.cellWidth == 6 && geometry.cellHeight == 13)
    #expect(geometry.cellSource == .geometry)
    // A terminal whose geometry is the limit of its pictures, not its text area.
    let both = conclude(
      "\u{1B}[?2;0;1000;570S\u{1B}[6;19;9t", window: WindowSize(columns: 140, rows: 30))
    #expect(both.cellWidth == 9 && both.cellHeight == 19)
    #expect(both.cellSource == .reported)
    #expect(both.mostPixels?.width == 1000)
    let nothing = conclude("", window: WindowSize(columns: 80, rows: 24, xPixels: 80, yPixels: 24))
    #expect(nothing.cellWidth == 8 && nothing.cellHeight == 16)
    #expect(nothing.cellSource == .assumed)
    #expect(!nothing.answered)
  }

  /// Pictures are made as large as their cells: no answer may make them gigabytes.
  @Test func absurdSizesAreNotBelieved() {
    for facts in [
      conclude("\u{1B}[?2;0;99999999;99999999S", window: WindowSize(columns: 80, rows: 24)),
      conclude("\u{1B}[6;9999;9999t", window: WindowSize(columns: 80, rows: 24)),
      conclude("\u{1B}[6;0;0t", window: WindowSize(columns: 80, rows: 24)),
      conclude("", window: WindowSize(columns: 2, rows: 1, xPixels: 65535, yPixels: 65535)),
    ] {
      #expect(facts.cellWidth == 8 && facts.cellHeight == 16)
      #expect(facts.cellSource == .assumed)
    }
  }

  @Test func otherFacts() {
    let facts = conclude(
      "\u{1B}P>|foot(1.13)\u{1B}\\\u{1B}[?1;0;256S\u{1B}[?2026;2$y\u{1B}]11;rgb:ffff/ffff/ffff\u{7}"
        + "\u{1B}[?62;4c", environment: ["TERM": "xterm-256color", "TMUX": "x"])
    #expect(facts.name == "foot(1.13)")
    #expect(facts.registers == 256)
    #expect(facts.synchronizedUpdate)
    #expect(facts.darkBackground == false)
    #expect(facts.suggestedTheme.name == "paper")
    #expect(facts.multiplexer == .tmux)
    #expect(facts.report.count == 10)
    #expect(facts.report.last?.reply == "⟨ESC⟩[?62;4c")
    #expect(facts.report.last?.sent == "⟨ESC⟩[c")
    #expect(facts.report[3].reply == "silent")
    #expect(facts.report[8].question == "kitty graphics" && facts.report[8].conclusion == "no")
  }

  /// A terminal at the other end of a socket that answers late, in pieces, while someone types.
  @Test func asksAndKeepsKeys() throws {
    var ends: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    defer { ends.forEach { close($0) } }
    let other = ends[1]
    let answered = DispatchSemaphore(value: 0)
    // A thread of its own: the queues' threads may all be busy with other tests.
    Thread.detachNewThread {
      var buffer = [UInt8](repeating: 0, count: 4096)
      _ = read(other, &buffer, buffer.count)
      for piece in ["j\u{1B}P>|XTe", "rm(379)\u{1B}", "\\k\u{1B}[?63;", "1;4c", "late"] {
        usleep(2000)
        RawOutput.write(Array(piece.utf8), to: other)
        if piece.hasSuffix("c") { break }
      }
      answered.signal()
    }
    let result = TerminalProbe.ask(
      TerminalProbe.questions(term: "xterm"), on: ends[0], deadline: 600)
    #expect(result.replies == [.version("XTerm(379)"), .attributes([63, 1, 4])])
    #expect(result.keys == [.character("j"), .character("k")])
    answered.wait()
  }

  @Test func silenceCostsTheDeadline() {
    var ends: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    defer { ends.forEach { close($0) } }
    let result = TerminalProbe.ask(
      TerminalProbe.questions(term: "xterm"), on: ends[0], deadline: 0.05)
    #expect(result.replies.isEmpty && result.keys.isEmpty)
  }

  @Test func graphics() {
    var facts = conclude("\u{1B}[?63;1;2;4;6c", environment: ["TERM": "xterm-256color"])
    func rung(_ mode: GraphicsMode, _ depth: ColorDepth) -> GraphicsChoice.Rung {
      GraphicsChoice(mode: mode, capabilities: facts, depth: depth).rung
    }
    #expect(rung(.auto, .indexed256) == .sixel)
    #expect(rung(.blocks, .indexed256) == .blocks)
    // Half blocks without colours are all alike.
    #expect(rung(.blocks, .none) == .ascii)
    facts.sixel = false
    #expect(rung(.auto, .indexed256) == .blocks)
    #expect(rung(.auto, .eight) == .ascii)
    #expect(rung(.auto, .none) == .ascii)
    #expect(rung(.kitty, .eight) == .kitty)
    facts.kittyGraphics = true
    #expect(rung(.auto, .none) == .kitty)
    facts.sixel = true
    #expect(rung(.auto, .indexed256) == .kitty && rung(.sixel, .indexed256) == .sixel)
    facts.name = "WezTerm 20240203"
    #expect(rung(.auto, .indexed256) == .sixel)
    (facts.name, facts.kittyGraphics, facts.sixel) = (nil, false, false)
    #expect(rung(.sixel, .eight) == .sixel)
    facts.isUTF8 = false
    #expect(rung(.auto, .indexed256) == .ascii)
    facts.term = "dumb"
    #expect(rung(.auto, .indexed256) == .none)
    #expect(GraphicsMode(option: nil, environment: ["TWINLENS_GRAPHICS": "ascii"]) == .ascii)
    #expect(GraphicsMode(option: "none", environment: ["TWINLENS_GRAPHICS": "ascii"]) == .none)
    #expect(GraphicsMode(option: nil, environment: ["TWINLENS_GRAPHICS": "3d"]) == .auto)
  }

  /// A terminal that was too slow to answer may draw pixels; one that answered says whether.
  @Test func whoDidNotAnswerIsDoubted() {
    func doubt(_ replies: String, _ mode: GraphicsMode = .auto) -> String? {
      let facts = conclude(replies, environment: ["TERM": "xterm-256color"])
      return GraphicsChoice(mode: mode, capabilities: facts, depth: .indexed256).doubt
    }
    #expect(doubt("")?.contains("--graphics sixel") == true)
    #expect(doubt("\u{1B}P>|XTerm(379)\u{1B}\\") != nil, "what it draws is said last")
    #expect(doubt("", .blocks) == nil && doubt("\u{1B}[?1;2c") == nil)
  }

  /// A picture in a multiplexer's pane would be lost, or land in another pane.
  @Test func kittyIsRefusedInsideAMultiplexer() {
    var facts = conclude("\u{1B}[?1;2c", environment: ["TERM": "tmux-256color", "TMUX": "x"])
    func choice(_ mode: GraphicsMode) -> GraphicsChoice {
      GraphicsChoice(mode: mode, capabilities: facts, depth: .indexed256)
    }
    #expect(choice(.kitty).rung == .blocks)
    #expect(choice(.kitty).reason.hasPrefix("kitty was asked for, but tmux does not pass"))
    #expect(choice(.auto).reason.hasSuffix("tmux does not pass kitty's pictures on"))
    facts.sixel = true
    #expect(choice(.kitty).rung == .sixel)
    facts.kittyGraphics = true
    #expect(choice(.auto).rung == .sixel)
  }

  @Test func everyWayHasAName() {
    let wishes = Set(GraphicsMode.allCases.map(\.rawValue))
    for way in PixelProtocol.allCases {
      #expect(wishes.contains(way.rawValue))
      #expect(GraphicsChoice.Rung(rawValue: way.rawValue)?.pixels == way)
    }
    #expect(GraphicsChoice.Rung.blocks.pixels == nil)
  }
}
