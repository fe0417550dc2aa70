import Corpora
import Encoders
import Extractors
import Foundation
import Pictures
import Synchronization
import Tensors

extension SampleTrainer {
  /// Teaches the experts' picture encoder to name what captioned pictures show.
  func trainClassifier(_ name: String) throws {
    let captions = try requireCaptions(name)
    let classes = Set(captions.posts.compactMap { $0.attributes["pictured"] }).sorted()
    let (train, held) = divide(
      prepare(captions, recipe.shapes, words: Vocabulary([]), classes: classes))
    var generator = SeededGenerator(seed: HarborRecipe.worldSeed, stream: name)
    let fresh = PictureClassifier(recipe.pictures, classes: classes.count, &generator)
    let task = ClassificationTask(side: recipe.shapes.side)
    let trained = try run(
      EncoderRun(fresh, task, recipe.classifier), on: train, name: name)
    let metrics = ["heldOutAccuracy": task.accuracy(trained, held)]
    try PictureEncoderModel(
      name: name, classifier: trained, classes: classes, recipe: recipe.shapes
    ).save(to: folder(name), provenance: provenance(name, metrics))
    Checkpoint(models: models, name: name).remove()
    _ = observe(.finished(model: name, metrics: metrics))
  }

  /// Trains the dual encoder on captions, starting from the picture encoder; its vocabulary also
  /// holds the words of the training posts.
  func trainDual(_ name: String) throws {
    let captions = try requireCaptions(name)
    let texts = dataset.posts(in: .train) + captions.posts
    let words = Vocabulary(
      counting: texts.lazy.flatMap { $0.tokens.map { WordForms.word($0.text) } }, minimum: 2)
    let (train, held) = divide(prepare(captions, recipe.picture, words: words, classes: []))
    var generator = SeededGenerator(seed: HarborRecipe.worldSeed, stream: name)
    var fresh = DualEncoder(
      DualEncoder.Configuration(
        words: words.size, wordSize: recipe.wordSize, dimensions: recipe.dimensions,
        pictures: recipe.pictures), &generator)
    fresh.startPictures(
      from: try PictureEncoderModel(folder: folder("resnet-harbor")).classifier.network)
    let task = ContrastiveTask(side: recipe.picture.side)
    let trained = try run(EncoderRun(fresh, task, recipe.dual), on: train, name: name)
    let tape = Tape()
    let sample = Array(held.prefix(recipe.dual.batch))
    let metrics = ["heldOutLoss": Double(tape[task.loss(trained, sample, tape)].item)]
    try DualEncoderModel(name: name, encoder: trained, words: words, recipe: recipe.picture)
      .save(to: folder(name), provenance: provenance(name, metrics))
    Checkpoint(models: models, name: name).remove()
    _ = observe(.finished(model: name, metrics: metrics))
  }

  private func requireCaptions(_ name: String) throws -> Dataset {
    guard let captions else {
      throw ModelFolderError(
        folder: folder(name),
        problem:
          "cannot be trained: \(dataset.root) has no captions/ (`twinlens sample` makes them)")
    }
    return captions
  }

  private func divide(
    _ pairs: [CaptionedPicture]
  ) -> (train: [CaptionedPicture], held: [CaptionedPicture]) {
    let held = min(recipe.heldOutCaptions, pairs.count / 10)
    return (Array(pairs.dropLast(held)), Array(pairs.suffix(held)))
  }

  private func prepare(
    _ captions: Dataset, _ seen: PictureRecipe, words: Vocabulary, classes: [String]
  ) -> [CaptionedPicture] {
    let total = captions.posts.count
    let results = Mutex([CaptionedPicture?](repeating: nil, count: total))
    let done = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: total) { i in
      let post = captions.posts[i]
      if case .success(let picture) = captions.picture(
        of: post, for: .shortSide(seen.shortSide))
      {
        let pair = CaptionedPicture(
          words: post.tokens.map { words[WordForms.word($0.text)] },
          pixels: seen.prepare(picture).pixels,
          label: classes.firstIndex(of: post.attributes["pictured"] ?? "") ?? -1)
        results.withLock { $0[i] = pair }
      }
      let n = done.withLock { count in
        count += 1
        return count
      }
      if n % 200 == 0 { _ = observe(.preparing("reading captions", Double(n) / Double(total))) }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  private func run<Task: EncoderTask>(
    _ fresh: EncoderRun<Task>, on pairs: [CaptionedPicture], name: String
  ) throws -> Task.Model {
    try TrainingLoop(
      label: name, checkpoint: Checkpoint(models: models, name: name),
      origin: EncoderOrigin(settings: fresh.settings, data: data, basis: basis(of: name)),
      measure: nil, observe: observe
    ).finish(fresh, pairs).model
  }

  /// What tells the training of an encoder from all others.
  private struct EncoderOrigin: Codable, Hashable {
    let settings: EncoderTraining
    let data: [String: String]
    let basis: [String]
  }
}
