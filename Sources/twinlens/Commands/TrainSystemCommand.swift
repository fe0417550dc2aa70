import ArgumentParser
import Corpora
import Extractors
import Foundation
import Reports
import Services
import Studies

/// What the training of every expert takes.
struct ExpertTrainingOptions: ParsableArguments {

  @Option(
    help: ArgumentHelp(
      "Dataset with a train and a dev split; harbor: the generated sample.", valueName: "path"))
  var dataset: String

  @OptionGroup var input: ReadingOptions

  @Option(help: ArgumentHelp("Folder of model folders to write to.", valueName: "dir"))
  var models: String

  @Option(help: ArgumentHelp("Name of the model folder; else the recipe's.", valueName: "name"))
  var name: String?

  @Option(help: "The first seed: it decides the head's first weights, batches and dropout.")
  var seed: UInt64 = 1

  @Option(help: "How many seeds; the model that is best on dev is kept.")
  var seeds = 1

  @OptionGroup var learning: LearningOptions

  @Option(help: "Pieces of the longest input.")
  var longest: Int?

  @Option(help: ArgumentHelp("Markdown file whose section is written.", valueName: "file"))
  var results: String?

  @Option(
    help: ArgumentHelp(
      "Python with torch and transformers, to train the reference with the first seed too.",
      valueName: "python"))
  var peer: String?

  @Option(
    help: ArgumentHelp(
      "The peer's script; else Tools/finetune-peer.py.", valueName: "file"))
  var peerScript: String?

  @Flag(help: "Forget interrupted trainings and results, and begin anew.")
  var fresh = false

  @Flag(help: "Replace a finished model of another training.")
  var force = false

  func validate() throws {
    func check(_ holds: Bool, _ problem: String) throws {
      if !holds { throw ValidationError(problem) }
    }
    try check((1...100).contains(seeds), "--seeds takes a number from 1 to 100")
    try check((3...100_000).contains(longest ?? 3), "--longest takes a number from 3 to 100000")
    let plain = name.map { !$0.isEmpty && !$0.hasPrefix(".") && !$0.contains("/") } ?? true
    try check(plain, "--name takes the name of a folder inside --models")
  }

  /// The dataset; the name harbor stands for the generated sample.
  private func open(_ progress: ProgressLine, for task: ExpertTask) throws -> Dataset {
    guard dataset == "harbor", !FileManager.default.fileExists(atPath: dataset) else {
      return try input.open(dataset)
    }
    return try HarborSource.generated(progress, pairs: task == .relations)
  }

  /// An option that was given and speaks of encoders; nil when none was.
  private var unusedOption: String? {
    if learning.encoderRate != nil { return "--encoder-rate" }
    if learning.headRate != nil { return "--head-rate" }
    if learning.crfRate != nil { return "--crf-rate" }
    if longest != nil { return "--longest" }
    return peer == nil ? nil : "--peer"
  }

  /// Trains a system with switches, and tells what came of it.
  func run(
    _ system: System, switches: [String: String], encoder: String?, pictures: String?,
    dual: String?, files: RegionOptions?, pretrained: String? = nil, vectors: String? = nil,
    adding: (TrainingPosts) throws -> TrainingPosts = { $0 }
  ) throws {
    if system.needsEncoder, learning.crfRate != nil, system.task != .entities {
      throw ValidationError("\(system.id) has no CRF; leave out --crf-rate")
    }
    if system.isTagger, let unused = unusedOption {
      throw ValidationError("\(system.id) takes no \(unused); leave it out")
    }
    let progress = ProgressLine()
    let interrupt = Interrupt()
    try results.map { try MarkedSection.check($0) }
    let dataset = try open(progress, for: system.task)
    if system.task == .relations { try dataset.checkRelationLabels() }
    for folder in [pictures, dual].compactMap(\.self) {
      _ = try ModelFolder.vacancy(for: folder, in: models)
    }
    let hasSplits = !dataset.posts(in: .train).isEmpty
    let posts = try adding(
      !hasSplits && system.learnsUnlabelled
        ? .tenths(of: dataset)
        : TrainingPosts(dataset, boxes: try files?.open(for: dataset)))
    var job = TrainingJob(
      system, switches: switches, encoder: encoder, pictures: pictures, posts: posts,
      models: models,
      name: name ?? system.id,
      command: "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " "),
      observe: { event in
        progress.show(event)
        return !interrupt.isRaised
      })
    job.dual = dual
    job.pretrained = pretrained
    job.vectors = vectors
    job.changes = learning.changes
    job.changes.longest = longest
    job.replaces = force
    if job.needsPictures, let files = job.posts.files {
      try files.check(dataset: dataset.name, system: system.id)
      if let notice = files.notice { StandardOutput.complain("twinlens: \(notice)") }
    }
    let wanted = (0..<UInt64(seeds)).map { seed &+ $0 }
    job.isFresh = fresh
    try whileTraining(in: models, job.name, progress) {
      let results = try job.run(seeds: wanted)
      let reference = try reference(job, results)
      progress.clear()
      let document = TrainingDocument(results, peer: reference)
      StandardOutput.write(document.section)
      if let path = self.results { try document.write(to: path) }
      // The folder of models is whole by itself: what the expert sees with stands beside it.
      let card = try ExpertFolder.open(job.folder).card
      if let pictures, card.grid != nil { try ModelFolder.place(pictures, in: models, .copy) }
      if let dual, card.dual != nil {
        try ModelFolder.place(dual, in: models, .copy)
      }
      StandardOutput.write("\nwrote \(models)/\(job.name)")
    }
  }

