import Extractors
import Foundation
import Tensors

/// The reference, trained with the same recipe by `Tools/finetune-peer.py` in a process of its own.
public struct FineTuningPeerProgram: Sendable {
  /// A Python that has torch and transformers.
  public let python: String
  /// The script.
  public let script: String

  /// A program by its parts.
  public init(python: String, script: String) {
    self.python = python
    self.script = script
  }

  private struct Line: Decodable {
    var name: String?
    var epoch: FineTuneEpoch?
  }

  /// Trains with a seed, or takes the kept result of the same recipe.
  ///
  /// - Throws: `FineTuningError.peer`, `TrainingStopped`.
  public func run(_ job: FineTuningJob, like result: FineTuningResult) throws -> FineTuningPeer {
    let kept = job.peerPath(result.origin.settings.seed)
    if let data = FileManager.default.contents(atPath: kept),
      let known = try? JSONDecoder().decode(FineTuningPeer.self, from: data),
      known.origin == result.origin
    {
      return known
    }
    let process = Process()
    let answers = Pipe()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [
      script, result.origin.system, "--encoder", job.encoder, "--dataset", job.posts.path,
      "--settings",
      String(decoding: try JSONEncoder().encode(result.origin.settings), as: UTF8.self),
    ]
    process.standardOutput = answers
    do { try process.run() } catch {
      throw FineTuningError.peer(reason: "\(python) cannot be started; check --peer")
    }
    defer { if process.isRunning { process.terminate() } }
    let (name, epochs) = try read(answers.fileHandleForReading, job, result.origin.settings)
    process.waitUntilExit()
    guard process.terminationStatus == 0, epochs.count == result.epochs.count else {
      throw FineTuningError.peer(
        reason: "it ended with status \(process.terminationStatus) after \(epochs.count) epochs")
    }
    let peer = FineTuningPeer(origin: result.origin, name: name, epochs: epochs)
    try DurableFile.write(try JSONEncoder().encode(peer), to: kept)
    return peer
  }

  private func read(
    _ file: FileHandle, _ job: FineTuningJob, _ settings: FineTuning
  ) throws -> (name: String, epochs: [FineTuneEpoch]) {
    var name = "peer"
    var epochs: [FineTuneEpoch] = []
    var rest = Data()
    while true {
      let more = file.availableData
      if more.isEmpty { return (name, epochs) }
      rest += more
      guard rest.count < 1 << 20 else { throw FineTuningError.peer(reason: "it talks too much") }
      while let end = rest.firstIndex(of: 10) {
        let line = rest[..<end]
        rest = Data(rest[rest.index(after: end)...])
        guard let answer = try? JSONDecoder().decode(Line.self, from: line) else {
          throw FineTuningError.peer(
            reason: "it said \(String(decoding: line.prefix(200), as: UTF8.self).debugDescription)")
        }
        if let said = answer.name { name = said }
        guard let epoch = answer.epoch else { continue }
        epochs.append(epoch)
        let event = TrainingEvent.epoch(
          model: "\(name), seed \(settings.seed)", epoch: epoch.epoch, epochs: settings.epochs,
          loss: epoch.loss, dev: epoch.dev)
        guard job.observe(event) else { throw TrainingStopped(model: name) }
      }
    }
  }
}
