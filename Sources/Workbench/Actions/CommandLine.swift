import Corpora
import Queries
import Settings

/// Reads command lines: `span 3 5 PER` becomes an action with checked arguments.
enum CommandLine {
  /// The action and arguments of a line without its colon.
  /// - Throws: `CommandError` that says what is wrong and how to write it.
  static func parse(_ line: String, in state: WorkbenchState) throws(CommandError)
    -> (Action, Arguments)
  {
    if let (count, rest) = counted(line) {
      var (action, arguments) = try parse(rest, in: state)
      guard action.counting != .none else { throw .noCount(action.name) }
      arguments.count = count
      return (action, arguments)
    }
    let words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    guard let name = words.first else { throw .unknownCommand("", nearest: nil) }
    // As in other editors, a number alone is a place in the list.
    if words.count == 1, Int(name) != nil, let line = Action.named("line") {
      return (line, try arguments(words, rest: name, of: line, state))
    }
    guard let action = action(named: name) else {
      throw .unknownCommand(name, nearest: nearest(to: name.lowercased()))
    }
    let rest = line.drop { $0 == " " }.dropFirst(name.count).drop { $0 == " " }
    return (action, try arguments(Array(words.dropFirst()), rest: String(rest), of: action, state))
  }

  /// The largest number before a command.
  static let mostCount = 99_999

  /// The number before a command, as in `3 right`, and the command; nil for lines without one.
  static func counted(_ line: String) -> (count: Int, rest: String)? {
    let parts = line.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let count = Int(parts[0]), (1...mostCount).contains(count),
      parts[1].contains(where: \.isLetter)
    else { return nil }
    return (count, String(parts[1]))
  }

  /// The action that a line names.
  static func action(of line: String) -> Action? {
    (counted(line)?.rest ?? line).split(separator: " ").first.flatMap { action(named: String($0)) }
  }

  private static func action(named name: String) -> Action? {
    Action.named(name.lowercased()) ?? uniquePrefix(name.lowercased())
  }

  /// The words of one call read as the action's parameters.
  static func arguments(
    _ words: [String], rest: String, of action: Action, _ state: WorkbenchState
  ) throws(CommandError) -> Arguments {
    var values: [Arguments.Value] = []
    for (i, parameter) in action.parameters.enumerated() {
      guard i < words.count else {
        if parameter.isOptional { break }
        throw .missingArgument(parameter.name, usage: action.usage)
      }
      if parameter.kind == .rest || parameter.kind == .setting {
        values.append(.text(rest))
        return Arguments(values: values)
      }
      values.append(try value(words[i], for: parameter, of: action, state))
    }
    if words.count > action.parameters.count {
      throw .tooManyArguments(words[action.parameters.count], usage: action.usage)
    }
    return Arguments(values: values)
  }

  private static func value(
    _ word: String, for parameter: Action.Parameter, of action: Action, _ state: WorkbenchState
  ) throws(CommandError) -> Arguments.Value {
    switch parameter.kind {
    case .token, .end:
      guard let post = state.current.map({ state.posts[$0] }) else { throw .noPost }
      guard let n = Int(word) else {
        throw .notANumber(word, parameter: parameter.name, usage: action.usage)
      }
      let count = post.tokens.count
      guard parameter.kind == .end || 0..<count ~= n else { throw .tokenOutside(n, count: count) }
      guard 0...count ~= n else { throw .endOutside(n, count: count) }
      return .number(n)
    case .place:
      guard let n = Int(word) else {
        throw .notANumber(word, parameter: parameter.name, usage: action.usage)
      }
      guard n >= 1, n <= state.queue.count else {
        throw .placeOutside(n, count: state.queue.count)
      }
      return .number(n)
    case .type:
      let known = state.opened.types.map(\.rawValue)
      let word = EntityType.normalized(word.uppercased()).rawValue
      guard let type = match(word, known) else { throw .unknownType(word, known: known) }
      return .text(type)
    case .relation:
      let known = state.opened.relations
      if word.lowercased() == "none" { return .text("None") }
      guard let label = match(word, known) else { throw .unknownRelation(word, known: known) }
      return .text(label)
    case .label:
      let known = state.labelNames
      // Of a relation the last part tells it apart.
      let tail = "/" + word.lowercased()
      guard
        let label = match(word, known) ?? known.first(where: { $0.lowercased().hasSuffix(tail) })
      else {
        throw .unknownWord(word, parameter: parameter.name, known: Array(known.prefix(8)))
      }
      return .text(label)
    case .post:
      guard state.indexOfID[word] != nil else { throw .unknownPost(word) }
      return .text(word)
    case .system:
      let known = state.tracedSystems.map(\.system)
      guard let name = match(word, known) else {
        if let open = match(word, state.expertNames) {
          throw .unavailable(
            action.name,
            reason: state.choice.hidden.contains(open)
              ? "\(open) is hidden; :hide \(open) shows it again"
              : "\(open) has no answer for this post")
        }
        throw .unknownSystem(word, known: known)
      }
      return .text(name)
    case .expert:
      let known = state.expertNames
      guard let name = match(word, known) else { throw .unknownSystem(word, known: known) }
      return .text(name)
    case .slice:
      let count = state.stepCount
      if word.lowercased() == "mean", count > 0 { return .number(0) }
      guard let n = Int(word), n >= 1, n <= count else {
        throw .sliceOutside(word, count: count)
      }
      return .number(n)
    case .word(let known):
      guard let match = match(word, known) else {
        throw .unknownWord(word, parameter: parameter.name, known: known)
      }
      return .text(match)
    case .rest, .setting: return .text(word)
    }
  }

