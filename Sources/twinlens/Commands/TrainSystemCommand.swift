import ArgumentParser
import Corpora
import Extractors
import Services
import Studies

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

  /// The value of each switch, as given or as usual.
  private static func value(in given: [String: String]) -> (String) -> String {
    { name in given[name] ?? system.switches.first { $0.name == name }?.usual ?? "" }
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
  @OptionGroup(visibility: visibility(!system.isTagger)) var tuning: EncoderTrainingOptions
  @OptionGroup(visibility: visibility(!system.isTagger && system.task == .entities)) var crf:
    CRFRateOption

  @Option(name: name(0), help: help(0)) var choice0: String?
  @Option(name: name(1), help: help(1)) var choice1: String?
  @Option(name: name(2), help: help(2)) var choice2: String?
  @Option(name: name(3), help: help(3)) var choice3: String?
  @Option(name: name(4), help: help(4)) var choice4: String?
  @Option(name: name(5), help: help(5)) var choice5: String?
  @Option(name: name(6), help: help(6)) var choice6: String?
  @Option(name: name(7), help: help(7)) var choice7: String?
  @Option(name: name(8), help: help(8)) var choice8: String?
  @Option(name: name(9), help: help(9)) var choice9: String?
  @Option(name: name(10), help: help(10)) var choice10: String?
  @Option(name: name(11), help: help(11)) var choice11: String?

  private var chosen: [String?] {
    [
      choice0, choice1, choice2, choice3, choice4, choice5, choice6, choice7, choice8, choice9,
      choice10, choice11,
    ]
  }

  @Option(
    help: ArgumentHelp(
      "Leave out a part: \(parts.map(\.name).joined(separator: ", ")). Can be given several times.",
      valueName: "part", visibility: visibility(!parts.isEmpty)))
  var without: [String] = []

  @OptionGroup(visibility: visibility(system.takesBoxes)) var files: RegionOptions

  @Option(help: ArgumentHelp("Learn from a share of the train posts.", valueName: "0…1"))
  var trainShare: Double?

  @Option(
    help: ArgumentHelp(
      "Learn from so many pairs of each relation.", valueName: "count",
      visibility: visibility(system.task == .relations)))
  var pairsOfEach: Int?

  @Option(
    help: ArgumentHelp(
      "Exchange the pictures of a share of the train and dev posts among themselves (FocalMRE's Align-Noise).",
      valueName: "0…1", visibility: visibility(system.seesPicture)))
  var exchangePictures: Double?

  @Option(
    help: ArgumentHelp(
      "Move or leave out a share of the regions of the train and dev posts (FocalMRE's Aug-Noise).",
      valueName: "0…1", visibility: visibility(system.findsRegions(value(in: [:])))))
  var disturbRegions: Double?

  /// What is done to the posts.
  private func data() throws -> DataVariation {
    func checked(_ name: String, _ share: Double) throws -> Double {
      guard share > 0, share <= 1 else {
        throw ValidationError("\(name) takes a share of more than 0, at most 1, not \(share)")
      }
      return share
    }
    let given: [(name: String, data: DataVariation)] = try [
      trainShare.map { ("--train-share", .share(try checked("--train-share", $0))) },
      pairsOfEach.map { ("--pairs-of-each", .pairsOfEach($0)) },
      exchangePictures.map {
        ("--exchange-pictures", .exchangedPictures(try checked("--exchange-pictures", $0)))
      },
      disturbRegions.map {
        ("--disturb-regions", .disturbedRegions(try checked("--disturb-regions", $0)))
      },
    ].compactMap(\.self)
    guard given.count < 2 else {
      throw ValidationError("\(given[0].name) and \(given[1].name) exclude each other")
    }
    if let pairsOfEach {
      guard Self.system.task == .relations else {
        throw ValidationError("\(Self.system.id) learns of no pairs; leave out --pairs-of-each")
      }
      guard pairsOfEach > 0 else {
        throw ValidationError("--pairs-of-each takes a number from 1, not \(pairsOfEach)")
      }
    }
    let (value, usual) = (Self.value(in: try switches()), Self.value(in: [:]))
    func refuse(_ option: String, _ reason: String, by options: Bool) -> ValidationError {
      ValidationError(
        (options ? "with these options " : "") + "\(Self.system.id) \(reason); leave out \(option)")
    }
    if exchangePictures != nil, !Self.system.seesPicture(value) {
      throw refuse(
        "--exchange-pictures", "sees no pictures", by: Self.system.seesPicture(usual))
    }
    if disturbRegions != nil, !Self.system.findsRegions(value) {
      throw refuse(
        "--disturb-regions", "looks for no regions", by: Self.system.findsRegions(usual))
    }
    return given.first?.data ?? .asItIs
  }

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
      if let given = result[known.name], given != Switch.off {
        throw ValidationError("--\(part) \(given) and --without \(part) exclude each other")
      }
      result[known.name] = Switch.off
    }
    if !files.boxes.isEmpty, let name = Self.system.boxesSwitch { result[name] = "boxes" }
    return result
  }

  func validate() throws {
    let chosen = try switches()
    if Self.system.isTagger, let unused = tuning.given ?? crf.crfRate.map({ _ in "--crf-rate" }) {
      throw ValidationError("\(Self.system.id) takes no \(unused); leave it out")
    }
    if crf.crfRate != nil, Self.system.task != .entities {
      throw ValidationError("\(Self.system.id) has no CRF; leave out --crf-rate")
    }
    if Self.system.needsEncoder, encoder == nil {
      throw ValidationError("--encoder is missing: name the folder of a BERT or RoBERTa")
    }
    let values = Self.value(in: chosen)
    if Self.system.needsRegions, pictures == nil, Self.system.needsPictures(values) {
      throw ValidationError("--pictures is missing: name the folder of a ResNet")
    }
    if pictures != nil, !Self.system.needsRegions {
      throw ValidationError("\(Self.system.id) looks at no pictures; leave out --pictures")
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
    if files.regions != .labelFree, files.boxes.isEmpty {
      throw ValidationError("--regions is about --boxes; name a file of regions")
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
    if let reason = Self.system.refusal(of: given) { throw ValidationError(reason) }
    // With a tower of its own, what stands out is found by it too.
    let looksByTower = chosen["rectangles"] == "salient" && pictures.map(PictureTower.isOne) == true
    if dual != nil, Self.system.takesDual, !Self.system.needsDual(values), !looksByTower {
      throw ValidationError(
        "\(Self.system.id) sees by no dual encoder here; leave out --dual")
    }
    _ = try data()
  }

  func run() throws {
    var changes = tuning.changes
    changes.crfRate = crf.crfRate
    try options.run(
      Self.system, switches: try switches(), encoder: encoder, pictures: pictures,
      dual: dual, changes: changes, tuning: tuning, files: Self.system.takesBoxes ? files : nil,
      pretrained: pretrained,
      vectors: vectors, data: try data()
    ) { posts in
      var posts = posts
      if let corpus {
        let more = try options.input.open(corpus)
        let files = TrainingPictures(more.posts) { more.image(for: $0) }.decoded(ProgressLine())
        guard files.usable > 0 else {
          throw Refusal(
            "--corpus is for posts with pictures, and no post of \(corpus) has one that can be used; name "
              + "another, or leave it out")
        }
        if let notice = files.notice() { StandardOutput.complain("twinlens: --corpus: \(notice)") }
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
