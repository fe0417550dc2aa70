import Corpora
import Extractors
import Files
import Foundation
import Routing
import Synchronization
import Tensors

/// What a folder's experts belong to. Routers are searched again when only they are set otherwise.
struct RDSOrigin: Codable, Hashable {
  let task: ExpertTask
  let text: String
  let multimodal: String
  let modelShare: Double
  let dataset: String
  let data: String
  let embedder: String
  /// What the experts are built on and how they are trained.
  let material: [String: String]

  init(
    _ settings: RDSSettings, _ dataset: Dataset, embedder: String, material: [String: String]
  ) {
    (task, text, multimodal) = (settings.task, settings.text, settings.multimodal)
    modelShare = settings.modelShare
    (self.dataset, data) = (dataset.name, dataset.contentHash)
    (self.embedder, self.material) = (embedder, material)
  }

  /// Makes the folder this run's, or checks that it is.
  ///
  /// - Throws: `RDSError.otherRun` when it holds another run's results.
  func claim(_ folder: String) throws {
    let path = folder + "/run.json"
    if let data = FileManager.default.contents(atPath: path) {
      guard let kept = try? JSONDecoder().decode(RDSOrigin.self, from: data) else {
        throw RDSError.damaged(file: path)
      }
      guard kept == self else {
        throw RDSError.otherRun(folder: folder, differs: differences(kept))
      }
      return
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try DurableFile.write(try encoder.encode(self), to: path)
  }
}

extension RDSOrigin {
  /// What is otherwise than in a folder, in words: `epochs 2 there, the recipe's now`.
  private func differences(_ kept: RDSOrigin) -> [String] {
    var result: [String] = []
    func compare(_ name: String, _ there: String?, _ now: String?, without: String = "none") {
      if there != now { result.append("\(name) \(there ?? without) there, \(now ?? without) now") }
    }
    compare("task", kept.task.rawValue, task.rawValue)
    compare("text expert", kept.text, text)
    compare("multimodal expert", kept.multimodal, multimodal)
    compare("share", "\(kept.modelShare)", "\(modelShare)")
    compare("dataset", kept.dataset, dataset)
    if kept.data != data { result.append("the dataset's files") }
    compare("router's encoder", kept.embedder, embedder)
    for name in Set(kept.material.keys).union(material.keys).sorted() {
      compare(name, kept.material[name], material[name], without: "not given")
    }
    return result
  }
}

/// A finished seed with all settings that made it.
struct RDSKeptSeed: Codable {
  let settings: RDSSettings
  let result: RDSSeedResult

  /// The seed that a file keeps, nil when it was made with other settings.
  static func read(_ path: String, of settings: RDSSettings) -> RDSSeedResult? {
    FileManager.default.contents(atPath: path)
      .flatMap { try? JSONDecoder().decode(RDSKeptSeed.self, from: $0) }
      .flatMap { $0.settings == settings ? $0.result : nil }
  }
}

/// The finished points of a grid search, one JSON line each, so that an interrupt loses at most the
/// points that are being trained.
final class GridJournal: Sendable {
  private let path: String
  private let count = Mutex(0)

  init(path: String) { self.path = path }

  /// What was finished before; lines that were cut off are left out.
  func points() -> [GridPoint] {
    let text = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self)
    }
    let points = (text ?? "").split(separator: "\n").compactMap {
      try? JSONDecoder().decode(GridPoint.self, from: Data($0.utf8))
    }
    count.withLock { $0 = points.count }
    return points
  }

  /// Adds a point; how many there are now. A point that cannot be written is only trained again.
  func append(_ point: GridPoint) -> Int {
    count.withLock { count in
      count += 1
      if !FileManager.default.fileExists(atPath: path) {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
      }
      if let line = try? JSONEncoder().encode(point), let file = FileHandle(forWritingAtPath: path)
      {
        _ = try? file.seekToEnd()
        try? file.write(contentsOf: Data("\n".utf8) + line + Data("\n".utf8))
        try? file.close()
      }
      return count
    }
  }
}

/// Why a run of the protocol cannot be made.
package enum RDSError: Error, CustomStringConvertible {
  /// An expert of another task than was asked for.
  case otherTask(expert: String, answers: ExpertTask, asked: ExpertTask)
  /// A multimodal expert in the place of the text expert.
  case notText(expert: String)
  /// A text expert in the place of the multimodal one.
  case notMultimodal(expert: String)
  /// A split without anything to route.
  case emptySplit(dataset: String, split: Split, wanted: String)
  /// The folder holds another run.
  case otherRun(folder: String, differs: [String])
  /// The folder's `run.json` cannot be read.
  case damaged(file: String)
  /// The folder cannot be made.
  case noFolder(path: String, reason: String)
  /// An expert that needs something that was not given.
  case missingInput(expert: String, input: String, option: String)
  /// A folder that cannot be used, with the reason and what to do.
  case unusable(String)
  /// A name that is no expert.
  case unknownExpert(name: String, known: [String])

  package var description: String {
    switch self {
    case .otherTask(let expert, let answers, let asked):
      "the expert \(expert) answers the task \(answers.rawValue), not \(asked.rawValue); "
        + "choose another expert or --task \(answers.rawValue)"
    case .notText(let expert):
      "\(expert) looks at pictures and cannot be the text expert; name it with --multimodal"
    case .notMultimodal(let expert):
      "\(expert) does not look at pictures and cannot be the multimodal expert; name it with --text"
    case .emptySplit(let dataset, let split, let wanted):
      "the dataset \(dataset) has no \(wanted) in the split \(split.rawValue), which the protocol "
        + "needs; give one with train, dev and test"
    case .otherRun(let folder, let differs):
      "\(folder)/run.json says that the folder holds another run (\(differs.joined(separator: "; "))); "
        + "choose another --out, or delete the folder"
    case .damaged(let file):
      "\(file) is damaged; choose another --out, or delete the folder"
    case .noFolder(let path, let reason):
      "\(path) cannot be made (\(reason)); choose another --out"
    case .missingInput(let expert, let input, let option):
      "the expert \(expert) needs \(input); name a folder with \(option)"
    case .unusable(let reason): reason
    case .unknownExpert(let name, let known):
      "there is no expert \(name); known are \(known.joined(separator: ", "))"
    }
  }
}