  /// The known name that equals the word, whatever the case.
  private static func match(_ word: String, _ known: [String]) -> String? {
    known.first { $0 == word } ?? known.first { $0.lowercased() == word.lowercased() }
  }

  /// The action that a beginning means: the only one, or the one whose name begins all the others
  /// (`:q` is quit although there is `quit!`).
  private static func uniquePrefix(_ name: String) -> Action? {
    let matches = Action.all.filter { $0.name.hasPrefix(name) }
    return matches.first { shortest in matches.allSatisfy { $0.name.hasPrefix(shortest.name) } }
  }

  /// The command that somebody meant who wrote another.
  static func nearest(to name: String) -> String? {
    NearestName.find(name, among: Action.all.map(\.name))
  }

  /// What the last word of a line could become, in order; at most 50.
  static func completions(of line: String, in state: WorkbenchState) -> [String] {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count > 1, let name = words.first else {
      let stem = (words.first ?? "").lowercased()
      return Action.all.map(\.name).filter { $0.hasPrefix(stem) }.sorted()
    }
    if Action.named(name.lowercased())?.parameters.first?.kind == .setting {
      return state.settingCompletions(Array(words.dropFirst()))
    }
    guard let action = Action.named(name.lowercased()) else { return [] }
    let last = words[words.count - 1]
    // A query may have any number of words.
    if action.name == "search" { return state.queryCompletions(of: last) }
    if action.name == "what-if" {
      return state.changeCompletions(of: words.dropFirst().joined(separator: " "))
    }
    guard let parameter = action.parameters.dropFirst(words.count - 2).first else { return [] }
    let stem = last.lowercased()
    return Array(candidates(for: parameter.kind, in: state, stem: stem).prefix(50))
  }

  private static func candidates(
    for kind: Action.Parameter.Kind, in state: WorkbenchState, stem: String
  ) -> [String] {
    switch kind {
    case .type: state.opened.types.map(\.rawValue).filter { $0.lowercased().hasPrefix(stem) }
    case .relation: state.opened.relations.filter { $0.lowercased().hasPrefix(stem) }
    case .label: state.labelNames.filter { $0.lowercased().hasPrefix(stem) }
    case .system: state.tracedSystems.map(\.system).filter { $0.lowercased().hasPrefix(stem) }
    case .expert: state.expertNames.filter { $0.lowercased().hasPrefix(stem) }
    case .post:
      // Lazily, so that 100,000 ids cost only as many as are offered.
      Array(
        state.posts.lazy.map(\.id).filter { id in
          // Most differ in the first letter.
          if let a = id.utf8.first, let b = stem.utf8.first, a < 0x80, b < 0x80,
            a | 0x20 != b | 0x20
          {
            return false
          }
          return id.lowercased().hasPrefix(stem)
        }.prefix(50))
    case .slice: state.spatialSignal == nil ? [] : ["mean"].filter { $0.hasPrefix(stem) }
    case .word(let known): known.filter { $0.hasPrefix(stem) }
    case .token, .end, .place, .rest, .setting: []
    }
  }
}
