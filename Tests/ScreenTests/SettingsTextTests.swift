import Foundation
import Settings
import Testing

@testable import Screen

@Suite struct SettingsTextTests {
  private static let many = 150_000

  /// What a stranger's file can hold to make a parser that calls itself run out of stack.
  @Test(arguments: [
    "a" + String(repeating: ".a", count: many) + " = 1",
    "[a" + String(repeating: ".a", count: many) + "]",
    "x = { a" + String(repeating: ".a", count: many) + " = 1 }",
    "a = " + String(repeating: "[", count: many),
    "a = " + String(repeating: "{a=", count: many),
    "\"a\"" + String(repeating: ".\"a\"", count: many) + " = 1",
    "s = \"\"\"x\"\"\"\n'a'" + String(repeating: " . 'a'", count: many) + " = 1",
  ])
  func depthIsRefused(_ text: String) {
    #expect(throws: SettingsTextError.self) { try SettingsText.table("\n" + text) }
    #expect(throws: ThemeError.self) { try Theme(toml: text, file: "theme.toml") }
  }

  @Test func theLineIsNamed() {
    let text =
      "name = \"x\"\nlong = \"\"\"\n\n\"\"\"\na" + String(repeating: ".b", count: 40) + " = 1"
    do {
      _ = try SettingsText.table(text)
      Issue.record("not refused")
    } catch {
      #expect(error.line == 5)
      #expect(error.reason.contains("levels"))
    }
  }

  /// Dots and brackets in strings and comments, numbers and dates are no levels.
  @Test func ordinaryTextIsRead() throws {
    let dots = String(repeating: ".[", count: 100)
    let text = """
      # \(dots)
      a = "\(dots) \\" \(dots)" # \(dots)
      b = '\(dots)\\'
      c = \"\"\"
      \(dots) "quoted" \(dots)
      \"\"\"
      d = '\'\'
      \(dots)
      '\'\'
      e = [\(String(repeating: "1.5, ", count: 100))]
      f.g.h = 1979-05-27
      """
    let table = try SettingsText.table(text)
    #expect(table.keys.sorted() == ["a", "b", "c", "d", "e", "f"])
    #expect(table["e"]?.array?.count == 100)
  }

  /// What made the parser end the program, and its kin: all are refused, by their lines.
  @Test(arguments: [
    "a = 1979-05-27T", "a = 1979-05-27T\u{1F}7:32:00Z", "a = [1979-05-27T👩07:32:00Z]",
    "a = 1979-05-27 1", "a = [1979-05-27 1\n]", "a = [1, \u{2028}2]", "a =\u{A0}1", "a = \u{85}1",
    "a = 07:32", "a = 07:32:00.", "a = 07:32:00.0123456789", "a = 1979-5-27", "[=]", "[[=]]",
    "[.a]", "[a.]", "[ ]", "[[a]", "[a", ".a = 1", "a. = 1", "a..b = 1", "= 1", "a", "a =", "a = ,",
    "a = ]", "a = {.b = 1}", "a = {= 1}", "a = {b}", "a = {b = 1,}", "a = {b = 1 c = 2}",
    "a = [1 2]", "a = [,]", "a = [", "a = {", "a = 1_", "a = 1__0", "a = _1", "a = 0x", "a = 0xG",
    "a = 1.", "a = .5", "a = 1e", "a = 1.e5", "a = +", "a = truely", "a = x",
    "a = 1\u{C}", "a = \"\u{1}\"", "a = \"\\q\"", "a = \"\\u12\"", "a = \"\\ud800\"",
    "a = \"\\U00110000\"", "a = \"\\", "a = \"x\ny\"", "a = 'x\ny'", "a = \"\"\"x\"\"",
    "a = \"\"\"x\\ y\"\"\"", "\"\"\"a\"\"\" = 1", "a = 1 b = 2", "a = 1\rb = 2", "é = 1", "# \u{7}",
    "a = 1 # \u{0B}", "a = \"\"\"\"\"\"\"\"\"", "a = " + String(repeating: "1", count: 65),
  ])
  func whatIsNoTOMLIsRefusedByItsLine(_ text: String) {
    let error = #expect(throws: SettingsTextError.self) {
      try SettingsText.table("x = \"y\" # \r\n\n" + text)
    }
    #expect(error.map { $0.line >= 3 && !$0.reason.isEmpty } == true, "\(text.debugDescription)")
  }

  /// Everything that settings may say has a form that is let through.
  @Test func everyKindOfValueIsRead() throws {
    let text = #"""
      a = [1, -17, +0, 1_000, 0xDEAD_beef, 0o755, 0b1101, 1.5, -0.01, 5e22, 1E-6, 6.6e-34, inf, -nan]
      b = [1979-05-27T07:32:00Z, 1979-05-27T00:32:00.999-07:00, 1979-05-27T07:32:00, 07:32:00.5]
      c = "tab\t quote\" back\\ \u00e9 \U0001F602"
      d = """"two"" \
           lines"""""
      e = x'
      f = { "q r".s = true , t = [ { u = '' } ] }
      [ g . "h.i" ]
      j-k_1 = false
      [[l]]
      [[l]]
      m = [
        1, # one
      ]
      """#
    let table = try SettingsText.table(
      "\u{FEFF}" + text.replacingOccurrences(of: "\n", with: "\r\n"))
    #expect(table.keys.sorted() == ["a", "b", "c", "d", "e", "f", "g", "l"])
    #expect(table["a"]?.array?.count == 14 && table["b"]?.array?.count == 4)
    #expect(table["c"]?.string == "tab\t quote\" back\\ é 😂")
    #expect(table["d"]?.string == "\"two\"\" lines\"\"")
    #expect(table["e"]?.string == "'x''" && table["l"]?.array?.count == 2)
  }
}
