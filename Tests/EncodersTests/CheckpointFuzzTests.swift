import Files
import Foundation
import Tensors
import Testing

@testable import Encoders

/// Damages bytes in a few random ways.
struct Mutator {
  var generator: SeededGenerator

  mutating func damage(_ good: [UInt8]) -> [UInt8] {
    var bytes = good
    for _ in 0...generator.index(below: 4) {
      guard bytes.count > 8 else { break }
      let at = generator.index(below: bytes.count)
      switch generator.index(below: 8) {
      case 0: bytes[at] = UInt8(generator.index(below: 256))
      case 1: bytes[at] ^= 1 << UInt8(generator.index(below: 8))
      case 2: bytes.insert(UInt8(generator.index(below: 256)), at: at)
      case 3: bytes.remove(at: at)
      case 4: bytes.removeLast(generator.index(below: min(bytes.count, 30)))
      case 5:
        // A number of the extreme kind, at any place.
        let extremes: [UInt8] = [0, 0x7F, 0x80, 0xFF]
        let value = generator.pick(extremes)
        for i in at..<min(bytes.count, at + 1 << generator.index(below: 4)) { bytes[i] = value }
      case 6:
        let end = min(bytes.count, at + generator.index(below: 40))
        bytes.insert(contentsOf: bytes[at..<end], at: generator.index(below: bytes.count))
      default:
        if let digit = bytes[at...].firstIndex(where: { (48...57).contains($0) }) {
          let numbers = ["-1", "0", "7", "99999999999", "1e300", "null", "[]", "true", "\"x\""]
          bytes.replaceSubrange(digit...digit, with: [UInt8](generator.pick(numbers).utf8))
        }
      }
    }
    return bytes
  }

  /// How many mutations a test makes: its share of `TWINLENS_FUZZ`, which is so many for each kind
  /// of file, else few enough for every day.
  ///
  /// - Parameter cases: how many tests share a kind.
  static func rounds(_ standard: Int, sharedBy cases: Int = 1) -> Int {
    let wanted = ProcessInfo.processInfo.environment["TWINLENS_FUZZ"].flatMap(Int.init)
    return wanted.map { ($0 + cases - 1) / cases } ?? standard
  }
}

@Suite("Damaged model files give an error, never a crash")
struct CheckpointFuzzTests {
  /// Runs many damaged copies; returns how many were refused.
  private func refused(
    _ good: [UInt8], rounds: Int, _ open: ([UInt8]) throws -> Void
  ) -> (count: Int, seed: UInt64) {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("fuzzing with seed \(seed)")
    var mutator = Mutator(generator: SeededGenerator(seed: seed))
    var count = 0
    for _ in 0..<rounds {
      let bytes = mutator.damage(good)
      do { try open(bytes) } catch { count += 1 }
    }
    return (count, seed)
  }

  @Test(arguments: [true, false])
  func torchFiles(_ zipped: Bool) {
    let tensors: [(name: String, value: Tensor)] = [
      ("a.weight", Tensor([2, 3], [1, 2, 3, 4, 5, 6])), ("a.bias", Tensor([2], [0.5, -1])),
    ]
    let data = zipped ? TorchBytes.archive(tensors) : TorchBytes.plain(tensors)
    let rounds = Mutator.rounds(20_000, sharedBy: 2)
    let (count, seed) = refused([UInt8](data), rounds: rounds) { bytes in
      let file = try TorchFile(source: ByteSource(Data(bytes)), path: "mutated.bin")
      for name in file.stored.keys { _ = try file.floats(name) }
    }
    #expect(count > rounds / 4, "seed \(seed)")
  }

  @Test func safetensors() {
    let data = Safetensors.encode(SmallBERT.tensors().filter { $0.key.contains("layer.0") })
    let rounds = Mutator.rounds(2_000)
    // The header is what can be damaged; the numbers behind it mean nothing.
    let (count, seed) = refused([UInt8](data.prefix(2_500)), rounds: rounds) { bytes in
      let file = try Safetensors(data: Data(bytes) + data.dropFirst(2_500), path: "mutated")
      for name in file.names { _ = try file.tensor(name) }
    }
    #expect(count > rounds / 4, "seed \(seed)")
  }

