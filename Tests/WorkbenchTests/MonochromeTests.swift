import Annotations
import Screen
import TestSupport
import Testing

@testable import Workbench

/// What is left of a frame where there are no colours: its text, and under it a map of what the
/// terminal does to the letters.
private func monochrome(_ frame: Frame, _ depth: ColorDepth = .none) -> String {
  var map: [String] = []
  for row in 0..<frame.size.rows {
    var line = ""
    for cell in frame.cells[(row * frame.size.columns)..<((row + 1) * frame.size.columns)] {
      let left = depth.reduce(cell.style, darkBackground: true).attributes
      // b bold, u underlined, r reversed, in capitals together with reversed.
      switch (left.contains(.bold), left.contains(.underline), left.contains(.reverse)) {
      case (false, false, false): line += " "
      case (true, false, false): line += "b"
      case (false, true, false): line += "u"
      case (true, true, false): line += "m"
      case (false, false, true): line += "R"
      case (true, false, true): line += "B"
      case (false, true, true): line += "U"
      case (true, true, true): line += "M"
      }
    }
    while line.last == " " { line.removeLast() }
    map.append(line)
  }
  return frame.text + "\n-- letters --\n" + map.joined(separator: "\n")
}

/// Nothing is said by colour alone.
@Suite("Monochrome") struct MonochromeTests {
  /// The screen as NO_COLOR, vt100 and xterm-mono show it: cursor, selection, suggestion, pair,
  /// search, heat and its numbers, help.
  @Test func goldenWithoutColours() throws {
    var desk = Desk(Samples.state(80, 24))
    var parts: [String] = []
    for keys in [
      [], ["v", "l", "l"], ["Escape", ")"], ["c"], ["Escape", "H", "#"], ["#", "H", "j", "F"],
      ["j", ">"], ["?"],
    ] {
      for key in keys { desk.press(key) }
      parts.append("== \(keys.joined(separator: " "))\n" + monochrome(view(desk.state)))
    }
    desk.press("Escape", "/")
    desk.type("the")
    desk.press("Return")
    parts.append("== /the\n" + monochrome(view(desk.state)))
    try expectGolden(parts.joined(separator: "\n"), "mono-80x24")
  }

  /// Each key that changes what is to be seen changes it without colours too.
  @Test func everyStepIsSeen() {
    for glyphs in [Glyphs.unicode, .ascii] {
      var state = Samples.state(80, 24)
      state.look.glyphs = glyphs
      state.look.sanitizer = Sanitizer(ascii: !glyphs.isUnicode)
      var desk = Desk(state)
      func shown() -> [Substring] {
        // Hints, notices and counts would tell two frames apart whatever the rest looks like.
        let parts = monochrome(view(desk.state)).split(
          separator: "\n", omittingEmptySubsequences: false)
        return Array(parts[..<22] + parts[25..<47])
      }
      for key in [
        "l", "v", "l", "Escape", "w", "O", "u", "c", "Down", "Escape", "F", "j", "j", ">",
      ] {
        let before = shown()
        desk.press(key)
        #expect(shown() != before, "\(key), unicode \(glyphs.isUnicode)")
      }
    }
  }

  /// The cursor is a block, on plain words, mentions, heads and tails, in every depth of colour.
  @Test func theCursorIsABlockEverywhere() throws {
    for depth in ColorDepth.allCases {
      for theme in [Theme.dusk, .paper] {
        var state = Samples.state(120, 36)
        state.look.theme = theme
        var desk = Desk(state)
        for token in [0, 3, 6] {
          desk.press("0")
          for _ in 0..<token { desk.press("l") }
          desk.state.notice = nil
          let frame = view(desk.state)
          let word = Samples.posts[0].tokens[token].text
          let place = try #require(cell(of: word, in: frame))
          let style = depth.reduce(frame.cells[place].style, darkBackground: theme.isDark)
          #expect(style.attributes.contains(.reverse), "\(depth), token \(token)")
        }
      }
    }
  }

  /// Index of the first cell of a word in the text column.
  private func cell(of word: String, in frame: Frame) -> Int? {
    let letters = word.map(String.init)
    return frame.cells.indices.first { start in
      start % frame.size.columns > 26 && start + letters.count <= frame.cells.count
        && letters.indices.allSatisfy { frame.cells[start + $0].text == letters[$0] }
    }
  }

  /// A mention that is the head or tail of a pair is still seen to be one.
  @Test func endsOfPairsStayMentions() throws {
    var desk = Desk(Samples.state(120, 36))
    desk.press("$")
    let frame = view(desk.state)
    let place = try #require(cell(of: "Anna", in: frame))
    let style = ColorDepth.none.reduce(frame.cells[place].style, darkBackground: true)
    #expect(style.attributes.isSuperset(of: [.bold, .underline]))
  }

  /// Signs that can stand in the same column differ, in Unicode and in ASCII.
  @Test func signsOfAColumnDiffer() {
    for glyphs in [Glyphs.unicode, .ascii] {
      var state = Samples.state()
      state.look.glyphs = glyphs
      let reviews = ReviewState.allCases.map(state.reviewMark)
      #expect(Set(reviews).count == reviews.count, "\(reviews)")
      // Flag, changed route, difference, and what experts disagree on.
      let flags = ["!", "f", state.look.differs, state.look.disputed, state.look.edited]
      #expect(Set(flags).count == flags.count, "\(flags)")
      if !glyphs.isUnicode { #expect((reviews + flags).allSatisfy { $0.allSatisfy(\.isASCII) }) }
    }
  }

  /// Words of the program keep their meaning in ASCII.
  @Test func signsOfTheProgramHaveASCIIForms() {
    let sanitizer = Sanitizer(ascii: true)
    #expect(sanitizer.visible("2×21 1 − p ≤ .5 → a … ≠") == "2x21 1 - p <= .5 -> a ... !=")
  }
}
