import Foundation
import Screen
import Settings
import Terminal
import Testing
import Workbench

@testable import Services

/// Settings files on the disk: the person's own, which is changed with care, and a dataset's, which
/// comes from a stranger.
@Suite("Settings files") struct SettingsFileTests {
  private let folder: TemporaryFolder
  private let environment: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    environment = [
      "HOME": folder.path, "XDG_CONFIG_HOME": folder.path + "/config",
      "XDG_STATE_HOME": folder.path + "/state",
    ]
  }

  private var file: String { folder.path + "/config/twinlens/config.toml" }

  private func write(_ text: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/config/twinlens", withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: true, encoding: .utf8)
  }

  private func read() throws -> PersonalSettings {
    try PersonalSettings(environment: environment, remembers: true)
  }

  private func dataset(_ text: String) throws -> String {
    let root = folder.path + "/data"
    try FileManager.default.createDirectory(
      atPath: root + "/.twinlens", withIntermediateDirectories: true)
    try text.write(
      toFile: SettingsFile.ofDataset(root: root), atomically: true, encoding: .utf8)
    return root
  }

  @Test("the table has every name once, and every built-in value is allowed")
  func table() {
    #expect(
      Setting.all.map(\.name.rawValue).sorted() == Setting.Name.allCases.map(\.rawValue).sorted())
    for setting in Setting.all {
      #expect(setting.value(of: "\(setting.builtIn)") == setting.builtIn, "\(setting.name)")
      #expect(!setting.summary.isEmpty && !setting.summary.hasSuffix("."))
      #expect(!setting.isForDatasets || setting.path(in: .text("/x.toml")) == nil, "no paths")
    }
    // What is fixed elsewhere is not written a second time.
    #expect(
      Setting.all.first { $0.name == .graphics }?.words == GraphicsMode.allCases.map(\.rawValue))
    #expect(
      Setting.all.filter(\.isForDatasets).map(\.name) == [.panels, .heat, .training, .heatColors])
  }

  @Test("without files and variables everything is built in")
  func nothing() throws {
    let personal = try read()
    #expect(personal.keys == nil)
    #expect(personal.settings.entries.allSatisfy { $0.source == .builtIn })
  }

  @Test("built-in, one's own file, a dataset's, a variable, an option: the later goes before")
  func precedence() throws {
    try write("# mine\npanels = false\nheat = true\ntraining = \"manual\"\ntheme = \"paper\"\n")
    let root = try dataset("panels = true\nheat = false\n")
    var environment = environment
    environment["TWINLENS_HEAT"] = "on"
    environment["TWINLENS_THEME"] = "dusk"
    var settings = try PersonalSettings(environment: environment, remembers: true).settings
    settings.take(.text("paper"), for: .theme, from: .option("--theme"))
    #expect(settings.take(datasetIn: root).isEmpty)
    func place(_ name: Setting.Name) -> String { settings[name]?.source.description ?? "" }
    #expect(settings.isOn(.panels) == true && place(.panels) == root + "/.twinlens/config.toml:1")
    #expect(settings.isOn(.heat) == true && place(.heat) == "TWINLENS_HEAT")
    #expect(settings.text(.training) == "manual" && place(.training) == file + ":4")
    #expect(settings.text(.theme) == "paper" && place(.theme) == "--theme")
    #expect(place(.mouse) == "built-in")
  }

  @Test("the first mistake of one's own file is named with its line")
  func mistakes() throws {
    try write("theme = \"paper\"\nmouse = 3\nthem = 1\n")
    #expect {
      try read()
    } throws: { error in
      "\(error)" == file + ":2: mouse must be on or off, not 3"
    }
  }

  @Test("paths lead from the folder of the file, and ~ is the person's own")
  func paths() throws {
    try write("keymap = \"keys.toml\"\ntheme = \"./bright.toml\"\n")
    #expect(try read().settings.text(.keymap) == folder.path + "/config/twinlens/keys.toml")
    #expect(
      try read().settings.text(.theme) == folder.path + "/config/twinlens/./bright.toml")
    try write("keymap = \"/k.toml\"\n")
    #expect(try read().settings.text(.keymap) == "/k.toml")
    try write("keymap = \"none\"\n")
    #expect(try read().settings.text(.keymap) == nil)
  }

  @Test("own keys in the file hold for every dataset, and a keymap file goes before them")
  func keys() throws {
    try write(
      """
      keymap = "keys.toml"
      [keys]
      next = "F6"
      previous = "F7"
      "type DOG" = "F8"
      """)
    _ = try "[keys]\nprevious = \"F9\"\n".write(
      toFile: folder.path + "/config/twinlens/keys.toml", atomically: true, encoding: .utf8)
    let personal = try read()
    var options = SessionOptions(dataset: nil, annotator: "a")
    (options.settings, options.ownKeys) = (personal.settings, personal.keys)
    let table = KeysTable.markdown(
      keymap: try Session.keymap(options, types: KeysTable.types))
    #expect(table.contains("| `F6` | `:next` |"))
    #expect(table.contains("| `F9` | `:previous` |"))
    #expect(!table.contains("F7") && !table.contains("F8"))
    // A file that was named for this dataset must fit it; a name of a command never may be wrong.
    options.settings.take(.text(file), for: .keymap, from: .option("--keymap"))
    #expect {
      try Session.keymap(options, types: KeysTable.types)
    } throws: { error in
      "\(error)".hasPrefix("\(file):5: no command \"type DOG\"")
    }
    try write("\n[keys]\nnxt = \"F6\"\n")
    var other = SessionOptions(dataset: nil, annotator: "a")
    other.ownKeys = try read().keys
    #expect {
      try Session.keymap(other, types: KeysTable.types)
    } throws: { error in
      "\(error)" == "\(file):3: no command \"nxt\"; did you mean \"next\"?"
    }
  }

  // MARK: A stranger's file

  @Test(
    "a dataset's file cannot keep anybody from opening it",
    arguments: [
      "theme = \"paper\"", "keymap = \"/etc/passwd\"", "annotator = \"mallory\"", "x = ",
      "[keys]\nquit! = \"j\"", "panels = \"\u{1B}[2J\"",
      String(repeating: "a = 1\n", count: 200_000),
    ])
  func strangers(_ text: String) throws {
    let root = try dataset(text)
    var settings = ResolvedSettings(Setting.all)
    #expect(settings.take(datasetIn: root).count == 1)
    #expect(settings == ResolvedSettings(Setting.all), "nothing is taken")
  }

  @Test("a dataset's file that is a link to elsewhere, a folder or a pipe is not read")
  func links() throws {
    let root = try dataset("")
    let path = SettingsFile.ofDataset(root: root)
    let outside = try folder.write("panels = false\n", "outside.toml")
    var settings = ResolvedSettings(Setting.all)
    func isRefused(_ words: String) -> Bool {
      let ignored = settings.take(datasetIn: root)
      return ignored.count == 1 && ignored[0].description.contains(words)
        && settings == ResolvedSettings(Setting.all)
    }
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: outside)
    #expect(isRefused("leads out of the dataset's folder"))
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    #expect(isRefused("is no regular file"))
    try FileManager.default.removeItem(atPath: path)
    #expect(mkfifo(path, 0o600) == 0)
    #expect(isRefused("is no regular file"))
    #expect(settings.take(datasetIn: folder.path + "/nowhere").isEmpty)
  }

  // MARK: Writing

  @Test("saving changes what it is about, and leaves comments and all else")
  func saving() throws {
    let old = """
      # mine
      theme = "dusk"  # dark room

      # Keys.
      [keys]
      next = ["j", "Down"]
      """
    try write(old)
    let path = try SettingsFile.save(
      [
        SettingChange(.theme, .text("paper")), SettingChange(.panels, .flag(false)),
        SettingChange(.sixelColors, .number(64)),
      ], environment: environment)
    #expect(path == file)
    #expect(
      try Program.text(file)
        == old.replacing(
          "theme = \"dusk\"  # dark room\n",
          with: "theme = \"paper\"  # dark room\npanels = false\nsixel-colors = 64\n"))
    let settings = try read().settings
    #expect(settings.text(.theme) == "paper" && settings.isOn(.panels) == false)
    #expect(settings[.panels]?.source == .person(file: file, line: 3))
    #expect(try read().keys != nil)
  }

  @Test("a file and its folder are made where there are none, for their owner alone")
  func making() throws {
    let change = SettingChange(.annotator, .text("Ada \"the\" Lund"))
    _ = try SettingsFile.save([change], environment: environment)
    #expect(try Program.text(file) == "annotator = \"Ada \\\"the\\\" Lund\"\n")
    #expect(try read().settings.text(.annotator) == "Ada \"the\" Lund")
    var info = stat()
    #expect(stat(folder.path + "/config/twinlens", &info) == 0 && info.st_mode & 0o777 == 0o700)
  }

  @Test("a link stays a link, and who may read the file stays as it is")
  func linksAndModes() throws {
    let real = try folder.write("mouse = true\n", "dotfiles.toml")
    chmod(real, 0o600)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/config/twinlens", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: real)
    _ = try SettingsFile.save([SettingChange(.mouse, .flag(false))], environment: environment)
    #expect(try Program.text(real) == "mouse = false\n")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: file) == real)
    var info = stat()
    #expect(stat(real, &info) == 0 && info.st_mode & 0o777 == 0o600)
  }

  @Test(
    "a file with a mistake is not written to",
    arguments: [
      "theme = ", "colour = 1\n", "panels = 7\n", "[odd]\nx = 1\n",
    ])
  func mistakesAreLeft(_ text: String) throws {
    try write(text)
    #expect(throws: SettingError.self) {
      try SettingsFile.save([SettingChange(.heat, .flag(true))], environment: environment)
    }
    #expect(try Program.text(file) == text)
  }

  @Test("paths are written from the root, so that they hold wherever the program runs")
  func savedPaths() throws {
    _ = try SettingsFile.save(
      [SettingChange(.keymap, .text("keys.toml"))], environment: environment)
    let here = FileManager.default.currentDirectoryPath
    #expect(try Program.text(file) == "keymap = \"\(here)/keys.toml\"\n")
  }
}
