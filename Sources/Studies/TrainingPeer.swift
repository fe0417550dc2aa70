import Extractors
import Files
import Foundation
import Tensors

/// What the reference came to with the same recipe, encoder and data.
package struct TrainingPeer: TrainingOutcome {
  /// What it was trained with.
  package let origin: TrainingResult.Origin
  /// Name and version, e.g. `PyTorch 2.13.0`.
  package let name: String
  /// The epochs in order.
  package let epochs: [TrainingEpoch]
}

/// The reference, trained with the same recipe by `Tools/finetune-peer.py` in a process of its own.
package struct TrainingPeerProgram: Sendable {
  /// A Python that has torch and transformers.
  package let python: String
  /// The script.
  package let script: String

  /// A program by its parts.
  package init(python: String, script: String) {
    self.python = python
    self.script = script
  }

  private struct Line: Decodable {
    var name: String?
    var epoch: TrainingEpoch?
  }

  /// Trains with a seed, or takes the kept result of the same recipe.
  ///
  /// - Throws: `TrainingError.peer`, `TrainingStopped`.
  package func run(_ job: TrainingJob, like result: TrainingResult) throws -> TrainingPeer {
    let kept = job.peerPath(result.origin.seed)
    if let data = FileManager.default.contents(atPath: kept),
      let known = try? JSONDecoder().decode(TrainingPeer.self, from: data),
      known.origin == result.origin
    {
      return known
    }
    guard let settings = result.origin.settings, let encoder = job.encoder else {
      throw TrainingError.peer(reason: "it knows systems that are built on an encoder only")
    }
    let process = Process()
    let answers = Pipe()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [
      script, result.origin.system, "--encoder", encoder, "--dataset", job.posts.path,
      "--settings",
      String(decoding: try JSONEncoder().encode(settings), as: UTF8.self),
    ]
    process.standardOutput = answers
    do { try process.run() } catch {
      throw TrainingError.peer(reason: "\(python) cannot be started; check --peer")
    }
    defer { if process.isRunning { process.terminate() } }
    let (name, epochs) = try read(answers.fileHandleForReading, job, settings)
    process.waitUntilExit()
    guard process.terminationStatus == 0, epochs.count == result.epochs.count else {
      throw TrainingError.peer(
        reason:
          "it ended with status \(process.terminationStatus) after \(epochs.count.counted("epoch"))"
      )
    }
    let peer = TrainingPeer(origin: result.origin, name: name, epochs: epochs)
    try DurableFile.write(try JSONEncoder().encode(peer), to: kept)
    return peer
  }

  private func read(
    _ file: FileHandle, _ job: TrainingJob, _ settings: FineTuning
  ) throws -> (name: String, epochs: [TrainingEpoch]) {
    var name = "peer"
    var epochs: [TrainingEpoch] = []
    var rest = Data()
    while true {
      let more = file.availableData
      if more.isEmpty { return (name, epochs) }
      rest += more
      guard rest.count < 1 << 20 else { throw TrainingError.peer(reason: "it talks too much") }
      while let end = rest.firstIndex(of: 10) {
        let line = rest[..<end]
        rest = Data(rest[rest.index(after: end)...])
        guard let answer = try? JSONDecoder().decode(Line.self, from: line) else {
          throw TrainingError.peer(
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
