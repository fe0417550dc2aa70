import Corpora
import Encoders
import Foundation
import Tensors
import Testing

@testable import Extractors

/// A folder with a very small BERT and its vocabulary, as published ones look.
enum TinyEncoder {
  static let vocabulary =
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    + ["ann", "bob", "acme", "paris", "works", "at", "in", "lives", "and", "the", "##s", "##ville"]

  /// Makes the folder, calls `body` with its path, and removes it.
  static func withFolder<T>(positions: Int = 24, _ body: (String) throws -> T) throws -> T {
    let folder = NSTemporaryDirectory() + "tiny-encoder-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let configuration = """
      {"model_type": "bert", "vocab_size": \(vocabulary.count), "hidden_size": 16, \
      "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32, \
      "max_position_embeddings": \(positions), "hidden_dropout_prob": 0.1, \
      "attention_probs_dropout_prob": 0.1}
      """
    try write(configuration, folder, "config.json")
    try write(vocabulary.joined(separator: "\n") + "\n", folder, "vocab.txt")
    try write(
      #"{"tokenizer_class": "BertTokenizer", "do_lower_case": true}"#, folder,
      "tokenizer_config.json")
    var source = WeightSource.random(seed: 5)
    let stack = TransformerConfiguration(
      hiddenSize: 16, layers: 2, heads: 2, intermediateSize: 32, activation: .gelu, norm: .post,
      epsilon: 1e-12, names: .bert)
    let model = BERTModel(
      TextConfiguration(
        stack: stack, vocabulary: vocabulary.count, positions: positions, tokenTypes: 2,
        padding: 0, counting: .fromZero), &source)
    var tensors: [String: Tensor] = [:]
    for (name, value) in model.parameters { tensors[name] = value }
    try Safetensors.write(tensors, to: folder + "/model.safetensors")
    return try body(folder)
  }

  private static func write(_ text: String, _ folder: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
  }

  /// Eight posts with people, places and organisations, some cut into several pieces.
  static let posts: [(words: [String], mentions: [EntityMention])] = [
    (["Ann", "works", "at", "Acme"], [mention(0, 1, "PER"), mention(3, 4, "ORG")]),
    (["Bob", "lives", "in", "Paris"], [mention(0, 1, "PER"), mention(3, 4, "LOC")]),
    (["the", "Acmes"], [mention(1, 2, "ORG")]),
    (["Ann", "Bob"], [mention(0, 2, "PER")]),
    (["Ann", "and", "Bob"], [mention(0, 1, "PER"), mention(2, 3, "PER")]),
    (["in", "Parisville", "and", "at", "Acme"], [mention(1, 2, "LOC"), mention(4, 5, "ORG")]),
    (["works", "at", "the"], []),
    (["Bobs", "Acme", "in", "Paris"], [mention(0, 2, "ORG"), mention(3, 4, "LOC")]),
  ]

  static func mention(_ start: Int, _ end: Int, _ type: String) -> EntityMention {
    EntityMention(start..<end, EntityType(type))
  }

  /// A network on the folder's encoder, and the posts as it reads them.
  static func entities(
    _ base: TextBase, _ labels: LabelScheme
  ) -> (network: BERTCRF, items: [TaggedPieces]) {
    let scheme = TagScheme.standard
    let configuration = BERTCRFModel.Configuration(
      scheme: scheme, labels: labels, longest: base.longest(128))
    var generator = SeededGenerator(seed: 2)
    let network = BERTCRF(
      base.encoder, prefix: base.prefix, scheme: scheme, labels: labels, &generator)
    let items = posts.map { post in
      BERTCRFModel.pieces(
        post.words, tags: scheme.indices(of: post.mentions, count: post.words.count),
        tokenizer: base.tokenizer, configuration)
    }
    return (network, items)
  }

  /// A network on the folder's encoder, and pairs of the posts as it reads them.
  static func pairs(
    _ base: inout TextBase
  ) throws -> (network: MTB, configuration: MTBModel.Configuration, items: [MarkedPair]) {
    var generator = SeededGenerator(seed: 2)
    let markers = try RelationMarkers(addedTo: &base, &generator)
    let configuration = MTBModel.Configuration(
      scheme: .mnre, markers: markers, longest: base.longest(128))
    let network = MTB(base.encoder, prefix: base.prefix, scheme: .mnre, &generator)
    let labels = [
      ("PER", "ORG", "/per/org/member_of"), ("PER", "LOC", "/per/loc/place_of_residence"),
    ]
    var items: [MarkedPair] = []
    for post in posts where post.mentions.count == 2 {
      let types = post.mentions.map(\.type.rawValue)
      for (a, b) in [(0, 1), (1, 0)] {
        let label = labels.first { $0.0 == types[a] && $0.1 == types[b] }?.2 ?? "None"
        items.append(
          markers.markedPair(
            post.words, head: post.mentions[a].range, tail: post.mentions[b].range,
            label: try #require(RelationScheme.mnre.index(of: label)), base.tokenizer,
            longest: configuration.longest))
      }
    }
    return (network, configuration, items)
  }
}
