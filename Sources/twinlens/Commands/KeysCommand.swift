import ArgumentParser
import Reports
import Services
import Workbench

/// `twinlens keys`: the table of keys and commands as the manual has it.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Print all keys and commands of the workbench as Markdown.")

  func run() {
    var text = KeysTable.markdown()
    while text.last == "\n" { text.removeLast() }
    StandardOutput.write(text)
  }
}
