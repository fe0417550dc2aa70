import Files
import Foundation
import Pictures
import Tensors

@testable import Encoders
@testable import Extractors
@testable import Routing

extension FuzzTarget {
  static let models: [FuzzTarget] = [
    FuzzTarget(
      name: "safetensors", kind: .models,
      tokens: [
        "{\"", "\":{\"dtype\":\"F32\",\"shape\":[", "\"data_offsets\":[0,4]", "BF16", "F16", "I64",
        "__metadata__", "]}", "U8",
      ]
    ) { bytes in
      let file = try Safetensors(data: Data(bytes), path: "fuzzed.safetensors")
      for name in file.names.prefix(100) {
        if let tensor = try? file.tensor(name) {
          try require(tensor.count == tensor.shape.reduce(1, *), "a tensor of another size")
        }
        _ = try? file.integers(name)
      }
    },
    FuzzTarget(
      name: "torch", kind: .models,
      tokens: [
        "ctorch._utils\n_rebuild_tensor_v2\n", "ccollections\nOrderedDict\n", "FloatStorage", "PK",
        "LongStorage", "HalfStorage", "cpu", "storage", "(", "t", "R", "u", ".", "Q", "q\0", "h\0",
      ]
    ) { bytes in
      let file = try TorchFile(source: ByteSource(Data(bytes)), path: "fuzzed.bin")
      for name in file.stored.keys.prefix(100) { _ = try file.floats(name) }
    },
    FuzzTarget(
      name: "tokenizer", kind: .models,
      tokens: [
        "%% vocab.txt\n", "%% tokenizer.json\n", "%% merges.txt\n", "%% vocab.json\n", "[UNK]",
        "##", "</w>", "WordPiece", "BPE", "TemplateProcessing", "\"merges\":[", "\"id\":", "Ġ",
      ], read: tokenize),
    FuzzTarget(
      name: "configuration", kind: .models,
      tokens: [
        "\"model_type\":", "\"hidden_size\":", "\"num_attention_heads\":", "bert", "roberta",
        "clip",
        "vit", "resnet", "\"image_size\":", "\"patch_size\":", "\"depths\":[", "\"size\":{",
      ], read: configure),
    FuzzTarget(
      name: "router", kind: .models,
      tokens: [
        "%% config.json\n", "%% model.safetensors\n", "\"format\":1", "\"dimensions\":",
        "\"hidden\":", "\"rehearsalIDs\":[",
      ]
    ) { bytes in
      let parts = InputParts(bytes)
      let file = try Safetensors(
        data: Data(parts["model.safetensors"] ?? []), path: "model.safetensors")
      let router = try RouterBundle(
        configuration: Data(parts["config.json"] ?? []), tensors: try file.allTensors())
      let input = [Float](repeating: 0.1, count: min(4_096, max(0, router.base.dimensions)))
      _ = try router.decide(.product(input))
      _ = try router.encodedConfiguration()
    },
    FuzzTarget(
      name: "model-folder", kind: .models,
      tokens: [
        "%% config.json\n", "%% card.json\n", "%% provenance.json\n", "%% words.txt\n",
        "%% characters.txt\n", "\"system\":", "\"hidden\":",
      ] + System.all.map { "\"\($0.id)\"" }
    ) { bytes in
      let scratch = ScratchFolder.own
      try scratch.fill(InputParts(bytes).files)
      _ = ModelFolder.provenance(of: scratch.path)
      _ = ModelFolder.absence(of: scratch.path)
      let expert = try ExpertFolder.open(scratch.path)
      _ = expert.card.notes
    },
  ]

  private static func tokenize(_ bytes: [UInt8]) throws {
    var files: [String: [UInt8]] = [:]
    for (name, bytes) in InputParts(bytes).files { files[name] = bytes }
    let tokenizer = try Tokenizer(files: files)
    for words in [["Kolo", "loves", "日"], ["e\u{301}\u{0}", "", "👩‍👧", "don't", "[MASK]", "123"]] {
      let ids = tokenizer.encode(words: words, options: .init()).ids
      try require(
        ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize }, "an id outside the vocabulary")
    }
  }

  private static func configure(_ bytes: [UInt8]) throws {
    let object = try JSONSerialization.jsonObject(with: Data(bytes))
    guard let fields = object as? [String: Any] else { return }
    // Both stand beside each other in a folder; here one text is read as either.
    let recipe = try? ImageRecipe(
      fields: fields, standard: .clip(side: 24), path: "fuzzed", side: nil)
    if let recipe, let output = recipe.output {
      try require(output.width > 0 && output.height > 0, "a recipe without a picture")
      var isShort = output.width * output.height <= 10_000
      if case .shortSide(let side) = recipe.resize { isShort = isShort && side <= 200 }
      if isShort { _ = recipe.prepare(Picture(width: 9, height: 7, color: RGB(200, 100, 0))) }
    }
    let found = try EncoderArchitecture(fields: fields, path: "fuzzed", hasPooler: true)
    let weights = try WeightFiles([], folder: "fuzzed")
    var hollow = WeightSource.hollow
    func plan(_ model: some ParameterContainer) throws {
      var model = model
      // Laid out without memory; all of it is missing.
      _ = try weights.plan(&model, prefix: "", ignoring: [], folder: "fuzzed")
      throw Fault("a model without weights is taken")
    }
    do {
      switch found {
      case .bert(let sizes), .roberta(let sizes): try plan(BERTModel(sizes, &hollow))
      case .clip(let sizes): try plan(CLIPModel(sizes, &hollow))
      case .clipText(let sizes): try plan(CLIPTextModel(sizes, &hollow))
      case .clipVision(let sizes): try plan(CLIPVisionModel(sizes, &hollow))
      case .vit(let sizes): try plan(ViTModel(sizes, &hollow))
      case .resnet(let sizes): try plan(ResNet(sizes, &hollow))
      }
    } catch is CheckpointError {}
  }
}
