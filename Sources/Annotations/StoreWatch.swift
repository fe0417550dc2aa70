import Dispatch
import Synchronization

extension StepStore {
  package func watch(
    every interval: Double, found: @escaping @Sendable (AnnotationStore.Others) -> Void,
    lost: @escaping @Sendable (StoreError?) -> Void
  ) -> StoreWatch {
    let known = Mutex<StoreError?>(nil)
    return StoreWatch(interval) { [weak self] in
      guard let self else { return }
      let problem = problemOfPlace
      let isNew = known.withLock { known in
        defer { known = problem }
        return known != problem
      }
      if isNew { lost(problem) }
      if problem == nil, let others = try? others() { found(others) }
    }
  }
}

/// A repeated look into a store; ends with this value.
package final class StoreWatch: Sendable {
  // Safe: timers may be used from any thread.
  private nonisolated(unsafe) let timer: any DispatchSourceTimer
  private let queue = DispatchQueue(label: "twinlens.store.watch", qos: .utility)
  private let look: @Sendable () -> Void

  init(_ interval: Double, look: @escaping @Sendable () -> Void) {
    self.look = look
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .milliseconds(50))
    timer.setEventHandler(handler: look)
    timer.resume()
  }

  /// Looks now, without waiting for the next time.
  package func lookNow(then done: @escaping @Sendable () -> Void) {
    queue.async { [look] in
      look()
      done()
    }
  }

  deinit { timer.cancel() }
}
