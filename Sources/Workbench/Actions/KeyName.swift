import Screen

/// The names of keys in key scripts, keymap files and on the screen.
///
/// Reads both the X names that `xterm-shot` uses (`Return`, `question`, `ctrl+r`) and the short
/// ones shown on the screen (`Enter`, `?`, `C-r`). Named keys ignore case, single characters do
/// not.
package enum KeyName {
  /// The key of that name, nil when there is none.
  package static func parse(_ name: String) -> Key? {
    if name.count == 1, let character = name.first {
      return character == " " ? nil : .character(character)
    }
    let lower = name.lowercased()
    for prefix in ["ctrl+", "control+", "c-"] where lower.hasPrefix(prefix) {
      return modified(String(name.dropFirst(prefix.count))) { .control($0) }
    }
    for prefix in ["alt+", "meta+", "m-"] where lower.hasPrefix(prefix) {
      return modified(String(name.dropFirst(prefix.count))) { .alt($0) }
    }
    if lower.hasPrefix("shift+") { return shifted(String(name.dropFirst(6))) }
    if lower.hasPrefix("f"), let n = Int(lower.dropFirst()), (1...24).contains(n) {
      return .function(n)
    }
    return named[lower]
  }

  /// The short name shown on the screen; `parse` reads it back.
  package static func label(_ key: Key) -> String {
    switch key {
    case .character(" "): "Space"
    case .character(let c): String(c)
    case .control(let c): "C-\(c)"
    case .alt(let c): "M-\(c)"
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PageUp"
    case .pageDown: "PageDown"
    case .enter: "Enter"
    case .escape: "Esc"
    case .tab: "Tab"
    case .backTab: "S-Tab"
    case .backspace: "Backspace"
    case .delete: "Delete"
    case .insert: "Insert"
    case .function(let n): "F\(n)"
    case .click: "Click"
    case .release: "Release"
    case .scroll(_, let up): up ? "WheelUp" : "WheelDown"
    }
  }

  private static func modified(_ rest: String, _ make: (Character) -> Key) -> Key? {
    if rest.count == 1, let c = rest.lowercased().first { return make(c) }
    if case .character(let c)? = named[rest.lowercased()] { return make(c) }
    return nil
  }

  private static func shifted(_ rest: String) -> Key? {
    if rest.lowercased() == "tab" { return .backTab }
    guard rest.count == 1, let c = rest.uppercased().first else { return nil }
    return .character(c)
  }

  private static let named: [String: Key] = [
    "return": .enter, "enter": .enter, "kp_enter": .enter, "escape": .escape, "esc": .escape,
    "tab": .tab, "backtab": .backTab, "s-tab": .backTab, "iso_left_tab": .backTab,
    "up": .up, "down": .down, "left": .left, "right": .right, "home": .home, "end": .end,
    "pageup": .pageUp, "page_up": .pageUp, "prior": .pageUp,
    "pagedown": .pageDown, "page_down": .pageDown, "next": .pageDown,
    "backspace": .backspace, "delete": .delete, "insert": .insert,
    "space": .character(" "), "question": .character("?"), "colon": .character(":"),
    "slash": .character("/"), "comma": .character(","), "period": .character("."),
    "bracketleft": .character("["), "bracketright": .character("]"),
    "braceleft": .character("{"), "braceright": .character("}"),
    "numbersign": .character("#"), "dollar": .character("$"), "asciicircum": .character("^"),
    "semicolon": .character(";"), "minus": .character("-"), "plus": .character("+"),
    "equal": .character("="), "less": .character("<"), "greater": .character(">"),
    "exclam": .character("!"), "quotedbl": .character("\""), "apostrophe": .character("'"),
    "at": .character("@"), "underscore": .character("_"), "bar": .character("|"),
    "backslash": .character("\\"), "asterisk": .character("*"), "ampersand": .character("&"),
    "percent": .character("%"), "parenleft": .character("("), "parenright": .character(")"),
    "asciitilde": .character("~"), "grave": .character("`"),
  ]
}
