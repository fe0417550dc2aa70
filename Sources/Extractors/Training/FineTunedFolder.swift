import Encoders
import Files
import Foundation
import Tensors

/// Folders of fine-tuned encoders. They are encoder folders with a head: `config.json` is the
/// encoder's own with `system` and `expert` beside its fields, `model.safetensors` holds the
/// encoder under its usual names and the head under `classifier.`, the tokenizer's files are
/// copies.
enum FineTunedFolder {
  /// What is read of `config.json` beside the encoder's sizes.
  struct Head<Expert: Codable>: Codable {
    let system: String
    let expert: Expert
  }

  private static let companions = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.txt", "vocab.json", "merges.txt",
  ]

  /// Writes a folder.
  ///
  /// - Parameters:
  ///   - base: what the training began with; its `config.json` and tokenizer files are copied.
  ///   - vocabulary: rows of the piece table now.
  /// - Throws: `ModelFolderError`, `DurableFileError`.
  static func save(
    _ model: some ParameterContainer, from base: String, system: String, expert: some Codable,
    vocabulary: Int, to folder: String, provenance: Provenance
  ) throws {
    try save(
      model, from: base, vocabulary: vocabulary, to: folder,
      saying: [
        "system": system,
        "expert": try JSONSerialization.jsonObject(with: JSONEncoder().encode(expert)),
      ], provenance)
  }

  /// The same of an encoder alone, as other programs read it.
  ///
  /// - Throws: `ModelFolderError`, `DurableFileError`.
  static func save(
    _ model: some ParameterContainer, from base: String, vocabulary: Int, to folder: String,
    saying more: [String: Any] = [:], _ provenance: Provenance? = nil
  ) throws {
    try ModelFolder.create(folder)
    let source = try ModelFolder.configurationBytes(base)
    guard var fields = try? JSONSerialization.jsonObject(with: source) as? [String: Any] else {
      throw ModelFolderError(folder: base, problem: "has a config.json that is not a JSON object")
    }
    fields.merge(more) { $1 }
    fields["vocab_size"] = vocabulary
    let options: JSONSerialization.WritingOptions = [
      .prettyPrinted, .sortedKeys, .withoutEscapingSlashes,
    ]
    var text = try JSONSerialization.data(withJSONObject: fields, options: options)
    text.append(0x0A)
    for name in companions {
      guard FileManager.default.fileExists(atPath: base + "/" + name), base != folder else {
        continue
      }
      let data = try ModelFolder.bytes(base, name, limit: ModelLimits.vocabularyBytes)
      try DurableFile.write(data, to: folder + "/" + name)
    }
    let tensors = model.parameters
    var writer = try SafetensorsWriter(
      path: folder + "/model.safetensors", tensors: tensors.map { ($0.name, $0.value.shape) },
      metadata: ["format": "pt"])
    for (_, value) in tensors { try writer.append(value) }
    try writer.finish()
    try provenance.map { try ModelFolder.write($0, folder, "provenance.json") }
    // Last: a folder without it is no model folder.
    try DurableFile.write(text, to: folder + "/config.json")
  }

  /// Reads what the folder says of its head.
  ///
  /// - Throws: `ModelFolderError`, also when it holds another system.
  static func expert<Expert: Codable>(
    _ type: Expert.Type, system: String, _ folder: String
  ) throws -> Expert {
    let found = try ModelFolder.system(of: folder)
    guard found == system else {
      throw ModelFolderError(
        folder: folder, problem: "holds the system \(found.prefix(40)), not \(system)")
    }
    return try ModelFolder.configuration(Head<Expert>.self, folder).expert
  }

  /// The encoder of a folder, not filled yet, and its weights.
  ///
  /// - Throws: `CheckpointError`, `SafetensorsError`; `ModelFolderError` when it is no BERT or
  ///   RoBERTa.
  static func hollowEncoder(
    _ folder: String
  ) throws -> (encoder: BERTModel, prefix: String, weights: WeightFiles) {
    let files = try EncoderFolder(folder)
    switch files.architecture {
    case .bert(var sizes), .roberta(var sizes):
      sizes.pooler = false
      var hollow = WeightSource.hollow
      return (BERTModel(sizes, &hollow), files.architecture.name + ".", files.weights)
    default:
      throw ModelFolderError(
        folder: folder, problem: "has a \(files.architecture.name) where bert or roberta is read")
    }
  }
}
