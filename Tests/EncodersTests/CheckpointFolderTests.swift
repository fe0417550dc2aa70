import Files
import Foundation
import Tensors
import Testing

@testable import Encoders

/// A BERT small enough to write in a moment.
enum SmallBERT {
  static let config = """
    {"model_type": "bert", "architectures": ["BertModel"], "hidden_size": 8, "vocab_size": 11,
     "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 12,
     "max_position_embeddings": 9, "hidden_act": "gelu", "something_new": {"a": [1, null]}}
    """

  static func tensors(prefix: String = "") -> [String: Tensor] {
    var source = WeightSource.random(seed: 5)
    let stack = TransformerConfiguration(
      hiddenSize: 8, layers: 2, heads: 2, intermediateSize: 12, activation: .gelu, norm: .post,
      epsilon: 1e-12, names: .bert)
    let sizes = TextConfiguration(
      stack: stack, vocabulary: 11, positions: 9, tokenTypes: 2, padding: 0, counting: .fromZero)
    let model = BERTModel(sizes, &source)
    return Dictionary(
      uniqueKeysWithValues: model.parameters.map { (prefix + $0.name, $0.value) })
  }

  static func output(_ folder: String) throws -> [Float] {
    let model = try EncoderFolder(folder).loadBERT()
    let tape = Tape()
    return try tape[model(TextBatch([[1, 2, 3], [4, 5]], padding: 0), tape).last].array
  }
}

@Suite("Model folders")
struct CheckpointFolderTests {
  @Test func everyWayOfStoringGivesTheSame() throws {
    let tensors = SmallBERT.tensors()
    let folder = try TemporaryFolder()
    try folder.write("config.json", SmallBERT.config)
    try folder.write("model.safetensors", Safetensors.encode(tensors))
    let expected = try SmallBERT.output(folder.path)
    #expect(expected.count == 2 * 3 * 8)

    var old = SmallBERT.tensors(prefix: "bert.")
    for name in old.keys where name.contains("LayerNorm") {
      let renamed = name.replacingOccurrences(of: "LayerNorm.weight", with: "LayerNorm.gamma")
        .replacingOccurrences(of: "LayerNorm.bias", with: "LayerNorm.beta")
      old[renamed] = old.removeValue(forKey: name)
    }
    old["cls.predictions.bias"] = Tensor([11])
    old["bert.embeddings.position_ids"] = Tensor([1, 9])
    try folder.write("model.safetensors", Safetensors.encode(old))
    #expect(try SmallBERT.output(folder.path) == expected)

    try FileManager.default.removeItem(atPath: folder.path + "/model.safetensors")
    let pairs = tensors.map { (name: "bert." + $0.key, value: $0.value) }
    try folder.write("pytorch_model.bin", TorchBytes.archive(pairs))
    #expect(try SmallBERT.output(folder.path) == expected)
    try folder.write("pytorch_model.bin", TorchBytes.plain(pairs))
    #expect(try SmallBERT.output(folder.path) == expected)
  }

  @Test func shardsAreFoundThroughTheirIndex() throws {
    let tensors = SmallBERT.tensors()
    let folder = try TemporaryFolder()
    try folder.write("config.json", SmallBERT.config)
    let names = tensors.keys.sorted()
    var map: [String: String] = [:]
    for (i, name) in names.enumerated() {
      map[name] = "model-0000\(i % 3 + 1)-of-00003.safetensors"
    }
    for file in Set(map.values) {
      try folder.write(file, Safetensors.encode(tensors.filter { map[$0.key] == file }))
    }
    func index(_ map: [String: String]) throws {
      try folder.write(
        "model.safetensors.index.json", JSONEncoder().encode(["weight_map": map]))
    }
    try index(map)
    let expected = try SmallBERT.output(folder.path)
    #expect(!expected.contains { !$0.isFinite })
    for strange in ["../model.safetensors", "/etc/passwd", ".hidden.safetensors", "weights.bin"] {
      map[names[0]] = strange
      try index(map)
      #expect(throws: CheckpointError.self) { try EncoderFolder(folder.path) }
    }
  }

  @Test func everythingThatDoesNotFitIsListedAtOnce() throws {
    var tensors = SmallBERT.tensors()
    tensors["pooler.dense.bias"] = nil
    tensors["embeddings.LayerNorm.weight"] = nil
    tensors["embeddings.word_embeddings.weight"] = Tensor([12, 8])
    tensors["adapter.weight"] = Tensor([3])
    let folder = try TemporaryFolder()
    try folder.write("config.json", SmallBERT.config)
    try folder.write("model.safetensors", Safetensors.encode(tensors))
    do {
      _ = try EncoderFolder(folder.path).load()
      Issue.record("a folder that does not fit was loaded")
    } catch CheckpointError.tensors(_, let problems) {
      #expect(
        Set(problems) == [
          .missing(name: "pooler.dense.bias", expected: [8]),
          .missing(name: "embeddings.LayerNorm.weight", expected: [8]),
          .misshapen(
            name: "embeddings.word_embeddings.weight", expected: [11, 8], found: [12, 8]),
          .extra(name: "adapter.weight", found: [3]),
        ])
    }
  }

  @Test func longListsAreCut() {
    let problems = (0..<100).map { TensorProblem.missing(name: "w\($0)", expected: [1]) }
    let text = CheckpointError.tensors(path: "x", problems: problems).description
    #expect(text.contains("w39 ") && !text.contains("w40 ") && text.contains("60 more"))
  }

  @Test func configurationsWithImpossibleValuesListThemAll() throws {
    let folder = try TemporaryFolder()
    try folder.write("model.safetensors", Safetensors.encode(SmallBERT.tensors()))
    try folder.write(
      "config.json",
      """
      {"model_type": "bert", "hidden_size": 7, "num_attention_heads": 2, "vocab_size": -1,
       "num_hidden_layers": 1e99, "hidden_act": "swish", "layer_norm_eps": "x"}
      """)
    do {
      _ = try EncoderFolder(folder.path)
      Issue.record("an impossible configuration was taken")
    } catch CheckpointError.configuration(_, let problems) {
      for word in [
        "multiple", "vocab_size", "num_hidden_layers", "hidden_act", "layer_norm_eps",
      ] {
        #expect(problems.contains { $0.contains(word) }, "\(word)")
      }
    }
    try folder.write("config.json", "{\"model_type\": \"llama\"}")
    #expect { try EncoderFolder(folder.path) } throws: { "\($0)".contains("llama") }
  }

  @Test func halfPrecisionIsWidenedExactly() throws {
    let bits = (0..<4096).map { UInt16(truncatingIfNeeded: $0 &* 0x9E37) }
    let bytes = bits.flatMap {
      [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
    }
    let source = ByteSource(Data(bytes))
    let half = source.floats(0..<bytes.count, .float16)
    let brain = source.floats(0..<bytes.count, .bfloat16)
    for (i, bit) in bits.enumerated() {
      let (sign, exponent, fraction) = (bit >> 15, Int(bit >> 10) & 31, Float(bit & 1023))
      let size =
        exponent == 0
        ? fraction * 0x1p-24
        : exponent == 31
          ? .infinity
          : (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
      if exponent == 31, fraction != 0 {
        #expect(half[i].isNaN)
      } else {
        #expect(half[i] == (sign == 1 ? -size : size))
      }
      #expect(brain[i].bitPattern == UInt32(bit) << 16)
    }
  }
}
