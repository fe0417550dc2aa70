import Annotations
import ArgumentParser
import Foundation
import Reports
import Services

extension AnnotationsCommand {
  /// `twinlens annotations verify`: whether a store holds all that was saved in it.
  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Check everything about a store that can be checked.",
      discussion: """
        SQLite's own pages, the checksum of each step, their order, what undo and redo refer to, the log, the clocks, \
        and that each backup can be read; of a store on a server its steps. Each damage is named with its steps, what \
        is lost by it and what to do. Nothing is changed. The status is 1 when anything is lost or damaged.
        """)

    @Argument(
      help: ArgumentHelp(
        "File of the annotations, or postgres://HOST/DATABASE.", valueName: "store"))
    var store: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let (progress, start) = (ProgressLine(), Date())
      let found = try StoreVerification(path: store) {
        progress.show("checking steps", $0, since: start)
      }
      progress.clear()
      StandardOutput.write(json ? StoreReport.json(found) : StoreReport.text(found))
      if !found.isSound { throw ExitCode.failure }
    }
  }

  /// `twinlens annotations repair`: a new store of what is sound.
  struct Repair: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "repair",
      abstract: "Write a new store with everything that is sound in a damaged one and its backups.",
      discussion: """
        The old store is only read, and nothing is overwritten. Steps are taken as SQLite reads them, then from \
        pages that nothing leads to any more, then from backups of the same history; each only if it fits its checksum. \
        What is missing is listed by number. The status is 0 when a new store was written, whatever it lacks.
        """)

    @Argument(
      help: ArgumentHelp(
        "File of the annotations, or postgres://HOST/DATABASE.", valueName: "store"))
    var store: String

    @Option(help: ArgumentHelp("The new store; nothing may be there.", valueName: "file"))
    var output: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let (progress, start) = (ProgressLine(), Date())
      let repair = try StoreRepair(of: store, to: output) {
        progress.show("reading steps", $0, since: start)
      }
      progress.clear()
      StandardOutput.write(json ? StoreReport.json(repair) : StoreReport.text(repair))
    }
  }
}
