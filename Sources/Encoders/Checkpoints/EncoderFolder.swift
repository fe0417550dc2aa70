import Foundation
import Tensors

/// A model folder in the layout of Hugging Face: `config.json`, weights, and what came with them.
///
/// Opening reads the configuration and the weights' headers only. All files may come from
/// strangers.
package struct EncoderFolder: Sendable {
  /// The folder.
  package let path: String
  /// The kind of model and its sizes.
  package let architecture: EncoderArchitecture
  /// The tensors.
  package let weights: WeightFiles
  /// How pictures are prepared; nil for text models.
  package let recipe: ImageRecipe?
  /// Tokenizer files that are present, by name.
  package let tokenizerFiles: [String]

  /// Opens a folder.
  ///
  /// - Throws: `CheckpointError`, `SafetensorsError`.
  package init(_ path: String) throws {
    self.path = path
    let configuration = path + "/config.json"
    let fields = try ConfigReader.fields(path: configuration)
    weights = try WeightFiles(folder: path)
    let hasPooler = weights.names.contains {
      CheckpointNames.spellings(of: $0).contains("pooler.dense.weight")
    }
    architecture = try EncoderArchitecture(
      fields: fields, path: configuration, hasPooler: hasPooler)
    recipe = try ImageRecipe(folder: path, architecture: architecture)
    tokenizerFiles = [
      "tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "tokenizer_config.json",
    ].filter { FolderFiles.exists(path + "/" + $0) }
  }

  /// Loads whatever the folder holds.
  ///
  /// - Throws: `CheckpointError`, `SafetensorsError`.
  package func load() throws -> LoadedEncoder {
    switch architecture {
    case .bert(let sizes): .bert(try filled { BERTModel(sizes, &$0) })
    case .roberta(let sizes): .roberta(try filled { BERTModel(sizes, &$0) })
    case .clip(let sizes): .clip(try filled { CLIPModel(sizes, &$0) })
    case .clipText(let sizes):
      .clipText(
        try filled(prefix: "text_model.", ignoring: ["text_projection."]) {
          CLIPTextModel(sizes, &$0)
        })
    case .clipVision(let sizes):
      .clipVision(
        try filled(prefix: "vision_model.", ignoring: ["visual_projection."]) {
          CLIPVisionModel(sizes, &$0)
        })
    case .vit(let sizes): .vit(try filled { ViTModel(sizes, &$0) })
    case .resnet(let sizes):
      .resnet(
        try filled {
          var network = ResNet(sizes, &$0)
          network.freezeStatistics()
          return network
        })
    }
  }

  /// Loads a BERT or RoBERTa.
  ///
  /// - Throws: `CheckpointError` (also when the folder holds another kind), `SafetensorsError`.
  package func loadBERT() throws -> BERTModel {
    switch architecture {
    case .bert(let sizes), .roberta(let sizes): try filled { BERTModel(sizes, &$0) }
    default: throw other("bert or roberta")
    }
  }

  /// Loads both towers of a CLIP and their projections.
  ///
  /// - Throws: as `loadBERT`.
  package func loadCLIP() throws -> CLIPModel {
    guard case .clip(let sizes) = architecture else { throw other("clip") }
    return try filled { CLIPModel(sizes, &$0) }
  }

  /// Loads CLIP's text tower, also out of a whole CLIP, whose picture tower is not read.
  ///
  /// - Throws: as `loadBERT`.
  package func loadCLIPText() throws -> CLIPTextModel {
    let ignored = ["vision_model.", "text_projection.", "visual_projection.", "logit_scale"]
    switch architecture {
    case .clip(let sizes):
      return try filled(prefix: "text_model.", ignoring: ignored) { CLIPTextModel(sizes.text, &$0) }
    case .clipText(let sizes):
      return try filled(prefix: "text_model.", ignoring: ignored) { CLIPTextModel(sizes, &$0) }
    default: throw other("clip")
    }
  }

  /// Loads CLIP's picture tower, also out of a whole CLIP, whose text tower is not read.
  ///
  /// - Throws: as `loadBERT`.
  package func loadCLIPVision() throws -> CLIPVisionModel {
    let ignored = ["text_model.", "text_projection.", "visual_projection.", "logit_scale"]
    switch architecture {
    case .clip(let sizes):
      return try filled(prefix: "vision_model.", ignoring: ignored) {
        CLIPVisionModel(sizes.vision, &$0)
      }
    case .clipVision(let sizes):
      return try filled(prefix: "vision_model.", ignoring: ignored) { CLIPVisionModel(sizes, &$0) }
    default: throw other("clip")
    }
  }

  /// Loads a ViT.
  ///
  /// - Throws: as `loadBERT`.
  package func loadViT() throws -> ViTModel {
    guard case .vit(let sizes) = architecture else { throw other("vit") }
    return try filled { ViTModel(sizes, &$0) }
  }

  /// Loads a ResNet; its batch norms keep their statistics.
  ///
  /// - Throws: as `loadBERT`.
  package func loadResNet() throws -> ResNet {
    guard case .resnet(let sizes) = architecture else { throw other("resnet") }
    var network = try filled { ResNet(sizes, &$0) }
    network.freezeStatistics()
    return network
  }

  /// What keeps the folder's tokenizer from being used with its encoder; nil when it fits, or when
  /// there is none.
  package var tokenizerProblem: String? {
    let rows: Int
    switch architecture {
    case .bert(let sizes), .roberta(let sizes): rows = sizes.vocabulary
    case .clip(let sizes): rows = sizes.text.vocabulary
    case .clipText(let sizes): rows = sizes.vocabulary
    case .clipVision, .vit, .resnet: return nil
    }
    guard !tokenizerFiles.isEmpty else { return nil }
    do {
      let pieces = try Tokenizer(folder: path).vocabularySize
      return pieces <= rows
        ? nil
        : "the tokenizer has \(pieces) pieces and the encoder \(rows); take both from the same model"
    } catch { return "the tokenizer cannot be used: \(error)" }
  }

  private func filled<Model: ParameterContainer>(
    prefix: String = "", ignoring: [String] = [], _ make: (inout WeightSource) -> Model
  ) throws -> Model {
    var hollow = WeightSource.hollow
    var model = make(&hollow)
    try weights.fill(&model, prefix: prefix, ignoring: ignoring, folder: path)
    return model
  }

  private func other(_ wanted: String) -> CheckpointError {
    .otherArchitecture(path: path, found: architecture.name, wanted: wanted)
  }
}

/// A model that was loaded from a folder, whatever its kind.
package enum LoadedEncoder: Sendable {
  case bert(BERTModel)
  case roberta(BERTModel)
  case clip(CLIPModel)
  case clipText(CLIPTextModel)
  case clipVision(CLIPVisionModel)
  case vit(ViTModel)
  case resnet(ResNet)
}
