import Annotations
import ArgumentParser
import Files
import Foundation
import Reports
import Services

extension AnnotationsCommand {
  /// `twinlens annotations copy`.
  struct Copy: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "copy", abstract: "Copy a whole store to an empty one, file or server.",
      discussion: """
        All steps go over in one transaction and are compared afterwards, byte by byte; a target with \
        steps in it is left as it is. Retrained routers, answers of models and rankings stay where \
        they are.
        """)

    @Argument(help: "The store to copy: a file, or postgres://HOST/DATABASE.")
    var from: String

    @Argument(help: "The empty store, made where it is a file.")
    var to: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let progress = ProgressLine()
      var (part, start) = (StoreTransfer.Part.reading, Date())
      let copy = try StoreTransfer(from: from, to: to) {
        if $0 != part { (part, start) = ($0, Date()) }
        progress.show("\($0) steps", $1, since: start)
      }
      progress.clear()
      StandardOutput.write(json ? copy.json() : copy.text())
    }
  }

  /// `twinlens annotations schema`.
  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "schema", abstract: "Print the SQL that makes a store in a PostgreSQL database.",
      discussion: """
        For the administrator of the server: twinlens annotations schema | psql -v ON_ERROR_STOP=1 -d \
        DATABASE. Who annotates may read and append steps, and change none.
        """)

    @Option(help: ArgumentHelp("Role that the tables belong to.", valueName: "role"))
    var owner = "twinlens_owner"

    @Option(help: ArgumentHelp("Role of those who read and append.", valueName: "role"))
    var annotators = "twinlens_annotator"

    @Option(help: ArgumentHelp("Role of those who only read.", valueName: "role"))
    var readers = "twinlens_reader"

    func run() {
      StandardOutput.write(
        PostgresSchema.script(owner: owner, annotators: annotators, readers: readers))
    }
  }
}
