import ArgumentParser
import Corpora
import Extractors
import Foundation
import Services
import Studies

/// What the experts that see pictures take beside the rest.
struct PictureExpertOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder of the ResNet whose regions are read: harbor's own or a Hugging Face one.",
      valueName: "dir"))
  var pictures: String

  @OptionGroup var options: FineTuneOptions
}

/// Parts of UMT.
enum UMTPart: String, CaseIterable, ExpressibleByArgument { case image, spans, gate }

/// Parts of MAF.
enum MAFPart: String, CaseIterable, ExpressibleByArgument { case image, matching, alignment, gate }

/// Parts of mega-lite.
enum MEGALitePart: String, CaseIterable, ExpressibleByArgument { case image, semantic }

/// `twinlens train umt`: entities, by text and regions.
struct TrainUMTCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: UMTModel.system,
    abstract: "Fine-tune UMT-BERT-CRF on entity mentions of posts with pictures.",
    discussion: "Goes on after an interrupt, with at most one epoch lost.")

  @OptionGroup var expert: PictureExpertOptions
  @Option(help: "first-piece: the CRF runs over words. with-x: over all pieces.")
  var labels = LabelScheme.firstPieceOnly
  @Option(help: "Leave out a part: image, spans or gate. Can be given several times.")
  var without: [UMTPart] = []

  func run() throws {
    var options = UMTOptions()
    options.usesPicture = !without.contains(.image)
    options.spanTask = !without.contains(.spans)
    options.gated = !without.contains(.gate)
    try expert.options.run(.umt(labels, options), pictures: expert.pictures)
  }
}

/// `twinlens train maf`: entities, by text and regions.
struct TrainMAFCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: MAFModel.system,
    abstract: "Fine-tune MAF on entity mentions of posts with pictures.",
    discussion: "Goes on after an interrupt, with at most one epoch lost.")

  /// How the matching reads a post.
  enum MatchingName: String, CaseIterable, ExpressibleByArgument { case flattened, pooled }

  @OptionGroup var expert: PictureExpertOptions
  @Option(help: "first-piece: the CRF runs over words. with-x: over all pieces.")
  var labels = LabelScheme.firstPieceOnly
  @Option(
    help: "flattened: 128 positions, as the reference. pooled: their mean. Else by the encoder.")
  var matching: MatchingName?
  @Option(help: "Leave out a part: image, matching, alignment or gate. Several times if wanted.")
  var without: [MAFPart] = []

  func run() throws {
    // Without a word about it the matching is chosen by the encoder's size.
    guard matching != nil || !without.isEmpty else {
      return try expert.options.run(.maf(labels, nil), pictures: expert.pictures)
    }
    var options: MAFOptions
    switch matching {
    case .flattened: options = MAFOptions()
    case .pooled: options = .fitting(hiddenSize: 1)
    case nil:
      let base = try TextBase(folder: expert.options.encoder)
      options = .fitting(hiddenSize: base.encoder.configuration.stack.hiddenSize)
    }
    options.usesPicture = !without.contains(.image)
    options.matches = !without.contains(.matching)
    options.aligns = !without.contains(.alignment)
    options.gated = !without.contains(.gate)
    try expert.options.run(.maf(labels, options), pictures: expert.pictures)
  }
}

/// `twinlens train mega-lite`: relations, by text and a grid of objects.
struct TrainMEGALiteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: MEGALiteModel.system,
    abstract: "Fine-tune MEGA's alignments, without its detector, on relations.",
    discussion: """
      Objects are a 3×3 grid and the whole picture, or with --boxes the largest ten regions of each pair; its numbers are \
      not MEGA's. Goes on after an interrupt, with at most one epoch lost.
      """)

  @OptionGroup var expert: PictureExpertOptions
  @Option(help: "Structural alignment: none, or chain (pieces in a row against the grid).")
  var structure = MEGALiteOptions.Structure.none
  @Option(help: "Leave out a part: image or semantic. Can be given several times.")
  var without: [MEGALitePart] = []
  @OptionGroup var files: RegionOptions

  func validate() throws {
    if structure == .chain, !files.boxes.isEmpty {
      throw ValidationError("--structure chain reads the grid; leave it out, or leave out --boxes")
    }
  }

  func run() throws {
    var options = MEGALiteOptions()
    options.structure = structure
    options.objects = files.boxes.isEmpty ? .grid : .boxes
    options.usesPicture = !without.contains(.image)
    options.semantic = !without.contains(.semantic)
    try expert.options.run(.megaLite(options), pictures: expert.pictures, files: files)
  }
}

extension MEGALiteOptions.Structure: ExpressibleByArgument {}
extension FreshEncoder.Size: ExpressibleByArgument {}

/// `twinlens train encoder`: a small BERT from scratch.
struct TrainEncoderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encoder",
    abstract: "Make a small BERT from scratch: a vocabulary, then masked language modelling.",
    discussion: """
      Reads the training posts and captions of a dataset; without one, of the harbour sample. Writes a folder that all \
      other commands open like a published encoder. Goes on after an interrupt, with at most one epoch lost.
      """)

  @OptionGroup var source: HarborSource
  @Option(help: ArgumentHelp("Folder to write.", valueName: "dir")) var out: String
  @Option(help: "tiny: 2 layers of 128. small: 3 layers of 192.") var size = FreshEncoder.Size.tiny
  @Option(help: "Pieces of the vocabulary, at most.") var pieces = 4000
  @Option(help: "Passes over the texts.") var epochs: Int?
  @Option(help: "Decides first weights, batches and what is hidden.") var seed: UInt64 = 1
  @Flag(help: "Forget an interrupted training and begin anew.") var fresh = false
  @Flag(help: "Replace a finished encoder.") var force = false

  func validate() throws {
    guard (100...50_000).contains(pieces) else {
      throw ValidationError("--pieces takes a number from 100 to 50000")
    }
    guard (1...1000).contains(epochs ?? 1) else {
      throw ValidationError("--epochs takes a number from 1 to 1000")
    }
  }

  func run() throws {
    if !force, FileManager.default.fileExists(atPath: out + "/config.json") {
      throw FineTuningError.otherModel(folder: out, differs: [])
    }
    let progress = ProgressLine()
    let interrupt = Interrupt()
    var settings = EncoderPretraining.recipe
    settings.epochs = epochs ?? settings.epochs
    settings.seed = seed
    let training = try EncoderPretraining(
      try source.open(progress), folder: out, size: size, pieces: pieces, settings: settings,
      command: "twinlens " + CommandLine.arguments.dropFirst().joined(separator: " "),
      observe: { event in
        progress.show(event)
        return !interrupt.isRaised
      })
    try whileTraining(in: out, nil, progress) {
      if fresh { training.forget() }
      let history = try training.run()
      progress.clear()
      let best = history.map(\.dev).max() ?? 0
      let seconds = history.reduce(0) { $0 + $1.seconds + $1.scoring }
      StandardOutput.write(
        String(
          format: "%@: %.1f %% of hidden pieces found after %d epochs, %.0f s", out, best,
          history.count, seconds))
    }
  }
}
