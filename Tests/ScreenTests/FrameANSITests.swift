import Testing

@testable import Screen

/// Frames as control sequences: what they leave on a terminal is the frame.
@Suite struct FrameANSITests {
  /// A terminal that knows what `ansi` writes, and nothing else.
  struct Terminal {
    var cells: [[Cell]]
    var style = Style.plain
    var row = 0
    var column = 0
    var cursor: Position?
    /// What it did not understand.
    var strange: [String] = []

    init(_ size: Size) {
      cells = Array(
        repeating: Array(repeating: .blank, count: size.columns), count: size.rows)
    }

    mutating func feed(_ text: String) {
      var rest = Substring(text)
      while let character = rest.first {
        if character == "\u{1B}" {
          guard let end = rest.dropFirst(2).firstIndex(where: \.isLetter) else { return }
          take(rest[rest.startIndex...end])
          rest = rest[rest.index(after: end)...]
        } else {
          put(String(character))
          rest = rest.dropFirst()
        }
      }
    }

    private mutating func put(_ text: String) {
      let width = TextWidth.columns(of: text)
      cells[row][column] = Cell(text, style)
      if width == 2 { cells[row][column + 1] = Cell("", style) }
      column += width
    }

    private mutating func take(_ sequence: Substring) {
      let body = sequence.dropFirst(2).dropLast()
      switch sequence.last {
      case "H":
        let numbers = body.split(separator: ";").compactMap { Int($0) }
        (row, column) = (numbers[0] - 1, numbers[1] - 1)
      case "J": cells = cells.map { $0.map { _ in .blank } }
      case "h": cursor = Position(column: column, row: row)
      case "l": cursor = nil
      case "m": dress(body.split(separator: ";").compactMap { Int($0) })
      default: strange.append(String(sequence))
      }
    }

    private mutating func dress(_ codes: [Int]) {
      var i = 0
      while i < codes.count {
        switch codes[i] {
        case 0: style = .plain
        case 1: style.attributes.insert(.bold)
        case 2: style.attributes.insert(.dim)
        case 4: style.attributes.insert(.underline)
        case 7: style.attributes.insert(.reverse)
        case 38, 48:
          let ink = Ink.rgb(UInt8(codes[i + 2]), UInt8(codes[i + 3]), UInt8(codes[i + 4]))
          if codes[i] == 38 { style.foreground = ink } else { style.background = ink }
          i += 4
        default: strange.append("\(codes[i])")
        }
        i += 1
      }
    }
  }

  private func frame(_ random: inout RandomNumbers, like earlier: Frame?, _ size: Size) -> Frame {
    var frame = earlier ?? Frame(size: size)
    let words = ["Ann", "日本", "─", "x", "", "e\u{301}", "🙂"]
    for _ in 0..<random.next(12) {
      let style = Style(
        random.next(2) == 0 ? .standard : .rgb(UInt8(random.next(256)), 20, 30),
        on: random.next(3) == 0 ? .rgb(1, UInt8(random.next(256)), 3) : .standard,
        Style.Attributes(rawValue: UInt8(random.next(16))))
      frame.write(
        words[random.next(words.count)],
        at: Position(column: random.next(size.columns), row: random.next(size.rows)),
        style: style)
    }
    frame.cursor =
      random.next(3) == 0
      ? Position(column: random.next(size.columns), row: random.next(size.rows)) : nil
    return frame
  }

  /// From whatever was there before, and from nothing.
  @Test(arguments: [1, 2, 3] as [UInt64]) func whatIsLeftIsTheFrame(_ seed: UInt64) {
    var random = RandomNumbers(seed)
    let size = Size(columns: 11, rows: 4)
    var terminal = Terminal(size)
    var last: Frame?
    for step in 0..<200 {
      // Now and then another size would come: all is drawn anew.
      if random.next(20) == 0 { (last, terminal) = (nil, Terminal(size)) }
      let next = frame(&random, like: last, size)
      terminal.feed(next.ansi(after: last))
      let cells = terminal.cells.flatMap { $0 }
      #expect(cells == next.cells, "seed \(seed), step \(step)")
      #expect(terminal.cursor == next.cursor, "seed \(seed), step \(step)")
      #expect(terminal.strange.isEmpty)
      #expect(next.ansi(after: next).isEmpty)
      last = next
    }
  }

  struct RandomNumbers {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
  }
}
