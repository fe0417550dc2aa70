import Corpora
import Encoders
import Foundation
import Pictures
import Synchronization
import Tensors
import Testing

@testable import Extractors
@testable import Studies

/// A folder with a small picture encoder and an encoder pretrained on a handful of texts.
struct TrainingPlace {
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
    let words = Vocabulary(["ann", "acme", "paris", "left"])
    try DualEncoderModel(
      name: "dual",
      encoder: DualEncoder(
        .init(words: words.size, wordSize: 4, dimensions: 6, pictures: configuration),
        &generator), words: words, recipe: Self.recipe
    ).save(
      to: folder + "/models/dual",
      provenance: Provenance(command: "test", seed: 1, data: [:], metrics: [:]))
  }

  /// A small ViT as Hugging Face lays it out; its path.
  func tower(width: Int = 8, heads: Int = 2, inner: Int = 16) throws -> String {
    let path = folder + "/vit"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    func write(_ text: String, _ name: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    }
    try write(
      """
      {"model_type": "vit", "hidden_size": \(width), "num_hidden_layers": 1, \
      "num_attention_heads": \(heads), "intermediate_size": \(inner), "hidden_act": "gelu", "layer_norm_eps": 1e-12, "image_size": 16, \
      "patch_size": 8, "num_channels": 3, "qkv_bias": true}
      """, "config.json")
    try write(
      """
      {"do_resize": true, "size": {"height": 16, "width": 16}, "resample": 2, "do_rescale": true, \
      "rescale_factor": 0.00392156862745098, "do_normalize": true, \
      "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
      """, "preprocessor_config.json")
    var source = WeightSource.random(seed: 8)
    let stack = TransformerConfiguration(
      hiddenSize: width, layers: 1, heads: heads, intermediateSize: inner, activation: .gelu,
      norm: .pre, epsilon: 1e-12, names: .vit)
    let model = ViTModel(VisionConfiguration(stack: stack, side: 16, patch: 8), &source)
    var tensors: [String: Tensor] = [:]
    for (name, value) in model.parameters { tensors[name] = value }
    try Safetensors.write(tensors, to: path + "/model.safetensors")
    return path
  }

  /// A small CLIP's picture tower, in a folder that says that it is a whole CLIP; its path.
  func clipTower(width: Int, heads: Int, inner: Int) throws -> String {
    let path = folder + "/clip"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let config = """
      {"model_type": "clip", "text_config": {}, "vision_config": {"hidden_size": \(width), \
      "num_hidden_layers": 1, "num_attention_heads": \(heads), "intermediate_size": \(inner), \
      "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5, "image_size": 16, "patch_size": 8}}
      """
    try Data(config.utf8).write(to: URL(fileURLWithPath: path + "/config.json"))
    try FileManager.default.copyItem(
      atPath: folder + "/vit/preprocessor_config.json", toPath: path + "/preprocessor_config.json")
    var source = WeightSource.random(seed: 8)
    let stack = TransformerConfiguration(
      hiddenSize: width, layers: 1, heads: heads, intermediateSize: inner, activation: .quickGELU,
      norm: .pre, epsilon: 1e-5, names: .clip)
    let model = CLIPVisionModel(VisionConfiguration(stack: stack, side: 16, patch: 8), &source)
    var tensors: [String: Tensor] = [:]
    for (name, value) in model.parameters { tensors["vision_model." + name] = value }
    try Safetensors.write(tensors, to: path + "/model.safetensors")
    return path
  }

  /// What an expert of the folder sees with.
  func eyes(of expert: any Expert) throws -> Eyes {
    Eyes(
      sources: try [expert.card.grid].compactMap(\.self).map {
        try RegionSource(folder: "\(folder)/models/\($0)")
      },
      duals: try [expert.card.dual].compactMap(\.self).map {
        try DualEncoderFolder.open("\(folder)/models/\($0)")
      }, sights: expert.card.sights)
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
    _ system: System, _ posts: TrainingPosts, _ switches: [String: String] = [:], epochs: Int = 2,
    models: String = "models",
    _ observe: @escaping @Sendable (TrainingEvent) -> Bool = { _ in true }
  ) -> TrainingJob {
    var job = TrainingJob(
      system, switches: switches, encoder: system.needsEncoder ? folder + "/encoder" : nil,
      pictures: system.seesPicture ? folder + "/models/resnet" : nil, posts: posts,
      models: folder + "/" + models, name: system.id, command: "test", observe: observe)
    job.dual = system.takesDual ? folder + "/models/dual" : nil
    job.changes = FineTuningChanges(
      epochs: epochs, batch: system.leastTestBatch, encoderRate: 1e-3, headRate: 1e-3)
    return job
  }
}

