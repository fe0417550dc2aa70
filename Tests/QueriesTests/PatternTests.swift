import Foundation
import Testing

@testable import Queries

/// Regular expressions of the search: what they match, and that nothing makes them slow.
@Suite struct PatternTests {
  private func first(_ pattern: String, _ text: String) throws -> String? {
    var budget = MatchBudget(left: 1_000_000)
    let characters = Array(text)
    return try Pattern(pattern).firstMatch(in: characters, &budget).map {
      String(characters[$0])
    }
  }

  @Test(arguments: [
    ("b", "abc", "b"), ("^b", "abc", nil), ("c$", "abc", "c"), ("^$", "", ""),
    ("a.c", "xabcx", "abc"),
    ("a|ab", "ab", "a"), ("ab|a", "ab", "ab"), ("(a|ab)(c|bcd)", "abcd", "abcd"),
    ("a*", "aaa", "aaa"), ("a*?", "aaa", ""), ("a+?", "aaa", "a"), ("a??b", "ab", "ab"),
    ("x*", "aaa", ""), ("a{2}", "aaaa", "aa"), ("a{2,}", "aaaa", "aaaa"), ("a{1,3}?", "aaa", "a"),
    ("a{0}b", "ab", "b"), ("(a{2}){2}", "aaaaa", "aaaa"), ("(?:ab)+", "ababa", "abab"),
    ("(?<name>ab)+c", "ababc", "ababc"), ("[a-c]+", "xxbcax", "bca"), ("[^a-c]+", "abxyc", "xy"),
    ("[]x]+", "a]x]", "]x]"), ("[\\]\\d]+", "a]12", "]12"), ("[a-]+", "b-a-", "-a-"),
    (#"\w+"#, "-- Ada_1 --", "Ada_1"), (#"\W+"#, "ab !c", " !"), (#"\d\d"#, "a1 23", "23"),
    (#"\bAda\b"#, "xAda Ada", "Ada"), (#"\Bda"#, "da Ada", "da"), (#"\s\S+$"#, "a bc", " bc"),
    (#"\p{Lu}\p{Ll}+"#, "der Ort", "Ort"), (#"\P{L}+"#, "ab12", "12"),
    (#"\u{e9}"#, "caf\u{e9}", "é"),
    ("é", "cafe\u{301}", "e\u{301}"), ("(?i)rt", "RT @a", "RT"), ("(?i:r)t", "Rt", "Rt"),
    ("(?i)[a-c]+", "xAbCx", "AbC"), ("👨‍👩‍👧.", "a👨‍👩‍👧b", "👨‍👩‍👧b"), (#"\/a"#, "x/a", "/a"),
    ("(a*)*b", "aab", "aab"), ("(|a)+c", "aac", "aac"),
  ])
  func matches(_ pattern: String, _ text: String, _ expected: String?) throws {
    #expect(try first(pattern, text) == expected)
  }

  @Test(arguments: [
    "(", ")", "[a", "a**", "*a", "+", "a{3,1}", "a{x}", "a{2", "[z-a]", "\\", "\\q", #"(a)\1"#,
    "(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "a++", "((a{1000}){1000})", "(?x)a", #"\p{Greek}"#,
    String(repeating: "(", count: 5_000), String(repeating: "a?", count: 5_000),
    String(repeating: "((((((((((", count: 8) + "a" + String(repeating: "))))))))))", count: 8),
  ])
  func refuses(_ pattern: String) {
    #expect(throws: Pattern.Failure.self) { _ = try Pattern(pattern) }
  }

  /// Work grows with the text, not with the ways to match it.
  @Test(arguments: [#"^(\w+\s?)+$"#, "(a*)*$", "(a|aa)+$", "(.*)(.*)(.*)(.*)x", "(a?){20}a{20}b"])
  func isLinear(_ source: String) throws {
    let pattern = try Pattern(source)
    func work(_ words: Int) -> Int {
      var budget = MatchBudget(left: .max)
      let text = Array(String(repeating: "aaaaaaaaaa ", count: words) + "!")
      _ = pattern.firstMatch(in: text, &budget)
      return .max - budget.left
    }
    let (short, long) = (work(50), work(500))
    #expect(long <= 11 * short, "\(short) steps, then \(long)")
  }

  @Test func stopsWhenTheBudgetIsSpent() throws {
    var budget = MatchBudget(left: 100)
    #expect(
      try Pattern("x").firstMatch(in: Array(String(repeating: "a", count: 1_000)), &budget) == nil)
    #expect(!budget.isEnough)
  }

  /// Against Swift's own engine, on random patterns that both understand.
  @Test func agreesWithABacktrackingEngine() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = Generator(state: seed)
    func pattern(_ depth: Int) -> String {
      switch Int.random(in: 0..<(depth > 3 ? 4 : 9), using: &generator) {
      case 0, 1: return String("abc".randomElement(using: &generator) ?? "a")
      case 2: return "."
      case 3: return "[ab]"
      case 4: return pattern(depth + 1) + pattern(depth + 1)
      case 5: return "(?:" + pattern(depth + 1) + "|" + pattern(depth + 1) + ")"
      case 6: return "(?:" + pattern(depth + 1) + ")?"
      case 7:
        return "(?:" + pattern(depth + 1) + ")" + (Bool.random(using: &generator) ? "{1,2}" : "??")
      default: return pattern(depth + 1) + "\\b" + pattern(depth + 1)
      }
    }
    for _ in 0..<300 {
      let source = pattern(0)
      let text = String((0..<12).map { _ in "abc ".randomElement(using: &generator) ?? "a" })
      let expected = try text.firstMatch(of: Regex(source).wordBoundaryKind(.simple)).map {
        String(text[$0.range])
      }
      #expect(try first(source, text) == expected, "/\(source)/ in \"\(text)\", seed \(seed)")
    }
  }

  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    // SplitMix64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
