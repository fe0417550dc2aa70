import Corpora
import Encoders
import Foundation
import Tensors
import Testing

@testable import Extractors

/// Folders that ask for more than they hold, or hold numbers that are none.
@Suite("Hostile model folders")
struct HostileFolderTests {
  private func withExpert<T>(riva: Bool, _ body: (String) throws -> T) throws -> T {
    let folder = NSTemporaryDirectory() + "twinlens-hostile-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let provenance = Provenance(command: "", seed: 0, data: [:], metrics: [:])
    if riva {
      try Samples.riva().save(to: folder, provenance: provenance)
    } else {
      try Samples.biLSTMCRF().save(to: folder, provenance: provenance)
    }
    return try body(folder)
  }

  /// Rewrites numbers of a `config.json` by their keys, at any depth.
  private func claim(_ claims: [String: Any], _ folder: String) throws {
    func changed(_ value: Any) -> Any {
      if let list = value as? [Any] { return list.map(changed) }
      guard let fields = value as? [String: Any] else { return value }
      return fields.reduce(into: [String: Any]()) {
        $0[$1.key] = claims[$1.key] ?? changed($1.value)
      }
    }
    let url = URL(fileURLWithPath: folder + "/config.json")
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    try JSONSerialization.data(withJSONObject: changed(object)).write(to: url)
  }

  /// Runs code and gives the most memory that the process had meanwhile beyond before, in bytes.
  private func growth(_ body: () -> Void) -> Int {
    func peak() -> Int {
      var usage = rusage()
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    }
    let before = peak()
    body()
    return peak() - before
  }

  private func refusal(_ open: () throws -> Void) -> String {
    do {
      try open()
      return ""
    } catch { return "\(error)" }
  }

  @Test(arguments: [
    ["words": 2_000_000, "wordSize": 4096],
    ["hidden": 4096, "characterHidden": 4096, "characterSize": 4096],
    ["characters": 100_000, "characterSize": 4096],
    ["regionSize": 8192, "hidden": 4096],
  ]) func sizesOfTaggersCostNothing(claims: [String: Int]) throws {
    try withExpert(riva: true) { folder in
      try claim(claims, folder)
      var text = ""
      let grown = growth { text = refusal { _ = try ExpertFolder.open(folder) } }
      #expect(text.contains("expected") && text.contains(folder))
      #expect(grown < 1 << 30, "\(grown >> 20) MB for \(claims)")
    }
  }

  @Test(arguments: [
    ["hidden_size": 16384, "num_hidden_layers": 200, "num_attention_heads": 512],
    ["vocab_size": 2_000_000, "hidden_size": 16384],
    ["max_position_embeddings": 1_000_000],
  ]) func sizesOfEncodersCostNothing(claims: [String: Int]) throws {
    try TinyEncoder.withFolder { folder in
      try claim(claims, folder)
      var text = ""
      let grown = growth { text = refusal { _ = try EncoderFolder(folder).loadBERT() } }
      #expect(text.contains("expected"))
      #expect(grown < 1 << 30, "\(grown >> 20) MB for \(claims)")
    }
  }

  @Test func manySmallPatchesAreRefusedBeforeAnythingIsMade() throws {
    try TinyEncoder.withFolder { folder in
      let vit =
        #"{"model_type": "vit", "hidden_size": 16, "num_hidden_layers": 2, "#
        + #""num_attention_heads": 2, "intermediate_size": 32, "image_size": 512, "patch_size": 1}"#
      try Data(vit.utf8).write(to: URL(fileURLWithPath: folder + "/config.json"))
      #expect(refusal { _ = try EncoderFolder(folder) }.contains("patches of 1"))
    }
  }

  @Test func attentionBoundsTheLongestInput() {
    let stack = TransformerConfiguration(
      hiddenSize: 512, layers: 1, heads: 512, intermediateSize: 8, activation: .gelu, norm: .post,
      epsilon: 1e-12, names: .bert)
    let sizes = TextConfiguration(
      stack: stack, vocabulary: 9, positions: 1_000_000, tokenTypes: 2, padding: 0,
      counting: .fromZero)
    #expect(512 * sizes.longest * sizes.longest <= ModelLimits.attention)
    #expect(sizes.longest > 512)
  }

