import ArgumentParser
import Corpora
import Encoders
import Extractors
import Files
import Foundation
import Reports
import Routing
import Services
import Studies
import Tensors

/// `twinlens rds`: the protocol of RDS.
struct RDSCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rds", abstract: "RDS: experts, routers and their tables.",
    subcommands: [Run.self])

  /// `twinlens rds run`.
  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Train experts and routers by RDS's protocol and print its tables.",
      discussion: """
        For each seed: experts learn from 80 % of train, routers from how the experts answer the other 20 %, searched \
        over a grid on dev; then the experts learn from all of train and everything is scored on test. What is \
        finished is kept in --out; the same command goes on there after an interrupt. Without --dataset the harbour \
        sample is generated, and its encoders are used.

        Experts: \(RDSExperts.names.joined(separator: ", ")).
        """)

    /// The names of those that can be trained.
    private static func experts(seePicture: Bool) -> String {
      System.trainableNames.filter { System.trainable($0)?.system.seesPicture == seePicture }
        .joined(separator: ", ")
    }

    @OptionGroup var source: HarborSource
    @Option(help: "ner: mentions, a post is routed. re: relations, a pair is routed.")
    var task = ExpertTask.entities
    @Option(
      help: ArgumentHelp(
        "The text expert: \(Self.experts(seePicture: false)).", valueName: "expert"))
    var text: String
    @Option(
      help: ArgumentHelp(
        "The multimodal expert: \(Self.experts(seePicture: true)).", valueName: "expert"))
    var multimodal: String
    @Option(help: ArgumentHelp("Folder that keeps everything.", valueName: "dir"))
    var out: String
    @Option(help: "Number of seeds, from 1.")
    var seeds = 3
    @OptionGroup(title: "What experts and router are built on") var folders: RDSFolders
    @OptionGroup(title: "How experts that are built on an encoder learn") var learning:
      LearningOptions
    @OptionGroup var files: RegionOptions
    @OptionGroup(title: "How routers are trained") var routers: RDSRouterOptions
    @Flag(inversion: .prefixedNo, help: "Train the experts on all of train before the test.")
    var retrain = true
    @Flag(help: "Keep the experts trained on all of train after they were scored.")
    var keepFinal = false
    @Flag(
      help: "Also with a linear router, pictures exchanged between posts, and their colours alone.")
    var controls = false
    @Option(
      help: ArgumentHelp(
        "CSV of published numbers to print beside, with the columns "
          + "seed,table,dataset,setting,model,precision,recall,f1.", valueName: "file"))
    var published: String?
    @Option(
      help: ArgumentHelp(
        "A Markdown file in which the section for these two experts is replaced.", valueName: "file"
      ))
    var results: String?
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
      guard (1...100).contains(seeds) else {
        throw ValidationError("--seeds takes a number from 1 to 100")
      }
      for name in [text, multimodal] where System.trainable(name) == nil {
        throw ValidationError("\(RDSError.unknownExpert(name: name, known: RDSExperts.names))")
      }
      if !files.boxes.isEmpty, System.trainable(multimodal)?.system.takesBoxes != true {
        let able = System.all.filter(\.takesBoxes).map(\.id).joined(separator: ", ")
        throw ValidationError("--boxes is for \(able); \(multimodal) looks at the picture itself")
      }
    }

    func run() throws {
      let progress = ProgressLine()
      let interrupt = Interrupt()
      try results.map { try MarkedSection.check($0) }
      let known = try published.map { try PublishedRouting.read($0) } ?? []
      let isHarbor = source.dataset == nil
      var material = folders.material(isHarbor: isHarbor)
      let dataset = try source.open(progress, pairs: task == .relations)
      material.changes = learning.changes
      material.boxes = try files.open(for: dataset)
      if let boxes = material.boxes, !boxes.covers(dataset.posts(in: dataset.scoredSplit(task))) {
        throw TrainingError.noBoxesOf(
          split: dataset.scoredSplit(task).rawValue, files: boxes.description)
      }
      material.dual = folders.dual(isHarbor: isHarbor)
      let experts = try RDSExperts(material)
      let (textRecipe, pictureRecipe) = (
        try experts.recipe(text), try experts.recipe(multimodal)
      )
      guard let dual = folders.dual(isHarbor: isHarbor) else {
        throw Refusal(
          "the router needs embeddings of text and picture; name a CLIP or dual encoder with --dual"
        )
      }
      var settings = RDSSettings(
        task: task, text: text, multimodal: multimodal, grid: routers.grid.grid)
      settings.retrains = retrain
      try routers.apply(to: &settings)
      try TrainingPictures(dataset.posts) { dataset.image(for: $0) }
        .checked(progress, dataset: dataset.name, system: multimodal)
      var notices: [String] = []
      if routers.batches == nil, let left = settings.fit(to: settings.leastUnits(dataset, seeds)) {
        notices.append(left)
      }
      let scored = dataset.scoredSplit(task)
      if scored == .dev {
        notices.append("the dataset has no test split: everything is scored on dev")
      }
      for notice in notices { StandardOutput.complain("twinlens: \(notice)") }
      if let pictures = material.pictures, FilePath.name(of: pictures) == FilePath.name(of: dual),
        pictures != dual
      {
        throw Refusal(
          "--pictures and --dual have the same name, \(FilePath.name(of: dual)), and could not stand beside each "
            + "other in a folder of models; rename one")
      }
      let embedder = try DualEncoderFolder.open(dual)
      let (results, controlled) = try whileTraining(in: out, nil, progress) {
        var run = try RDSRun(
          settings: settings, dataset: dataset, text: textRecipe, multimodal: pictureRecipe,
          embedder: embedder, folder: out,
          observe: { event in
            progress.show(event)
            return !interrupt.isRaised
          })
        run.command = material.command
        run.keepsFinalExperts = keepFinal
        run.material = material.description
        run.material["dual"] = embedder.fingerprint
        run.encoders = [dual, material.pictures].compactMap(\.self)
        let wanted = (1...UInt64(seeds)).map { $0 }
        let results = try run.run(seeds: wanted)
        return (results, controls ? try run.controls(seeds: wanted) : [])
      }
      progress.clear()
      var report = RDSReport(
        results, settings: settings, dataset: dataset.name,
        mark: RDSReport.mark(
          boxes: System.trainable(multimodal)?.system.takesBoxes == true
            ? material.boxes?.mark : nil, scored: scored))
      report.controls = controlled
      report.setup =
        material.setup + (retrain ? [] : ["not trained again on all of train"])
        + routers.differences
      for (name, content) in [
        ("tables.txt", report.text(published: known)),
        ("tables.md", report.markdown(published: known)),
        ("tables.csv", report.csv(published: known)), ("tables.json", try report.json()),
      ] {
        try DurableFile.write(Data(content.utf8), to: out + "/" + name)
      }
      if let path = self.results {
        try RDSResultsFile(path: path).write(report, published: known)
      }
      StandardOutput.write(json ? try report.json() : report.text(published: known))
      // Not among what may be piped elsewhere.
      let named = source.dataset.map { "\($0) " } ?? "DATASET "
      StandardOutput.complain(
        "wrote tables.txt, .md, .csv and .json into \(out); twinlens \(named)--models \(out)/seed-1-model "
          + "shows the experts of seed 1 and their router at work")
    }
  }
}

