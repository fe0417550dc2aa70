import Corpora
import Encoders
import Extractors
import Foundation
import Pictures
import Synchronization
import Tensors
import Testing

@testable import Studies

/// A folder with a small picture encoder and an encoder pretrained on a handful of texts.
private struct Place {
  let folder: String

  private static var recipe: PictureRecipe {
    var result = PictureRecipe.harbor
    (result.shortSide, result.side) = (28, 24)
    return result
  }

  init() throws {
    folder = NSTemporaryDirectory() + "experts-" + UUID().uuidString
    var generator = SeededGenerator(seed: 5)
    let configuration = ResNet.Configuration(
      embeddingSize: 4, hiddenSizes: [4, 6], depths: [1, 1], layerType: .basic)
    try PictureEncoderModel(
      name: "resnet",
      classifier: PictureClassifier(configuration, classes: 2, &generator), classes: ["a", "b"],
      recipe: Self.recipe
    ).save(
      to: folder + "/models/resnet",
      provenance: Provenance(command: "test", seed: 1, data: [:], metrics: [:]))
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
  }

  static func words(_ i: Int) -> [String] {
    [["Ann", "works", "at", "Acme"], ["Bob", "lives", "in", "Paris"], ["Ann", "left", "Paris"]][
      i % 3]
  }

  func pretraining(
    _ name: String = "encoder",
    _ observe: @escaping @Sendable (TrainingEvent) -> Bool = { _ in true }
  ) -> EncoderPretraining {
    var settings = EncoderPretraining.recipe
    (settings.epochs, settings.batch) = (3, 8)
    return EncoderPretraining(
      dataset: "texts", hash: "0", texts: (0..<40).map(Self.words), folder: folder + "/" + name,
      size: .tiny, pieces: 60, settings: settings, command: "test", observe: observe)
  }

  /// Posts whose pictures are dark or light.
  var posts: TrainingPosts {
    func post(_ i: Int, _ split: Split) -> Post {
      let words = Self.words(i)
      let (last, type) = (words.count - 1, i % 3 == 0 ? "ORG" : "LOC")
      return Post(
        id: "\(split.rawValue)\(i)", tokens: words.map { Token($0) }, imageID: "p\(i % 2)",
        mentions: [
          EntityMention(0..<1, .person), EntityMention(last..<(last + 1), EntityType(type)),
        ],
        relations: [
          RelationMention(
            head: 0..<1, tail: last..<(last + 1),
            label: i % 3 == 0 ? "/per/org/member_of" : "None")
        ], split: split, source: SourceLocation(file: "memory", line: i))
    }
    return TrainingPosts(
      name: "made", hash: "1", train: (0..<12).map { post($0, .train) },
      dev: (0..<4).map { post($0, .dev) },
      relationLabels: ["None", "/per/org/member_of"],
      pictures: PictureProvider(name: "made") { post, _ in
        let shade: UInt8 = post.imageID == "p0" ? 40 : 200
        return .success(
          Picture(width: 32, height: 32, pixels: [UInt8](repeating: shade, count: 3 * 32 * 32)))
      })
  }

  func job(
    _ task: FineTuningJob.Task, _ posts: TrainingPosts, epochs: Int = 2, models: String = "models",
    _ observe: @escaping @Sendable (TrainingEvent) -> Bool = { _ in true }
  ) -> FineTuningJob {
    FineTuningJob(
      task: task, encoder: folder + "/encoder",
      pictures: task.needsPictures ? folder + "/models/resnet" : nil, posts: posts,
      models: folder + "/" + models, name: task.system,
      settings: FineTuning(epochs: epochs, batch: 4, encoderRate: 1e-3, headRate: 1e-3),
      command: "test", observe: observe)
  }
}

