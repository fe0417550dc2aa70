import Extractors
import Foundation
import Tensors

/// Where a fine-tuning was interrupted: one file with the tensors, the state and a checksum of
/// every tensor, so that a run never goes on from damaged numbers.
struct FineTuningCheckpoint {
  let path: String

  /// Replaces the checkpoint whole; a crash leaves the old one or the new one.
  ///
  /// - Throws: `DurableFileError`.
  func save(
    _ tensors: [String: Tensor], _ state: FineTuneState, _ origin: FineTuningResult.Origin
  ) throws {
    try FileManager.default.createDirectory(
      atPath: FilePath.parent(of: path), withIntermediateDirectories: true)
    let names = tensors.keys.sorted()
    let sums = Dictionary(
      uniqueKeysWithValues: names.map { ($0, Self.checksum(tensors[$0]?.array ?? [])) })
    func text(_ value: some Encodable) throws -> String {
      String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
    var writer = try SafetensorsWriter(
      path: path, tensors: names.map { ($0, tensors[$0]?.shape ?? []) },
      metadata: [
        "state": try text(state), "checksums": try text(sums), "origin": try text(origin),
      ])
    for name in names { if let tensor = tensors[name] { try writer.append(tensor) } }
    try writer.finish()
  }

  /// What was saved; nil when there is none.
  ///
  /// - Throws: `FineTuningError.damagedCheckpoint`, or `.otherSettings` when it is of another
  ///   origin.
  func load(
    _ origin: FineTuningResult.Origin
  ) throws -> (tensors: [String: Tensor], state: FineTuneState)? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    func damaged(_ reason: String) -> FineTuningError {
      .damagedCheckpoint(path: path, reason: reason)
    }
    let file: Safetensors
    do { file = try Safetensors(path: path) } catch { throw damaged("\(error)") }
    func value<T: Decodable>(_ type: T.Type, _ key: String) -> T? {
      file.metadata[key].flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
    }
    guard let state = value(FineTuneState.self, "state"),
      let sums = value([String: UInt64].self, "checksums"),
      let stored = value(FineTuningResult.Origin.self, "origin")
    else { throw damaged("it has no state") }
    guard stored == origin, state.settings == origin.settings else {
      throw FineTuningError.otherSettings(path: path)
    }
    guard Set(sums.keys) == Set(file.names) else { throw damaged("tensors are missing") }
    let tensors = try file.allTensors()
    for name in file.names where Self.checksum(tensors[name]?.array ?? []) != sums[name] {
      throw damaged("the numbers of \(name.prefix(80)) are not those that were written")
    }
    return (tensors, state)
  }

  /// Ends the training.
  func remove() {
    try? FileManager.default.removeItem(atPath: path)
    // The folder goes with its last checkpoint; it stays while another training uses it.
    rmdir(FilePath.parent(of: path))
  }

  /// A sum that any changed bit changes (FNV-1a over words): not against forgery.
  static func checksum(_ numbers: [Float]) -> UInt64 {
    numbers.withUnsafeBufferPointer { buffer in
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for number in buffer {
        hash = (hash ^ UInt64(number.bitPattern)) &* 0x0000_0100_0000_01B3
      }
      return hash
    }
  }
}

/// Why a fine-tuning cannot go on.
public enum FineTuningError: Error, CustomStringConvertible {
  /// A checkpoint that is not what was written.
  case damagedCheckpoint(path: String, reason: String)
  /// A checkpoint of a training with other settings or data.
  case otherSettings(path: String)
  /// A split without posts, or without labels of the kind wanted.
  case nothingToLearn(dataset: String, split: String, wanted: String)
  /// A multimodal expert without a region source.
  case noPictures(system: String)
  /// An expert that looks at regions from files, and none was named.
  case noBoxes(system: String)
  /// None of the files has a region of a split.
  case noBoxesOf(split: String, files: String)
  /// An expert that stands on a pretrained encoder, and none was named.
  case noEncoder(system: String)
  /// Posts of which none has a picture, for an expert that looks at pictures.
  case noPictureFound(system: String, dataset: String, posts: Int, named: Int)
  /// A folder that holds a finished model of another training; what differs, where it is known.
  case otherModel(folder: String, differs: [String])
  /// A name that no expert has.
  case unknownSystem(name: String, known: [String])
  /// The peer's program ended badly.
  case peer(reason: String)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .damagedCheckpoint(let path, let reason):
      "the checkpoint \(path) is damaged: \(reason); delete it, or give --fresh, to begin anew"
    case .otherSettings(let path):
      "the checkpoint \(path) belongs to a training with other settings, data or encoder; repeat "
        + "that command, or give --fresh to forget it"
    case .nothingToLearn(let dataset, let split, let wanted):
      "\(dataset) has no \(wanted) in its split \(split); name another dataset with --dataset"
    case .noPictures(let system):
      "\(system) looks at pictures: name the folder of a ResNet with --pictures"
    case .noBoxes(let system):
      "\(system) is to look at regions from files: name them with --boxes"
    case .noBoxesOf(let split, let files):
      "\(files) have no regions of the split \(split); name its file with --boxes too"
    case .noEncoder(let system):
      "\(system) stands on a pretrained encoder: name the folder of a BERT with --encoder"
    case .noPictureFound(let system, let dataset, let posts, let named):
      "none of the \(posts) posts of \(dataset) that \(system) is to learn from has a picture"
        + (named > 0
          ? ": \(named) name one, and no file of that name was found; name the folder with --images"
          : "; train an expert that reads the text alone")
    case .otherModel(let folder, let differs):
      "\(folder) holds a finished model"
        + (differs.isEmpty
          ? "" : " of another training (\(differs.prefix(8).joined(separator: "; ")))")
        + "; choose another --name or folder, or give --force to replace it"
    case .unknownSystem(let name, let known):
      "there is no expert \(name.prefix(80).debugDescription); known are "
        + known.joined(separator: ", ")
    case .peer(let reason): "the peer's program failed: \(reason)"
    }
  }
}