/// The folders of `twinlens rds run`.
struct RDSFolders: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A pretrained BERT or RoBERTa, for \(System.all.filter { $0.needsEncoder && $0.train != nil }.map(\.id).joined(separator: ", ")).",
      valueName: "dir"))
  var encoder: String?

  @Option(
    help: ArgumentHelp(
      "What multimodal experts see pictures with: a picture encoder, or a published ResNet.",
      valueName: "dir"))
  var pictures: String?

  @Option(
    help: ArgumentHelp(
      "What the router sees posts with: a dual encoder, or a published CLIP.", valueName: "dir"))
  var dual: String?

  /// The router's encoder: what was named, or the harbour sample's.
  func dual(isHarbor: Bool) -> String? {
    dual
      ?? (isHarbor ? SharedFiles().folder.map { $0 + "/Samples/models/clip-harbor" } : nil)
  }

  /// What was named; for the harbour sample the committed picture encoder where nothing was.
  func material(isHarbor: Bool) -> RDSExperts.Material {
    var result = RDSExperts.Material(
      command: "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " "))
    let shared = isHarbor ? SharedFiles().folder.map { $0 + "/Samples/models/" } : nil
    result.encoder = encoder
    result.pictures = pictures ?? shared.map { $0 + "resnet-harbor" }
    return result
  }
}