@Suite("Training experts")
struct ExpertTrainingTests {
  @Test func freshEncodersGoOnAfterAnInterrupt() throws {
    let place = try Place()
    defer { place.remove() }
    let whole = try place.pretraining("whole").run()
    #expect(whole.count == 3)
    let stopping = place.pretraining { event in
      if case .progress(_, let p) = event { return p.epoch < 3 }
      return true
    }
    #expect(throws: TrainingStopped.self) { try stopping.run() }
    let history = try place.pretraining().run()
    #expect(history.map(\.loss) == whole.map(\.loss))
    #expect(
      try place.bytes("encoder/model.safetensors") == place.bytes("whole/model.safetensors"))
    // A folder like any published encoder's.
    let base = try TextBase(folder: place.folder + "/encoder")
    #expect(base.encoder.configuration.stack.hiddenSize == 128)
    #expect(!base.tokenizer.encode(words: ["Ann", "left", "Acme"]).ids.contains(1))
  }

  @Test func everyExpertTrainsFromListsOfPosts() throws {
    let place = try Place()
    defer { place.remove() }
    _ = try place.pretraining().run()
    let posts = place.posts
    let tasks: [FineTuningJob.Task] = [
      .bertCRF(.firstPieceOnly), .mtb, .umt(.withX, UMTOptions()), .maf(.firstPieceOnly, nil),
      .megaLite(MEGALiteOptions()),
    ]
    for task in tasks {
      let job = place.job(task, posts)
      let results = try job.run(seeds: [1])
      #expect(results.first?.epochs.count == 2)
      let expert = try ExpertFolder.open(place.folder + "/models/" + task.system)
      #expect(expert.systemName == task.system && expert.task == task.answers)
      let source = try ExpertFolder.regions(for: expert, in: place.folder + "/models")
      #expect((source != nil) == task.needsPictures)
      let regions = try source?.regions(of: posts.dev, posts.pictures)
      let inputs = posts.dev.enumerated().map { ExpertInput($1, regions: regions?[$0]) }
      switch expert.task {
      case .entities: #expect(try expert.mentions(of: inputs).count == 4)
      case .relations: #expect(try expert.answers(of: inputs).map(\.count) == [1, 1, 1, 1])
      }
      // What is done is not done again; other posts or options are another training.
      #expect(try job.run(seeds: [1]).first?.origin == results.first?.origin)
      let part = posts.replacing(train: Array(posts.train.dropLast(3)), part: "model-1")
      #expect(part.hash != posts.hash && part.train.count == 9)
      // Its model is not overwritten without a word.
      let other = place.job(task, part)
      #expect { try other.run(seeds: [1]) } throws: {
        "\($0)".contains("holds a finished model of another training (data ")
      }
      var replacing = other
      replacing.replaces = true
      #expect(try replacing.run(seeds: [1]).first?.origin != results.first?.origin)
    }
  }

  @Test func interruptedExpertsWriteTheSameModel() throws {
    let place = try Place()
    defer { place.remove() }
    _ = try place.pretraining().run()
    let task = FineTuningJob.Task.maf(.firstPieceOnly, nil)
    _ = try place.job(task, place.posts, models: "whole").run(seeds: [3])
    let stopping = place.job(task, place.posts) { event in
      if case .progress(_, let p) = event { return p.epoch < 2 }
      return true
    }
    #expect(throws: TrainingStopped.self) { try stopping.run(seeds: [3]) }
    // The same checkpoint is not for other options.
    var options = MAFOptions.fitting(hiddenSize: 1)
    options.gated = false
    #expect(throws: FineTuningError.self) {
      try place.job(.maf(.firstPieceOnly, options), place.posts).run(seeds: [3])
    }
    _ = try place.job(task, place.posts).run(seeds: [3])
    #expect(
      try place.bytes("models/maf/model.safetensors")
        == place.bytes("whole/maf/model.safetensors"))
  }

  @Test func picturesAreAskedFor() throws {
    let place = try Place()
    defer { place.remove() }
    _ = try place.pretraining().run()
    let job = FineTuningJob(
      task: .umt(.firstPieceOnly, UMTOptions()), encoder: place.folder + "/encoder",
      posts: place.posts, models: place.folder + "/models", name: "umt", settings: .umt,
      command: "test", observe: { _ in true })
    #expect { try job.run(seeds: [1]) } throws: { "\($0)".contains("--pictures") }
  }

  /// Regions that tell the labels of the place's posts, and what is made of them.
  @Test func numbersMadeWithLeakingRegionsAreMarked() throws {
    let place = try Place()
    defer { place.remove() }
    _ = try place.pretraining().run()
    var lines = ""
    var boxes: [String] = []
    for i in 0..<400 {
      let label = i % 2 == 0 ? "None" : "/per/org/member_of"
      lines +=
        "{'token': ['Ann', 'at', 'Acme\(i)'], 'h': {'pos': [0, 1]}, 't': {'pos': [2, 3]}, "
        + "'img_id': 'p\(i).jpg', 'relation': '\(label)'}\n"
      for n in 0..<(i % 2 == 0 ? 2 : 4) {
        boxes.append("\"\(i)_pred_yolo_crop_\(n).png\": [0.5, 0.5, 0.\(n + 1), 0.2, 0.04]")
      }
    }
    let data = place.folder + "/data"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    for (text, name) in [(lines, "train.txt"), ("{\(boxes.joined(separator: ","))}", "b.json")] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: data + "/" + name))
    }
    let dataset = try Dataset.open(data)
    let leaking = try PairBoxes(
      [data + "/b.json"], for: dataset, permission: .leakyReproduction)
    let posts = TrainingPosts(
      name: "leaky", hash: "2", train: Array(dataset.posts.prefix(24)),
      dev: Array(dataset.posts.suffix(8)), relationLabels: ["None", "/per/org/member_of"],
      pictures: PictureProvider(dataset, boxes: leaking))
    var options = MEGALiteOptions()
    options.objects = .boxes
    let results = try place.job(.megaLite(options), posts, epochs: 1).run(seeds: [1])
    #expect(results.first?.origin.mark == "leaky regions")
    #expect(FineTuningDocument(results, peer: nil).section.contains("(leaky regions)"))
    let model = try ExpertFolder.open(place.folder + "/models/mega-lite")
    #expect(model.mark == "leaky regions" && model.needsBoxes)
    // Without the file there is nothing to train on.
    #expect {
      try place.job(.megaLite(options), place.posts, models: "other").run(seeds: [1])
    } throws: {
      "\($0)".contains("--boxes")
    }
  }

  @Test func allSystemsTrainByName() throws {
    let place = try Place()
    defer { place.remove() }
    _ = try place.pretraining().run()
    var trainer = try ExpertTrainer(
      models: place.folder + "/models", encoder: place.folder + "/encoder",
      pictures: place.folder + "/models/resnet", command: "test", observe: { _ in true })
    trainer.recipe = { task in
      var recipe = task.recipe
      (recipe.epochs, recipe.batch) = (1, 4)
      return recipe
    }
    (trainer.tagger.epochs, trainer.tagger.batch) = (2, 4)
    let posts = place.posts
    for system in ExpertTrainer.systems {
      let expert = try trainer.train(system, on: posts, as: system + "-1", seed: 1)
      #expect(expert.task == ExpertTrainer.task(of: system))
      #expect(expert.needsPicture == ExpertTrainer.needsPicture(system), "\(system)")
      let inputs = try trainer.inputs(posts.dev, posts.pictures, for: expert)
      let again = try trainer.train(system, on: posts, as: system + "-1", seed: 1)
      if expert.task == .entities {
        #expect(try again.mentions(of: inputs) == expert.mentions(of: inputs))
        #expect(try again.predict(inputs[0]).path.count == inputs[0].post.tokens.count)
      } else {
        #expect(try again.answers(of: inputs) == expert.answers(of: inputs))
      }
    }
    #expect(ExpertTrainer.task(of: "mega") == nil)
    #expect(throws: FineTuningError.self) {
      try trainer.train("mega", on: posts, as: "mega", seed: 1)
    }
  }
}
