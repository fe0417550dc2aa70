import Inspection
import Screen
import Settings

@testable import Queries

extension FuzzTarget {
  /// Files of text that need no workbench.
  static let texts: [FuzzTarget] = [
    text("toml", .settings, files: ["Themes/paper.toml"], tokens: tomlTokens) { text in
      let lines = SettingsLines(text)
      try require(lines.entries.allSatisfy { $0.line > 0 }, "an entry before the first line")
      _ = lines.setting("theme", to: "\"dusk\"")
      _ = try SettingsText.table(text)
    },
    text(
      "theme", .themes, files: ["Themes/dusk.toml", "Themes/paper.toml"],
      tokens: tomlTokens + [
        "[roles]", "[ramps]", "heat = [", "\"#A0B1C2\"", "bold = true", "base = \"dusk\"",
      ]
    ) { text in _ = try Theme(toml: text, file: "fuzzed.toml") },
    text("saved-queries", .queries, tokens: tomlTokens + ["ferry = ", "\"label:PER\""]) { text in
      let read = try SavedQueriesText.read(text)
      let again = try SavedQueriesText.read(SavedQueriesText.written(read))
      try require(read == again, "saved queries change when they are written")
    },
    text(
      "what-if", .notes,
      tokens: datasetTokens + [
        "drop ", "mask ", "region ", "set ", "swap ", "edit ", "0,0,100,100", "\"changes\":[", "=",
      ]
    ) { text in
      let read = try SavedWhatIfText.read(text)
      let again = try SavedWhatIfText.read(SavedWhatIfText.written(read))
      try require(Set(again) == Set(read), "a what-if changes when it is written")
    },
  ]

  static let tomlTokens = [
    " = ", "[", "]", "[[", "]]", "{", "}", "\"", "'", "\"\"\"", "'''", ".", ",", "#", "\\u0041",
    "true", "1979-05-27T07:32:00Z", "0x1F", "1e5", "inf", "nan", "\"\".", "=[", "{a.b=1}",
  ]
  static let datasetTokens = [
    "{\"name\":\"a\",", "\"post\":\"p\",", "\"note\":\"\"", "}\n",
  ]

  static func text(
    _ name: String, _ kind: Kind, files: [String] = [], tokens: [String],
    _ read: @escaping @Sendable (String) throws -> Void
  ) -> FuzzTarget {
    FuzzTarget(name: name, kind: kind, files: files, tokens: tokens) {
      try read(String(decoding: $0, as: UTF8.self))
    }
  }
}
