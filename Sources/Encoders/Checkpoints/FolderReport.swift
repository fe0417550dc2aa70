import Tensors

/// What `twinlens models inspect` says of a folder.
package struct FolderReport: Sendable, Codable {
  /// Path of the folder.
  package let folder: String
  /// As in `config.json`.
  package let architecture: String
  /// The model's sizes, in a fixed order.
  package let sizes: [Size]
  /// Numbers that the model holds, buffers included.
  package let parameters: Int
  /// Bytes that the model holds in memory.
  package let bytes: Int
  /// Weight files, without the folder.
  package let files: [String]
  /// Number types of the stored tensors with their shares.
  package let types: [String]
  /// Tokenizer files that are present.
  package let tokenizer: [String]
  /// How pictures are prepared, in words; nil for text models.
  package let pictures: String?
  /// The stored tensors, by name.
  package let tensors: [Row]
  /// The fixed input's outputs; empty when the weights do not fit.
  package let selfCheck: [Check]
  /// Everything that is wrong.
  package let problems: [String]

  /// One size of the model.
  package struct Size: Sendable, Codable {
    /// Its name.
    package let name: String
    /// Its value.
    package let value: Int
  }

  /// One stored tensor.
  package struct Row: Sendable, Codable {
    /// Its name.
    package let name: String
    /// Rows first, as the file says.
    package let shape: [Int]
    /// The number type in the file, such as `F16`.
    package let type: String
    /// What it takes up in the file.
    package let bytes: Int
    /// Whether the model uses it.
    package let isUsed: Bool

    /// The tensors of a file, by name; all are taken for used.
    ///
    /// - Parameter part: in front of the names, of a file that is a part of something.
    package static func rows(of file: Safetensors, under part: String = "") -> [Row] {
      file.entries.sorted { $0.key < $1.key }.map { name, entry in
        Row(
          name: VisibleText.name(part + name), shape: entry.shape,
          type: VisibleText.name(entry.type),
          bytes: entry.byteCount, isUsed: true)
      }
    }
  }

  /// One output on the fixed input.
  package struct Check: Sendable, Codable {
    /// Its name.
    package let name: String
    /// Rows first, as the file says.
    package let shape: [Int]
    /// Whether no value is infinite or not a number.
    package let isFinite: Bool
    /// The largest absolute value.
    package let largest: Float
  }

  /// Inspects a folder: its header, then, where they fit, its weights on a fixed input.
  ///
  /// - Throws: `CheckpointError`, `SafetensorsError` when not even the headers can be read.
  package init(_ folder: EncoderFolder) throws {
    self.folder = folder.path
    architecture = folder.architecture.name
    sizes = folder.architecture.sizes.map { Size(name: $0.0, value: $0.1) }
    files = folder.weights.paths.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    tokenizer = folder.tokenizerFiles
    pictures = folder.recipe?.words
    var used: Set<String> = []
    var (parameters, problems): (Int, [String]) = (0, [])
    var checks: [Check] = []
    do {
      for tensor in try folder.tensorNames() {
        used.insert(tensor.stored)
        parameters += tensor.shape.reduce(1, *)
      }
      checks = try folder.selfCheck(folder.load()).map {
        Check(name: $0.name, shape: $0.shape, isFinite: $0.isFinite, largest: $0.largest)
      }
      problems = checks.filter { !$0.isFinite }.map { "\($0.name) is not finite on a fixed input" }
    } catch CheckpointError.tensors(_, let found) {
      problems = found.map(\.description)
    }
    if let problem = folder.tokenizerProblem { problems.append(problem) }
    var counts: [String: Int] = [:]
    tensors = folder.weights.names.compactMap { name in
      guard let tensor = folder.weights[name] else { return nil }
      counts[tensor.type.rawValue, default: 0] += 1
      return Row(
        name: VisibleText.name(name), shape: tensor.shape, type: tensor.type.rawValue,
        bytes: tensor.byteCount, isUsed: used.contains(name))
    }
    types = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      "\($0.key) ×\($0.value)"
    }
    self.parameters = parameters
    bytes = 4 * parameters
    selfCheck = checks
    self.problems = problems
  }

  /// The report for people.
  package var text: String {
    var lines = ["\(VisibleText.name(folder)): \(architecture)"]
    func line(_ title: String, _ value: String) {
      lines.append("  " + title + String(repeating: " ", count: max(1, 12 - title.count)) + value)
    }
    line("sizes", sizes.map { "\($0.name) \($0.value)" }.joined(separator: ", "))
    line("parameters", "\(parameters) (\(bytes >> 20) MB in memory)")
    line(
      "weights",
      files.map(VisibleText.name).joined(separator: ", ") + ": "
        + types.joined(separator: ", "))
    line("tokenizer", tokenizer.isEmpty ? "none" : tokenizer.joined(separator: ", "))
    if let pictures { line("pictures", pictures) }
    for row in tensors {
      lines.append(
        "  \(row.name) \(row.shape) \(row.type) \(row.bytes) bytes"
          + (row.isUsed ? "" : " (not used)"))
    }
    for check in selfCheck {
      lines.append(
        "  self-check \(check.name) \(check.shape): "
          + (check.isFinite ? "finite, largest \(check.largest)" : "NOT FINITE"))
    }
    lines += problems.map { "  problem: \($0)" }
    lines.append(
      problems.isEmpty
        ? "  everything fits" : "  \(problems.count) problem\(problems.count == 1 ? "" : "s")")
    return lines.joined(separator: "\n")
  }
}

extension EncoderArchitecture {
  /// The sizes by short names.
  package var sizes: [(String, Int)] {
    func stack(_ stack: TransformerConfiguration) -> [(String, Int)] {
      [
        ("layers", stack.layers), ("hidden", stack.hiddenSize), ("heads", stack.heads),
        ("inner", stack.intermediateSize),
      ]
    }
    func vision(_ sizes: VisionConfiguration) -> [(String, Int)] {
      stack(sizes.stack) + [("picture", sizes.side), ("patch", sizes.patch)]
    }
    func text(_ sizes: CLIPTextConfiguration) -> [(String, Int)] {
      stack(sizes.stack) + [("vocabulary", sizes.vocabulary), ("positions", sizes.positions)]
    }
    switch self {
    case .bert(let sizes), .roberta(let sizes):
      return stack(sizes.stack) + [
        ("vocabulary", sizes.vocabulary), ("positions", sizes.longest),
      ]
    case .clip(let sizes):
      return text(sizes.text).map { ("text " + $0, $1) }
        + vision(sizes.vision).map { ("vision " + $0, $1) } + [("projection", sizes.projection)]
    case .clipText(let sizes): return text(sizes)
    case .clipVision(let sizes), .vit(let sizes): return vision(sizes)
    case .resnet(let sizes):
      return [("stem", sizes.embeddingSize)]
        + zip(sizes.hiddenSizes, sizes.depths).enumerated().flatMap { i, stage in
          [("stage \(i + 1) size", stage.0), ("stage \(i + 1) depth", stage.1)]
        }
    }
  }
}

extension ImageRecipe {
  /// The recipe in words.
  var words: String {
    var parts: [String] = []
    switch resize {
    case .shortSide(let side): parts.append("short side to \(side)")
    case .stretch(let side): parts.append("stretched to \(side.width)×\(side.height)")
    case nil: break
    }
    if resize != nil { parts.append("\(filter)") }
    if let crop { parts.append("middle \(crop.width)×\(crop.height)") }
    parts.append("mean \(mean), deviation \(deviation)")
    return parts.joined(separator: ", ")
  }
}
