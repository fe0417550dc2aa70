/// How much work matching may still be; one unit is one step at one character.
struct MatchBudget: Sendable, Equatable {
  var left: Int

  /// Whether there was enough.
  var isEnough: Bool { left > 0 }
}

extension Pattern {
  /// The first match that begins at `from` or later, in characters; nil when there is none, or when
  /// the budget ran out.
  func firstMatch(
    in text: [Character], from: Int = 0, _ budget: inout MatchBudget
  ) -> Range<Int>? {
    var machine = PatternMachine(program)
    return machine.run(text, from: from, &budget)
  }

  /// All matches that hold a character, from left to right, as far as the budget goes.
  func matches(in text: [Character], _ budget: inout MatchBudget) -> [Range<Int>] {
    var machine = PatternMachine(program)
    var found: [Range<Int>] = []
    var at = 0
    while at <= text.count, let match = machine.run(text, from: at, &budget) {
      if !match.isEmpty { found.append(match) }
      at = match.isEmpty ? match.upperBound + 1 : match.upperBound
    }
    return found
  }
}

/// Carries all states of a pattern through a text together.
private struct PatternMachine {
  private struct Thread {
    let step: Int
    /// Where its match begins.
    let start: Int
  }

  private let program: [Pattern.Step]
  /// When each step was last added, so that none is added twice at one place.
  private var added: [Int]
  private var round = 0
  private var stack: [Int] = []

  init(_ program: [Pattern.Step]) {
    self.program = program
    added = [Int](repeating: -1, count: program.count)
  }

  mutating func run(
    _ text: [Character], from: Int, _ budget: inout MatchBudget
  ) -> Range<Int>? {
    var threads: [Thread] = []
    var coming: [Thread] = []
    var found: Range<Int>?
    round += 1
    for at in from...max(from, text.count) {
      if found == nil { follow(0, start: at, text, at, into: &threads) }
      if threads.isEmpty, found != nil { break }
      round += 1
      coming.removeAll(keepingCapacity: true)
      budget.left -= threads.count + 1
      guard budget.isEnough else { return nil }
      search: for thread in threads {
        switch program[thread.step] {
        case .take(let test):
          if at < text.count, test.takes(text[at]) {
            follow(thread.step + 1, start: thread.start, text, at + 1, into: &coming)
          }
        case .match:
          found = thread.start..<at
          // What stands behind is preferred less.
          break search
        case .fork, .jump, .at: break
        }
      }
      swap(&threads, &coming)
    }
    return found
  }

  /// Adds the steps that take a character, or match, which are reached without taking one.
  private mutating func follow(
    _ step: Int, start: Int, _ text: [Character], _ at: Int, into list: inout [Thread]
  ) {
    stack.append(step)
    while let step = stack.popLast() {
      guard added[step] != round else { continue }
      added[step] = round
      switch program[step] {
      case .jump(let next): stack.append(next)
      case .fork(let first, let second):
        stack.append(second)
        stack.append(first)
      case .at(let place): if holds(place, text, at) { stack.append(step + 1) }
      case .take, .match: list.append(Thread(step: step, start: start))
      }
    }
  }

  private func holds(_ place: Pattern.Place, _ text: [Character], _ at: Int) -> Bool {
    func isWord(_ at: Int) -> Bool {
      text.indices.contains(at) && Pattern.Test.word.takes(text[at])
    }
    return switch place {
    case .start: at == 0
    case .end: at == text.count
    case .boundary: isWord(at - 1) != isWord(at)
    case .noBoundary: isWord(at - 1) == isWord(at)
    }
  }
}
