import Foundation
import Testing

@testable import Screen

@Suite struct ThemeTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Themes")

  @Test(arguments: ["dusk", "paper"])
  func filesEqualTheBuiltInThemes(_ name: String) throws {
    let text = try String(
      contentsOf: Self.folder.appendingPathComponent("\(name).toml"), encoding: .utf8)
    let theme = try Theme(toml: text, file: "\(name).toml")
    let builtIn = try #require(Theme.builtIn(name))
    for role in Role.allCases {
      #expect(theme[role] == builtIn[role], "\(role)")
      #expect(builtIn.styles[role] != nil, "\(role) has no style")
      #expect(text.contains("\n\(role.rawValue) = "), "\(role) is not in the file")
    }
    #expect(theme == builtIn)
  }

  @Test func aFileChangesOnlyWhatItNames() throws {
    let theme = try Theme(
      toml: "name = \"mine\"\nbase = \"paper\"\n[roles]\nerror = { fg = \"#FF0000\", dim = true }",
      file: "mine.toml")
    #expect(theme.name == "mine")
    #expect(!theme.isDark)
    #expect(theme[.error] == Style(.rgb(255, 0, 0), on: .standard, .dim))
    #expect(theme[.gold] == Theme.paper[.gold])
  }

  @Test(arguments: [
    ("x = 1", "t.toml:1: nothing is called x"),
    ("name = \"a\"\n\n[roles]\ntext = \"standard\"\nperzon = \"#000000\"", "t.toml:5: nothing is"),
    ("[roles]\n# note\nperson = \"blue\"", "t.toml:3: person must be a colour"),
    ("[roles]\nperson = { fg = \"#12345G\" }", "t.toml:2: person must be"),
    ("[roles]\nperson = { blink = true }", "t.toml:2: nothing is called blink"),
    ("[roles]\nperson = { bold = 1 }", "t.toml:2: person must be"),
    ("base = \"noon\"", "t.toml:1: base must be"),
    ("[ramps]\nheat = [\"#000000\"]", "t.toml:2: heat must be"),
    ("roles = 3", "t.toml:1: roles must be"),
    ("a = \nb", "t.toml:1: this is not TOML"),
  ])
  func errorsNameTheLine(_ text: String, _ start: String) {
    do {
      _ = try Theme(toml: text, file: "t.toml")
      Issue.record("no error")
    } catch {
      #expect("\(error)".hasPrefix(start), "\(error)")
    }
  }

  @Test func entityTypesKeepTheirStyle() {
    let theme = Theme.dusk
    #expect(theme.entity("PER") == theme[.person])
    #expect(theme.entity("OTHER") == theme[.miscellaneous])
    #expect(theme.entity("product") == theme.entity("product"))
    let names = (0..<200).map { "type\($0)" }
    #expect(Set(names.map { theme.entity($0) }).count == 6)
  }

  /// The ends of a pair are in colours that no type has, and that nobody takes for each other.
  @Test(arguments: [Theme.dusk, .paper])
  func endsOfAPairLookLikeNoType(_ theme: Theme) {
    func distance(_ a: Ink, _ b: Ink) -> Double {
      guard case .rgb(let r, let g, let b1) = a, case .rgb(let r2, let g2, let b2) = b else {
        return .infinity
      }
      let parts = [(r, r2), (g, g2), (b1, b2)].map { Double($0) - Double($1) }
      return parts.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let types: [Role] = [
      .person, .location, .organization, .miscellaneous, .other1, .other2, .other3, .other4,
      .other5, .other6,
    ]
    let ends = [theme[.relationHead], theme[.relationTail]]
    for end in ends {
      for type in types {
        let apart = distance(end.background, theme[type].foreground)
        #expect(apart > 90, "\(type) in \(theme.name): \(apart)")
      }
      #expect(distance(end.background, end.foreground) > 200)
    }
    #expect(distance(ends[0].background, ends[1].background) > 60)
  }

  @Test func heatRunsAlongTheRamp() {
    let theme = Theme.dusk
    #expect(theme.heatInk(0) == theme.heatRamp.first)
    #expect(theme.heatInk(1) == theme.heatRamp.last)
    #expect(theme.heatInk(9) == theme.heatRamp.last)
    #expect(theme.heatInk(.nan) == theme.heatRamp.first)
    #expect(theme.heat(0).foreground != theme.heat(1).foreground)
  }
}
