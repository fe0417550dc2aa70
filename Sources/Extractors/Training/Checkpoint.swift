import Files
import Foundation
import Tensors

/// Where a training was interrupted: one file with the tensors, the state, what it was trained with
/// and a checksum of every tensor, so that a run never goes on from damaged numbers, nor from those
/// of another training.
package struct Checkpoint: Sendable {
  /// The file.
  package let path: String

  /// A checkpoint in a file.
  package init(path: String) { self.path = path }

  /// The checkpoint of a model that is being trained in a models folder.
  package init(models: String, name: String) {
    path = models + "/.training/" + name + ".safetensors"
  }

  /// Whether there is one.
  package var exists: Bool { FileManager.default.fileExists(atPath: path) }

  /// Replaces the checkpoint whole; a crash leaves the old one or the new one.
  ///
  /// - Throws: `DurableFileError`.
  package func save(
    _ tensors: [String: Tensor], _ state: some Encodable, _ origin: some Encodable
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
  /// - Throws: `TrainingError.damagedCheckpoint`, or `.otherSettings` when it is of another origin.
  package func load<State: Decodable, Origin: Decodable & Equatable>(
    _ type: State.Type, _ origin: Origin
  ) throws -> (tensors: [String: Tensor], state: State)? {
    guard exists else { return nil }
    func damaged(_ reason: String) -> TrainingError {
      .damagedCheckpoint(path: path, reason: reason)
    }
    let file: Safetensors
    do { file = try Safetensors(path: path) } catch { throw damaged("\(error)") }
    func value<T: Decodable>(_ type: T.Type, _ key: String) -> T? {
      file.metadata[key].flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
    }
    guard let state = value(State.self, "state"),
      let sums = value([String: UInt64].self, "checksums"),
      let stored = value(Origin.self, "origin")
    else { throw damaged("it has no state") }
    guard stored == origin else { throw TrainingError.otherSettings(path: path) }
    guard Set(sums.keys) == Set(file.names) else { throw damaged("tensors are missing") }
    let tensors = try file.allTensors()
    for name in file.names where Self.checksum(tensors[name]?.array ?? []) != sums[name] {
      throw damaged("the numbers of \(name.prefix(80)) are not those that were written")
    }
    return (tensors, state)
  }

  /// Ends the training.
  package func remove() {
    try? FileManager.default.removeItem(atPath: path)
    // The folder goes with its last checkpoint; it stays while another training uses it.
    rmdir(FilePath.parent(of: path))
  }

  /// A sum that any changed bit changes: not against forgery.
  static func checksum(_ numbers: [Float]) -> UInt64 {
    var sum = FNV1a()
    for number in numbers { sum.add(UInt64(number.bitPattern)) }
    return sum.value
  }
}
