import Extractors
import Files
import Foundation
import Inspection
import Tensors

/// `predictions.json`: what stands beside files whose labels are answers, because their formats
/// have no place for it.
package struct PredictionsNote: Sendable, Codable {
  /// A model folder and a fingerprint of its weights.
  package struct Model: Sendable, Codable, Hashable {
    /// The folder's name.
    package let name: String
    /// As `ModelFolder.fingerprint`; nil when there are no weights.
    package let weights: String?
    /// Counts the discriminators of a router; nil for experts.
    package var version: Int?
  }

  let command: String
  let dataset: String
  let data: String
  let task: String
  let by: String
  let split: String
  /// Pairs whose head or tail lies behind the encoder's last position.
  let pairsCutOff: Int
  let mark: String?
  /// What the models computed in; nil for float32.
  let precision: Precision?
  /// The router with how it was retrained; nil when it was not asked.
  let router: String?
  /// The folder of models, as it was named.
  let folder: String
  /// By role: `text`, `multimodal`, and where the router chose `router` and `encoder`.
  let models: [String: Model]

  /// A note on answers of a task.
  ///
  /// - Parameters:
  ///   - by: who answered: `router`, `text` or `multimodal`.
  ///   - data: SHA-256 of the dataset's files.
  package init(
    command: String, dataset: String, data: String, task: ExpertTask, by: String, split: String,
    pairsCutOff: Int, mark: String?, models: Roster
  ) {
    (self.command, self.dataset, self.data) = (command, dataset, data)
    (self.task, self.by, self.split, self.mark) = (task.rawValue, by, split, mark)
    self.pairsCutOff = pairsCutOff
    folder = models.folder
    precision = models.precision == .float32 ? nil : models.precision
    router = by == "router" ? models.router?.title : nil
    func model(_ name: String?) -> Model? {
      name.map {
        Model(name: $0, weights: ModelFolder.fingerprint(of: models.folder + "/" + $0))
      }
    }
    let experts = models.pair(task)
    var all: [String: Model] = [:]
    switch by {
    case "router", "text", "multimodal":
      if by != "multimodal" { all["text"] = model(experts.text?.name) }
      if by != "text" { all["multimodal"] = model(experts.multimodal?.name) }
    default: all["expert"] = model(by)
    }
    if by == "router", let known = models.router?.configuration {
      all["router"] = model(known.name)
      all["router"]?.version = known.version
      all["encoder"] = model(known.encoder)
    }
    self.models = all
  }

  /// Writes the file into a folder.
  ///
  /// - Throws: `DurableFileError`.
  package func write(into folder: String) throws {
    try DurableFile.write(
      try StableJSON.encode(self, pretty: true) + Data("\n".utf8), to: folder + "/predictions.json")
  }
}
