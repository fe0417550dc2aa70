import Encoders
import Files
import Foundation
import Tensors

/// Small BERTs from scratch, for experts of small worlds: written as folders that every command
/// opens like a published one.
package struct FreshEncoder: Sendable {
  /// How large.
  package enum Size: String, Sendable, Hashable, Codable, CaseIterable {
    /// 2 layers of 128, 4 heads.
    case tiny
    /// 3 layers of 192, 6 heads.
    case small

    var sizes: (layers: Int, hidden: Int, heads: Int) {
      switch self {
      case .tiny: (2, 128, 4)
      case .small: (3, 192, 6)
      }
    }
  }

  /// How large.
  package let size: Size
  /// The pieces, special ones first.
  package let vocabulary: [String]
  /// The longest input in pieces.
  package let positions: Int

  /// An encoder's plan.
  ///
  /// - Parameter vocabulary: from `WordPieceLearner`.
  package init(size: Size, vocabulary: [String], positions: Int = 128) {
    self.size = size
    self.vocabulary = vocabulary
    self.positions = positions
  }

  /// Sizes of the network.
  package var configuration: TextConfiguration {
    let (layers, hidden, heads) = size.sizes
    return TextConfiguration(
      stack: TransformerConfiguration(
        hiddenSize: hidden, layers: layers, heads: heads, intermediateSize: 4 * hidden,
        activation: .gelu, norm: .post, epsilon: 1e-12, hiddenDropout: 0.1, attentionDropout: 0.1,
        names: .bert),
      vocabulary: vocabulary.count, positions: positions, tokenTypes: 2, padding: 0,
      counting: .fromZero, pooler: false)
  }

  /// Its masked language model with random weights.
  package func model(seed: UInt64) -> MaskedLanguage {
    var source = WeightSource.random(seed: seed)
    let encoder = BERTModel(configuration, &source)
    let mask = WordPieceLearner.special.firstIndex(of: "[MASK]") ?? 0
    return MaskedLanguage(
      encoder,
      MaskingRule(mask: mask, ordinary: WordPieceLearner.special.count..<vocabulary.count),
      &source)
  }

  /// The tokenizer that the folder will have.
  ///
  /// - Throws: `TokenizerError`.
  package func tokenizer() throws -> Tokenizer {
    try Tokenizer(files: [
      "vocab.txt": Array(vocabularyText.utf8), "tokenizer_config.json": Array(Self.settings.utf8),
    ])
  }

  private var vocabularyText: String { vocabulary.map { $0 + "\n" }.joined() }

  private static let settings = """
    {"tokenizer_class": "BertTokenizer", "do_lower_case": false, "strip_accents": false}

    """

  /// Writes a trained encoder as a folder: `config.json`, `model.safetensors`, `vocab.txt`,
  /// `tokenizer_config.json`, `provenance.json`.
  ///
  /// - Throws: `DurableFileError`, `SafetensorsError`.
  package func save(_ encoder: BERTModel, to folder: String, provenance: Provenance) throws {
    let stack = configuration.stack
    try ModelFolder.create(folder)
    try DurableFile.write(Data(vocabularyText.utf8), to: folder + "/vocab.txt")
    try DurableFile.write(Data(Self.settings.utf8), to: folder + "/tokenizer_config.json")
    var tensors: [String: Tensor] = [:]
    for (name, value) in encoder.parameters { tensors[name] = value }
    try Safetensors.write(tensors, to: folder + "/model.safetensors")
    try ModelFolder.write(provenance, folder, "provenance.json")
    // `system` is for folders of models, which hold experts too; other programs pass over it.
    let text = """
      {
        "architectures" : ["BertModel"],
        "attention_probs_dropout_prob" : 0.1,
        "hidden_act" : "gelu",
        "hidden_dropout_prob" : 0.1,
        "hidden_size" : \(stack.hiddenSize),
        "intermediate_size" : \(stack.intermediateSize),
        "layer_norm_eps" : 1e-12,
        "max_position_embeddings" : \(positions),
        "model_type" : "bert",
        "num_attention_heads" : \(stack.heads),
        "num_hidden_layers" : \(stack.layers),
        "pad_token_id" : 0,
        "system" : "bert",
        "type_vocab_size" : 2,
        "vocab_size" : \(vocabulary.count)
      }

      """
    // Last: a folder without it is no model folder.
    try DurableFile.write(Data(text.utf8), to: folder + "/config.json")
  }
}
