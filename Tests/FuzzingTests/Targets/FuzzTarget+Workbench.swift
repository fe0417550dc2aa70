import Annotations
import Corpora
import Foundation
import Screen
import Settings

@testable import Services
@testable import Workbench

extension FuzzTarget {
  /// Files that people write for the workbench, and that it leaves for itself.
  static let workbench: [FuzzTarget] = [
    text(
      "lesson", .lessons, files: ["Samples/lessons/tour.toml"],
      tokens: tomlTokens + [
        "[[step]]", "[step.check]", "[step.quiz]", "ask = \"choice\"", "ask = \"type\"",
        "options = [",
        "answer = ", "query = ", "slide = ", "post = \"hb_0001\"", "{type PER}",
      ]
    ) { text in
      let lesson = try LessonFile(text, file: "fuzzed.toml")
      _ = try? lesson.fitting(Self.dataset)
      for step in lesson.steps {
        let size = Size(columns: 80, rows: 24)
        for words in [step.slide, step.notes, step.text] { _ = SlideText(words, on: size) }
      }
    },
    text("settings", .settings, tokens: tomlTokens + Setting.all.map { $0.name.rawValue + " = " }) {
      text in
      for owner in [ReadSettings.Owner.person, .dataset] {
        let read = ReadSettings(text, file: "fuzzed.toml", owner: owner, table: Setting.all)
        for problem in read.problems { _ = "\(problem)" }
        // What a person sets on the screen goes into the file, and is read from there.
        for said in read.said.prefix(3) {
          let changed = SettingsLines(text).setting(said.name.rawValue, to: said.value.toml)
          let again = ReadSettings(changed, file: "f", owner: owner, table: Setting.all)
          try require(
            again.said.contains { $0.name == said.name && $0.value == said.value },
            "\(said.name.rawValue) is lost where it is set")
        }
      }
    },
    text(
      "keymap", .keymaps,
      tokens: tomlTokens + [
        "[keys]", "next = ", "\"type PER\" = ", "\"F5\"", "\"C-x\"", "\"M-x\"", "quit = ",
      ]
    ) { text in
      _ = try Keymap.parse(text, file: "fuzzed.toml", types: [.person, EntityType("Ä b")])
    },
    text(
      "script", .scripts, files: ["docs/keys/walk-tweets.keys"],
      tokens: [
        "key ", "text ", "size 80x24", "wait", "picture ", "ctrl+", "shift+", "F24", "Return", "#",
      ]
    ) { text in
      let script = try KeyScript.parse(text, file: "fuzzed.keys")
      try require(script.keys >= 0, "fewer keys than none")
    },
    FuzzTarget(
      name: "memory", kind: .notes,
      tokens: ["\"version\":1", "\"place\":", "\"token\":", "\"seen\":", "\"notes\":", "\"step\":"]
        + tomlTokens, read: remember),
  ]

  /// The embedded sample, which lessons are about.
  private static let dataset: Dataset = {
    do { return try Dataset.open("\(root)/Samples/harbor") } catch {
      preconditionFailure("\(error)")
    }
  }()

  /// What sessions leave for the next: read from one file under each of its names.
  private static func remember(_ bytes: [UInt8]) throws {
    let scratch = ScratchFolder.own
    let store = StoreLocation(path: "\(scratch.path)/store", reason: .besideDataset)
    let memory = PlaceMemory(
      dataset, store, annotator: "ada", environment: ["XDG_STATE_HOME": scratch.path])
    try scratch.fill([
      ("twinlens/view.toml", bytes), ("twinlens/lesson.toml", bytes),
      ("twinlens/presenting.json", bytes), ("assignment.json", bytes),
    ])
    let environment = ["XDG_STATE_HOME": scratch.path]
    let view = ViewMemory(environment: environment)
    view.keep(view, environment: environment)
    try require(LessonMemory(environment: environment).done >= 0, "fewer tasks than none are done")
    if let notes = NotesFile(environment: environment)?.read() {
      _ = NotesText(notes).text(columns: 40)
    }
    try FileManager.default.createDirectory(
      atPath: (memory.path as NSString).deletingLastPathComponent, withIntermediateDirectories: true
    )
    _ = FileManager.default.createFile(atPath: memory.path, contents: Data(bytes))
    if let kept = memory.read() {
      memory.write(kept)
      try require(memory.read() == kept, "a place changes when it is written")
    }
    if let assignment = try AssignmentFile.read("\(scratch.path)/assignment.json") {
      try AssignmentFile.write(assignment, to: "\(scratch.path)/written.json")
      let again = try AssignmentFile.read("\(scratch.path)/written.json")
      try require(again == assignment, "an assignment changes when it is written")
    }
  }
}
