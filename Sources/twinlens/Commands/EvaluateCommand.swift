import ArgumentParser
import Corpora
import Foundation
import Inspection
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
  @Option(help: "A folder to look for pictures in first.") var images: String?
  @Flag(help: "Read tags strictly (a mention begins with B) in the JSON.") var strict = false
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    if let split, Split(rawValue: split) == nil {
      throw ValidationError("--split takes train, dev, test or all")
    }
  }

  func run() throws {
    let progress = ProgressLine()
    let lenient = try Dataset.open(dataset, images: images, reading: .lenient)
    let set = try choice.open(for: lenient)
    let isWithoutTest =
      set.task == .entities
      ? lenient.posts(in: .test).isEmpty
      : lenient.scoredSplit(.relations) == .dev
    if split == nil, isWithoutTest {
      StandardOutput.complain("twinlens: the dataset has no test split: evaluating on dev")
    }
    let asked = split.flatMap(Split.init(rawValue:)) ?? (isWithoutTest ? .dev : .test)
    func report(_ reading: BIO.Reading) throws -> RoutingReport {
      try RoutingReport(
        reading == .lenient ? lenient : Dataset.open(dataset, images: images, reading: reading),
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
      do {
        let result = try report(reading)
        progress.clear()
        StandardOutput.write(result.table + "\n")
      } catch StudyError.readsLeniently(let expert) {
        progress.clear()
        StandardOutput.write("No strict table: \(StudyError.readsLeniently(expert)).")
      }
    }
  }
}