  private func reference(
    _ job: TrainingJob, _ results: [TrainingResult]
  ) throws -> TrainingPeer? {
    guard let peer, let first = results.first else { return nil }
    let script = peerScript ?? (SharedFiles().folder ?? ".") + "/Tools/finetune-peer.py"
    guard FileManager.default.isReadableFile(atPath: script) else {
      throw ValidationError("\(script) is missing; name the script with --peer-script")
    }
    return try TrainingPeerProgram(python: peer, script: script).run(job, like: first)
  }
}

/// The place of a system in `System.all`, as a type: each `twinlens train SYSTEM` is a command of
/// its own, and commands are types.
protocol SystemPlace {
  static var place: Int { get }
}

/// The first place.
enum FirstPlace: SystemPlace { static var place: Int { 0 } }

/// The place behind another.
enum NextPlace<Before: SystemPlace>: SystemPlace { static var place: Int { Before.place + 1 } }

/// One command for each system.
enum SystemPlaces {
  /// The commands of all systems but those that are only opened.
  static func commands() -> [any ParsableCommand.Type] {
    commands(FirstPlace.self, left: System.all.count)
  }

  private static func commands<Place: SystemPlace>(
    _ place: Place.Type, left: Int
  ) -> [any ParsableCommand.Type] {
    guard left > 0 else { return [] }
    let rest = commands(NextPlace<Place>.self, left: left - 1)
    let system = System.all[Place.place]
    return (system.train == nil ? [] : [TrainSystemCommand<Place>.self]) + rest
  }
}

/// `twinlens train SYSTEM`: an expert of a system on any dataset.
struct TrainSystemCommand<Place: SystemPlace>: ParsableCommand {
  private static var system: System { System.all[Place.place] }

  /// Switches between ways, each an option of its own; parts are left out with `--without`.
  private static func choice(_ place: Int) -> Switch? {
    // A choice between one way and regions from files is made by naming files.
    let all = system.switches.filter {
      !$0.isPart && ($0.name != system.boxesSwitch || $0.values.count > 2)
    }
    return all.indices.contains(place) ? all[place] : nil
  }