  @Test func wideMapsOfLargePicturesAreRefused() {
    let wide = ResNet.Configuration(
      embeddingSize: 16384, hiddenSizes: [4], depths: [1], layerType: .basic)
    #expect(!wide.isSound(side: 1024))
    let published = ResNet.Configuration(
      embeddingSize: 64, hiddenSizes: [256, 512, 1024, 2048], depths: [3, 8, 36, 3],
      layerType: .bottleneck)
    #expect(published.isSound(side: 224))
  }

  @Test func configurationsThatAreTooLongOrNoFilesAreNotRead() throws {
    try withExpert(riva: false) { folder in
      let path = folder + "/config.json"
      try FileManager.default.removeItem(atPath: path)
      mkfifo(path, 0o600)
      #expect(refusal { _ = try ModelFolder.system(of: folder) }.contains("config.json"))
      unlink(path)
      _ = FileManager.default.createFile(atPath: path, contents: nil)
      truncate(path, ModelLimits.configurationBytes + 1)
      #expect(refusal { _ = try ModelFolder.system(of: folder) }.contains("more than"))
    }
  }

  @Test(arguments: [false, true]) func weightsThatAreNoNumbersAreRefusedByName(riva: Bool) throws {
    try withExpert(riva: riva) { folder in
      let path = folder + "/model.safetensors"
      var tensors = try Safetensors(path: path).allTensors()
      tensors["output.weight"]?.array[3] = .nan
      tensors["crf.transitions"]?.array[0] = .infinity
      try Safetensors.write(tensors, to: path)
      let text = refusal { _ = try ExpertFolder.open(folder) }
      #expect(text.contains("output.weight holds NaN"))
      #expect(text.contains("crf.transitions holds infinity") && text.contains(path))
    }
    try TinyEncoder.withFolder { folder in
      let path = folder + "/model.safetensors"
      var tensors = try Safetensors(path: path).allTensors()
      let name = try #require(tensors.keys.sorted().first { $0.contains("layer.1") })
      tensors[name]?.array[0] = .nan
      try Safetensors.write(tensors, to: path)
      let text = refusal { _ = try EncoderFolder(folder).loadBERT() }
      #expect(text.contains("\(name) holds NaN"))
      #expect(!text.contains("do not fit"))
    }
  }

  @Test(arguments: [false, true], [Float(1e20), 3e38])
  func answersThatAreNoNumbersAreErrors(riva: Bool, scale: Float) throws {
    func fails<Network>(_ sound: WordTaggerModel<Network>) {
      var network = sound.network
      // Every weight is finite, and what they compute is not.
      network.visitParameters("") { name, parameter in
        if name == "output.weight" {
          for i in 0..<parameter.value.count {
            parameter.value.array[i] = i % 2 == 0 ? scale : -scale
          }
        }
      }
      let model = WordTaggerModel<Network>(
        name: "test", configuration: sound.configuration, network: network, words: sound.words,
        characters: sound.characters)
      let inputs = Samples.inputs(3, seed: 5)
      #expect(throws: EncoderInputError.notFinite("the tag scores of test")) {
        try model.predict(inputs[0])
      }
      #expect(throws: EncoderInputError.self) { try model.mentions(inputs) }
    }
    if riva { fails(Samples.riva()) } else { fails(Samples.biLSTMCRF()) }
  }

  @Test func relationsThatAreNoNumbersAreErrors() throws {
    try TinyEncoder.withFolder { folder in
      var base = try TextBase(folder: folder)
      var (network, configuration, items) = try TinyEncoder.pairs(&base)
      network.visitParameters("") { name, parameter in
        if name.hasPrefix(FineTuneNames.head), parameter.value.shape.count == 2 {
          for i in 0..<parameter.value.count { parameter.value.array[i] = 3e38 }
        }
      }
      #expect(throws: EncoderInputError.self) { try network.score(items) }
      let model = MTBModel(name: "m", network, tokenizer: base.tokenizer, configuration)
      #expect(throws: EncoderInputError.self) {
        try model.predict(["Ann", "works"], pairs: [(0..<1, 1..<2)])
      }
    }
  }
}
