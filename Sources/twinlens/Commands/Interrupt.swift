import Foundation
import Synchronization

/// Notices C-c, so that a training can end between two steps.
final class Interrupt: Sendable {
  private let raised: Box
  /// Only kept alive here; never touched after `init`.
  private nonisolated(unsafe) let source: any DispatchSourceSignal

  private final class Box: Sendable {
    let value = Mutex(false)
  }

  /// Watches SIGINT from now on.
  init() {
    let box = Box()
    raised = box
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { box.value.withLock { $0 = true } }
    source.resume()
  }

  /// Whether the person asked to stop.
  var isRaised: Bool { raised.value.withLock { $0 } }
}
