import ArgumentParser
import Corpora
import Files
import Foundation
import Inspection
import Reports
import Screen
import Services
import Synchronization

/// `twinlens audit DATASET`: what would leak the labels or mislead.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Find what would leak the labels of a dataset or mislead a model.",
    discussion: """
      Looks at region files, pictures and texts that splits share, tags, pictures that are missing \
      or broken, labels that contradict each other, and labels that differ between splits.

      The exit status is 1 when something serious was found, 2 when the dataset cannot be read, \
      else 0.

      `twinlens audit - --counts` counts JSON Lines from standard input. Everything else is about what posts of \
      the whole set have in common, and takes a file or folder.
      """)

  @Argument(help: "A dataset file or folder.")
  var dataset: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Files of regions; those beside the dataset are found automatically.", valueName: "file"))
  var regions: [String] = []

  @OptionGroup var input: ReadingOptions

  @Flag(help: "List every place of a finding, not the first five; JSON always does.")
  var all = false

  @Flag(help: "Only count posts, pictures, mentions and pairs, split by split.")
  var counts = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let audit: DatasetAudit
    do {
      if dataset == "-" {
        let report = CountsReport(try streamCounts())
        return StandardOutput.write(json ? report.json() : report.text())
      }
      if counts {
        let report = CountsReport(DatasetCounts(try input.open(dataset)))
        StandardOutput.write(json ? report.json() : report.text())
        return
      }
      audit = try self.audit()
    } catch {
      // Status 1 means findings, so that scripts can tell the two apart.
      StandardOutput.complain("Error: " + Sanitizer(emoji: .base).visible("\(error)"))
      throw ExitCode(2)
    }
    let colored = AuditReport.hasColors(environment: ProcessInfo.processInfo.environment)
    let report = AuditReport(audit, colored: colored, all: all)
    StandardOutput.write(json ? report.json() : report.text())
    if audit.isSerious { throw ExitCode.failure }
  }

  private func streamCounts() throws -> DatasetCounts {
    guard counts else {
      throw Refusal(
        "- can only be counted (--counts): leaks, repeated texts and contradictions are found by comparing all posts; "
          + "save the stream as a file and give that")
    }
    guard input.encoding == nil else {
      throw Refusal("--encoding is not for a stream: JSON is UTF-8")
    }
    var (lines, first): (Int, CorporaError?) = (0, nil)
    let input = ByteStream(descriptor: STDIN_FILENO, name: "standard input")
    let counts = try DatasetCounts(
      AnswerStream.Side(input, name: "standard input"),
      pictures: try PictureFolder(self.input.images ?? ".")
    ) { error in
      (lines, first) = (lines + 1, first ?? error)
    }
    if let first {
      StandardOutput.complain(
        "twinlens: \(lines == 1 ? "a line is" : "\(lines) lines are") not counted: \(first)")
    }
    return counts
  }

  private func audit() throws -> DatasetAudit {
    let progress = ProgressLine()
    let starts = Mutex<[String: Date]>([:])
    defer { progress.clear() }
    return try DatasetAudit(input.open(dataset), regions: regions) {
      step, share in
      let start = starts.withLock { starts in
        let start = starts[step] ?? Date()
        starts[step] = start
        return start
      }
      progress.show(step, share, since: start)
    }
  }
}