  private static var parts: [Switch] { system.switches.filter(\.isPart) }

  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: system.id, abstract: system.summary + ".",
      discussion: (parts.isEmpty
        ? ""
        : "Parts that can be left out:\n"
          + parts.map { "  \($0.name): \($0.summary)\n" }.joined() + "\n")
        + "Resumes after an interruption, with at most one epoch lost.")
  }

  private static func name(_ place: Int) -> NameSpecification {
    .customLong(choice(place)?.name ?? "no-switch-\(place)")
  }

  private static func help(_ place: Int) -> ArgumentHelp {
    guard let choice = choice(place) else { return ArgumentHelp("", visibility: .private) }
    return ArgumentHelp(
      stringLiteral: choice.summary.prefix(1).uppercased() + choice.summary.dropFirst()
        + ". One of \(choice.values.joined(separator: ", ")); \(choice.usual) if not given.")
  }

  private static func visibility(_ isWanted: Bool) -> ArgumentVisibility {
    isWanted ? .default : .private
  }

  @Option(
    help: ArgumentHelp(
      "Folder of a pretrained BERT or RoBERTa"
        + (system.needsEncoder ? "." : ", to stand beside the words (the paper's + BERT)."),
      valueName: "dir", visibility: visibility(system.needsEncoder || system.takesEncoder)))
  var encoder: String?

  @Option(
    help: ArgumentHelp(
      "Folder of the ResNet whose regions are read: harbor's own, its dual encoder's, or a Hugging Face one."
        + (system.takesTower ? " Or of a CLIP or ViT, which is trained along." : ""),
      valueName: "dir", visibility: visibility(system.needsRegions)))
  var pictures: String?

  @Option(
    help: ArgumentHelp(
      "Folder of a dual encoder or published CLIP, which sees text and picture in one space.",
      valueName: "dir", visibility: visibility(system.takesDual)))
  var dual: String?

  @OptionGroup var options: ExpertTrainingOptions

  @Option(name: name(0), help: help(0)) var choice0: String?
  @Option(name: name(1), help: help(1)) var choice1: String?
  @Option(name: name(2), help: help(2)) var choice2: String?
  @Option(name: name(3), help: help(3)) var choice3: String?
  @Option(name: name(4), help: help(4)) var choice4: String?
  @Option(name: name(5), help: help(5)) var choice5: String?
  @Option(name: name(6), help: help(6)) var choice6: String?
  @Option(name: name(7), help: help(7)) var choice7: String?
  @Option(name: name(8), help: help(8)) var choice8: String?

  private var chosen: [String?] {
    [choice0, choice1, choice2, choice3, choice4, choice5, choice6, choice7, choice8]
  }

  @Option(
    help: ArgumentHelp(
      "Leave out a part: \(parts.map(\.name).joined(separator: ", ")). Can be given several times.",
      valueName: "part", visibility: visibility(!parts.isEmpty)))
  var without: [String] = []

  @OptionGroup(visibility: visibility(system.takesBoxes)) var files: RegionOptions

  @Option(
    help: ArgumentHelp(
      "Dataset of more posts with pictures, of which no labels are read.", valueName: "path",
      visibility: visibility(system.learnsUnlabelled)))
  var corpus: String?

  @Option(
    help: ArgumentHelp(
      "File of post ids and whether the picture adds (1 or 0), with a tab between.",
      valueName: "file", visibility: visibility(system.learnsUnlabelled)))
  var judgements: String?

  @Option(
    help: ArgumentHelp(
      "Model folder of the same system, trained on any posts, whose first stages are taken over.",
      valueName: "dir", visibility: visibility(system.learnsUnlabelled)))
  var pretrained: String?

  @Option(
    help: ArgumentHelp(
      "File of published word vectors to begin with, GloVe's or fastText's.", valueName: "file",
      visibility: visibility(system.isTagger)))
  var vectors: String?

  private func switches() throws -> [String: String] {
    var result: [String: String] = [:]
    for (place, value) in chosen.enumerated() {
      guard let value else { continue }
      guard let choice = Self.choice(place) else {
        throw ValidationError("\(Self.system.id) has no such option")
      }
      guard choice.values.contains(value) else {
        throw ValidationError(
          "--\(choice.name) takes \(choice.values.joined(separator: ", ")), not \(value)")
      }
      result[choice.name] = value
    }
    for part in without {
      // A way that can be left out, such as a matching, is one of the parts too.
      let known = Self.system.switches.first {
        $0.name == part && $0.values.contains(Switch.off)
      }
      guard let known else {
        let names = Self.system.switches.filter { $0.values.contains(Switch.off) }.map(\.name)
        throw ValidationError(
          names.isEmpty
            ? "\(Self.system.id) has no parts to leave out"
            : "--without takes \(names.joined(separator: ", ")), not \(part)")
      }
      result[known.name] = Switch.off
    }
    if !files.boxes.isEmpty, let name = Self.system.boxesSwitch { result[name] = "boxes" }
    return result
  }

  func validate() throws {
    let chosen = try switches()
    if Self.system.needsEncoder, encoder == nil {
      throw ValidationError("--encoder is missing: name the folder of a BERT or RoBERTa")
    }
    let values = { name in
      chosen[name] ?? Self.system.switches.first { $0.name == name }?.usual ?? ""
    }
    if Self.system.needsRegions, pictures == nil, Self.system.needsPictures(values) {
      throw ValidationError("--pictures is missing: name the folder of a ResNet")
    }
    if encoder != nil, !Self.system.needsEncoder, !Self.system.takesEncoder {
      throw ValidationError("\(Self.system.id) is built on no encoder; leave out --encoder")
    }
    if vectors != nil, !Self.system.isTagger {
      throw ValidationError("\(Self.system.id) has no words of its own; leave out --vectors")
    }
    if dual == nil, Self.system.needsDual(values) {
      throw ValidationError("--dual is missing: name the folder of a dual encoder or CLIP")
    }
    if dual != nil, !Self.system.takesDual {
      throw ValidationError("\(Self.system.id) sees by no dual encoder; leave out --dual")
    }
    if !Self.system.takesBoxes, !files.boxes.isEmpty {
      throw ValidationError("\(Self.system.id) takes no regions from files")
    }
    if !Self.system.learnsUnlabelled,
      let odd = [("--corpus", corpus), ("--judgements", judgements), ("--pretrained", pretrained)]
        .first(where: { $0.1 != nil })
    {
      throw ValidationError(
        "\(Self.system.id) learns from labelled posts alone; leave out \(odd.0)")
    }
    var given = chosen
    (given["corpus"], given["pretrained"]) = (corpus, pretrained)
    if let reason = Self.system.conflict(given) { throw ValidationError(reason) }
  }

  func run() throws {
    try options.run(
      Self.system, switches: try switches(), encoder: encoder, pictures: pictures,
      dual: dual, files: Self.system.takesBoxes ? files : nil, pretrained: pretrained,
      vectors: vectors
    ) { posts in
      var posts = posts
      if let corpus {
        let more = try options.input.open(corpus)
        let hasPicture = more.posts.contains {
          if case .file = more.image(for: $0) { true } else { false }
        }
        guard hasPicture else {
          throw Refusal(
            "--corpus is for posts with pictures, and no post of \(corpus) has one that is there; name "
              + "another, or leave it out")
        }
        posts = posts.adding(corpus: more)
      }
      if let judgements {
        let file = try PictureJudgements(path: judgements)
        posts = try posts.judged(by: file)
        StandardOutput.complain("twinlens: \(posts.use(of: file))")
      }
      return posts
    }
  }
}
