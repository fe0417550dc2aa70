import Corpora

/// Whether a pattern occurs in texts, for many texts.
///
/// What `PatternMachine` computes anew at each character, the steps that can be reached, is
/// computed once here and written into a table (a lazy deterministic automaton, as in RE2,
/// https://swtch.com/~rsc/regexp/regexp3.html). Characters that no step tells apart are one column.
/// Where a match stands is not found out.
struct PatternTable {
  private let program: [Pattern.Step]
  /// The places of the steps that take a character.
  private let takers: [Int]

  /// Characters that no step tells apart.
  private struct Column: Hashable {
    /// For each of the takers whether it takes them.
    let taken: [Bool]
    let isWord: Bool
  }

  /// What is known between two characters.
  private struct State: Hashable {
    /// Steps that were reached, the first of the program aside: it is always.
    let steps: [Int]
    let before: Before
  }

  private enum Before: Hashable { case start, word, other }

  /// The first stands for the end of the text.
  private var columns: [Column?] = [nil]
  private var columnIDs: [Column: Int] = [:]
  /// By the byte; -1 where nobody has looked.
  private var plainColumns = [Int32](repeating: -1, count: 128)
  private var otherColumns: [Character: Int] = [:]
  private var states: [State] = []
  private var stateIDs: [State: Int] = [:]
  /// states × `width`: the state after each column.
  private var moves: [Int32] = []
  /// Columns that there is room for.
  private var width = 16
  /// When each step was last followed.
  private var followed: [Int]
  private var round = 0
  /// Steps of all states, which is what they take of memory.
  private var size = 0

  private static let unknown: Int32 = -1
  private static let matched: Int32 = -2
  private static let unmatched: Int32 = -3
  /// More is forgotten, and computed again where it is needed.
  private static let mostSize = 200_000
  private static let mostCharacters = 20_000

  init(_ pattern: Pattern) {
    program = pattern.program
    takers = program.indices.filter { if case .take = pattern.program[$0] { true } else { false } }
    followed = [Int](repeating: -1, count: program.count)
  }

  /// Whether the pattern occurs in the words with blanks between them; nil when the budget ran out.
  /// - Parameter isPlain: whether each byte is a character.
  mutating func occurs(
    in tokens: Tokens, isPlain: Bool, _ budget: inout MatchBudget
  ) -> Bool? {
    if states.isEmpty { forget() }
    var state: Int32 = 0
    if isPlain {
      for place in tokens.indices where state >= 0 {
        if place > 0 { state = move(state, plainColumn(0x20), &budget) }
        tokens.withUTF8(place) { run($0, &state, &budget) }
      }
    } else {
      let text: String = tokens.map(\.text).joined(separator: " ")
      for character in text where state >= 0 {
        state = move(state, column(of: character), &budget)
      }
    }
    if state >= 0 { state = move(state, 0, &budget) }
    return state == Self.matched ? true : budget.isEnough ? false : nil
  }

  /// Takes plain characters: as fast as memory as long as the table knows what follows.
  private mutating func run(
    _ bytes: UnsafeBufferPointer<UInt8>, _ state: inout Int32, _ budget: inout MatchBudget
  ) {
    var place = 0
    while place < bytes.count, state >= 0 {
      let start = place
      moves.withUnsafeBufferPointer { moves in
        plainColumns.withUnsafeBufferPointer { columns in
          while place < bytes.count {
            let column = columns[Int(bytes[place])]
            guard column >= 0 else { return }
            let next = moves[Int(state) * width + Int(column)]
            guard next >= 0 else { return }
            state = next
            place += 1
          }
        }
      }
      budget.left -= place - start
      guard place < bytes.count else { return }
      state = move(state, plainColumn(bytes[place]), &budget)
      place += 1
    }
  }

