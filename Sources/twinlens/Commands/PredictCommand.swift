import ArgumentParser
import Corpora
import Extractors
import Foundation
import Inspection
import Services
import Studies
import Tensors

/// `twinlens predict`: what models say, as a dataset.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Write a dataset with the labels that models give it.",
    discussion: """
      Each file is written in its own format, with the answers in place of the labels: mentions, \
      or the labels of the pairs that stand there. `twinlens score` compares such a file with the \
      original. With --split, files without a post of that split are not written; other posts in the same file keep \
      their labels. predictions.json says where the answers come from.
      """)

  /// Who answers.
  enum Answerer: String, ExpressibleByArgument, CaseIterable {
    case router, text, multimodal
  }

  @Argument(help: "A dataset file or folder.") var dataset: String
  @Option(help: ArgumentHelp("Folder to write into.", valueName: "dir")) var out: String
  @Option(help: "ner or re; without it what the dataset is mainly about.") var task: ExpertTask?
  @Option(help: "Who answers: the expert that the router chooses, or one of the two.")
  var by = Answerer.router
  @Option(help: "train, dev, test or all.") var split = Split.all
  @OptionGroup var choice: ModelChoice
  @Option(help: ArgumentHelp("A folder to look for pictures in first.", valueName: "dir"))
  var images: String?
  @Flag(help: "Also write each file as JSON Lines.") var jsonl = false

  func run() throws {
    let progress = ProgressLine()
    let dataset = try Dataset.open(dataset, images: images)
    let asked = task ?? dataset.mainTask
    let set = try choice.open(for: dataset, task: asked)
    let answerer: DatasetPredictions.Answerer =
      switch by {
      case .router: .router
      case .text: .text
      case .multimodal: .multimodal
      }
    let parts = split == .all ? Set(dataset.posts.map(\.split)) : [split]
    var edited: [Post.ID: Post] = [:]
    var (count, multimodal) = (0, 0)
    var mark: String?
    for part in Split.allCases where parts.contains(part) {
      let predictions = try DatasetPredictions(
        dataset, split: part, models: set, task: asked, by: answerer
      ) { progress.show("asking the models about \(part.rawValue)", $0) }
      for post in predictions.posts { edited[post.id] = post }
      count += predictions.posts.count
      multimodal += predictions.byMultimodal
      mark = predictions.mark ?? mark
    }
    let report = try DatasetWriter.export(
      dataset, edited: edited, to: out, splits: split == .all ? nil : parts, jsonl: jsonl)
    try PredictionsNote(
      command: "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " "),
      dataset: dataset.name, data: dataset.contentHash, task: asked, by: by.rawValue,
      split: split.rawValue, mark: mark, models: set
    ).write(into: out)
    progress.clear()
    for notice in report.notices.prefix(3) {
      StandardOutput.complain(notice)
    }
    let which: String =
      switch by {
      case .router: "\(multimodal) of them answered with the picture"
      case .text: "answered from the text"
      case .multimodal: "answered with the picture"
      }
    StandardOutput.write(
      "\(count) posts, \(which); \(report.changedPosts) differ from the dataset's labels. Wrote "
        + "\(report.files.joined(separator: ", ")) into \(out)."
        + (mark.map { " Mark what is made with them: \($0)." } ?? ""))
  }
}

extension Split: ExpressibleByArgument {}
