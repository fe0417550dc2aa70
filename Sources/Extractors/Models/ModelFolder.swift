import Encoders
import Files
import Foundation
import Tensors

/// Reading and writing of model folders: `config.json`, `model.safetensors`, `words.txt`,
/// `characters.txt`, `provenance.json`.
package enum ModelFolder {
  /// The name of the system that a folder holds.
  ///
  /// - Throws: `ModelFolderError`.
  package static func system(of folder: String) throws -> String {
    struct Head: Decodable {
      let system: String?
      let architectures: [String]?
    }
    let head = try configuration(Head.self, folder)
    if let system = head.system { return system }
    // Published folders name no system; their architecture may be one.
    let published = head.architectures ?? []
    if let system = System.all.first(where: { !Set($0.architectures).isDisjoint(with: published) })
    {
      return system.id
    }
    throw ModelFolderError(
      folder: folder, problem: "has a config.json that does not fit: no field system")
  }

  /// Where a folder's model came from; nil where nothing readable says so.
  package static func provenance(of folder: String) -> Provenance? {
    guard let data = try? bytes(folder, "provenance.json", limit: ModelLimits.configurationBytes)
    else { return nil }
    return try? JSONDecoder().decode(Provenance.self, from: data)
  }

  /// The bytes of a folder's `config.json`, within `ModelLimits`.
  ///
  /// - Throws: `ModelFolderError`, `CheckpointError`.
  package static func configurationBytes(_ folder: String) throws -> Data {
    try bytes(folder, "config.json", limit: ModelLimits.configurationBytes)
  }

  static func configuration<T: Decodable>(_ type: T.Type, _ folder: String) throws -> T {
    let data = try configurationBytes(folder)
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw ModelFolderError(
        folder: folder, problem: "has a config.json that does not fit: \(reason(error))")
    }
  }

  /// A short sentence from a decoding error.
  static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .keyNotFound(let key, _): return "no field \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? "it is not valid JSON" : "the field \(path) has the wrong kind of value"
    @unknown default: return "it cannot be understood"
    }
  }

  static func bytes(_ folder: String, _ file: String, limit: Int) throws -> Data {
    let path = folder + "/" + file
    guard FolderFiles.exists(path) else {
      let isThere = FileManager.default.fileExists(atPath: folder)
      throw ModelFolderError(
        folder: folder, problem: isThere ? "has no readable \(file)" : "is not there")
    }
    return try FolderFiles.bytes(path, limit: limit)
  }

  static func vocabulary(_ folder: String, _ file: String) throws -> Vocabulary {
    let data = try bytes(folder, file, limit: ModelLimits.vocabularyBytes)
    var lines = String(decoding: data, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return Vocabulary(lines)
  }

  static func write(_ vocabulary: Vocabulary, _ folder: String, _ file: String) throws {
    let text = vocabulary.entries.map { $0 + "\n" }.joined()
    try DurableFile.write(Data(text.utf8), to: folder + "/" + file)
  }

  static func write(_ value: some Encodable, _ folder: String, _ file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try DurableFile.write(try encoder.encode(value) + Data("\n".utf8), to: folder + "/" + file)
  }

  static func create(_ folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// Writes a folder: its weights, where it came from, and last `config.json`, without which a
  /// folder is no model.
  ///
  /// - Throws: `DurableFileError`.
  static func write(
    _ configuration: some Encodable, _ folder: String, _ provenance: Provenance,
    parameters: [String: Tensor] = [:]
  ) throws {
    try create(folder)
    if !parameters.isEmpty {
      try Safetensors.write(parameters, to: folder + "/model.safetensors")
    }
    try write(provenance, folder, "provenance.json")
    try write(configuration, folder, "config.json")
  }
}

/// A model folder that cannot be used, and why.
package struct ModelFolderError: Error, CustomStringConvertible {
  /// Path of the folder.
  package let folder: String
  /// What is wrong with it, as the rest of a sentence about the folder.
  package let problem: String
  /// What to do.
  package let advice: String

  /// An error about a folder.
  package init(folder: String, problem: String, advice: String = "train or copy it again") {
    self.folder = folder
    self.problem = problem
    self.advice = advice
  }

  package var description: String { "the model folder \(folder) \(problem); \(advice)" }
}

/// Where an artefact came from: `provenance.json`.
package struct Provenance: Sendable, Hashable, Codable {
  /// The command that made it.
  package var command: String
  /// The seed it was made with.
  package var seed: UInt64
  /// SHA-256 of the dataset's files.
  package var data: [String: String]
  /// What else decides the training: the models it is built on with their fingerprints, and
  /// settings that are not the usual ones; nil in folders of older versions.
  package var basis: [String]?
  /// Scores reached, percent unless named otherwise.
  package var metrics: [String: Double]
  /// The version of the program that made it.
  package var version = Provenance.currentVersion
  /// The matrix kernel in use; other kernels give the same within rounding.
  package var kernel = BLAS.coreName

  /// The version of this program.
  package static let currentVersion = "0.1.0"

  /// The origin of something made now.
  package init(
    command: String, seed: UInt64, data: [String: String], basis: [String]? = nil,
    metrics: [String: Double]
  ) {
    self.command = command
    self.seed = seed
    self.data = data
    self.basis = basis
    self.metrics = metrics
  }
}
