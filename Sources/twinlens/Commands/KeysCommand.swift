import ArgumentParser
import Foundation
import Reports
import Services
import Settings
import Workbench

/// `twinlens keys`: the table of keys and commands as they are for this person.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Print all keys and commands of the workbench as Markdown.",
    discussion: "Your own keys count: those of your settings file and those of a keymap file.")

  @Option(help: ArgumentHelp("File of own keys.", valueName: "file"))
  var keymap: String?

  @Flag(help: "Print the standard keys, whatever is set.")
  var standard = false

  func validate() throws {
    if standard, keymap != nil {
      throw ValidationError("--standard and --keymap exclude each other")
    }
  }

  func run() throws {
    var text = KeysTable.markdown(keymap: standard ? nil : try ownKeymap())
    while text.last == "\n" { text.removeLast() }
    StandardOutput.write(text)
  }

  /// - Throws: `SettingError`, `SessionError`, `KeymapError`.
  private func ownKeymap() throws -> Keymap {
    let personal = try PersonalSettings(
      environment: ProcessInfo.processInfo.environment, remembers: false)
    var options = SessionOptions(dataset: nil, annotator: "")
    (options.settings, options.ownKeys) = (personal.settings, personal.keys)
    if let keymap {
      options.settings.take(.text(keymap), for: .keymap, from: .option("--keymap"))
    }
    return try Session.keymap(options, types: KeysTable.types)
  }
}
