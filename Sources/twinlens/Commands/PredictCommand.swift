import ArgumentParser
import Corpora
import Extractors
import Files
import Foundation
import Inspection
import Reports
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
      their labels. predictions.json says where the answers come from, predictions.jsonl \
      how each post was routed, who answered it and how sure the answer is.

      `twinlens predict -` answers records as they come: JSON Lines from standard input, a line of \
      `predictions.jsonl` for each to standard output, in order, with bounded memory. A record that \
      is wrong has a line with its error, and the stream goes on (docs/streaming.md).
      """)

  @Argument(help: "A dataset file or folder; - for records from standard input; a tar shard.")
  var dataset: String
  @Option(help: ArgumentHelp("Folder to write a dataset's answers into.", valueName: "dir"))
  var out: String?
  @Option(help: "ner or re; without it what the dataset is mainly about.") var task: ExpertTask?
  @Option(
    help:
      "Who answers: router (the expert that it chooses), text, multimodal, or an expert by its name."
  )
  var by = "router"
  @Option(help: "train, dev, test or all.") var split = Split.all
  @OptionGroup var choice: ModelChoice
  @OptionGroup var input: ReadingOptions
  @OptionGroup var also: WritingOptions
  @OptionGroup var stream: StreamOptions

  /// Whether records come one after the other, rather than a dataset as a whole.
  private var isStream: Bool { dataset == "-" || isShard }

  /// Whether the argument is a tar archive, by its first bytes.
  private var isShard: Bool {
    guard let bytes = try? FileBytes.read(dataset, limit: 512, prefix: true) else { return false }
    return TarStream.isArchive(bytes)
  }

  /// The bytes of the stream: standard input, or the shard that is named.
  ///
  /// - Parameter goesOn: false ends them.
  /// - Throws: `ByteStreamError`.
  func streamInput(_ goesOn: @escaping @Sendable () -> Bool) throws -> ByteStream {
    guard dataset != "-" else {
      return ByteStream(descriptor: STDIN_FILENO, name: "standard input", goesOn: goesOn)
    }
    let descriptor = open(dataset, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ByteStreamError(name: dataset, code: errno) }
    return ByteStream(descriptor: descriptor, name: dataset, goesOn: goesOn)
  }

  func validate() throws {
    if isStream {
      try stream.validate(
        [
          (out != nil, "--out", "answers go to standard output"),
          (split != .all, "--split", "records have no split"),
          (!also.all.isEmpty, "--format", "answers are JSON Lines"),
          (input.images != nil, "--images", "name the folder of pictures with --pictures"),
          (input.encoding != nil, "--encoding", "JSON is UTF-8"),
        ])
    } else {
      guard out != nil else {
        throw ValidationError("a dataset needs --out, a folder to write into")
      }
      try stream.checkUnused()
    }
  }

  func run() throws {
    guard !isStream else { return try StreamRun(self).run() }
    guard let out else { return }
    let progress = ProgressLine()
    let dataset = try input.open(dataset)
    let withoutPlace = dataset.files.filter { $0.format == .bareText }
    if !withoutPlace.isEmpty, also.all.isEmpty {
      throw Refusal(
        "\(withoutPlace[0].name) is a bare text, whose format has no place for labels: give --format jsonl"
      )
    }
    let asked = task ?? dataset.mainTask
    var set = try choice.open(for: dataset, task: asked)
    if !["router", "text", "multimodal"].contains(by), set.expert(by) == nil, choice.system == nil {
      // Not among those that are opened when nobody says otherwise.
      var named = choice
      named.system = by
      set = try named.open(for: dataset, task: asked)
    }
    let answerer = Roster.Asked(by)
    if case .expert = answerer, set.expert(by)?.task != asked {
      let able = set.experts.filter { $0.task == asked }.map(\.name)
      throw Refusal(
        "\(by) is no expert for the task \(asked.rawValue) here; give --by router, text, multimodal"
          + (able.isEmpty ? "" : ", or one of \(able.joined(separator: ", "))"))
    }
    if asked == .entities, case .expert = answerer, let card = set.expert(by)?.card,
      card.isWithoutLabels
    {
      throw Refusal(
        "\(by) learned no tags, as its posts had no labels; train tags on it with "
          + "`twinlens train \(card.system) --pretrained`, or name another expert")
    }
    if let system = choice.system {
      let (text, multimodal) = set.routed
      let answering = by == "text" ? text : by == "multimodal" ? multimodal : nil
      if let answering, answering.name != system {
        throw Refusal(
          "\(system) is not the \(by) expert, \(answering.name) is; give --by "
            + (by == "text" ? "multimodal" : "text"))
      }
    }
    let parts = split == .all ? Set(dataset.posts.map(\.split)) : [split]
    if by != "text", set.experts.contains(where: \.seesPicture) {
      let asked = dataset.posts.filter { parts.contains($0.split) }
      TrainingPictures(asked) { dataset.image(for: $0) }.noteLosses(progress)
    }
    var edited: [Post.ID: Post] = [:]
    var all: [DatasetPredictions] = []
    var (count, multimodal, cutOff) = (0, 0, 0)
    var mark: String?
    for part in Split.allCases where parts.contains(part) {
      let predictions = try DatasetPredictions(
        dataset, split: part, models: set, task: asked, by: answerer
      ) { progress.show("asking the models about \(part.rawValue)", $0) }
      for post in predictions.posts { edited[post.id] = post }
      all.append(predictions)
      count += predictions.posts.count
      multimodal += predictions.byMultimodal
      cutOff += predictions.cutOff
      mark = predictions.mark ?? mark
    }
    let report = try DatasetWriter.export(
      dataset, edited: edited, to: out, splits: split == .all ? nil : parts,
      formats: also.all, scheme: also.scheme)
    try PredictionsNote(
      command: "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " "),
      dataset: dataset.name, data: dataset.contentHash, task: asked, by: by,
      split: split.rawValue, pairsCutOff: cutOff, mark: mark, models: set
    ).write(into: out)
    try DatasetPredictions.write(all, models: set, into: out)
    progress.clear()
    if cutOff > 0 {
      StandardOutput.complain(
        (cutOff == 1
          ? "1 pair was answered although its head or tail lies"
          : "\(cutOff) pairs were answered although their head or tail lies")
          + " behind the encoder's last position; `twinlens show` names them post by post")
    }
    for notice in report.notices.prefix(3) { StandardOutput.complain(notice) }
    if report.notices.count > 3 {
      StandardOutput.complain("and \(report.notices.count - 3) more posts of the kind")
    }
    let which: String =
      switch by {
      case "router": "\(multimodal) of them answered with the picture"
      case "text": "answered from the text"
      case "multimodal": "answered with the picture"
      default: "answered by \(by)"
      }
    StandardOutput.write(
      "\(count.counted("post")), \(which); \(report.changedPosts) "
        + "\(report.changedPosts == 1 ? "differs" : "differ") from the dataset's labels. Wrote "
        + (report.files.count > 6
          ? "\(report.files.count) files" : report.files.joined(separator: ", "))
        + " into \(out)."
        + (mark.map { " What is made with them must say so: \($0)." } ?? ""))
  }
}

extension Split: ExpressibleByArgument {}
