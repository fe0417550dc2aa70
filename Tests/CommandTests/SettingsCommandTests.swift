import Annotations
import Corpora
import Foundation
import Testing

/// Settings and stopping places through the program, as a person would use them.
@Suite("Settings and places", .enabled(if: Program.isBuilt, "the program is not built"))
struct SettingsCommandTests {
  private let folder: TemporaryFolder
  private let data: String
  private let environment: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallDataset.make(in: folder)
    environment = [
      "XDG_CONFIG_HOME": folder.path + "/config", "XDG_STATE_HOME": folder.path + "/state",
    ]
  }

  private var file: String { folder.path + "/config/twinlens/config.toml" }

  private func write(_ text: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/config/twinlens", withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: true, encoding: .utf8)
  }

  private func run(_ arguments: [String], adding: [String: String] = [:]) throws -> Program.Result {
    try Program.run(arguments, environment: environment.merging(adding) { $1 })
  }

  private func script(
    _ lines: String, _ arguments: [String] = [], as name: String = "ada"
  ) throws -> Program.Result {
    let keys = try folder.write(lines, "keys-\(UUID().uuidString)")
    return try run([data, "--script", keys, "--annotator", name, "--size", "300x40"] + arguments)
  }

  private struct Report: Decodable {
    struct Entry: Decodable {
      let name: String
      let source: String
      let place: String?
    }
    let settings: [Entry]
    let notTaken: [String]
  }

  private func report(
    _ arguments: [String], adding: [String: String] = [:]
  ) throws -> [String: String] {
    let result = try run(["config", "--json"] + arguments, adding: adding)
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    return Dictionary(
      uniqueKeysWithValues: report.settings.map { ($0.name, $0.place ?? $0.source) })
  }

  @Test("config says where each value comes from")
  func origins() throws {
    try write("# mine\ntheme = \"paper\"\nheat = true\n")
    try FileManager.default.createDirectory(
      atPath: data + "/.twinlens", withIntermediateDirectories: true)
    try "panels = false\nheat = false\ntheme = \"dusk\"\n".write(
      toFile: data + "/.twinlens/config.toml", atomically: true, encoding: .utf8)
    let places = try report(
      [data, "--no-mouse"], adding: ["TWINLENS_EMOJI": "base"])
    #expect(places["theme"] == file + ":2")
    #expect(places["heat"] == data + "/.twinlens/config.toml:2")
    #expect(places["panels"] == data + "/.twinlens/config.toml:1")
    #expect(places["emoji"] == "TWINLENS_EMOJI")
    #expect(places["mouse"] == "--no-mouse")
    #expect(places["graphics"] == "built-in")
    let text = try run(["config", data])
    #expect(text.output.contains("not taken: ") && text.output.contains("config.toml:3: a dataset"))
    // Without the dataset its file says nothing.
    #expect(try report([])["heat"] == file + ":3")
  }

  @Test("mistakes in files, variables and options stop every command that reads settings")
  func mistakes() throws {
    try write("\nmose = false\n")
    for command in [["config"], ["keys"], [data, "--script", "/dev/null"]] {
      let result = try run(command)
      #expect(result.status != 0)
      #expect(
        result.errors.contains("config.toml:2: there is no setting \"mose\"; did you mean mouse?"))
    }
    try write("")
    let variable = try run(["config"], adding: ["TWINLENS_GRAPHICS": "3d"])
    #expect(variable.status != 0 && variable.errors.contains("TWINLENS_GRAPHICS: graphics must be"))
    let option = try run(["config", "--sixel-colors", "999"])
    #expect(option.status != 0)
    #expect(option.errors.contains("--sixel-colors: sixel-colors must be a number from 2 to 256"))
    // What does not read them works on.
    try write("\nmose = false\n")
    #expect(try run(["audit", data]).status == 0)
  }

  @Test("what a session sets and saves holds in the next")
  func saving() throws {
    try write("# mine\nheat = false # cool\n")
    let first = try script(
      """
      text :set --save heat on
      key Return
      text :set panels off
      key Return
      text :save-settings
      key Return
      text :set panels
      key Return
      """)
    #expect(first.status == 0)
    #expect(first.output.contains("heat is kept in " + file))
    #expect(try Program.text(file) == "# mine\nheat = true # cool\npanels = false\n")
    let places = try report([])
    #expect(places["heat"] == file + ":2" && places["panels"] == file + ":3")
    let second = try script("text :set panels\nkey Return\n")
    #expect(second.output.contains("panels is off (\(file):3)"))
  }

  @Test("a theme or keymap that cannot be used is neither taken nor kept")
  func unusable() throws {
    let result = try script(
      """
      text :set theme /nowhere/x.toml
      key Return
      text :set --save keymap /nowhere/k.toml
      key Return
      text :set keymap
      key Return
      """)
    #expect(result.status == 0)
    #expect(result.output.contains("theme stays as it is: "))
    #expect(result.output.contains("the settings are not saved: /nowhere/k.toml"))
    #expect(result.output.contains("keymap is none (built-in)"))
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  @Test("own keys are the keys of the workbench and of the table")
  func keys() throws {
    try write("[keys]\nnext = \"F6\"\n\"type LOC\" = \"F5\"\n")
    let table = try run(["keys"]).output
    #expect(table.contains("| `F6` | `:next` |") && table.contains("| `F5` | `:type LOC` |"))
    let standard = try run(["keys", "--standard"]).output
    #expect(standard.contains("| `j` `Down` `n` | `:next` |"))
    let frames = try script("key F6\nkey F5\n")
    #expect(frames.output.contains("small  post-1") && frames.output.contains("committed 1"))
    let mine = try folder.write("[keys]\nnext = \"F9\"\n", "mine.toml")
    #expect(try run(["keys", "--keymap", mine]).output.contains("| `F9` | `:next` |"))
    let live = try script("text :set keymap \(mine)\nkey Return\nkey F9\n")
    #expect(live.output.contains("keymap is \(mine); :save-settings keeps it"))
    #expect(lastFrame(live.output).contains("small  post-1"))
  }

  /// The last frame of a script.
  private func lastFrame(_ output: String) -> String {
    output.components(separatedBy: "== frame ").last ?? ""
  }

  @Test("a script opens at the first post unless it resumes")
  func resuming() throws {
    let go = "key j\nkey j\nkey j\nkey 0\nkey l\n"
    _ = try script(go)
    #expect(try lastFrame(script("size 300x40\n").output).contains("small  post-0"))
    _ = try script(go, ["--resume"])
    let again = try lastFrame(script("size 300x40\n", ["--resume"]).output)
    #expect(again.contains("small  post-3") && again.contains("token 1 label O  lost"))
    #expect(try lastFrame(script("size 300x40\n").output).contains("small  post-0"))
    #expect(
      try lastFrame(script("size 300x40\n", ["--resume"], as: "bo").output).contains(
        "small  post-0"))
    let named = try lastFrame(script("size 300x40\n", ["--resume", "--post", "post-1"]).output)
    #expect(named.contains("small  post-1"))
  }

  @Test("who comes back is told what others did")
  func unread() throws {
    _ = try script("key L\n", ["--resume"])
    _ = try script("key Return\nkey Return\nkey M\n", as: "bo")
    let back = try script("size 300x40\n", ["--resume"])
    #expect(back.errors.contains("bo accepted 2 posts and changed 1 since "))
    #expect(back.errors.contains("; /since:me lists them"))
    // Once it was told, it is known.
    let later = try script("size 300x40\n", ["--resume"])
    #expect(!later.errors.contains("bo accepted"))
  }

  @Test("with the models hidden, a session prints nothing of them")
  func hidden() throws {
    let models = try SmallModels.make(for: try Dataset.open(data), in: folder)
    let open = ["--models", models]
    let shown = try script("wait\n", open).output
    #expect(shown.contains("bilstm"))
    let hidden = try script("wait\nkey j\nwait\n", open + ["--no-panels"]).output
    for words in ["bilstm", "riva", "routed", "gates"] { #expect(!hidden.contains(words)) }
    let back = try script("wait\nkey Z\nwait\n", open + ["--no-panels"]).output
    #expect(lastFrame(back).contains("bilstm"))
  }

  @Test("the manual's table of settings is the program's")
  func manual() throws {
    let table = try run(["config", "--markdown"]).output
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/annotating.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let section = text.components(separatedBy: "<!-- settings -->").dropFirst().first?
      .components(separatedBy: "<!-- /settings -->").first
    #expect(
      section?.trimmingCharacters(in: .whitespacesAndNewlines)
        == table.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
