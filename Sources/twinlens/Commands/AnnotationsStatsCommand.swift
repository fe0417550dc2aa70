import ArgumentParser
import Reports
import Services

extension AnnotationsCommand {
  /// `twinlens annotations stats`: how far the annotation has come.
  struct Stats: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "stats",
      abstract:
        "Print pace, what is done and left, and when it will be done, by day and annotator.",
      discussion: """
        Computed from the times of the edits: the time between two edits of one person counts for the post of the \
        later one, and pauses over ten minutes are left out.
        """)

    @Argument(help: "A dataset file or folder.")
    var dataset: String

    @OptionGroup var text: EncodingOption

    @Option(
      help: ArgumentHelp(
        "File of the annotations, or postgres://HOST/DATABASE.", valueName: "store"))
    var store: String?

    @Flag(help: "Print JSON, with the seconds of each post.")
    var json = false

    func run() throws {
      let report = try AnnotationsReport(
        dataset: dataset, store: store, encoding: text.encoding)
      StandardOutput.write(json ? report.statsJSON() : report.stats())
    }
  }
}
