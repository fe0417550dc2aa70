import Screen
import Testing

@testable import Terminal

/// All inputs of a text fed in one piece, with everything that was pending decided.
func parse(_ text: String) -> [TerminalInput] {
  var parser = KeyParser()
  return parser.feed(Array(text.utf8)) + parser.expire(afterMilliseconds: 5000)
}

@Suite struct KeyParserTests {
  @Test(
    arguments: [
      ("a", .character("a")), ("é", .character("é")), ("作", .character("作")),
      ("👍🏽", .character("👍🏽")), ("\r", .enter), ("\n", .enter), ("\t", .tab), ("\u{7F}", .backspace),
      ("\u{8}", .backspace), ("\u{1}", .control("a")), ("\u{12}", .control("r")),
      ("\0", .control(" ")), ("\u{1F}", .control("_")), ("\u{1B}", .escape),
      ("\u{1B}x", .alt("x")), ("\u{1B}é", .alt("é")), ("\u{1B}P", .alt("P")),
      ("\u{1B}[", .alt("[")),
      ("\u{1B}[A", .up), ("\u{1B}OB", .down), ("\u{1B}[1;5C", .right), ("\u{1B}[D", .left),
      ("\u{1B}[H", .home), ("\u{1B}OF", .end), ("\u{1B}[1~", .home), ("\u{1B}[8~", .end),
      ("\u{1B}[5~", .pageUp), ("\u{1B}[6~", .pageDown), ("\u{1B}[2~", .insert),
      ("\u{1B}[3;2~", .delete), ("\u{1B}[Z", .backTab), ("\u{1B}OP", .function(1)),
      ("\u{1B}[1;2R", .function(3)), ("\u{1B}[15~", .function(5)), ("\u{1B}[24~", .function(12)),
      ("\u{1B}[[E", .function(5)), ("\u{1B}OM", .enter), ("\u{1B}Oq", .character("1")),
      ("\u{1B}[97;5u", .control("a")), ("\u{1B}[27;3;120~", .alt("x")), ("\u{1B}[27u", .escape),
      ("\u{1B}[<0;3;5M", .click(Position(column: 2, row: 4))),
      ("\u{1B}[<0;3;5m", .release(Position(column: 2, row: 4))),
      ("\u{1B}[<65;1;1M", .scroll(Position(column: 0, row: 0), up: false)),
    ] as [(String, Key)])
  func key(_ text: String, _ key: Key) {
    #expect(parse(text) == [.key(key)])
  }

  /// The replies that were observed on xterm 379 and tmux 3.3a, and some of other terminals.
  static let replies: [(String, TerminalReply)] = [
    ("\u{1B}P>|XTerm(379)\u{1B}\\", .version("XTerm(379)")),
    ("\u{1B}[?1;0;256S", .graphics(item: 1, status: 0, values: [256])),
    ("\u{1B}[?1;3S", .graphics(item: 1, status: 3, values: [])),
    ("\u{1B}[?2;0;480;312S", .graphics(item: 2, status: 0, values: [480, 312])),
    ("\u{1B}[6;19;9t", .cellPixels(width: 9, height: 19)),
    ("\u{1B}[4;570;1260t", .areaPixels(width: 1260, height: 570)),
    ("\u{1B}[8;80;23t", .other),
    ("\u{1B}_Gi=31;OK\u{1B}\\", .kitty(number: 31, isOK: true)),
    ("\u{1B}_Gp=7,i=99;ENOENT:no such image\u{1B}\\", .kitty(number: 99, isOK: false)),
    ("\u{1B}_Gi=x;OK\u{1B}\\", .other),
    ("\u{1B}_Gi=31\u{1B}\\", .other),
    ("\u{1B}_other\u{1B}\\", .other),
    ("\u{1B}[?2026;0$y", .mode(2026, state: 0)),
    ("\u{1B}[?2027;2$y", .mode(2027, state: 2)),
    ("\u{1B}]11;rgb:ffff/8080/0000\u{1B}\\", .background(red: 1, green: 32896.0 / 65535, blue: 0)),
    ("\u{1B}]11;rgb:00/00/00\u{7}", .background(red: 0, green: 0, blue: 0)),
    (
      "\u{1B}[?64;1;2;6;9;15;16;17;18;21;22;28c",
      .attributes([64, 1, 2, 6, 9, 15, 16, 17, 18, 21, 22, 28])
    ),
    ("\u{1B}[?63;1;2;4;6;9;15;16;22;28c", .attributes([63, 1, 2, 4, 6, 9, 15, 16, 22, 28])),
    ("\u{1B}[?1;2c", .attributes([1, 2])),
    ("\u{1B}[>41;379;0c", .other),
    ("\u{1B}[24;80R", .other),
    ("\u{1B}[I", .other),
  ]

  @Test(arguments: replies)
  func reply(_ text: String, _ reply: TerminalReply) {
    #expect(parse(text) == [.reply(reply)])
  }

  @Test func anyCutGivesTheSame() {
    let text =
      "q" + Self.replies.map(\.0).joined(separator: "é\u{1B}[A") + "\u{1B}[200~a\u{1B}b\u{1B}[201~z"
    let bytes = Array(text.utf8)
    var whole = KeyParser()
    let expected = whole.feed(bytes)
    #expect(expected.count == Self.replies.count * 3 + 1)
    for cut in 0...bytes.count {
      var parser = KeyParser()
      let got = parser.feed(bytes[..<cut]) + parser.feed(bytes[cut...])
      #expect(got == expected, "cut at \(cut)")
    }
    var single = KeyParser()
    let got = bytes.flatMap { single.feed([$0]) }
    #expect(got == expected)
  }

