import Files
import Foundation
import Tensors

extension EncoderFolder {
  /// Files that are copied as they are, when they are present.
  private static let companions = [
    "config.json", "preprocessor_config.json", "processor_config.json", "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "vocab.txt", "vocab.json", "merges.txt",
  ]

  /// The tensors of the model by its own names, with the names in the files, in visiting order.
  ///
  /// - Throws: `CheckpointError.tensors` with everything that does not fit.
  package func tensorNames() throws -> [(own: String, stored: String, shape: [Int])] {
    var hollow = WeightSource.hollow
    switch architecture {
    case .bert(let sizes), .roberta(let sizes): return try names(BERTModel(sizes, &hollow))
    case .clip(let sizes): return try names(CLIPModel(sizes, &hollow))
    case .clipText(let sizes):
      return try names(
        CLIPTextModel(sizes, &hollow), prefix: "text_model.", ignoring: ["text_projection."])
    case .clipVision(let sizes):
      return try names(
        CLIPVisionModel(sizes, &hollow), prefix: "vision_model.", ignoring: ["visual_projection."])
    case .vit(let sizes): return try names(ViTModel(sizes, &hollow))
    case .resnet(let sizes): return try names(ResNet(sizes, &hollow))
    }
  }

  private func names(
    _ model: some ParameterContainer, prefix: String = "", ignoring: [String] = []
  ) throws -> [(own: String, stored: String, shape: [Int])] {
    var model = model
    let plan = try weights.plan(&model, prefix: prefix, ignoring: ignoring, folder: path)
    return plan.order.compactMap { name in
      guard let stored = plan.found[name], let shape = plan.expected[name] else { return nil }
      return (name, stored, shape)
    }
  }

  /// Writes a folder of its own: the model's tensors as float32 under its own names in one
  /// `model.safetensors`, and what came with it. One tensor is in memory at a time. The result is
  /// read again and compared bit by bit.
  ///
  /// - Parameter target: a folder that does not exist yet, or is empty.
  /// - Returns: how many tensors were written.
  /// - Throws: `CheckpointError`, `DurableFileError`, `SafetensorsError`.
  @discardableResult
  package func copy(to target: String) throws -> Int {
    let files = FileManager.default
    if let present = try? files.contentsOfDirectory(atPath: target), !present.isEmpty {
      throw CheckpointError.file(
        path: target, problem: "is not empty; choose a folder that does not exist yet")
    }
    let tensors = try tensorNames()
    do { try files.createDirectory(atPath: target, withIntermediateDirectories: true) } catch {
      throw CheckpointError.file(path: target, problem: "cannot be made; check its permissions")
    }
    for name in Self.companions where FolderFiles.exists(path + "/" + name) {
      let data = try FolderFiles.bytes(path + "/" + name, limit: 256 << 20)
      try DurableFile.write(data, to: target + "/" + name)
    }
    var writer = try SafetensorsWriter(
      path: target + "/model.safetensors", tensors: tensors.map { ($0.own, $0.shape) },
      metadata: ["format": "pt"])
    for (_, stored, shape) in tensors {
      try writer.append(try weights.floats(stored).reshaped(shape))
    }
    try writer.finish()
    try verify(tensors, in: target)
    return tensors.count
  }

  private func verify(
    _ tensors: [(own: String, stored: String, shape: [Int])], in target: String
  ) throws {
    let copy = try EncoderFolder(target)
    let names = try copy.tensorNames()
    for ((own, stored, shape), again) in zip(tensors, names) {
      let (a, b) = (try weights.floats(stored), try copy.weights.floats(again.stored))
      let same = zip(a.array, b.array).allSatisfy { $0.bitPattern == $1.bitPattern }
      guard own == again.own, shape == again.shape, a.count == b.count, same else {
        throw CheckpointError.file(
          path: target, problem: "does not hold what was written to it (\(own)); check the disk")
      }
    }
    guard names.count == tensors.count else {
      throw CheckpointError.file(path: target, problem: "lacks tensors; check the disk")
    }
  }
}
