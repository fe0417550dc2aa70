/// The grammar of TOML 1.0 (https://toml.io/en/v1.0.0), as far as settings need it.
///
/// The parser, toml++, takes some things for granted that a file need not have, such as digits
/// behind the `T` of a date, and ends the program where they are missing. So nothing reaches it
/// that is not TOML by its form; what the form does not tell, such as a name that stands twice, is
/// the parser's to refuse. Beyond the bounds on size and depth less is taken than TOML allows:
/// names without quotes are ASCII, and a date is parted from its time by a `T`.
struct SettingsGrammar {
  private let bytes: [UInt8]
  private var at = 0
  private var line = 1
  private var brackets = 0

  /// Most bytes of a value that is neither in quotes nor in brackets; the longest number has fewer.
  private static let longestWord = 64

  private typealias Mistake = SettingsTextError

  /// Checks a whole text.
  /// - Throws: `SettingsTextError` with the line of the first mistake.
  static func check(_ text: String) throws(SettingsTextError) {
    var grammar = SettingsGrammar(bytes: Array(text.utf8))
    try grammar.document()
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
  }

  private mutating func document() throws(Mistake) {
    while true {
      try skipLines()
      guard let byte = next else { return }
      if byte == UInt8(ascii: "[") {
        try header()
      } else {
        try entry()
      }
      try endOfLine()
    }
  }

  private mutating func header() throws(Mistake) {
    at += 1
    let isList = take("[")
    skipBlanks()
    if next == nil || next == UInt8(ascii: "]") || !isNameStart {
      throw mistake("a name must follow the bracket of a table")
    }
    try name()
    skipBlanks()
    guard take("]"), !isList || take("]") else {
      throw mistake("\(isList ? "]]" : "]") must follow the name of a table")
    }
  }

  /// A name, `=`, and a value.
  private mutating func entry() throws(Mistake) {
    guard isNameStart else { throw mistake("a line is NAME = VALUE, [TABLE] or # REMARK") }
    try name()
    skipBlanks()
    guard take("=") else { throw mistake("= must follow a name") }
    skipBlanks()
    try value()
  }

  /// Parts with dots between them.
  private mutating func name() throws(Mistake) {
    var parts = 0
    repeat {
      skipBlanks()
      parts += 1
      guard parts <= SettingsText.mostLevels else { throw tooDeep }
      switch next {
      case UInt8(ascii: "\"")?, UInt8(ascii: "'")?:
        guard !isLongString else { throw mistake("a name is no text of several lines") }
        try string()
      case let byte? where Self.isBare(byte):
        while let byte = next, Self.isBare(byte) { at += 1 }
      default: throw mistake("a part of a name is missing")
      }
      skipBlanks()
    } while take(".")
  }

  private mutating func value() throws(Mistake) {
    switch next {
    case UInt8(ascii: "\"")?, UInt8(ascii: "'")?: try string()
    case UInt8(ascii: "[")?: try nested { grammar throws(Mistake) in try grammar.list() }
    case UInt8(ascii: "{")?: try nested { grammar throws(Mistake) in try grammar.table() }
    default: try word()
    }
  }

  private mutating func nested(
    _ read: (inout Self) throws(Mistake) -> Void
  ) throws(Mistake) {
    at += 1
    brackets += 1
    guard brackets <= SettingsText.mostLevels else { throw tooDeep }
    try read(&self)
    brackets -= 1
  }

  private mutating func list() throws(Mistake) {
    try skipLines()
    while !take("]") {
      try value()
      try skipLines()
      guard take(",") || next == UInt8(ascii: "]") else {
        throw mistake("a comma or ] must follow a value of a list")
      }
      try skipLines()
    }
  }

  private mutating func table() throws(Mistake) {
    skipBlanks()
    if take("}") { return }
    repeat {
      skipBlanks()
      try entry()
      skipBlanks()
    } while take(",")
    guard take("}") else { throw mistake("a comma or } must follow a value of a table") }
  }

  /// A number, a date, true or false.
  private mutating func word() throws(Mistake) {
    let start = at
    while let byte = next, Self.isBare(byte) || "+.:".utf8.contains(byte) { at += 1 }
    let word = bytes[start..<at]
    guard !word.isEmpty else {
      throw mistake(
        "a value is missing: a text in quotes, a number, true, false, a list or a table")
    }
    guard word.count <= Self.longestWord, SettingsWord.isValue(word) else {
      let shown = String(decoding: word.prefix(Self.longestWord), as: UTF8.self)
      throw mistake("\(shown) is no value; a text stands in quotes")
    }
  }

  // MARK: Texts

  private var isLongString: Bool {
    at + 2 < bytes.count && bytes[at] == bytes[at + 1] && bytes[at] == bytes[at + 2]
  }

  private mutating func string() throws(Mistake) {
    let quote = bytes[at]
    let isLong = isLongString
    let first = line
    at += isLong ? 3 : 1
    while let byte = next {
      switch byte {
      case quote:
        let count = bytes[at...].prefix(5).prefix { $0 == quote }.count
        // Up to two quotation marks may stand before the three that end it.
        if !isLong || count >= 3 {
          at += isLong ? count : 1
          return
        }
        at += count
      case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""): try escape(inLong: isLong)
      case UInt8(ascii: "\n") where isLong:
        line += 1
        at += 1
      case UInt8(ascii: "\r") where isLong && following == UInt8(ascii: "\n"): at += 1
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        throw mistake("a text in quotes does not end on its line")
      default:
        try requireVisible(byte)
        at += 1
      }
    }
    throw Mistake(line: first, reason: "a text in quotes does not end")
  }

  private mutating func escape(inLong isLong: Bool) throws(Mistake) {
    at += 1
    guard let sign = next else { return }
    at += 1
    switch sign {
    case UInt8(ascii: "u"): try scalar(digits: 4)
    case UInt8(ascii: "U"): try scalar(digits: 8)
    case _ where "btnfr\"\\".utf8.contains(sign): break
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
      // At the end of a line of a long text, which then goes on without the line end.
      at -= 1
      skipBlanks()
      if next == UInt8(ascii: "\r") { at += 1 }
      guard isLong, next == UInt8(ascii: "\n") else { fallthrough }
    default: throw mistake("there is no such escape; write \\\\ for a backslash")
    }
  }

  private mutating func scalar(digits: Int) throws(Mistake) {
    let text = String(decoding: bytes[at...].prefix(digits), as: UTF8.self)
    guard text.utf8.count == digits, text.utf8.allSatisfy(SettingsWord.isHexDigit),
      let value = UInt32(text, radix: 16), Unicode.Scalar(value) != nil
    else { throw mistake("\\u has 4 digits and \\U has 8, of a sign of Unicode") }
    at += digits
  }

  // MARK: Bytes

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }
  private var following: UInt8? { at + 1 < bytes.count ? bytes[at + 1] : nil }

  private var isNameStart: Bool {
    next.map { Self.isBare($0) || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") } ?? false
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    SettingsWord.isDigit(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "-")
  }

  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: sign) else { return false }
    at += 1
    return true
  }

  private mutating func skipBlanks() {
    while next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") { at += 1 }
  }

  /// Goes over blanks, line ends and remarks.
  private mutating func skipLines() throws(Mistake) {
    while true {
      skipBlanks()
      if next == UInt8(ascii: "#") { try remark() }
      if next == UInt8(ascii: "\r"), following == UInt8(ascii: "\n") { at += 1 }
      guard take("\n") else { return }
      line += 1
    }
  }

  private mutating func endOfLine() throws(Mistake) {
    skipBlanks()
    if next == UInt8(ascii: "#") { try remark() }
    let isEnd =
      next == nil || next == UInt8(ascii: "\n")
      || (next == UInt8(ascii: "\r") && following == UInt8(ascii: "\n"))
    guard isEnd else { throw mistake("nothing but a remark may follow on the line") }
  }

  private mutating func remark() throws(Mistake) {
    while let byte = next, byte != UInt8(ascii: "\n") {
      if byte == UInt8(ascii: "\r"), following == UInt8(ascii: "\n") { return }
      try requireVisible(byte)
      at += 1
    }
  }

  private func requireVisible(_ byte: UInt8) throws(Mistake) {
    guard byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t") else {
      let digits = String(byte, radix: 16, uppercase: true)
      throw mistake("a control character, U+00\(byte < 16 ? "0" : "")\(digits)")
    }
  }

  private func mistake(_ reason: String) -> Mistake { Mistake(line: line, reason: reason) }

  private var tooDeep: Mistake {
    mistake("more than \(SettingsText.mostLevels) levels of names or brackets")
  }
}

