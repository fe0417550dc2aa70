import ArgumentParser
import Corpora
import Extractors
import Foundation
import Inspection
import Reports
import Services
import Studies

/// `twinlens evaluate`: RDS's tables for a dataset and a model set.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Score both experts on the router's sets, and their union.")

  @Argument(help: "The dataset.") var dataset: String
  @Option(help: "train, dev, test or all; without it test, or dev where there is no test.")
  var split: String?
  @OptionGroup var choice: ModelChoice
  @OptionGroup var input: ReadingOptions
  @Flag(help: "Read tags strictly (a mention begins with B) in the JSON.") var strict = false
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    if let split, Split(rawValue: split) == nil {
      throw ValidationError("--split takes train, dev, test or all")
    }
  }

  /// The test split where it has labels of the task, else dev, else everything.
  private func scored(of dataset: Dataset, _ task: ExpertTask) -> Split {
    [Split.test, .dev].first { split in
      let posts = dataset.posts(in: split)
      return task == .entities ? !posts.isEmpty : posts.contains { !$0.relations.isEmpty }
    } ?? .all
  }

  func run() throws {
    let progress = ProgressLine()
    let lenient = try input.open(dataset)
    let set = try choice.open(for: lenient)
    try choice.check(set, labelledBy: lenient)
    try choice.noteEdits(of: lenient)
    let asked = split.flatMap(Split.init(rawValue:)) ?? scored(of: lenient, set.task)
    if split == nil, asked != .test {
      StandardOutput.complain(
        "twinlens: the dataset has no test split: evaluating on "
          + (asked == .all ? "all of it" : asked.rawValue))
    }
    if set.experts.contains(where: \.seesPicture) {
      let posts = lenient.posts.filter { asked == .all || $0.split == asked }
      TrainingPictures(posts) { lenient.image(for: $0) }.noteLosses(progress)
    }
    func report(_ reading: BIO.Reading) throws -> RoutingReport {
      try RoutingReport(
        reading == .lenient ? lenient : input.open(dataset, reading: reading),
        split: asked, models: set, reading: reading
      ) { progress.show("reading posts", $0) }
    }
    if json {
      let result = try report(strict ? .strict : .lenient)
      progress.clear()
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      StandardOutput.write(String(decoding: try encoder.encode(result), as: UTF8.self))
      return
    }
    // Relations have no tags to read strictly.
    for reading in set.task == .entities ? [BIO.Reading.lenient, .strict] : [.lenient] {
      let result = try report(reading)
      progress.clear()
      StandardOutput.write(result.table + "\n")
    }
  }
}
