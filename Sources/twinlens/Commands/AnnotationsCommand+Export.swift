import Annotations
import ArgumentParser
import Corpora
import Foundation
import Reports
import Services

extension AnnotationsCommand {
  /// `twinlens annotations export`.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Write the corrected dataset, in its own format and others.",
      discussion: """
        Each file is written in its own format, with nothing changed but what was edited, and in \
        each format that --format names. State, annotator and time of each post stand in the fields \
        or columns of formats that have them, else in annotations.state.jsonl beside the files.
        """)

    @Argument(help: "A dataset file or folder.")
    var dataset: String

    @OptionGroup var input: ReadingOptions

    @Option(
      help: ArgumentHelp(
        "File of the annotations, or postgres://HOST/DATABASE.", valueName: "store"))
    var store: String?

    @Option(help: ArgumentHelp("Folder to write into.", valueName: "dir"))
    var out: String

    @OptionGroup var also: WritingOptions

    @Option(
      help: ArgumentHelp(
        "Write only posts in this state: accepted (by an annotator or in adjudication), or one of the states "
          + "alone. Can be given several times.", valueName: "state"))
    var only: [ExportedState] = []

    @Flag(help: "Export again whenever the annotations change, until C-c.")
    var watch = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let interrupt = watch ? Interrupt() : nil
      // Before annotations are read: what is stored from now on is a change.
      let paths = watch ? try open().watched : []
      let stamps = FileStamps(paths)
      let report = try open()
      var request = AnnotationsReport.ExportRequest(
        folder: out, formats: also.all, scheme: also.scheme,
        only: only.isEmpty ? nil : only.reduce(into: []) { $0.formUnion($1.states) })
      request.mayBeEmpty = watch
      let progress = ProgressLine()
      let start = Date()
      let first = try report.export(request) { progress.show("writing", $0, since: start) }
      progress.clear()
      StandardOutput.write(json ? first.json() : first.text())
      guard let interrupt else { return }
      request.previous = first.report.files
      StandardOutput.complain("watching \(paths.first ?? dataset); C-c ends")
      follow(paths, since: stamps, report.revision, request, until: interrupt)
      StandardOutput.complain("stopped; the last export is in \(out)")
    }

    /// Exports again after each change.
    private func follow(
      _ paths: [String], since first: FileStamps, _ revision: String,
      _ request: AnnotationsReport.ExportRequest, until interrupt: Interrupt
    ) {
      var (stamps, revision, request) = (first, revision, request)
      var told: Set<String> = []
      while !interrupt.isRaised {
        let now = FileStamps(paths)
        // A server has no file to look at, so it is asked.
        if paths.isEmpty { usleep(2 * Self.pause) }
        guard paths.isEmpty || now != stamps else {
          usleep(Self.pause)
          continue
        }
        stamps = now
        do {
          let report = try open()
          guard report.revision != revision else { continue }
          let next = try report.export(request)
          (request.previous, revision) = (next.report.files, report.revision)
          let time = Date().formatted(.iso8601)
          StandardOutput.write(json ? next.json() : "\(time)  exported again; \(next.summary)")
          for note in next.findings where !told.contains(note) {
            StandardOutput.complain("note: \(note)")
          }
          told = Set(next.findings)
        } catch {
          // The dataset may be half written, the disk full: the next change tries again.
          StandardOutput.complain("not exported: \(error)")
        }
      }
    }

    /// Microseconds between two looks.
    private static let pause: UInt32 = 500_000

    private func open() throws -> AnnotationsReport {
      try AnnotationsReport(
        dataset: dataset, store: store, images: input.images, encoding: input.encoding)
    }
  }
}

/// What `--only` takes: a state, or `accepted` for all that a person stands behind.
struct ExportedState: ExpressibleByArgument {
  let states: Set<ReviewState>

  init?(argument: String) {
    if argument == Self.accepted {
      states = Set(ReviewState.allCases.filter(\.isAccepted))
    } else if let state = ReviewState(rawValue: argument) {
      states = [state]
    } else {
      return nil
    }
  }

  private static let accepted = "accepted"

  static var allValueStrings: [String] { [accepted] + ReviewState.allCases.map(\.rawValue) }
}
