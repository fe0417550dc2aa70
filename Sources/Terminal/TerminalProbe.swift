import Screen

/// The questions to a terminal and what follows from its answers. Pure; `TerminalProbe+Ask.swift`
/// does the talking.
package enum TerminalProbe {
  /// One question: what it is for and the bytes that ask it.
  package struct Question: Sendable, Hashable {
    let topic: Topic
    /// The bytes that ask it.
    package let bytes: String
    /// What it is for.
    package var text: String { topic.rawValue }
  }

  enum Topic: String, Sendable {
    case version = "name and version"
    case registers = "colour registers"
    case geometry = "sixel geometry"
    case cell = "cell size in pixels"
    case area = "text area in pixels"
    case synchronized = "synchronised update"
    case clusters = "grapheme clusters"
    case background = "background colour"
    case kitty = "kitty graphics"
    case attributes = "device attributes"
  }

  /// The questions for a terminal type, device attributes last because every terminal answers
  /// them: their reply is the end mark. The Linux console is asked nothing else, and a dumb
  /// terminal nothing at all.
  package static func questions(term: String, environment: [String: String] = [:]) -> [Question] {
    if term.isEmpty || term == "dumb" { return [] }
    let last = Question(topic: .attributes, bytes: "\u{1B}[c")
    if term == "linux" || term.hasPrefix("vt") { return [last] }
    var questions = [
      Question(topic: .version, bytes: "\u{1B}[>0q"),
      Question(topic: .registers, bytes: "\u{1B}[?1;1;0S"),
      Question(topic: .geometry, bytes: "\u{1B}[?2;1;0S"),
      Question(topic: .cell, bytes: "\u{1B}[16t"),
      Question(topic: .area, bytes: "\u{1B}[14t"),
      Question(topic: .synchronized, bytes: "\u{1B}[?2026$p"),
      Question(topic: .clusters, bytes: "\u{1B}[?2027$p"),
      Question(topic: .background, bytes: "\u{1B}]11;?\u{1B}\\"),
    ]
    if KittyTerminals.canBeAsked(term: term, environment: environment) {
      questions.append(Question(topic: .kitty, bytes: KittyCommand.query))
    }
    return questions + [last]
  }

  /// What follows from the replies. `window` is the kernel's size, nil when it has none.
  package static func conclude(
    _ replies: [TerminalReply], questions: [Question], window: WindowSize?,
    environment: [String: String], isUTF8: Bool
  ) -> TerminalCapabilities {
    var facts = TerminalCapabilities(environment: environment, isUTF8: isUTF8)
    var geometry: (Int, Int)?
    var reported: (Int, Int)?
    for reply in replies {
      facts.answered = true
      switch reply {
      case .version(let name): facts.name = name
      case .graphics(1, 0, let values): facts.registers = values.last
      case .graphics(2, 0, let values) where values.count == 2:
        geometry = (values[0], values[1])
      case .cellPixels(let width, let height)
      where WindowSize.isPlausible(width: width, height: height):
        reported = (width, height)
      case .mode(2026, let state): facts.synchronizedUpdate = state == 1 || state == 2
      case .mode(2027, let state): facts.graphemeClusters = (1...3).contains(state)
      case .background(let red, let green, let blue):
        facts.darkBackground = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
      case .kitty(KittyCommand.queryNumber, let isOK): facts.kittyGraphics = isOK
      case .attributes(let numbers):
        facts.saysAttributes = true
        facts.sixel = numbers.dropFirst().contains(4)
      default: break
      }
    }
    let fromGeometry = geometry.flatMap { geometry in
      window.flatMap {
        WindowSize(
          columns: $0.columns, rows: $0.rows, xPixels: geometry.0, yPixels: geometry.1
        ).cell.map { ($0.width, $0.height) }
      }
    }
    facts.mostPixels = geometry.map { WindowSize.Pixels(width: $0.0, height: $0.1) }
    if let cell = window?.cell {
      (facts.cellWidth, facts.cellHeight) = cell
      facts.cellSource = .windowSize
    } else if let reported, reported != fromGeometry ?? reported {
      // Some terminals answer the geometry with the largest picture they allow.
      (facts.cellWidth, facts.cellHeight) = reported
      facts.cellSource = .reported
    } else if let cell = fromGeometry {
      (facts.cellWidth, facts.cellHeight) = cell
      facts.cellSource = .geometry
    } else if let reported {
      (facts.cellWidth, facts.cellHeight) = reported
      facts.cellSource = .reported
    }
    facts.report = questions.map { entry($0, replies, facts) }
    return facts
  }

  private static func entry(
    _ question: Question, _ replies: [TerminalReply], _ facts: TerminalCapabilities
  ) -> ProbeEntry {
    let reply = replies.first { answers($0, question.topic) }
    let yes = { (value: Bool) in value ? "yes" : "no" }
    let conclusion: String
    switch question.topic {
    case .version: conclusion = facts.name ?? "unknown"
    case .registers: conclusion = facts.registers.map(String.init) ?? "unknown"
    case .geometry, .cell, .area:
      conclusion = "cell \(facts.cellWidth)x\(facts.cellHeight) from \(facts.cellSource.rawValue)"
    case .synchronized: conclusion = yes(facts.synchronizedUpdate)
    case .clusters: conclusion = yes(facts.graphemeClusters)
    case .background:
      conclusion = facts.darkBackground.map { $0 ? "dark" : "light" } ?? "unknown"
    case .kitty: conclusion = yes(facts.kittyGraphics)
    case .attributes: conclusion = "sixel: \(yes(facts.sixel))"
    }
    return ProbeEntry(
      question: question.text, sent: Sanitizer(emoji: .base).visible(question.bytes),
      reply: reply.map(text) ?? "silent", conclusion: conclusion)
  }

  private static func answers(_ reply: TerminalReply, _ topic: Topic) -> Bool {
    switch (reply, topic) {
    case (.version, .version), (.graphics(1, _, _), .registers), (.graphics(2, _, _), .geometry),
      (.cellPixels, .cell), (.areaPixels, .area), (.mode(2026, _), .synchronized),
      (.mode(2027, _), .clusters), (.background, .background), (.attributes, .attributes),
      (.kitty, .kitty):
      return true
    default: return false
    }
  }

  private static func text(_ reply: TerminalReply) -> String {
    Sanitizer(emoji: .base).visible(spelling(reply))
  }

  private static func spelling(_ reply: TerminalReply) -> String {
    switch reply {
    case .version(let name): return name
    case .graphics(let item, let status, let values):
      return "\u{1B}[?" + ([item, status] + values).map(String.init).joined(separator: ";") + "S"
    case .cellPixels(let width, let height): return "\u{1B}[6;\(height);\(width)t"
    case .areaPixels(let width, let height): return "\u{1B}[4;\(height);\(width)t"
    case .mode(let mode, let state): return "\u{1B}[?\(mode);\(state)$y"
    case .background(let red, let green, let blue):
      return "rgb "
        + [red, green, blue].map { String(Int(($0 * 255).rounded())) }
        .joined(separator: " ")
    case .kitty(let number, let isOK):
      return "\u{1B}_Gi=\(number);\(isOK ? "OK" : "an error")\u{1B}\\"
    case .attributes(let numbers):
      return "\u{1B}[?" + numbers.map(String.init).joined(separator: ";") + "c"
    case .other: return "something else"
    }
  }
}