  @Test func aLateReplyCutAfterItsEscapeIsNoKeys() {
    var parser = KeyParser()
    let none = parser.feed([0x1B])
    #expect(none.isEmpty)
    let escape = parser.expire(afterMilliseconds: 30)
    #expect(escape == [.key(.escape)])
    let rest = parser.feed(Array("[?63;1;4c".utf8))
    #expect(rest == [.reply(.attributes([63, 1, 4]))])
    // But what a person types after Escape is typed.
    _ = parser.feed([0x1B])
    _ = parser.expire(afterMilliseconds: 30)
    let typed = parser.feed(Array("[".utf8)) + parser.feed(Array("?".utf8))
    #expect(typed == [.key(.character("[")), .key(.character("?"))])
  }

  @Test func halfSequencesAreGivenUpInTheEnd() {
    var parser = KeyParser()
    _ = parser.feed(Array("\u{1B}[?63;1".utf8))
    let early = parser.expire(afterMilliseconds: 100)
    #expect(early.isEmpty)
    #expect(parser.isWaiting)
    let late = parser.expire(afterMilliseconds: 1000)
    #expect(late.isEmpty)
    #expect(!parser.isWaiting)
    let next = parser.feed(Array("x".utf8))
    #expect(next == [.key(.character("x"))])
  }

  @Test func pasteIsNotKeys() {
    #expect(
      parse("\u{1B}[200~:quit\r\u{1B}[A\u{1B}[201~k")
        == [.paste(":quit\r\u{1B}[A"), .key(.character("k"))])
    // Without its end mark nothing of it counts.
    #expect(parse("\u{1B}[200~cut") == [])
  }

  @Test func aStalledPasteNeverBecomesKeys() {
    let bytes = Array("\u{1B}[200~1a:quit\r\u{1B}[201~k".utf8)
    for cut in 0...bytes.count {
      for silence in [30, 1000, 60_000] {
        var parser = KeyParser()
        var got = parser.feed(bytes[..<cut])
        got += parser.expire(afterMilliseconds: 30)
        got += parser.expire(afterMilliseconds: silence)
        got += parser.feed(bytes[cut...])
        got.removeAll { $0 == .key(.escape) && cut == 1 || $0 == .key(.alt("[")) && cut == 2 }
        #expect(
          got == [.paste("1a:quit\r"), .key(.character("k"))], "cut at \(cut), \(silence) ms")
      }
    }
  }

  @Test func theOwnerSleepsWhileAPasteIsStalled() {
    var parser = KeyParser()
    _ = parser.feed(Array("\u{1B}[200~abc".utf8))
    #expect(parser.isWaiting)
    _ = parser.expire(afterMilliseconds: 1000)
    #expect(!parser.isWaiting)
    // A lost end mark does not take the keyboard away for ever.
    let dropped = parser.feed([0x03])
    let next = parser.feed(Array("x".utf8))
    #expect(dropped.isEmpty && next == [.key(.character("x"))])
    // In the middle of what is pasted the same byte is text.
    let whole =
      parser.feed(Array("\u{1B}[200~a".utf8)) + parser.feed([0x03])
      + parser.feed(Array("\u{1B}[201~".utf8))
    #expect(whole == [.paste("a\u{3}")])
  }

  @Test func bytesTypedAfterEscapeAreNoPaste() {
    var parser = KeyParser()
    _ = parser.feed([0x1B])
    _ = parser.expire(afterMilliseconds: 30)
    let typed = parser.feed(Array("[".utf8)) + parser.feed(Array("2".utf8))
    #expect(typed == [.key(.character("[")), .key(.character("2"))])
  }

  @Test func garbageIsHarmless() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var state = seed | 1
    let interesting: [UInt8] = [
      0x1B, 0x5B, 0x3F, 0x50, 0x5D, 0x5C, 0x3B, 0x63, 0x7E, 0x9B, 0xC2, 0xF0,
    ]
    for _ in 0..<2000 {
      var parser = KeyParser()
      var bytes: [UInt8] = []
      for _ in 0..<40 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        let isPlain = state & 1 == 0
        bytes.append(
          isPlain ? UInt8(truncatingIfNeeded: state >> 8) : interesting[Int(state >> 8 % 12) % 12])
      }
      let inputs = parser.feed(bytes) + parser.expire(afterMilliseconds: 5000)
      for case .key(.character(let sign)) in inputs {
        let scalars = sign.unicodeScalars
        #expect(!scalars.contains { $0.properties.generalCategory == .control }, "seed \(seed)")
      }
    }
  }

  /// A sequence that does not end costs no more with each byte, and still ends where it does.
  @Test(arguments: ["\u{1B}P", "\u{1B}]11;rgb:", "\u{1B}_G", "\u{1B}[1;"])
  func sequencesWithoutAnEndStaySmall(_ beginning: String) {
    var parser = KeyParser()
    #expect(parser.feed(Array(beginning.utf8)).isEmpty)
    let part = [UInt8](repeating: 0x31, count: 100)
    for _ in 0..<3_000 { #expect(parser.feed(part).isEmpty) }
    let end = beginning.hasSuffix(";") ? "A" : "\u{1B}\\"
    let rest = parser.feed(Array((end + "x").utf8))
    #expect(rest.last == .key(.character("x")) && rest.count <= 2)
  }
}
