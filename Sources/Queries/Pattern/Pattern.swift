/// A regular expression that is matched in time linear in the text, whatever it says.
///
/// Backtracking engines need time exponential in the text for patterns such as `^(\w+\s?)+$`, and a
/// search must never hold up a key. All states that the pattern can be in are carried along
/// together instead (Thompson 1968; Pike's machine,
/// https://swtch.com/~rsc/regexp/regexp2.html), so what cannot be matched that way, looking around
/// and back-references, is refused. Among the matches that begin first it prefers what a
/// backtracking engine would find first.
package struct Pattern: Sendable, Equatable {
  /// What stands between the slashes.
  package let source: String
  let program: [Step]

  /// Steps of a program: more would make one character of text expensive.
  static let mostSteps = 1_000

  /// One step of the machine; steps are named by their place in the program.
  enum Step: Sendable, Equatable {
    /// Takes one character.
    case take(Test)
    /// Continues at both places, the first being preferred.
    case fork(Int, Int)
    case jump(Int)
    /// Continues where the place holds.
    case at(Place)
    case match
  }

  /// A place between characters.
  enum Place: Sendable, Equatable { case start, end, boundary, noBoundary }

  /// Which characters a step takes.
  indirect enum Test: Sendable, Equatable {
    case any
    case character(Character)
    case range(ClosedRange<UInt32>)
    case word, digit, space
    /// A general category by its letter or two, such as `L` or `Lu`.
    case category(String)
    case oneOf([Test])
    case not(Test)
    /// Whatever the case.
    case folded(Test)

    func takes(_ character: Character) -> Bool {
      switch self {
      case .any: true
      case .character(let own): own == character
      case .range(let range):
        character.unicodeScalars.count == 1
          && character.unicodeScalars.first.map { range.contains($0.value) } == true
      case .word: character.isLetter || character.isNumber || character == "_"
      case .digit: character.unicodeScalars.first?.properties.numericType == .decimal
      case .space: character.isWhitespace
      case .category(let name):
        character.unicodeScalars.first?.properties.generalCategory.letters.hasPrefix(name) == true
      case .oneOf(let tests): tests.contains { $0.takes(character) }
      case .not(let test): !test.takes(character)
      case .folded(let test):
        test.takes(character)
          || [character.lowercased(), character.uppercased()].contains { other in
            other.count == 1 && other.first.map(test.takes) == true
          }
      }
    }
  }

  /// What can be wrong with a pattern. The wording stands here.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    case unclosed(Character)
    case unopened
    case nothingToRepeat(Character)
    case badCount(String)
    case badRange(String)
    case badEscape(String)
    case notLinear(String)
    case tooLarge

    package var description: String {
      switch self {
      case .unclosed(let sign): "\(sign) is never closed; \\\(sign) means the character"
      case .unopened: ") closes nothing; \\) means the character"
      case .nothingToRepeat(let sign):
        "\(sign) has nothing to repeat; \\\(sign) means the character"
      case .badCount(let text): "{\(text)} is no count; write {2}, {2,} or {2,5}"
      case .badRange(let text): "the range \(text) runs backwards"
      case .badEscape(let text): "\(text) means nothing here"
      case .notLinear(let what): "\(what) cannot be searched for: only what takes linear time can"
      case .tooLarge: "it is too large; use smaller counts"
      }
    }
  }

  /// Reads a pattern: literals, `.`, classes, `\w \d \s \b` and their opposites, `\p{Lu}`, `^ $`,
  /// groups, `|`, greedy and lazy repetition, and `(?i)`.
  init(_ source: String) throws(Failure) {
    self.source = source
    var parser = PatternParser(source)
    program = try parser.program()
  }
}

extension Unicode.GeneralCategory {
  /// Its two letters in the standard (https://www.unicode.org/reports/tr44/).
  fileprivate var letters: String {
    switch self {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: "Cn"
    @unknown default: "Cn"
    }
  }
}
