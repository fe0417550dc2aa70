import Corpora
import Encoders
import Foundation
import Pictures
import Tensors

@testable import Extractors
@testable import Studies

/// A folder with a BERT of eight dimensions and a small picture encoder, and posts to learn from:
/// trainings on it take no time.
struct SmallTraining {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "small-training-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: folder + "/encoder", withIntermediateDirectories: true)
    try widenEncoder(to: 8)
    let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ann", "acme", "at", "in"]
    try Data((vocabulary.joined(separator: "\n") + "\n").utf8).write(
      to: URL(fileURLWithPath: folder + "/encoder/vocab.txt"))
    var source = WeightSource.random(seed: 5)
    let stack = TransformerConfiguration(
      hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 16, activation: .gelu, norm: .post,
      epsilon: 1e-12, names: .bert)
    let model = BERTModel(
      TextConfiguration(
        stack: stack, vocabulary: 9, positions: 24, tokenTypes: 2, padding: 0,
        counting: .fromZero, pooler: false), &source)
    var tensors: [String: Tensor] = [:]
    for (name, value) in model.parameters { tensors[name] = value }
    try Safetensors.write(tensors, to: folder + "/encoder/model.safetensors")
    var recipe = PictureRecipe.harbor
    (recipe.shortSide, recipe.side) = (28, 24)
    var generator = SeededGenerator(seed: 5)
    let network = ResNet.Configuration(
      embeddingSize: 4, hiddenSizes: [4, 6], depths: [1, 1], layerType: .basic)
    try PictureEncoderModel(
      name: "resnet", classifier: PictureClassifier(network, classes: 2, &generator),
      classes: ["a", "b"], recipe: recipe
    ).save(
      to: folder + "/models/resnet",
      provenance: Provenance(command: "test", seed: 1, data: [:], metrics: [:]))
  }

  /// Writes how wide the encoder says that it is; its weights stay.
  func widenEncoder(to size: Int) throws {
    let configuration = """
      {"model_type": "bert", "vocab_size": 9, "hidden_size": \(size), "num_hidden_layers": 1, \
      "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 24}
      """
    try Data(configuration.utf8).write(
      to: URL(fileURLWithPath: folder + "/encoder/config.json"))
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// Posts that name people, companies and places; each has a picture of its own.
  var posts: TrainingPosts {
    func post(_ i: Int, _ split: Split) -> Post {
      let words = i % 2 == 0 ? ["Ann", "at", "Acme"] : ["Acme", "in", "Ann"]
      let types = i % 3 == 0 ? ["PER", "ORG"] : ["LOC", "PER"]
      return Post(
        id: "\(split.rawValue)\(i)", tokens: words.map { Token($0) }, imageID: "\(i)",
        mentions: [
          EntityMention(0..<1, EntityType(types[0])), EntityMention(2..<3, EntityType(types[1])),
        ], split: split, source: SourceLocation(file: "memory", line: i))
    }
    return TrainingPosts(
      name: "made", hash: "1", train: (0..<12).map { post($0, .train) },
      dev: (0..<8).map { post($0, .dev) }, relationLabels: ["None"],
      pictures: PictureProvider(name: "made") { post, _ in
        let n = Int(post.imageID ?? "") ?? 0
        let pixels = (0..<3 * 32 * 32).map { UInt8(truncatingIfNeeded: $0 / 3 * (n + 1) + 31 * n) }
        return .success(Picture(width: 32, height: 32, pixels: pixels))
      })
  }

  func job(
    _ system: System, _ switches: [String: String] = [:], epochs: Int, models: String = "models"
  ) -> TrainingJob {
    var job = TrainingJob(
      system, switches: switches, encoder: system.needsEncoder ? folder + "/encoder" : nil,
      pictures: system.needsRegions ? folder + "/models/resnet" : nil, posts: posts,
      models: folder + "/" + models, name: system.id, command: "test", observe: { _ in true })
    job.changes = FineTuningChanges(
      epochs: epochs, batch: system.leastTestBatch, encoderRate: 1e-3, headRate: 1e-2)
    return job
  }

  /// What a finished model says of its origin.
  func provenance(_ model: String) throws -> Provenance {
    let path = folder + "/" + model + "/provenance.json"
    return try JSONDecoder().decode(
      Provenance.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }
}

extension System {
  /// A small batch that it can be trained with.
  var leastTestBatch: Int { id == System.maf.id ? MAFOptions.leastBatch : 4 }
}
