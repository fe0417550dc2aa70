import Annotations
import ArgumentParser
import Reports
import Services

/// `twinlens annotations assign`: which annotator gets which posts.
struct AssignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assign",
    abstract: "Share the posts of a dataset out among annotators.",
    discussion: """
      Some posts, as many as --overlap says, get two annotators, so that their agreement can be \
      measured; the rest get one. Who gets what is written to assignment.json beside the dataset's \
      own store. The workbench then lists to --annotator NAME the posts of NAME.
      """)

  @Argument(help: "A dataset file or folder.")
  var dataset: String

  @OptionGroup var text: EncodingOption

  @Option(help: ArgumentHelp("Names with commas between them.", valueName: "names"))
  var annotators: String

  @Option(
    help: ArgumentHelp(
      "Share of the posts that get several annotators, 0 to 1.", valueName: "share"))
  var overlap: Double

  @Option(help: ArgumentHelp("How many annotators these posts get.", valueName: "n"))
  var perPost = 2

  @Option(
    help: ArgumentHelp(
      "How much annotators take compared with the others, such as ada=2,bo=0.5; else 1 each.",
      valueName: "shares"))
  var share: String?

  @Option(help: ArgumentHelp("Decides which posts go to whom.", valueName: "n"))
  var seed: UInt64 = 1

  @Flag(help: "Replace another assignment of the dataset.")
  var replace = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var plan = Assignment.Plan(overlap: overlap)
    plan.perPost = perPost
    plan.seed = seed
    for text in ExpertNames.list(share) {
      let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let number = Double(parts[1]) else {
        throw AssignmentError.badShare(text)
      }
      plan.shares[parts[0]] = number
    }
    let report = try AssignmentReport(
      dataset: dataset, to: ExpertNames.list(annotators), plan, replacing: replace,
      encoding: text.encoding)
    StandardOutput.write(json ? report.json() : report.text())
  }
}
