/// A sentence of a lesson with commands in braces, in the place of which their keys are shown.
struct LessonTemplate {
  enum Part: Equatable {
    case text(String)
    case command(String)
  }

  private(set) var parts: [Part] = []

  init(_ text: String) {
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      parts.append(.command(String(rest[rest.index(after: open)..<close])))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
  }

  var commands: [String] {
    parts.compactMap { if case .command(let command) = $0 { command } else { nil } }
  }
}
