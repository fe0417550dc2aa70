import Screen

/// One line of text being typed: the command line, the search line, the help filter.
struct LineEditor: Sendable, Equatable {
  /// The line as typed, at most `limit` characters.
  private(set) var characters: [Character] = []
  /// Where the next character goes, 0 … `characters.count`.
  private(set) var cursor = 0

  /// Whether the whole line is selected: what is typed replaces it, what edits keeps it.
  private(set) var isSelected = false

  static let limit = 400

  init(_ text: String = "") { set(text) }

  /// A line that is offered: typing begins anew, moving the cursor goes on with it.
  init(selected text: String) {
    set(text)
    isSelected = !isEmpty
  }

  var text: String { String(characters) }
  var isEmpty: Bool { characters.isEmpty }

  /// Replaces the line and puts the cursor at its end.
  mutating func set(_ text: String) {
    characters = Array(text.prefix(Self.limit))
    cursor = characters.count
    isSelected = false
  }

  /// Handles a key of line editing; false when the key means nothing here.
  mutating func handle(_ key: Key) -> Bool {
    if isSelected {
      isSelected = false
      switch key {
      case .character, .backspace, .delete, .control("h"), .control("d"): set("")
      default: break
      }
      if case .character = key {} else if isEmpty { return true }
    }
    switch key {
    case .character(let c):
      // A paste may carry anything; only what can stand on one line is taken.
      guard characters.count < Self.limit, !c.isNewline, c.asciiValue.map({ $0 >= 32 }) ?? true
      else { return true }
      characters.insert(c, at: cursor)
      cursor += 1
    case .backspace, .control("h"):
      guard cursor > 0 else { return true }
      cursor -= 1
      characters.remove(at: cursor)
    case .delete, .control("d"):
      if cursor < characters.count { characters.remove(at: cursor) }
    case .left, .control("b"): cursor = max(0, cursor - 1)
    case .right, .control("f"): cursor = min(characters.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = characters.count
    case .control("u"):
      characters.removeSubrange(0..<cursor)
      cursor = 0
    case .control("k"): characters.removeSubrange(cursor...)
    case .control("w"):
      var start = cursor
      while start > 0, characters[start - 1] == " " { start -= 1 }
      while start > 0, characters[start - 1] != " " { start -= 1 }
      characters.removeSubrange(start..<cursor)
      cursor = start
    default: return false
    }
    return true
  }
}

/// Lines that were typed before, latest last.
enum LineHistory {
  private static let most = 100

  static func add(_ text: String, to history: inout [String]) {
    history.removeAll { $0 == text }
    history.append(text)
    if history.count > most { history.removeFirst() }
  }

  /// The one before or behind the line that stands there; nothing behind the latest.
  static func line(_ history: [String], from text: String, older: Bool) -> String {
    let at = history.firstIndex(of: text) ?? history.count
    let next = older ? max(0, at - 1) : at + 1
    return history.indices.contains(next) ? history[next] : ""
  }
}
