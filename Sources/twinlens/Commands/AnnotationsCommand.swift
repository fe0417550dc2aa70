import ArgumentParser
import Foundation
import Services

/// `twinlens annotations`: what to do with annotations outside the workbench.
struct AnnotationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "annotations", abstract: "Export annotations, or print their history.",
    subcommands: [Export.self, Log.self])

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Write the corrected dataset in its own format.")

    @Argument(help: "A dataset file or folder.")
    var dataset: String

    @Option(help: ArgumentHelp("File of the annotations.", valueName: "file"))
    var store: String?

    @Option(help: ArgumentHelp("Folder to write into.", valueName: "dir"))
    var out: String

    @Flag(help: "Also write each file as JSON Lines.")
    var jsonl = false

    func run() throws {
      let report = try AnnotationsReport(dataset: dataset, store: store)
      StandardOutput.write(try report.export(to: out, jsonl: jsonl))
    }
  }

  struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "log", abstract: "Print every edit, undo and redo, oldest first.")

    @Argument(help: "A dataset file or folder.")
    var dataset: String

    @Option(help: ArgumentHelp("File of the annotations.", valueName: "file"))
    var store: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let report = try AnnotationsReport(dataset: dataset, store: store)
      StandardOutput.write(json ? report.logJSON() : report.log())
    }
  }
}
