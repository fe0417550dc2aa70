import Annotations
import ArgumentParser
import Foundation
import Reports
import Services

/// `twinlens annotations agreement`: how far annotators agree.
struct AgreementCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agreement",
    abstract: "Measure how far annotators agree on the labels of a dataset.",
    discussion: """
      Annotators are those of the dataset's own store and of the stores that --from names. What an \
      annotator says of a post is what his or her own steps leave there, whatever others did to it; \
      a post counts for each annotator who accepted it.

      Printed are Krippendorff's alpha and Fleiss' kappa of all annotators, Cohen's kappa and F1 of \
      every two, by token and by span, for mentions and for relations, each with a 95 % interval.
      """)

  @Argument(help: "A dataset file or folder.")
  var dataset: String

  @OptionGroup var text: EncodingOption

  @Option(
    help: ArgumentHelp("File of the annotations, or postgres://HOST/DATABASE.", valueName: "store"))
  var store: String?

  @Option(
    help: ArgumentHelp("Another store; may be given again.", valueName: "file"))
  var from: [String] = []

  @Option(
    help: ArgumentHelp(
      "Annotators to compare, with commas between them; else all.", valueName: "names"))
  var annotators: String?

  @Flag(help: "Count posts too that an annotator changed and did not accept.")
  var unfinished = false

  @Option(help: ArgumentHelp("Decides the samples behind the intervals.", valueName: "n"))
  var seed: UInt64 = 1

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let progress = ProgressLine()
    let start = Date()
    let report = try AgreementReport(
      dataset: dataset, store: store, from: from, of: annotators.map(ExpertNames.list),
      counting: unfinished ? .edited : .accepted, seed: seed, encoding: text.encoding
    ) { progress.show("resampling", $0, since: start) }
    progress.clear()
    StandardOutput.write(json ? report.json() : report.text())
  }
}
