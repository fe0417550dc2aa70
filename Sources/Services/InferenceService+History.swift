import Dispatch
import Foundation
import Inspection
import Routing
import Workbench

/// Tells what became of a post's p through the retrainings, a piece after the other on the slow
/// queue: the line of routers first, which costs nothing, then one retraining for each correction.
extension InferenceService {
  /// What is being found out.
  struct HistoryWork {
    /// The post that the screen waits for; nil: nobody waits.
    var wanted: String?
    var isRunning = false
    /// Posts whose inputs were asked for here; those on which the encoder failed have none.
    var looked: Set<String> = []
    /// What is known of the installed router's corrections; the same for every post.
    var effects: CorrectionEffects?
    /// Seconds that the retrainings so far took, and how many there were.
    var (seconds, retrainings) = (0.0, 0)
  }

  /// Posts whose inputs are found out in one piece.
  private static let piece = 16

  /// Begins to tell of a post; nil leaves off.
  package func tellHistory(of post: String?) {
    let starts = history.withLock { work in
      work.wanted = post
      guard post != nil, !work.isRunning else { return false }
      work.isRunning = true
      return true
    }
    guard starts else { return }
    start()
    mailbox.begin()
    slowQueue.async { self.tellSome() }
  }

  private func tellSome() {
    let wanted = history.withLock { $0.wanted }
    let (models, failure) = loaded
    guard let wanted, !agenda.withLock(\.isStopped), models != nil || failure == nil else {
      return endHistory()
    }
    guard let models else {
      usleep(10_000)
      return slowQueue.async { self.tellSome() }
    }
    guard let version = models.routerVersions.last, let post = dataset.post(id: wanted) else {
      return endHistory()
    }
    var effects = history.withLock { work in
      if work.effects?.version != version {
        work.effects = CorrectionEffects(version)
        (work.seconds, work.retrainings) = (0, 0)
      }
      return work.effects ?? CorrectionEffects(version)
    }
    let seen = models.see(post, of: dataset)
    let input = memory.withLock { $0.inputs[wanted] } ?? models.routerInput(seen)
    let told = RouteHistory(post: wanted, input: input, versions: models.routerVersions)
    let isDone = effects.leaveOneOut == nil || input?.product == nil
    if isDone || effects.whole != nil {
      tell(told, effects, input)
    } else {
      mailbox.post(.routerHistory(told))
    }
    if isDone { return endHistory(of: wanted) }
    if lookAtSome(models) { return slowQueue.async { self.tellSome() } }
    guard effects.whole == nil || effects.next != nil else { return endHistory(of: wanted) }
    let start = ContinuousClock.now
    do {
      let next = effects.whole == nil ? nil : effects.next?.id
      guard
        let router = try effects.leaveOneOut?.retrained(
          without: next,
          goesOn: {
            self.history.withLock { $0.wanted != nil } && !self.agenda.withLock(\.isStopped)
          })
      else { return slowQueue.async { self.tellSome() } }
      if let next { effects.without[next] = router } else { effects.whole = router }
    } catch {
      mailbox.post(.notice("\(error)", isError: true))
      return endHistory(of: wanted)
    }
    history.withLock { work in
      guard work.effects?.version == version else { return }
      work.effects = effects
      work.seconds += (ContinuousClock.now - start) / .seconds(1)
      work.retrainings += 1
    }
    slowQueue.async { self.tellSome() }
  }

  private func tell(_ told: RouteHistory, _ effects: CorrectionEffects, _ input: RouterInput?) {
    let others = memory.withLock { memory in
      dataset.posts.compactMap { memory.inputs[$0.id]?.product }
    }
    var told = effects.complete(told, x: input?.product ?? [], others: others.flatMap(\.self))
    let left = (told.total ?? 0) - told.influences.count
    told.secondsLeft = history.withLock { work in
      work.retrainings > 0 ? Double(left) * work.seconds / Double(work.retrainings) : nil
    }
    mailbox.post(.routerHistory(told))
  }

  /// Finds out what the router sees of a few more posts; false where it is known of all that are
  /// compared.
  private func lookAtSome(_ models: Roster) -> Bool {
    let looked = history.withLock(\.looked)
    let known = memory.withLock { Set($0.inputs.keys) }
    let missing = dataset.posts.prefix(Self.mostCompared).lazy
      .filter { !known.contains($0.id) && !looked.contains($0.id) }.prefix(Self.piece)
    guard !missing.isEmpty else { return false }
    var found: [String: RouterInput] = [:]
    for post in missing { found[post.id] = models.routerInput(models.see(post, of: dataset)) }
    history.withLock { $0.looked.formUnion(missing.map(\.id)) }
    memory.withLock { $0.inputs.merge(found) { known, _ in known } }
    return true
  }

  private static let mostCompared = 2_000

  private func endHistory(of told: String? = nil) {
    let goesOn = history.withLock { work in
      // Another post may have come on the screen meanwhile.
      if let told, let wanted = work.wanted, wanted != told { return true }
      work.isRunning = false
      return false
    }
    if goesOn { slowQueue.async { self.tellSome() } } else { mailbox.finish() }
  }
}