  @Test(arguments: ["bert", "roberta", "clip", "vit", "resnet"])
  func configurations(_ kind: String) throws {
    let good: String
    switch kind {
    case "bert", "roberta":
      good = SmallBERT.config.replacingOccurrences(of: "\"bert\"", with: "\"\(kind)\"")
    case "clip":
      good = """
        {"model_type": "clip", "projection_dim": 6, "text_config": {"hidden_size": 8,
         "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8,
         "vocab_size": 9, "max_position_embeddings": 5, "eos_token_id": 8}, "vision_config":
         {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
         "intermediate_size": 8, "image_size": 8, "patch_size": 4}}
        """
    case "vit":
      good = """
        {"model_type": "vit", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
         "intermediate_size": 8, "image_size": 8, "patch_size": 4, "qkv_bias": false}
        """
    default:
      good = """
        {"model_type": "resnet", "embedding_size": 4, "hidden_sizes": [4, 8], "depths": [1, 1],
         "layer_type": "basic", "downsample_in_first_stage": false}
        """
    }
    let weights = try WeightFiles([], folder: "mutated")
    let (count, seed) = refused(
      [UInt8](good.utf8), rounds: Mutator.rounds(2_000, sharedBy: 6)
    ) { bytes in
      let object = try JSONSerialization.jsonObject(with: Data(bytes))
      guard let fields = object as? [String: Any] else { throw CocoaError(.coderReadCorrupt) }
      let found = try EncoderArchitecture(fields: fields, path: "mutated", hasPooler: true)
      // Whatever is taken can be laid out without memory, and lists all that is missing.
      var hollow = WeightSource.hollow
      func plan(_ model: some ParameterContainer) {
        var model = model
        #expect(throws: CheckpointError.self) {
          try weights.plan(&model, prefix: "", ignoring: [], folder: "mutated")
        }
      }
      switch found {
      case .bert(let sizes), .roberta(let sizes): plan(BERTModel(sizes, &hollow))
      case .clip(let sizes): plan(CLIPModel(sizes, &hollow))
      case .clipText(let sizes): plan(CLIPTextModel(sizes, &hollow))
      case .clipVision(let sizes): plan(CLIPVisionModel(sizes, &hollow))
      case .vit(let sizes): plan(ViTModel(sizes, &hollow))
      case .resnet(let sizes): plan(ResNet(sizes, &hollow))
      }
    }
    #expect(count > 100, "seed \(seed)")
  }

  @Test func recipes() {
    let good = """
      {"crop_size": {"height": 24, "width": 24}, "do_center_crop": true, "do_resize": true,
       "image_processor_type": "CLIPImageProcessor", "rescale_factor": 0.0039, "crop_pct": 0.9,
       "size": {"shortest_edge": 24}, "resample": 3, "image_mean": [0.5, 0.5, 0.5]}
      """
    let (_, seed) = refused(
      [UInt8](good.utf8), rounds: Mutator.rounds(2_000, sharedBy: 6)
    ) { bytes in
      let object = try JSONSerialization.jsonObject(with: Data(bytes))
      guard let fields = object as? [String: Any] else { throw CocoaError(.coderReadCorrupt) }
      let recipe = try ImageRecipe(
        fields: fields, standard: .clip(side: 24), path: "mutated", side: nil)
      if let output = recipe.output, output.height * output.width > 1_000_000 { return }
      if case .shortSide(let side) = recipe.resize, side > 1_000 { return }
      _ = recipe.prepare(PreprocessTests.drawing)
    }
    #expect(seed >= 0)
  }

  /// Folders that load although they were damaged compute something, or say why not.
  @Test func wholeFolders() throws {
    let folder = try TemporaryFolder()
    try folder.write("model.safetensors", Safetensors.encode(SmallBERT.tensors()))
    var loaded = 0
    let (count, seed) = refused(
      [UInt8](SmallBERT.config.utf8), rounds: Mutator.rounds(500, sharedBy: 50)
    ) {
      try folder.write("config.json", Data($0))
      let opened = try EncoderFolder(folder.path)
      _ = try opened.selfCheck(opened.load())
      loaded += 1
    }
    #expect(count > 0 && loaded > 0, "seed \(seed)")
  }
}
