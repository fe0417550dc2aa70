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
}
