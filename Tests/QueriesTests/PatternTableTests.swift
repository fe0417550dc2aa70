import Corpora
import Testing

@testable import Queries

/// That the table of a pattern says what the machine says, as fast as it is meant to be.
@Suite("Tables of patterns") struct PatternTableTests {
  private func tokens(_ text: String) -> Tokens {
    Tokens(text.split(separator: " ", omittingEmptySubsequences: false).map { Token(String($0)) })
  }

  /// On random patterns and texts, one table for all texts.
  @Test func saysWhatTheMachineSays() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = Generator(state: seed)
    func pattern(_ depth: Int) -> String {
      switch Int.random(in: 0..<(depth > 3 ? 5 : 12), using: &generator) {
      case 0, 1: return String("abcé".randomElement(using: &generator) ?? "a")
      case 2: return "."
      case 3: return "[^a]"
      case 4: return "\\w"
      case 5: return pattern(depth + 1) + pattern(depth + 1)
      case 6: return "(?:" + pattern(depth + 1) + "|" + pattern(depth + 1) + ")"
      case 7: return "(?:" + pattern(depth + 1) + ")" + ["?", "*", "+", "{2,3}"][depth % 4]
      case 8: return "(?i:" + pattern(depth + 1) + ")"
      case 9: return "^" + pattern(depth + 1)
      case 10: return pattern(depth + 1) + "$"
      default: return pattern(depth + 1) + (depth % 2 == 0 ? "\\b" : "\\B") + pattern(depth + 1)
      }
    }
    for _ in 0..<400 {
      let source = pattern(0)
      let pattern = try Pattern(source)
      var table = PatternTable(pattern)
      for _ in 0..<8 {
        let text = String(
          (0..<Int.random(in: 0...10, using: &generator)).map { _ in
            "abcAB é_".randomElement(using: &generator) ?? "a"
          })
        var (budget, other) = (MatchBudget(left: 1_000_000), MatchBudget(left: 1_000_000))
        let expected = pattern.firstMatch(in: Array(text), &budget) != nil
        let isPlain = text.utf8.allSatisfy { $0 < 0x80 }
        #expect(
          table.occurs(in: tokens(text), isPlain: isPlain, &other) == expected,
          "/\(source)/ in \(text.debugDescription), seed \(seed)")
      }
    }
  }

  /// More kinds of characters than there is room for at first.
  @Test func manyKindsOfCharacters() throws {
    let letters = (0..<60).compactMap { Unicode.Scalar(0x41 + $0).map(Character.init) }
    let classes = letters.enumerated().map {
      "[\($1.isLetter || $1.isNumber ? "" : "\\")\($1)]x\($0)"
    }
    let pattern = try Pattern(classes.joined(separator: "|"))
    var table = PatternTable(pattern)
    for (number, letter) in letters.enumerated() {
      for other in [number, number + 100] {
        let text = "ab \(letter)x\(other) é"
        var (budget, left) = (MatchBudget(left: 1_000_000), MatchBudget(left: 1_000_000))
        let expected = pattern.firstMatch(in: Array(text), &budget) != nil
        #expect(table.occurs(in: tokens(text), isPlain: false, &left) == expected, "\(text)")
      }
    }
  }

  /// What is computed once is looked up afterwards: a character is one step.
  @Test func aSecondTextTakesAStepACharacter() throws {
    var table = PatternTable(try Pattern("(a|b)*c(x|y)+z"))
    let text = tokens(String(repeating: "abcxy ", count: 200))
    func steps() -> Int {
      var budget = MatchBudget(left: .max)
      _ = table.occurs(in: text, isPlain: true, &budget)
      return .max - budget.left
    }
    let (first, second) = (steps(), steps())
    #expect(second <= 1_202 && first > second)
  }

  /// As many states as a pattern can have: they are forgotten before they fill the memory.
  @Test(.timeLimit(.minutes(1))) func manyStatesAreForgotten() throws {
    var table = PatternTable(try Pattern("(a|b)*a(a|b){18}c"))
    var generator = Generator(state: 3)
    for _ in 0..<40 {
      let text = String((0..<2_000).map { _ in "ab".randomElement(using: &generator) ?? "a" })
      var budget = MatchBudget(left: 10_000_000)
      #expect(table.occurs(in: [Token(text)], isPlain: true, &budget) == false)
      var other = MatchBudget(left: 10_000_000)
      let tail = text + "a" + String(repeating: "b", count: 18) + "c"
      #expect(table.occurs(in: [Token(tail)], isPlain: true, &other) == true)
    }
  }
}
