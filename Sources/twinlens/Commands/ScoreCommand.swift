import ArgumentParser
import Corpora
import Foundation
import Reports
import Services

/// `twinlens score`: the metrics alone, for files of any system.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score a file of predicted labels by a file of gold ones.",
    discussion: """
      Both files are MNER text, columns as in CoNLL-2003 (word first, tag last), MNRE lines, JSON \
      Lines, or plain labels: for re one relation a line, for ner one tag a line with blank lines \
      between posts. Formats are told by content and may differ; posts must stand in the same \
      order. Tags are BIO (IOB2, IOB1), IO, BIOES, BILOU or BMES; each file may have its own.

      Scores are micro-averaged, in percent. For re the headline leaves out the label that says \
      that there is no relation: None, none, no_relation, NA or Other, or what --null names. A \
      difference of posts, words or pairs is an error that names the first.
      """)

  @Option(help: "What is scored: ner or re.")
  var task: ScoredTask

  @Option(help: ArgumentHelp("File of the right labels.", valueName: "file"))
  var gold: String

  @Option(
    name: [.customLong("pred")], help: ArgumentHelp("File of the system's.", valueName: "file"))
  var predicted: String

  @OptionGroup var text: EncodingOption

  @Flag(help: "Read tags strictly: a mention begins with B.")
  var strict = false

  @Option(
    name: [.customLong("null")],
    help: ArgumentHelp(
      "A label that says that a pair has no relation; may be given again.", valueName: "label"))
  var nulls: [String] = []

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let progress = ProgressLine()
    let start = Date()
    let report = try ScoreReport(
      task: task, gold: gold, predicted: predicted, reading: strict ? .strict : .lenient,
      nulls: nulls, encoding: text.encoding
    ) { progress.show("resampling", $0, since: start) }
    progress.clear()
    StandardOutput.write(json ? report.json() : report.text())
  }
}

extension ScoredTask: ExpressibleByArgument {}
