import Screen

/// The grammar of one item in a terminal's byte stream. Pure: no state, no clock.
enum KeyGrammar {
  enum Meaning {
    case input(TerminalInput)
    case pasteBegins
    /// A complete sequence that means nothing to us.
    case nothing
  }

  /// The first item of `bytes` with its length; nil when more bytes are needed to know it.
  static func next(in bytes: ArraySlice<UInt8>) -> (meaning: Meaning, length: Int)? {
    guard let first = bytes.first else { return nil }
    if first == 0x1B { return escape(bytes) }
    if first < 0x80 { return (.input(.key(plain(first))), 1) }
    return utf8(bytes).map { scalar, length in
      guard let scalar, scalar.value > 0x9F else { return (.nothing, length) }
      return (.input(.key(.character(Character(scalar)))), length)
    }
  }

  /// The key of one byte below 0x80 other than escape.
  private static func plain(_ byte: UInt8) -> Key {
    switch byte {
    case 0x09: return .tab
    case 0x0A, 0x0D: return .enter
    case 0x08, 0x7F: return .backspace
    case 0x00: return .control(" ")
    case 0x01...0x1A: return .control(Character(Unicode.Scalar(byte + 0x60)))
    case 0x1C...0x1F: return .control(Character(Unicode.Scalar(byte + 0x40)))
    default: return .character(Character(Unicode.Scalar(byte)))
    }
  }

  /// One scalar; a nil scalar is an invalid byte to skip, a nil result is a cut one.
  private static func utf8(_ bytes: ArraySlice<UInt8>) -> (Unicode.Scalar?, Int)? {
    guard let first = bytes.first else { return nil }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard first >= 0xC2, first < 0xF5 else { return (nil, 1) }
    let part = bytes.prefix(length)
    for (index, byte) in part.enumerated().dropFirst() where byte & 0xC0 != 0x80 {
      return (nil, index)
    }
    guard part.count == length else { return nil }
    guard let text = String(validating: part, as: UTF8.self), let scalar = text.unicodeScalars.first
    else { return (nil, length) }
    return (scalar, length)
  }

  private static func escape(_ bytes: ArraySlice<UInt8>) -> (meaning: Meaning, length: Int)? {
    let start = bytes.startIndex
    guard bytes.count > 1 else { return nil }
    switch bytes[start + 1] {
    case 0x5B: return control(bytes)
    case 0x4F: return singleShift(bytes)
    case 0x50, 0x5D, 0x5F, 0x5E, 0x58: return string(bytes)
    case 0x1B: return (.input(.key(.escape)), 1)
    default:
      guard let rest = next(in: bytes[(start + 1)...]) else { return nil }
      guard case .input(.key(let key)) = rest.meaning else { return (.nothing, rest.length + 1) }
      switch key {
      case .character(let sign): return (.input(.key(.alt(sign))), rest.length + 1)
      default: return (.input(.key(key)), rest.length + 1)
      }
    }
  }

  /// DCS, OSC, APC, PM or SOS up to ST (or BEL for OSC): always a reply.
  private static func string(_ bytes: ArraySlice<UInt8>) -> (meaning: Meaning, length: Int)? {
    let start = bytes.startIndex
    var index = start + 2
    while index < bytes.endIndex {
      let byte = bytes[index]
      var length = 0
      if byte == 0x07, bytes[start + 1] == 0x5D { length = 1 }
      if byte == 0x18 || byte == 0x1A { length = 1 }
      if byte == 0x1B {
        guard index + 1 < bytes.endIndex else { return nil }
        // Any other escape ends the string without belonging to it.
        if bytes[index + 1] != 0x5C { return (.nothing, index - start) }
        length = 2
      }
      if length > 0 {
        let reply = TerminalReply(string: bytes[start + 1], body: bytes[(start + 2)..<index])
        return (.input(.reply(reply)), index + length - start)
      }
      index += 1
    }
    return nil
  }

  private static func singleShift(_ bytes: ArraySlice<UInt8>) -> (meaning: Meaning, length: Int)? {
    guard bytes.count > 2 else { return nil }
    let final = bytes[bytes.startIndex + 2]
    if let key = named(final, first: 1) { return (.input(.key(key)), 3) }
    switch final {
    case 0x4D: return (.input(.key(.enter)), 3)
    case 0x61...0x64:  // rxvt's control arrows
      return named(final - 0x20, first: 1).map { (.input(.key($0)), 3) } ?? (.nothing, 3)
    case 0x6A...0x79:  // the numeric keypad
      return (.input(.key(.character(Character(Unicode.Scalar(final - 0x40))))), 3)
    default: return (.nothing, 3)
    }
  }

