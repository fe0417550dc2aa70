import Corpora
import Encoders
import Extractors
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Inspection

@Suite("Relation experts in a set of models") struct RelationExpertTests {
  static let words = ["ann", "bob", "acme", "paris", "works", "at", "in", "and"]

  /// Calls `body` with a folder of models that holds an untrained `mtb` and nothing else.
  private func withModels(_ body: (String) throws -> Void) throws {
    let root = NSTemporaryDirectory() + "relation-expert-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: root) }
    let folder = root + "/base"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func write(_ text: String, _ name: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }
    let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + Self.words
    try write(
      """
      {"model_type": "bert", "vocab_size": \(vocabulary.count), "hidden_size": 16, \
      "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32, \
      "max_position_embeddings": 24}
      """, "config.json")
    try write(vocabulary.joined(separator: "\n") + "\n", "vocab.txt")
    try write(
      #"{"tokenizer_class": "BertTokenizer", "do_lower_case": true}"#, "tokenizer_config.json")
    var source = WeightSource.random(seed: 5)
    let stack = TransformerConfiguration(
      hiddenSize: 16, layers: 1, heads: 2, intermediateSize: 32, activation: .gelu, norm: .post,
      epsilon: 1e-12, names: .bert)
    let model = BERTModel(
      TextConfiguration(
        stack: stack, vocabulary: vocabulary.count, positions: 24, tokenTypes: 2, padding: 0,
        counting: .fromZero), &source)
    var tensors: [String: Tensor] = [:]
    for (name, value) in model.parameters { tensors[name] = value }
    try Safetensors.write(tensors, to: folder + "/model.safetensors")
    var base = try TextBase(folder: folder)
    var generator = SeededGenerator(seed: 2)
    let markers = try RelationMarkers(addedTo: &base, &generator)
    let configuration = MTBModel.Configuration(scheme: .mnre, markers: markers, longest: 24)
    try MTBModel.save(
      MTB(base.encoder, prefix: base.prefix, scheme: .mnre, &generator), configuration, from: base,
      to: root + "/models/mtb",
      provenance: Provenance(command: "test", seed: 1, data: [:], metrics: [:]))
    try body(root + "/models")
  }

  @Test func anMTBFolderAnswersForThePairs() throws {
    try withModels { models in
      let set = try Roster.open(models)
      #expect(!set.isEmpty && set.pair(.entities).text == nil && set.notices.isEmpty)
      let pairs = [(0..<1, 3..<4), (3..<4, 0..<1)]
      let post = Post(
        id: "p", tokens: ["Ann", "works", "at", "Acme"].map { Token($0) }, imageID: nil,
        mentions: [],
        relations: pairs.map { RelationMention(head: $0, tail: $1, label: "None") }, split: .dev,
        source: SourceLocation(file: "f", line: 1))
      let analysis = set.analyse(post, of: Dataset(name: "d", posts: [post]))
      let answers = try #require(analysis.textRelations)
      #expect(answers.expert == "mtb" && answers.labels == RelationInventory.mnre)
      #expect(answers.answers.map(\.head) == pairs.map(\.0))
      #expect(analysis.multimodalRelations == nil && analysis.chosenRelations == answers)
      let model = try MTBModel(folder: models + "/mtb")
      let direct = try #require(
        try model.answers([
          (post.tokens.map(\.text), pairs.map { TokenPair(head: $0, tail: $1) })
        ]).first)
      #expect(answers.answers.map(\.probabilities) == direct.map(\.probabilities))
      #expect(answers[0..<1, 3..<4]?.label == direct[0].label)
      #expect(answers.ranked(head: 3..<4, tail: 0..<1).first?.0 == direct[1].label)
      #expect(answers[1..<2, 3..<4] == nil)
      var none = post
      none.relations = []
      #expect(
        set.analyse(none, of: Dataset(name: "d", posts: [none])).textRelations == nil)
    }
  }
}
