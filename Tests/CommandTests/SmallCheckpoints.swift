import Encoders
import Foundation
import Tensors

/// Very small checkpoints with random weights, laid out as transformers 5 saves them: BERT and CLIP
/// with a `tokenizer.json` and nothing older, CLIP with a `processor_config.json` as its only file
/// on pictures, ResNet with a `preprocessor_config.json`.
enum SmallCheckpoints {
  /// Writes `bert`, `resnet` and `clip` into a folder.
  static func make(in folder: String) throws {
    try bert(folder + "/bert")
    try resnet(folder + "/resnet")
    try clip(folder + "/clip")
  }

  private static let letters = "abcdefghijklmnopqrstuvwxyz0123456789".map(String.init)

  static func bert(_ folder: String, rows: Int? = nil) throws {
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    let pieces = special + letters + [".", ",", "!", "?"] + letters.map { "##" + $0 }
    let rows = rows ?? pieces.count
    let stack = TransformerConfiguration(
      hiddenSize: 16, layers: 1, heads: 2, intermediateSize: 32, activation: .gelu, norm: .post,
      epsilon: 1e-12, names: .bert)
    var source = WeightSource.random(seed: 1)
    let model = BERTModel(
      TextConfiguration(
        stack: stack, vocabulary: rows, positions: 64, tokenTypes: 2, padding: 0,
        counting: .fromZero, pooler: true), &source)
    try write(
      folder, model,
      [
        "config.json": """
        {"architectures": ["BertModel"], "attention_probs_dropout_prob": 0.1, "bos_token_id": null,
         "dtype": "float32", "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 16,
         "initializer_range": 0.02, "intermediate_size": 32, "is_decoder": false,
         "layer_norm_eps": 1e-12, "max_position_embeddings": 64, "model_type": "bert",
         "num_attention_heads": 2, "num_hidden_layers": 1, "pad_token_id": 0,
         "transformers_version": "5.24.0", "type_vocab_size": 2, "vocab_size": \(rows)}
        """,
        "tokenizer_config.json": """
        {"backend": "tokenizers", "cls_token": "[CLS]", "do_lower_case": true,
         "mask_token": "[MASK]", "model_max_length": 1000000000000000019884624838656,
         "pad_token": "[PAD]", "sep_token": "[SEP]", "tokenizer_class": "BertTokenizer",
         "unk_token": "[UNK]"}
        """,
        "tokenizer.json": """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [\(special.enumerated().map { added($0, $1) }.joined(separator: ","))],
         "normalizer": {"type": "BertNormalizer", "clean_text": true,
           "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
         "pre_tokenizer": {"type": "BertPreTokenizer"},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
             {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
           "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
             {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
             {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
           "special_tokens": {
             "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
             "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
         "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
           "max_input_chars_per_word": 100, "vocab": \(vocabulary(pieces))}}
        """,
      ])
  }

  static func resnet(_ folder: String) throws {
    var source = WeightSource.random(seed: 2)
    let network = ResNet(
      ResNet.Configuration(
        embeddingSize: 8, hiddenSizes: [8, 16], depths: [1, 1], layerType: .basic), &source)
    try write(
      folder, network,
      [
        "config.json": """
        {"architectures": ["ResNetModel"], "depths": [1, 1], "downsample_in_bottleneck": false,
         "downsample_in_first_stage": false, "dtype": "float32", "embedding_size": 8,
         "hidden_act": "relu", "hidden_sizes": [8, 16], "layer_type": "basic",
         "model_type": "resnet", "num_channels": 3, "out_features": ["stage2"], "out_indices": [2],
         "stage_names": ["stem", "stage1", "stage2"], "transformers_version": "5.24.0"}
        """,
        "preprocessor_config.json": """
        {"crop_pct": 0.875, "do_normalize": true, "do_rescale": true, "do_resize": true,
         "image_mean": [0.5, 0.5, 0.5], "image_processor_type": "ConvNextImageProcessor",
         "image_std": [0.5, 0.5, 0.5], "resample": 3, "rescale_factor": 0.00392156862745098,
         "size": {"shortest_edge": 32}}
        """,
      ])
  }