  private static func control(_ bytes: ArraySlice<UInt8>) -> (meaning: Meaning, length: Int)? {
    let start = bytes.startIndex
    var index = start + 2
    if index < bytes.endIndex, bytes[index] == 0x5B {  // the Linux console's F1 to F5
      guard index + 1 < bytes.endIndex else { return nil }
      let number = Int(bytes[index + 1]) - 0x40
      return ((1...5).contains(number) ? .input(.key(.function(number))) : .nothing, 4)
    }
    while index < bytes.endIndex, (0x20...0x3F).contains(bytes[index]) { index += 1 }
    guard index < bytes.endIndex else { return nil }
    let length = index + 1 - start
    let final = bytes[index]
    // Not part of any sequence: a control byte or a letter of another alphabet cut it short.
    guard (0x40...0x7E).contains(final) else { return (.nothing, length - 1) }
    let body = bytes[(start + 2)..<index]
    if let reply = TerminalReply(control: final, body: body) {
      return (.input(.reply(reply)), length)
    }
    return (key(final, body), length)
  }

  private static func key(_ final: UInt8, _ body: ArraySlice<UInt8>) -> Meaning {
    let numbers = TerminalReply.numbers(body.drop { $0 == 0x3C })
    let first = numbers.first ?? 1
    if body.first == 0x3C { return mouse(final, numbers) }
    if final == 0x7E {
      if first == 200 { return .pasteBegins }
      if first == 27, numbers.count == 3 { return modified(numbers[2], numbers[1]) }
      return tilde(first).map { .input(.key($0)) } ?? .nothing
    }
    if final == 0x75 { return modified(first, numbers.count > 1 ? numbers[1] : 1) }
    return named(final, first: first).map { .input(.key($0)) } ?? .nothing
  }

  private static func named(_ final: UInt8, first: Int) -> Key? {
    switch final {
    case 0x41: return .up
    case 0x42: return .down
    case 0x43: return .right
    case 0x44: return .left
    case 0x46: return .end
    case 0x48: return .home
    case 0x5A: return .backTab
    case 0x50...0x53 where first == 1: return .function(Int(final) - 0x4F)
    default: return nil
    }
  }

  private static func tilde(_ number: Int) -> Key? {
    switch number {
    case 1, 7: return .home
    case 2: return .insert
    case 3: return .delete
    case 4, 8: return .end
    case 5: return .pageUp
    case 6: return .pageDown
    case 11...15: return .function(number - 10)
    case 17...21: return .function(number - 11)
    case 23, 24: return .function(number - 12)
    default: return nil
    }
  }

  /// A key as `modifyOtherKeys` and the kitty protocol write it: a code point and modifiers + 1.
  private static func modified(_ code: Int, _ modifiers: Int) -> Meaning {
    guard code > 0, code < 0x110000, let scalar = Unicode.Scalar(UInt32(code)) else {
      return .nothing
    }
    let bits = max(0, modifiers - 1)
    let base: Key
    switch code {
    case 0x1B: base = .escape
    case 0x09 where bits & 1 == 1: base = .backTab
    case 0x00...0x7F: base = plain(UInt8(code))
    default: base = .character(Character(scalar))
    }
    guard case .character(let sign) = base else { return .input(.key(base)) }
    if bits & 4 == 4 { return .input(.key(.control(Character(sign.lowercased())))) }
    if bits & 2 == 2 { return .input(.key(.alt(sign))) }
    return .input(.key(base))
  }

  private static func mouse(_ final: UInt8, _ numbers: [Int]) -> Meaning {
    guard numbers.count == 3, final == 0x4D || final == 0x6D, numbers[1] > 0, numbers[2] > 0
    else { return .nothing }
    let place = Position(column: numbers[1] - 1, row: numbers[2] - 1)
    let button = numbers[0] & ~0x1C
    if final == 0x6D { return button == 0 ? .input(.key(.release(place))) : .nothing }
    switch button {
    case 0: return .input(.key(.click(place)))
    case 64: return .input(.key(.scroll(place, up: true)))
    case 65: return .input(.key(.scroll(place, up: false)))
    default: return .nothing
    }
  }
}
