import ArgumentParser
import Foundation
import Reports
import Services

/// `twinlens annotations`: what to do with annotations outside the workbench.
struct AnnotationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "annotations",
    abstract: """
      Export annotations, print, merge or copy their history, tell the progress, share out posts, measure agreement, check and repair a store.
      """,
    subcommands: [
      Export.self, Log.self, Merge.self, Stats.self, Copy.self, Schema.self, AssignCommand.self,
      AgreementCommand.self, Verify.self, Repair.self,
    ])

  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "merge", abstract: "Add the edits of another store that this one lacks.")

    @Argument(help: "A dataset file or folder.")
    var dataset: String

    @OptionGroup var text: EncodingOption

    @Option(
      help: ArgumentHelp(
        "File of the annotations to add to, or postgres://HOST/DATABASE.", valueName: "store"))
    var store: String?

    @Option(
      help: ArgumentHelp(
        "Store to take edits from; can be given several times; else where they went while the dataset's could not be written.",
        valueName: "file"))
    var from: [String] = []

    func run() throws {
      StandardOutput.write(
        try AnnotationsReport.merge(
          dataset: dataset, store: store, from: from, encoding: text.encoding))
    }
  }

  struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "log", abstract: "Print every edit, undo and redo, oldest first.")

    @Argument(help: "A dataset file or folder.")
    var dataset: String

    @OptionGroup var text: EncodingOption

    @Option(
      help: ArgumentHelp(
        "File of the annotations, or postgres://HOST/DATABASE.", valueName: "store"))
    var store: String?

    @Option(help: ArgumentHelp("Only the steps of this post.", valueName: "id"))
    var post: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let report = try AnnotationsReport(
        dataset: dataset, store: store, encoding: text.encoding)
      StandardOutput.write(try json ? report.logJSON(post: post) : report.log(post: post))
    }
  }
}
