import ArgumentParser
import Extractors
import Foundation
import Studies
import Synchronization

/// Runs a training, the only one in its place. One that is stopped says how it goes on.
///
/// - Parameters:
///   - name: what is trained in the folder; nil for the folder as a whole.
func whileTraining<Result>(
  in folder: String, _ name: String? = nil, _ progress: ProgressLine,
  _ body: () throws -> Result
) throws -> Result {
  let lock = try TrainingLock(folder: folder, name: name)
  return try withExtendedLifetime(lock) {
    do {
      return try body()
    } catch let stopped as TrainingStopped {
      progress.clear()
      FileHandle.standardError.write(Data("\(stopped)\n".utf8))
      throw ExitCode(130)
    }
  }
}

/// Notices C-c, the end of a batch job and a lost terminal, so that a training can end between two
/// steps.
final class Interrupt: Sendable {
  private let raised: Box
  /// Only kept alive here; never touched after `init`.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  private final class Box: Sendable {
    let value = Mutex<Int32?>(nil)
  }

  /// Watches SIGINT, SIGTERM and SIGHUP from now on.
  init() {
    let box = Box()
    raised = box
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { box.value.withLock { $0 = $0 ?? number } }
      source.resume()
      return source
    }
  }

  /// Whether the person asked to stop.
  var isRaised: Bool { number != nil }

  /// The first signal that came; nil while there was none.
  var number: Int32? { raised.value.withLock { $0 } }
}
