import Foundation
import Tensors

/// PyTorch, ONNX Runtime and OpenVINO in a process of their own, which measures when it is asked
/// to, so that their times and ours alternate. Its script is `Tools/bench-encoders-peer.py`.
package final class EncodersPeer {
  /// Why there are no times of the peers.
  package enum Failure: Error, CustomStringConvertible {
    case noScript(String)
    case ended
    case refused(String)

    package var description: String {
      switch self {
      case .noScript(let path): "\(path) is missing; name the script with --peer-script"
      case .ended: "the peers' process ended; start its script by hand to see why"
      case .refused(let reason): "the peers' process answers: \(reason)"
      }
    }
  }

  private struct Answer: Decodable {
    var backends: [String]?
    var ms: [Double]?
    var error: String?
    var pytorch: String?
    var onnxruntime: String?
    var openvino: String?
  }

  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  private var rest = Data()

  /// Starts the script.
  /// - Throws: `Failure.noScript`, or what starting a process throws.
  package init(python: String, script: String) throws {
    guard FileManager.default.isReadableFile(atPath: script) else {
      throw Failure.noScript(script)
    }
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [script]
    var environment = ProcessInfo.processInfo.environment
    // Its messages about missing accelerators are no news here.
    environment["TRANSFORMERS_VERBOSITY"] = "error"
    process.environment = environment
    process.standardInput = requests
    process.standardOutput = answers
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// Names and versions of the peers.
  package func versions() throws -> String {
    let answer = try ask("info")
    return [
      ("PyTorch", answer.pytorch), ("ONNX Runtime", answer.onnxruntime),
      ("OpenVINO", answer.openvino),
    ]
    .compactMap { name, version in version.map { "\(name) \($0)" } }.joined(separator: ", ")
  }

  /// Makes the model of a shape; the names of what can run it.
  package func load(_ name: String, _ precision: Precision) throws -> [String] {
    try ask("load \(precision) \(name)").backends ?? []
  }

  /// Milliseconds of some runs.
  package func times(_ backend: String, _ count: Int) throws -> [Double] {
    try ask("time \(backend) \(count)").ms ?? []
  }

  /// Lets go of the model.
  package func unload() throws { _ = try ask("unload") }

  /// Ends the process.
  package func stop() {
    try? requests.fileHandleForWriting.close()
    process.terminate()
  }

  private func ask(_ request: String) throws -> Answer {
    guard process.isRunning else { throw Failure.ended }
    try requests.fileHandleForWriting.write(contentsOf: Data((request + "\n").utf8))
    while true {
      if let end = rest.firstIndex(of: 10) {
        let line = rest[..<end]
        rest = Data(rest[rest.index(after: end)...])
        let answer = try JSONDecoder().decode(Answer.self, from: line)
        if let error = answer.error { throw Failure.refused(error) }
        return answer
      }
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Failure.ended }
      rest += more
    }
  }
}
