import Screen

/// A line as it is typed into the workbench without a screen.
enum PlainLine: Equatable {
  /// Nothing: everything is to be said again.
  case empty
  /// A command line, without its colon.
  case command(String)
  /// Keys in order.
  case keys([Key])

  /// What cannot be understood. The wording stands here and nowhere else.
  enum Failure: Error, Equatable, CustomStringConvertible {
    case unknownKey(String)

    var description: String {
      switch self {
      case .unknownKey(let word):
        "no key \"\(word)\"; write keys with blanks between them (w P Enter, 42G, C-r), a command "
          + "after a colon, a search after a slash"
      }
    }
  }

  /// Reads a line: `:COMMAND`, `/QUERY`, or keys by the names of key scripts, a number before a key
  /// joined to it.
  static func parse(_ text: String) throws(Failure) -> PlainLine {
    let line = text.trimmingSpaces
    if line.isEmpty { return .empty }
    if line.count > 1, let sign = line.first, sign == ":" || sign == "/" {
      let rest = String(line.dropFirst()).trimmingSpaces
      return .command(sign == ":" ? rest : "search " + rest)
    }
    var keys: [Key] = []
    for word in line.split(separator: " ").map(String.init) {
      guard let more = self.keys(word) else { throw .unknownKey(word) }
      keys += more
    }
    return .keys(keys)
  }

  /// `42G` is three keys, `Enter` is one.
  private static func keys(_ word: String) -> [Key]? {
    if let key = KeyName.parse(word) { return [key] }
    let digits = word.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty else { return nil }
    let number = digits.map { Key.character($0) }
    if digits.count == word.count { return number }
    return KeyName.parse(String(word.dropFirst(digits.count))).map { number + [$0] }
  }
}
