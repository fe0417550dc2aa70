import ArgumentParser
import Corpora
import Files
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

      With - in place of a file, that one comes from standard input and both are read side by side, \
      record by record: JSON Lines, or the answers of `predict -`.
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

  private var isStream: Bool { gold == "-" || predicted == "-" }

  func validate() throws {
    if gold == "-", predicted == "-" {
      throw ValidationError("--gold and --pred cannot both come from standard input")
    }
    if isStream, text.encoding != nil {
      throw ValidationError("--encoding is not for a stream: JSON is UTF-8")
    }
  }

  /// One of two streams.
  private func side(_ path: String) throws -> AnswerStream.Side {
    guard path != "-" else {
      return AnswerStream.Side(
        ByteStream(descriptor: STDIN_FILENO, name: "standard input"), name: "standard input")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ByteStreamError(name: path, code: errno) }
    return AnswerStream.Side(ByteStream(descriptor: descriptor, name: path), file: path)
  }

  func run() throws {
    let progress = ProgressLine()
    if isStream {
      let start = Date()
      let report = try ScoreReport(
        task: task, gold: try side(gold), predicted: try side(predicted),
        reading: strict ? .strict : .lenient, nulls: nulls
      ) { progress.show("resampling", $0, since: start) }
      progress.clear()
      StandardOutput.write(json ? report.json() : report.text())
      return
    }
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