@Suite("Training experts")
struct ExpertTrainingTests {
  @Test func freshEncodersGoOnAfterAnInterrupt() throws {
    let place = try TrainingPlace()
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
    let place = try TrainingPlace()
    defer { place.remove() }
    _ = try place.pretraining().run()
    let posts = place.posts
    for system in System.all where system.train != nil {
      let job = place.job(system, posts)
      let results = try job.run(seeds: [1])
      #expect((1...2).contains(results.first?.epochs.count ?? 0))
      let expert = try ExpertFolder.open(place.folder + "/models/" + system.id)
      #expect(expert.card.system == system.id && expert.task == system.task)
      #expect((expert.card.grid != nil) == system.needsRegions)
      let eyes = try place.eyes(of: expert)
      let labels = try expert.labels(of: posts.dev.map { eyes.see($0, posts.pictures) })
      switch expert.task {
      case .entities: #expect(labels.compactMap(\.mentions).count == 4)
      case .relations: #expect(labels.map { $0.relations?.count } == [1, 1, 1, 1])
      }
      // What is done is not done again; other posts or options are another training.
      #expect(try job.run(seeds: [1]).first?.origin == results.first?.origin)
      let part = posts.replacing(train: Array(posts.train.dropLast(3)), part: "model-1")
      #expect(part.hash != posts.hash && part.train.count == 9)
      // Its model is not overwritten without a word.
      let other = place.job(system, part)
      #expect { try other.run(seeds: [1]) } throws: {
        "\($0)".contains("holds a finished model of another training (data ")
      }
      var replacing = other
      replacing.replaces = true
      #expect(try replacing.run(seeds: [1]).first?.origin != results.first?.origin)
    }
  }

  @Test func interruptedExpertsWriteTheSameModel() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    _ = try place.pretraining().run()
    _ = try place.job(.maf, place.posts, models: "whole").run(seeds: [3])
    let stopping = place.job(.maf, place.posts) { event in
      if case .progress(_, let p) = event { return p.epoch < 2 }
      return true
    }
    #expect(throws: TrainingStopped.self) { try stopping.run(seeds: [3]) }
    // The same checkpoint is not for other options.
    #expect(throws: TrainingError.self) {
      try place.job(.maf, place.posts, ["gate": "off"]).run(seeds: [3])
    }
    _ = try place.job(.maf, place.posts).run(seeds: [3])
    #expect(
      try place.bytes("models/maf/model.safetensors")
        == place.bytes("whole/maf/model.safetensors"))
  }

  @Test func picturesAreAskedFor() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    _ = try place.pretraining().run()
    var job = place.job(.umt, place.posts)
    job.pictures = nil
    #expect { try job.run(seeds: [1]) } throws: { "\($0)".contains("--pictures") }
  }

  /// Regions that tell the labels of the place's posts, and what is made of them.
  @Test func numbersMadeWithLeakingRegionsAreMarked() throws {
    let place = try TrainingPlace()
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
    let switches = ["objects": "boxes"]
    let results = try place.job(.megaLite, posts, switches, epochs: 1).run(seeds: [1])
    #expect(results.first?.origin.mark == "leaky regions")
    #expect(TrainingDocument(results, peer: nil).section.contains("(leaky regions)"))
    let model = try ExpertFolder.open(place.folder + "/models/mega-lite")
    #expect(model.card.mark == "leaky regions" && model.needsBoxes)
    // Without the file there is nothing to train on.
    #expect {
      try place.job(.megaLite, place.posts, switches, models: "other").run(seeds: [1])
    } throws: {
      "\($0)".contains("--boxes")
    }
  }

  @Test func allSystemsTrainByName() throws {
    let place = try TrainingPlace()
    defer { place.remove() }
    _ = try place.pretraining().run()
    let posts = place.posts
    for name in System.trainableNames {
      let (system, switches) = try #require(System.trainable(name))
      var job = place.job(system, posts, switches, epochs: 1)
      job = TrainingJob(
        system, switches: switches, encoder: job.encoder, pictures: job.pictures, posts: posts,
        models: job.models, name: name + "-1", command: "test", observe: { _ in true })
      job.dual = system.takesDual ? place.folder + "/models/dual" : nil
      job.changes = FineTuningChanges(epochs: 1, batch: system.leastTestBatch)
      let expert = try job.expert(seed: 1)
      #expect(switches.allSatisfy { expert.card.switches[$0] == $1 }, "\(name)")
      let eyes = try place.eyes(of: expert)
      let seen = posts.dev.map { eyes.see($0, posts.pictures) }
      let again = try job.expert(seed: 1)
      #expect(try again.labels(of: seen) == expert.labels(of: seen))
      let answer = again.ask(seen[0])
      #expect(answer.failure == nil)
      if let found = answer.mentions { #expect(found.path.count == seen[0].words.count) }
    }
    #expect(System.trainable("mega") == nil)
  }
}
