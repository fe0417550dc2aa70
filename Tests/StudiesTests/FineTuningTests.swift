import Corpora
import Encoders
import Foundation
import Synchronization
import Tensors
import Testing

@testable import Extractors
@testable import Studies

/// A job on a very small encoder and dataset, in a folder of its own.
private struct Place {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "fine-tuning-" + UUID().uuidString
    let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ann", "acme", "at", "in"]
    try FileManager.default.createDirectory(
      atPath: folder + "/encoder", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: folder + "/data", withIntermediateDirectories: true)
    try write(
      """
      {"model_type": "bert", "vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1, \
      "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 24}
      """, "encoder/config.json")
    try write(vocabulary.joined(separator: "\n") + "\n", "encoder/vocab.txt")
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
    let post = "Ann\tB-PER\nat\tO\nAcme\tB-ORG\n\n"
    for (file, count) in [("train.txt", 12), ("dev.txt", 3)] {
      try write((0..<count).map { "IMGID:\(file)\($0)\n" + post }.joined(), "data/" + file)
    }
  }

  func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
  }

  func job(
    epochs: Int = 3, models: String = "models",
    _ observe: @escaping @Sendable (TrainingEvent) -> Bool = { _ in true }
  ) throws -> TrainingJob {
    var job = TrainingJob(
      .bertCRF, encoder: folder + "/encoder",
      posts: TrainingPosts(try Dataset.open(folder + "/data")), models: folder + "/" + models,
      name: "tagger", command: "test", observe: observe)
    job.changes = FineTuningChanges(epochs: epochs, batch: 4, encoderRate: 1e-3, headRate: 1e-2)
    return job
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
  }
}

@Suite("Fine-tuning jobs")
struct FineTuningTests {
  @Test func anInterruptedJobWritesTheSameModel() throws {
    let place = try Place()
    defer { place.remove() }
    let whole = try place.job(models: "whole").run(seeds: [4])
    let epochs = Mutex(0)
    // Stops inside the third epoch.
    let stopping = try place.job { event in
      if case .epoch = event { epochs.withLock { $0 += 1 } }
      if case .progress(_, let p) = event { return p.epoch < 3 || p.step < 2 }
      return true
    }
    #expect(throws: TrainingStopped.self) { try stopping.run(seeds: [4]) }
    #expect(epochs.withLock { $0 } == 2)
    let checkpoint = "models/.training/tagger-4.safetensors"
    let good = try place.bytes(checkpoint)
    for damage in [good.prefix(good.count - 1), good.prefix(7), flipped(good), Data()] {
      try damage.write(to: URL(fileURLWithPath: place.folder + "/" + checkpoint))
      #expect {
        try place.job().run(seeds: [4])
      } throws: { error in
        guard case TrainingError.damagedCheckpoint(let path, _)? = error as? TrainingError
        else { return false }
        return "\(error)".contains(path) && path.hasSuffix(checkpoint)
      }
    }
    try good.write(to: URL(fileURLWithPath: place.folder + "/" + checkpoint))
    #expect(throws: TrainingError.self) { try place.job(epochs: 7).run(seeds: [4]) }
    let resumed = Mutex<Int?>(nil)
    let results = try place.job { event in
      if case .resumed(_, let epoch) = event { resumed.withLock { $0 = epoch } }
      return true
    }.run(seeds: [4])
    #expect(resumed.withLock { $0 } == 3)
    #expect(results[0].epochs.map(\.loss) == whole[0].epochs.map(\.loss))
    #expect(
      try place.bytes("models/tagger/model.safetensors")
        == place.bytes("whole/tagger/model.safetensors"))
    #expect(!FileManager.default.fileExists(atPath: place.folder + "/" + checkpoint))
    #expect(try BERTCRFModel(folder: place.folder + "/models/tagger").name == "tagger")
    // What is done is not done again.
    let again = try place.job { _ in false }.run(seeds: [4])
    #expect(again[0].epochs == results[0].epochs)
  }

  /// One bit of the last tensor's numbers.
  private func flipped(_ data: Data) -> Data {
    var copy = data
    copy[copy.count - 3] ^= 1
    return copy
  }

  @Test func sectionsReplaceTheirOwnOnly() throws {
    let place = try Place()
    defer { place.remove() }
    let results = try place.job(epochs: 2).run(seeds: [1, 2])
    let peer = TrainingPeer(
      origin: results[0].origin, name: "PyTorch 9", epochs: results[0].epochs)
    let document = TrainingDocument(results, peer: peer)
    let path = place.folder + "/results.md"
    try place.write("# Old title\n\n## Another\n\nkept\n\n## ZZZ\n\nkept too\n", "results.md")
    try document.write(to: path)
    let once = try String(contentsOfFile: path, encoding: .utf8)
    try document.write(to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == once)
    #expect(
      once.hasPrefix("# Old title\n\n## Another\n\nkept\n\n## ZZZ\n\nkept too\n\n## BERT-CRF"))
    #expect(once.components(separatedBy: "\n## ").count == 4)
    for part in ["kept", "kept too", "## BERT-CRF with encoder on data", "PyTorch 9", " ± "] {
      #expect(once.contains(part), "\(part)")
    }
    #expect(MeanCell.text([80, 84], digits: 1) == "82.0 ± 2.8")
  }

  @Test func dataWithoutLabelsIsNamed() throws {
    let place = try Place()
    defer { place.remove() }
    try place.write("IMGID:1\nAnn\tO\n\n", "data/train.txt")
    #expect {
      try place.job().run(seeds: [1])
    } throws: {
      "\($0)".contains("no entity mentions in its split train")
    }
  }
}
