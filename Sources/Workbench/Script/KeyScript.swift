import Screen

/// A key script: what a person would type, one step a line.
///
///     key j
///     text /ferry
///     key Return
///     size 120x36
///     wait
///     picture found
///
/// Empty lines and lines that begin with `#` are left out.
package struct KeyScript: Sendable, Equatable {
  /// The steps in order.
  package let steps: [Step]

  /// Does nothing but wait.
  package static let waiting = KeyScript(steps: [Step(source: "wait", action: .wait)])

  /// One step as it was written and what it means.
  package struct Step: Sendable, Equatable {
    /// The line without spaces at its ends; printed before the frame.
    package let source: String
    /// What to do.
    package let action: Action
  }

  /// What a step does.
  package enum Action: Sendable, Equatable {
    /// Press a key.
    case key(Key)
    /// Type characters one after the other.
    case text(String)
    /// The screen has this size now.
    case size(Size)
    /// Go on when no work is pending.
    case wait
    /// Keep the screen as a picture of this name, where the session keeps any.
    case picture(String)
  }

  /// Keys that a person presses for the whole script.
  package var keys: Int {
    steps.reduce(0) { count, step in
      switch step.action {
      case .key: count + 1
      case .text(let text): count + text.count
      case .size, .wait, .picture: count
      }
    }
  }

  /// What can be wrong with a script. The wording stands here and nowhere else.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    /// A step that does not exist.
    case unknownStep(file: String, line: Int, step: String)
    /// A key that does not exist.
    case unknownKey(file: String, line: Int, key: String)
    /// A size that is none, or larger than any screen.
    case badSize(file: String, line: Int, size: String)
    /// A name that is no plain file name.
    case badName(file: String, line: Int, name: String)

    package var description: String {
      switch self {
      case .unknownStep(let file, let line, let step):
        "\(file):\(line): no step \"\(step)\"; steps are: key NAME, text STRING, size COLSxROWS, wait, picture NAME"
      case .unknownKey(let file, let line, let key):
        "\(file):\(line): no key \"\(key)\"; write one character, Return, Escape, Down, ctrl+r …"
      case .badSize(let file, let line, let size):
        "\(file):\(line): no size \"\(size)\"; write COLSxROWS, from 1x1 to 1000x1000"
      case .badName(let file, let line, let name):
        "\(file):\(line): no name \"\(name)\" for a picture; write letters, digits and hyphens, at "
          + "most 64"
      }
    }
  }

  /// Reads a script.
  /// - Throws: `Failure` with file and line at the first step that is not understood.
  package static func parse(_ text: String, file: String) throws(Failure) -> KeyScript {
    var steps: [Step] = []
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (i, raw) in lines.enumerated() {
      let line = raw.trimmingSpaces
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      // A text keeps the spaces at its end: they may be what is typed.
      let source = line.hasPrefix("text ") ? String(raw.drop { $0 == " " || $0 == "\t" }) : line
      steps.append(Step(source: source, action: try action(source, file: file, line: i + 1)))
    }
    return KeyScript(steps: steps)
  }

  private static func action(_ source: String, file: String, line: Int) throws(Failure) -> Action {
    let parts = source.split(separator: " ", maxSplits: 1).map(String.init)
    let rest = parts.count > 1 ? parts[1] : ""
    switch parts.first {
    case "key":
      guard let key = KeyName.parse(rest.trimmingSpaces) else {
        throw .unknownKey(file: file, line: line, key: rest)
      }
      return .key(key)
    case "text" where !rest.isEmpty: return .text(rest)
    case "size":
      guard let size = size(rest) else { throw .badSize(file: file, line: line, size: rest) }
      return .size(size)
    case "wait" where rest.isEmpty: return .wait
    case "picture":
      let name = rest.trimmingSpaces
      guard (1...64).contains(name.utf8.count),
        name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
      else { throw .badName(file: file, line: line, name: rest) }
      return .picture(name)
    default: throw .unknownStep(file: file, line: line, step: source)
    }
  }

  /// `120x36` as a size, nil when it is none or out of bounds (1 … 1000 each way).
  package static func size(_ text: String) -> Size? {
    let parts = text.trimmingSpaces.lowercased().split(
      separator: "x", omittingEmptySubsequences: false
    ).map { Int($0) }
    guard parts.count == 2, let columns = parts[0], let rows = parts[1],
      (1...1000).contains(columns), (1...1000).contains(rows)
    else { return nil }
    return Size(columns: columns, rows: rows)
  }
}