/// How the routers of `twinlens rds run` are trained.
struct RDSRouterOptions: ParsableArguments {
  /// A grid by its name.
  enum Grid: String, ExpressibleByArgument, CaseIterable {
    case paper, coarse

    var grid: RouterGrid { self == .paper ? .paper : .coarse }
  }

  @Option(help: "The grid of paper and code: paper (270 points) or coarse (9).")
  var grid = Grid.paper

  @Option(help: "Learning rates of the grid instead, with commas between them.")
  var rates: String?

  @Option(help: "Batch sizes of the grid instead.")
  var batches: String?

  @Option(help: "α of the grid instead.")
  var alphas: String?

  @Option(help: "Steps of REINFORCE.")
  var iterations: Int?

  @Option(help: "What REINFORCE subtracts from the reward: none, or ema (of 20 rewards).")
  var baseline: String = "none"

  @Option(help: "Penalty on batches of nearly one route: off, or dvrl.")
  var explorationPenalty = RouterConfiguration.ExplorationPenalty.off

  @Option(help: "Factor on the router's input of paper and code: a number, or sqrt (of its width).")
  var inputScale: String = "1"

  @Flag(
    help: "Never clear the gradients of code, as in the released loop; it is then code-as-released."
  )
  var accumulateGradients = false

  /// What is otherwise than usual, in words.
  var differences: [String] {
    [
      grid == .paper ? nil : "\(grid.rawValue) grid", rates.map { "rates \($0)" },
      batches.map { "batches \($0)" }, alphas.map { "alphas \($0)" },
      iterations.map { $0.counted("step") }, baseline == "none" ? nil : "baseline \(baseline)",
      explorationPenalty == .off ? nil : "exploration penalty \(explorationPenalty.rawValue)",
      inputScale == "1" ? nil : "input scale \(inputScale)",
      accumulateGradients ? "gradients never cleared" : nil,
    ].compactMap { $0.map { VisibleText.sentence($0) } }
  }

  /// Puts what was asked for into the settings.
  ///
  /// - Throws: `ValidationError`, `RoutingError`.
  func apply(to settings: inout RDSSettings) throws {
    func numbers<T>(_ text: String?, _ option: String, _ parse: (String) -> T?) throws -> [T]? {
      try text.map { text in
        try text.split(separator: ",").map { part in
          guard let number = parse(part.trimmingCharacters(in: .whitespaces)) else {
            throw ValidationError("\(option) takes numbers with commas between them, not \(part)")
          }
          return number
        }
      }
    }
    guard ["none", "ema"].contains(baseline) else {
      throw ValidationError("--baseline takes none or ema, not \(baseline)")
    }
    guard inputScale == "sqrt" || Float(inputScale) != nil else {
      throw ValidationError("--input-scale takes a number or sqrt, not \(inputScale)")
    }
    for i in settings.routers.indices where settings.routers[i].base.objective == .reinforce {
      var router = settings.routers[i]
      router.grid.rates = try numbers(rates, "--rates", Float.init) ?? router.grid.rates
      router.grid.batchSizes =
        try numbers(batches, "--batches", { Int($0) }) ?? router.grid.batchSizes
      router.grid.alphas = try numbers(alphas, "--alphas", Double.init) ?? router.grid.alphas
      router.base.iterations = iterations ?? router.base.iterations
      router.base.baseline = baseline == "ema" ? .movingAverage(window: 20) : .none
      router.base.explorationPenalty = explorationPenalty
      router.base.inputScale = inputScale == "sqrt" ? nil : Float(inputScale)
      for point in router.grid.settings(of: router.base) { try point.validate() }
      settings.routers[i] = router
    }
    if accumulateGradients { settings.accumulateGradientsAsReleased() }
  }
}

extension ExpertTask: ExpressibleByArgument {}
extension RouterConfiguration.ExplorationPenalty: ExpressibleByArgument {}