  /// Takes one character.
  private mutating func move(_ state: Int32, _ column: Int, _ budget: inout MatchBudget) -> Int32 {
    guard state >= 0 else { return state }
    budget.left -= 1
    guard budget.isEnough else { return Self.unmatched }
    let place = Int(state) * width + column
    if moves[place] != Self.unknown { return moves[place] }
    budget.left -= program.count
    let next = follow(states[Int(state)], columns[column])
    moves[Int(state) * width + column] = next
    guard size > Self.mostSize, next >= 0 else { return next }
    let kept = states[Int(next)]
    forget()
    return id(of: kept)
  }

  // MARK: Columns

  private mutating func plainColumn(_ byte: UInt8) -> Int {
    let known = plainColumns[Int(byte)]
    if known >= 0 { return Int(known) }
    let made = makeColumn(Character(Unicode.Scalar(byte)))
    plainColumns[Int(byte)] = Int32(made)
    return made
  }

  private mutating func column(of character: Character) -> Int {
    let bytes = character.utf8
    if bytes.count == 1, let byte = bytes.first { return plainColumn(byte) }
    if let known = otherColumns[character] { return known }
    if otherColumns.count >= Self.mostCharacters { otherColumns = [:] }
    let made = makeColumn(character)
    otherColumns[character] = made
    return made
  }

  private mutating func makeColumn(_ character: Character) -> Int {
    let column = Column(
      taken: takers.map { program[$0].takes(character) },
      isWord: Pattern.Test.word.takes(character))
    if let known = columnIDs[column] { return known }
    columns.append(column)
    columnIDs[column] = columns.count - 1
    if columns.count > width { widen() }
    return columns.count - 1
  }

  // MARK: States

  private mutating func forget() {
    (states, stateIDs, moves, size) = ([], [:], [], 0)
    _ = id(of: State(steps: [], before: .start))
  }

  private mutating func id(of state: State) -> Int32 {
    if let known = stateIDs[state] { return Int32(known) }
    states.append(state)
    moves += [Int32](repeating: Self.unknown, count: width)
    stateIDs[state] = states.count - 1
    size += state.steps.count + width
    return Int32(states.count - 1)
  }

  /// Makes room for more columns.
  private mutating func widen() {
    var wider = [Int32](repeating: Self.unknown, count: states.count * 2 * width)
    for state in states.indices {
      for column in 0..<width { wider[state * 2 * width + column] = moves[state * width + column] }
    }
    (moves, width, size) = (wider, 2 * width, size + states.count * width)
  }

  /// The state after a character, or whether the pattern has matched.
  /// - Parameter column: nil at the end of the text.
  private mutating func follow(_ state: State, _ column: Column?) -> Int32 {
    round += 1
    var next: Set<Int> = []
    var stack = [0] + state.steps
    while let step = stack.popLast() {
      guard followed[step] != round else { continue }
      followed[step] = round
      switch program[step] {
      case .jump(let other): stack.append(other)
      case .fork(let first, let second): stack += [first, second]
      case .at(let place): if holds(place, state.before, column) { stack.append(step + 1) }
      case .match: return Self.matched
      case .take: if let column, takes(step, column) { next.insert(step + 1) }
      }
    }
    guard let column else { return Self.unmatched }
    return id(of: State(steps: next.sorted(), before: column.isWord ? .word : .other))
  }

  private func takes(_ step: Int, _ column: Column) -> Bool {
    // Takers are sorted.
    var (low, high) = (0, takers.count)
    while low < high {
      let middle = (low + high) / 2
      if takers[middle] < step { low = middle + 1 } else { high = middle }
    }
    return column.taken[low]
  }

  private func holds(_ place: Pattern.Place, _ before: Before, _ column: Column?) -> Bool {
    let isBoundary = (before == .word) != (column?.isWord == true)
    return switch place {
    case .start: before == .start
    case .end: column == nil
    case .boundary: isBoundary
    case .noBoundary: !isBoundary
    }
  }
}

extension Pattern.Step {
  /// Whether it takes a character.
  fileprivate func takes(_ character: Character) -> Bool {
    if case .take(let test) = self { test.takes(character) } else { false }
  }
}