/// Values that are neither in quotes nor in brackets.
enum SettingsWord {
  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  static func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x46).contains(byte & 0xDF)
  }

  /// Whether a word is true, false, a number, a date or a time, by its form.
  static func isValue(_ word: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: word, as: UTF8.self)
    if text == "true" || text == "false" { return true }
    let bare = word.first.map { "+-".utf8.contains($0) } == true ? word.dropFirst() : word
    if ["inf", "nan"].contains(String(decoding: bare, as: UTF8.self)) { return true }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
      return isGrouped(word.dropFirst(2)) { Int(String(UnicodeScalar($0)), radix: radix) != nil }
    }
    return isNumber(bare) || isMoment(word)
  }

  /// Digits, with single underscores between them.
  private static func isGrouped(
    _ digits: ArraySlice<UInt8>, _ isDigit: (UInt8) -> Bool = isDigit
  ) -> Bool {
    let groups = digits.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
    return groups.allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
  }

  private static func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
    let parts = word.split(maxSplits: 1, omittingEmptySubsequences: false) {
      $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E")
    }
    let halves = parts[0].split(
      separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.allSatisfy({ isGrouped($0) }) else { return false }
    guard parts.count == 2 else { return true }
    let power = parts[1]
    return isGrouped(power.first.map { "+-".utf8.contains($0) } == true ? power.dropFirst() : power)
  }

  /// `1979-05-27`, `07:32:00.5`, or both with a `T` between them and a zone behind.
  private static func isMoment(_ word: ArraySlice<UInt8>) -> Bool {
    let parts = word.split(maxSplits: 1, omittingEmptySubsequences: false) {
      $0 == UInt8(ascii: "T") || $0 == UInt8(ascii: "t")
    }
    if parts.count == 1 { return fits(word, "0000-00-00") || isTime(word) }
    var time = parts[1]
    if let last = time.last, last & 0xDF == UInt8(ascii: "Z") {
      time = time.dropLast()
    } else if fits(time.suffix(6), "+00:00") || fits(time.suffix(6), "-00:00") {
      time = time.dropLast(6)
    }
    return fits(parts[0], "0000-00-00") && isTime(time)
  }

  private static func isTime(_ word: ArraySlice<UInt8>) -> Bool {
    guard fits(word.prefix(8), "00:00:00") else { return false }
    let rest = word.dropFirst(8)
    return rest.isEmpty
      || (rest.first == UInt8(ascii: ".") && (2...10).contains(rest.count)
        && rest.dropFirst().allSatisfy(isDigit))
  }

  /// Whether a word has a form, in which 0 stands for any digit.
  private static func fits(_ word: ArraySlice<UInt8>, _ form: String) -> Bool {
    word.count == form.utf8.count
      && zip(word, form.utf8).allSatisfy { $1 == UInt8(ascii: "0") ? isDigit($0) : $0 == $1 }
  }
}
