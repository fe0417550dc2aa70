import Corpora
import Encoders
import Extractors
import Files
import Foundation
import Tensors

/// Makes a small text encoder from scratch: a vocabulary from texts, then masked language
/// modelling on them.
package struct EncoderPretraining: Sendable {
  /// Names the texts, e.g. the dataset's name.
  package let dataset: String
  /// Tells these texts from all others.
  package let hash: String
  /// The texts' words.
  package let texts: [[String]]
  /// The folder to write.
  package let folder: String
  /// How large.
  package let size: FreshEncoder.Size
  /// Pieces of the vocabulary, at most.
  package let pieces: Int
  /// How it is trained.
  package let settings: FineTuning
  /// What was typed, for the provenance.
  package let command: String
  /// Called from the training's own thread; returns false to stop.
  package let observe: @Sendable (TrainingEvent) -> Bool

  /// The recipe for worlds of some ten thousand short texts.
  package static let recipe: FineTuning = {
    var result = FineTuning(epochs: 10, batch: 64, encoderRate: 1e-3, headRate: 1e-3)
    result.longest = 64
    return result
  }()

  /// A training by its parts.
  package init(
    dataset: String, hash: String, texts: [[String]], folder: String, size: FreshEncoder.Size,
    pieces: Int = 4000, settings: FineTuning = EncoderPretraining.recipe, command: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) {
    self.dataset = dataset
    self.hash = hash
    self.texts = texts
    self.folder = folder
    self.size = size
    self.pieces = pieces
    self.settings = settings
    self.command = command
    self.observe = observe
  }

  /// A training on a dataset's train split and, where there are any, its captions.
  package init(
    _ dataset: Dataset, folder: String, size: FreshEncoder.Size, pieces: Int = 4000,
    settings: FineTuning = EncoderPretraining.recipe, command: String,
    observe: @escaping @Sendable (TrainingEvent) -> Bool
  ) throws {
    var posts = dataset.posts(in: .train)
    var hash = dataset.contentHash
    let captions = dataset.root + "/captions"
    if FileManager.default.fileExists(atPath: captions) {
      let more = try Dataset.open(captions)
      posts += more.posts
      hash += "-" + more.contentHash
    }
    self.init(
      dataset: dataset.name, hash: hash, texts: posts.map { $0.tokens.map(\.text) },
      folder: folder, size: size, pieces: pieces, settings: settings, command: command,
      observe: observe)
  }

  /// What tells this training from all others.
  private struct Origin: Codable, Hashable {
    let size: String
    let pieces: [String]
    let data: String
    let settings: FineTuning
  }

  private var checkpoint: Checkpoint {
    let (parent, name) = (FilePath.parent(of: folder), FilePath.name(of: folder))
    return Checkpoint(path: parent + "/.training/\(name)-encoder.safetensors")
  }

  /// Forgets an interrupted training.
  package func forget() { checkpoint.remove() }

  /// Trains, from the checkpoint where there is one, and writes the folder.
  ///
  /// - Returns: the epochs; `dev` is the share of hidden pieces found in texts kept apart, percent.
  /// - Throws: `TrainingStopped`, `TrainingError`, `TokenizerError`, `DurableFileError`.
  package func run() throws -> [TrainingEpoch] {
    guard texts.count >= 2 else {
      throw TrainingError.nothingToLearn(dataset: dataset, split: "train", wanted: "texts")
    }
    _ = observe(.preparing("learning the vocabulary", 0))
    let vocabulary = WordPieceLearner.vocabulary(of: texts.joined(), size: pieces)
    let fresh = FreshEncoder(size: size, vocabulary: vocabulary)
    let tokenizer = try fresh.tokenizer()
    let options = EncodingOptions(maximumLength: min(settings.longest, fresh.positions))
    let items = texts.map { PieceList(tokenizer.encode(words: $0, options: options).ids) }
    // Every fiftieth text is kept apart, at most 500.
    let step = max(2, min(50, items.count / 4))
    let kept = Set(items.indices.filter { $0 % step == step - 1 }.prefix(500))
    let train = items.indices.filter { !kept.contains($0) }.map { items[$0] }
    let dev = kept.sorted().map { items[$0] }
    let model = fresh.model(seed: settings.seed)
    let loop = TrainingLoop(
      label: FilePath.name(of: folder), checkpoint: checkpoint,
      origin: Origin(size: size.rawValue, pieces: vocabulary, data: hash, settings: settings),
      measure: "hidden pieces found, %,", observe: observe)
    let run = try loop.finish(
      FineTuneRun(model, settings), TrainingItems(train: train, dev: dev))
    let metrics = [
      "maskedAccuracy": run.bestScore ?? 0, "epochs": Double(run.epochs.count),
      "seconds": run.epochs.reduce(0) { $0 + $1.seconds + $1.scoring },
    ]
    try fresh.save(
      run.best.encoder, to: folder,
      provenance: Provenance(
        command: command, seed: settings.seed, data: [dataset: hash], metrics: metrics))
    checkpoint.remove()
    _ = observe(.finished(model: loop.label, metrics: metrics))
    return run.epochs
  }
}
