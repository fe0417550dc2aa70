/// One answer of a terminal to a question of the probe.
package enum TerminalReply: Sendable, Hashable {
  /// XTVERSION: name and version as the terminal writes them.
  case version(String)
  /// XTSMGRAPHICS: item (1 colour registers, 2 sixel geometry), status (0 is success), values.
  case graphics(item: Int, status: Int, values: [Int])
  /// The size of a cell in pixels (`CSI 6 ; height ; width t`).
  case cellPixels(width: Int, height: Int)
  /// The size of the text area in pixels (`CSI 4 ; height ; width t`).
  case areaPixels(width: Int, height: Int)
  /// DECRQM: the state of a private mode; 1 or 2 is usable.
  case mode(Int, state: Int)
  /// OSC 11: the background, 0…1 each.
  case background(red: Double, green: Double, blue: Double)
  /// Kitty's graphics protocol: the number of the picture that was asked about, and whether all
  /// went well.
  case kitty(number: Int, isOK: Bool)
  /// DA1: the numbers after `?`. 4 is sixel.
  case attributes([Int])
  /// Any other complete reply; kept out of the keys all the same.
  case other

  /// A reply that is a control string: the byte after ESC and what stands before the end.
  init(string kind: UInt8, body: ArraySlice<UInt8>) {
    let text = String(decoding: body.prefix(256), as: UTF8.self)
    self = .other
    if kind == 0x50, text.hasPrefix(">|") {
      self = .version(String(text.dropFirst(2).filter { $0 >= " " && $0 <= "~" }.prefix(64)))
    } else if kind == 0x5D, text.hasPrefix("11;") {
      if let color = Self.color(text.dropFirst(3)) {
        self = .background(red: color[0], green: color[1], blue: color[2])
      }
    } else if kind == 0x5F, text.hasPrefix("G") {
      self = Self.kitty(text.dropFirst()) ?? .other
    }
  }

  /// A reply that is a control sequence, nil when the sequence is a key.
  init?(control final: UInt8, body: ArraySlice<UInt8>) {
    let isPrivate = body.first == 0x3F
    let numbers = Self.numbers(body.drop { $0 == 0x3F || $0 == 0x3E || $0 == 0x3D })
    switch final {
    case 0x63:
      self = isPrivate ? .attributes(numbers) : .other
    case 0x53 where isPrivate:
      guard numbers.count >= 2 else {
        self = .other
        return
      }
      self = .graphics(item: numbers[0], status: numbers[1], values: Array(numbers.dropFirst(2)))
    case 0x74:
      self = .other
      if numbers.count >= 3, numbers[1] > 0, numbers[2] > 0 {
        if numbers[0] == 6 { self = .cellPixels(width: numbers[2], height: numbers[1]) }
        if numbers[0] == 4 { self = .areaPixels(width: numbers[2], height: numbers[1]) }
      }
    case 0x79 where body.last == 0x24:
      self = numbers.count >= 2 ? .mode(numbers[0], state: numbers[1]) : .other
    case 0x52 where numbers.first != 1 || isPrivate, 0x49 where body.isEmpty,
      0x4F where body.isEmpty, 0x6E:
      // Cursor position, focus in and out, device status.
      self = .other
    case 0x75 where isPrivate:
      self = .other
    default:
      return nil
    }
  }

  /// `i=31;OK`, or a message in place of `OK`; other keys may stand before the semicolon.
  private static func kitty(_ text: Substring) -> TerminalReply? {
    guard let end = text.firstIndex(of: ";"),
      let number = text[..<end].split(separator: ",").first(where: { $0.hasPrefix("i=") })
        .flatMap({ Int($0.dropFirst(2)) })
    else { return nil }
    return .kitty(number: number, isOK: text[end...].dropFirst() == "OK")
  }

  /// The numbers of a parameter string; a missing one is 0, an absurd one is cut.
  static func numbers(_ body: ArraySlice<UInt8>) -> [Int] {
    var numbers: [Int] = []
    var current = 0
    var hasAny = false
    for byte in body {
      switch byte {
      case 0x30...0x39:
        current = min(1_000_000, current * 10 + Int(byte - 0x30))
        hasAny = true
      case 0x3B:
        numbers.append(current)
        current = 0
        hasAny = true
        if numbers.count > 64 { return numbers }
      case 0x3A: continue
      default: break
      }
    }
    if hasAny { numbers.append(current) }
    return numbers
  }

  /// `rgb:RRRR/GGGG/BBBB` with one to four digits each, or `#RRGGBB`.
  private static func color(_ text: Substring) -> [Double]? {
    var parts: [Substring] = []
    if text.hasPrefix("rgb:") || text.hasPrefix("rgba:") {
      parts = text.drop { $0 != ":" }.dropFirst().split(separator: "/")
    } else if text.hasPrefix("#"), text.count == 7 {
      let digits = text.dropFirst()
      parts = [digits.prefix(2), digits.dropFirst(2).prefix(2), digits.suffix(2)]
    }
    let values = parts.prefix(3).compactMap { part -> Double? in
      guard (1...4).contains(part.count), let value = Int(part, radix: 16) else { return nil }
      return Double(value) / Double((1 << (4 * part.count)) - 1)
    }
    return values.count == 3 ? values : nil
  }
}
