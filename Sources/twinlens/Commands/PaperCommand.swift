import ArgumentParser
import Corpora
import Extractors
import Files
import Foundation
import Services
import Studies

/// `twinlens paper`: the tables of a paper, measured again.
struct PaperCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paper", abstract: "Measure a paper's tables again on any data.",
    discussion: """
      Every row of a table is a system in some form: trained with every seed, chosen on dev, scored on test. What is \
      finished is kept in --out; the same command goes on there after an interrupt. Without --dataset the harbour \
      sample is generated, and its encoders of pictures are used.

      Papers and their tables:
      \(Paper.all.map { "  \($0.id): \($0.tables.flatMap(\.names).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: ", "))" }.joined(separator: "\n"))
        rds: \(RDSPaper.all.map(\.table).joined(separator: ", ")), each a `twinlens rds run` between the paper's two experts
      """)

  private static var names: String {
    (Paper.all.map(\.id) + [RDSPaper.id]).joined(separator: ", ")
  }

  @Argument(help: "The paper: \(Self.names).")
  var paper: String
  @OptionGroup var source: HarborSource
  @Option(help: ArgumentHelp("Folder that keeps everything.", valueName: "dir"))
  var out: String
  @Option(help: "Number of seeds, from 1.")
  var seeds = 3
  @Option(
    help: ArgumentHelp(
      "A table by its number, or figure-N; can be given several times. Without it all.",
      valueName: "name"))
  var table: [String] = []
  @Option(help: "ner or re: measure one task alone; without it all that the dataset has labels of.")
  var task: ExpertTask?
  @Option(help: ArgumentHelp("Learn from so many train posts at most.", valueName: "count"))
  var posts: Int?
  @Option(
    help: ArgumentHelp(
      "Where the noise of rows that have some is: \(DataVariation.Place.allCases.map(\.rawValue).joined(separator: ", ")); both if not given.",
      valueName: "place"))
  var noiseIn: DataVariation.Place?
  @OptionGroup(title: "What experts are built on") var folders: RDSFolders
  @Option(
    help: ArgumentHelp(
      "Another text encoder, for tables that compare encoders; can be given several times.",
      valueName: "dir"))
  var alsoEncoder: [String] = []
  @Option(
    help: ArgumentHelp(
      "Another picture encoder, for the same tables; can be given several times.",
      valueName: "dir"))
  var alsoPictures: [String] = []
  @OptionGroup(title: "How experts learn") var learning: LearningOptions
  @OptionGroup var files: RegionOptions
  @Option(
    help: ArgumentHelp(
      "CSV of published numbers to print beside, with the columns "
        + "seed,table,dataset,setting,model,precision,recall,f1.", valueName: "file"))
  var published: String?
  @Option(
    help: ArgumentHelp(
      "A Markdown file in which the tables are replaced, or to which they are added.",
      valueName: "file"))
  var results: String?
  @Flag(help: "Print JSON.")
  var json = false

  private func chosen() throws -> Paper {
    guard let known = Paper.all.first(where: { $0.id == paper }) else {
      throw ValidationError(
        "there is no paper \(paper); known are \(Self.names)")
    }
    return known
  }

  func validate() throws {
    guard (1...100).contains(seeds) else {
      throw ValidationError("--seeds takes a number from 1 to 100")
    }
    guard (1...10_000_000).contains(posts ?? 1) else {
      throw ValidationError("--posts takes a number from 1")
    }
    if paper == RDSPaper.id {
      if posts != nil {
        throw ValidationError("--posts is not for rds: its protocol divides train")
      }
      if json, table.count != 1 {
        throw ValidationError("--json with rds takes one --table: each is a document of its own")
      }
    }
    let known =
      paper == RDSPaper.id ? RDSPaper.all.map(\.table) : try chosen().tables.flatMap(\.names)
    if let odd = table.first(where: { !known.contains(Self.name($0)) }) {
      throw ValidationError(
        "\(paper) has no table \(odd); it has \(Set(known).sorted().joined(separator: ", "))")
    }
  }

  /// `Table 5` of `5`, `Figure 3` of `figure-3`.
  private static func name(_ short: String) -> String {
    Int(short) == nil
      ? short.replacingOccurrences(of: "-", with: " ").capitalized : "Table \(short)"
  }

  /// RDS's tables, each in a folder of its own.
  private func runRouting() throws {
    let wanted = RDSPaper.all.filter {
      (table.isEmpty || table.map(Self.name).contains($0.table)) && (task ?? $0.task) == $0.task
    }
    guard !wanted.isEmpty else { throw Refusal("rds has no such table of the task") }
    for paper in wanted {
      guard let experts = paper.experts else { continue }
      var command = try RDSCommand.Run.parse([
        "--task", paper.task.rawValue, "--text", experts.text, "--multimodal", experts.multimodal,
        "--out", "\(out)/\(experts.text)-\(experts.multimodal)",
      ])
      (command.source, command.folders, command.learning) = (source, folders, learning)
      (command.files, command.seeds, command.json) = (files, seeds, json)
      (command.published, command.results) = (published, results)
      StandardOutput.complain("\(paper.table): \(experts.text) and \(experts.multimodal)")
      try command.run()
    }
  }

  func run() throws {
    if paper == RDSPaper.id { return try runRouting() }
    let progress = ProgressLine()
    let interrupt = Interrupt()
    let paper = try chosen()
    try results.map { try MarkedSection.check($0) }
    let known = try published.map { try PublishedResult.read($0, paper) } ?? []
    let isHarbor = source.dataset == nil
    var material = folders.material(isHarbor: isHarbor)
    material.dual = folders.dual(isHarbor: isHarbor)
    material.changes = learning.changes
    let datasets = try datasets(progress, paper)
    if let dataset = datasets[.relations] ?? datasets[.entities] {
      material.boxes = try files.open(for: dataset)
    }
    for dataset in datasets.values {
      try TrainingPictures(dataset.posts) { dataset.image(for: $0) }
        .checked(progress, dataset: dataset.name, system: paper.id)
    }
    let report = try whileTraining(in: out, nil, progress) {
      var study = PaperStudy(paper, datasets, folder: out, material: material) { event in
        progress.show(event)
        return !interrupt.isRaised
      }
      study.mostPosts = posts
      study.wantedNoise = noiseIn
      (study.otherEncoders, study.otherPictures) = (alsoEncoder, alsoPictures)
      return PaperReport(
        paper,
        try study.run(
          tables: table.isEmpty ? nil : table.map(Self.name), seeds: (1...UInt64(seeds)).map { $0 }),
        published: known)
    }
    progress.clear()
    for (name, content) in [
      ("tables.txt", report.text), ("tables.md", report.markdown), ("tables.csv", report.csv),
      ("tables.json", try report.json()),
    ] {
      try DurableFile.write(Data((content + "\n").utf8), to: "\(out)/\(paper.id)-\(name)")
    }
    if let path = results {
      try PaperPage.write(report, command: material.command, to: path)
    }
    StandardOutput.write(json ? try report.json() : report.text)
    if !json {
      StandardOutput.complain("wrote \(paper.id)-tables.txt, .md, .csv and .json into \(out)")
    }
  }

  /// The posts of each task that is asked for and has labels.
  private func datasets(
    _ progress: ProgressLine, _ paper: Paper
  ) throws -> [ExpertTask: Dataset] {
    if let task, !paper.tasks.contains(task) {
      throw Refusal(
        "\(paper.id) has tables of \(paper.tasks.map(\.rawValue).joined(separator: ", ")), not of "
          + "\(task.rawValue)")
    }
    var result: [ExpertTask: Dataset] = [:]
    for wanted in paper.tasks where task == nil || task == wanted {
      let dataset = try source.open(progress, pairs: wanted == .relations)
      let train = dataset.posts(in: .train)
      let isLabelled =
        wanted == .entities
        ? train.contains { !$0.mentions.isEmpty } : train.contains { !$0.relations.isEmpty }
      if isLabelled { result[wanted] = dataset }
    }
    guard !result.isEmpty else {
      throw Refusal(
        "the dataset's split train has no labels of \(paper.tasks.filter { task == nil || task == $0 }.map(\.subject).joined(separator: " or ")); "
          + "name another with --dataset")
    }
    return result
  }
}

extension DataVariation.Place: ExpressibleByArgument {}