  static func clip(_ folder: String) throws {
    let special = ["<|startoftext|>", "<|endoftext|>"]
    let pieces = special + letters + letters.map { $0 + "</w>" } + [".", ".</w>"]
    let stack = TransformerConfiguration(
      hiddenSize: 16, layers: 1, heads: 2, intermediateSize: 32, activation: .quickGELU,
      norm: .pre, epsilon: 1e-5, names: .clip)
    var source = WeightSource.random(seed: 3)
    let model = CLIPModel(
      CLIPConfiguration(
        text: CLIPTextConfiguration(
          stack: stack, vocabulary: pieces.count, positions: 32, endOfText: 1),
        vision: VisionConfiguration(stack: stack, side: 32, patch: 8), projection: 8), &source)
    let tower = """
      "hidden_act": "quick_gelu", "hidden_size": 16, "intermediate_size": 32,
      "layer_norm_eps": 1e-05, "num_attention_heads": 2, "num_hidden_layers": 1,
      "attention_dropout": 0.0, "projection_dim": 512
      """
    try write(
      folder, model,
      [
        "config.json": """
        {"architectures": ["CLIPModel"], "dtype": "float32", "logit_scale_init_value": 2.6592,
         "model_type": "clip", "projection_dim": 8, "transformers_version": "5.24.0",
         "text_config": {"model_type": "clip_text_model", "bos_token_id": 0, "eos_token_id": 1,
           "pad_token_id": 1, "max_position_embeddings": 32, "vocab_size": \(pieces.count), \(tower)},
         "vision_config": {"model_type": "clip_vision_model", "image_size": 32, "patch_size": 8,
           "num_channels": 3, \(tower)}}
        """,
        "processor_config.json": processor,
        "tokenizer_config.json": """
        {"backend": "tokenizers", "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>",
         "pad_token": "<|endoftext|>", "processor_class": "CLIPProcessor",
         "tokenizer_class": "CLIPTokenizer", "unk_token": "<|endoftext|>"}
        """,
        "tokenizer.json": """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [\(special.enumerated().map { added($0, $1) }.joined(separator: ","))],
         "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"},
           {"type": "Replace", "pattern": {"Regex": "\\\\s+"}, "content": " "},
           {"type": "Lowercase"}]},
         "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
           {"type": "Split", "pattern": {"Regex": "<\\\\|startoftext\\\\|>|<\\\\|endoftext\\\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\\\p{L}]+|[\\\\p{N}]|[^\\\\s\\\\p{L}\\\\p{N}]+"},
            "behavior": "Removed", "invert": true},
           {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]},
         "post_processor": {"type": "RobertaProcessing", "sep": ["<|endoftext|>", 1],
           "cls": ["<|startoftext|>", 0], "trim_offsets": false, "add_prefix_space": false},
         "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true,
           "use_regex": true},
         "model": {"type": "BPE", "dropout": null, "unk_token": "<|endoftext|>",
           "continuing_subword_prefix": "", "end_of_word_suffix": "</w>", "fuse_unk": false,
           "byte_fallback": false, "ignore_merges": false, "vocab": \(vocabulary(pieces)),
           "merges": []}}
        """,
      ])
  }

  /// Its numbers are not CLIP's own, so that who reads nothing is found out.
  static let processor = """
    {"image_processor": {"crop_size": {"height": 32, "width": 32}, "do_center_crop": true,
     "do_convert_rgb": true, "do_normalize": true, "do_rescale": true, "do_resize": true,
     "image_mean": [0.25, 0.5, 0.75], "image_processor_type": "CLIPImageProcessor",
     "image_std": [0.5, 0.5, 0.5], "resample": 3, "rescale_factor": 0.00392156862745098,
     "size": {"shortest_edge": 32}}, "processor_class": "CLIPProcessor"}
    """

  private static func added(_ id: Int, _ piece: String) -> String {
    """
    {"id": \(id), "content": "\(piece)", "single_word": false, "lstrip": false, "rstrip": false, \
    "normalized": false, "special": true}
    """
  }

  private static func vocabulary(_ pieces: [String]) -> String {
    "{" + pieces.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ") + "}"
  }

  private static func write(
    _ folder: String, _ model: some ParameterContainer, _ files: [String: String]
  ) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }
    var tensors: [String: Tensor] = [:]
    for (name, value) in model.parameters { tensors[name] = value }
    try Safetensors.write(
      tensors, to: folder + "/model.safetensors", metadata: ["format": "pt"])
  }
}
