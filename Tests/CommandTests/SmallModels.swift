import Corpora
import Encoders
import Extractors
import Foundation
import Routing
import Tensors

/// Untrained experts, encoders and a router over a dataset: everything that real models show, in no
/// time.
enum SmallModels {
  /// Writes the model folders and returns their folder.
  static func make(for dataset: Dataset, in folder: TemporaryFolder) throws -> String {
    let root = folder.path + "/models"
    let provenance = Provenance(command: "test", seed: 1, data: [:], metrics: [:])
    let words = Vocabulary(
      counting: dataset.posts.lazy.flatMap { $0.tokens.map { WordForms.word($0.text) } })
    let network = ResNet.Configuration(
      embeddingSize: 4, hiddenSizes: [4, 8], depths: [1, 1], layerType: .basic)
    var generator = SeededGenerator(seed: 1, stream: "small models")
    let pictures = PictureEncoderModel(
      name: "resnet", classifier: PictureClassifier(network, classes: 2, &generator),
      classes: ["left", "right"], recipe: .harbor)
    try pictures.save(to: root + "/resnet", provenance: provenance)
    let dual = DualEncoderModel(
      name: "clip",
      encoder: DualEncoder(
        DualEncoder.Configuration(
          words: words.size, wordSize: 8, dimensions: 8, pictures: network), &generator),
      words: words, recipe: .harbor)
    try dual.save(to: root + "/clip", provenance: provenance)
    let scheme = TagScheme.standard
    let characters = Vocabulary(
      counting: dataset.posts.lazy.flatMap { $0.tokens.flatMap { WordForms.characters($0.text) } },
      minimum: 2, limit: 500)
    var sizes = TaggerSizes(words: words.size, characters: characters.size)
    sizes.wordSize = 8
    func save<Network: Tagger>(
      _ network: Network.Type, _ options: Network.Options, needs: [String]
    ) throws {
      let configuration = WordTaggerModel<Network>.Configuration(
        scheme: scheme, sizes: sizes, options: options, needs: needs)
      var generator = SeededGenerator(seed: 1, stream: Network.system)
      try WordTaggerModel<Network>(
        name: Network.system, configuration: configuration,
        network: configuration.makeNetwork(&generator), words: words, characters: characters
      ).save(to: root + "/" + Network.system, provenance: provenance)
    }
    try save(BiLSTMCRF.self, NoTaggerOptions(), needs: [])
    try save(
      RIVATagger.self, RIVAOptions(regionSize: pictures.regionShape[1]) { _ in "" },
      needs: [pictures.name])
    try router(dimensions: 8).save(to: root + "/rds", provenance: provenance)
    return root
  }

  /// A router whose rehearsal sample has one number that tells which expert is right.
  static func router(dimensions: Int, seed: UInt64 = 1) throws -> RouterBundle {
    var generator = SeededGenerator(seed: 2, stream: "small router")
    func data(_ name: String, count: Int) throws -> RouterData {
      var x: [Float] = []
      var counts: [ExpertCounts] = []
      for i in 0..<count {
        let adds = i.isMultiple(of: 2)
        x += (0..<dimensions).map { _ in generator.uniform(-0.2, 0.2) }
        x[i * dimensions] = adds ? 0.4 : -0.4
        let (right, wrong) = (
          MatchCounts(correct: 1, predicted: 1, gold: 1),
          MatchCounts(correct: 0, predicted: 1, gold: 1)
        )
        counts.append(
          ExpertCounts(text: adds ? wrong : right, multimodal: adds ? right : wrong))
      }
      return try RouterData(
        dimensions: dimensions, ids: (0..<count).map { "\(name)-\($0)" }, x: x, counts: counts)
    }
    let rehearsal = try data("rehearsal", count: 64)
    var training = RouterConfiguration.exact
    training.iterations = 30
    let heldOut = try data("held-out", count: 32)
    return try RouterBundle(
      name: "rds", textExpert: "bilstm-crf", multimodalExpert: "riva", encoder: "clip",
      labels: ["PER", "LOC", "ORG", "MISC"],
      base: try training.makeDiscriminator(for: rehearsal, seed: seed), training: training, seed: 1,
      rehearsal: rehearsal, heldOut: heldOut)
  }
}
