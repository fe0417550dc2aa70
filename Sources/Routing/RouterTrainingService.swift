import Dispatch
import Synchronization

/// Retrains the router in the background while a person corrects labels.
///
/// At most one training runs and one request waits: a newer request replaces the waiting one, and a
/// result that a waiting request has made stale is dropped. Every training starts from the router's
/// fixed base and takes all corrections and the rehearsal sample, so the outcome depends on neither
/// the order nor the history of the corrections (support threads of Prodigy and INCEpTION tell what
/// goes wrong otherwise: forgetting, clogged queues). Nothing is installed unless the person says
/// so.
///
/// Every method returns at once; reports come through `publish`, on a queue of the service.
package final class RouterTrainingService: Sendable {
  struct State {
    var router: RouterBundle?
    /// Routers that were installed before, oldest first.
    var history: [RouterBundle] = []
    var candidate: RouterBundle?
    /// What retrained routers were trained on, by their version; those of the candidate included.
    var corrections: [Int: [Correction]] = [:]
    var pending: TrainingRequest?
    var isRunning = false
    var isStopped = false
    /// Counts installations; grows even when one is rolled back, so a number names one router for
    /// good.
    var lastVersion: Int
    /// Counts replacements of the router: a training begun before the last one is stale.
    var generation = 0
    var report = TrainingReport(state: .idle)
  }

  let options: RetrainingOptions
  let state: Mutex<State>
  private let throttle: ReportThrottle
  private let queue = DispatchQueue(label: "twinlens.router-training", qos: .utility)
  private let work = DispatchGroup()

  /// A service for a router, or for none yet. `publish` is called with the newest report at most
  /// once per `options.publishInterval`, never on the caller's thread.
  ///
  /// - Parameter earlier: the routers of the line that leads to this one, oldest first, which
  ///   `rollBack` can return to.
  package init(
    router: RouterBundle?, earlier: [RouterVersion] = [],
    options: RetrainingOptions = RetrainingOptions(),
    publish: @escaping @Sendable (TrainingReport) -> Void
  ) {
    self.options = options
    throttle = ReportThrottle(interval: options.publishInterval, deliver: publish)
    let last = router?.configuration.version ?? 0
    var state = State(router: router, lastVersion: last)
    for version in earlier {
      state.corrections[version.number] = version.corrections
      if version.number < last { state.history.append(version.router) }
    }
    state.report.hasEarlier = !state.history.isEmpty
    self.state = Mutex(state)
  }

  /// The router that is installed now; a snapshot.
  package var router: RouterBundle? { state.withLock(\.router) }

  /// The router that waits for the person's word; a snapshot.
  package var candidate: RouterBundle? { state.withLock(\.candidate) }

  /// The routers that led to the installed one, from the base on, and that one.
  package var versions: [RouterVersion] {
    state.withLock { state in
      (state.history + [state.router].compactMap(\.self)).map { router in
        RouterVersion(
          router: router,
          corrections: router.configuration.stamp == nil
            ? [] : state.corrections[router.configuration.version])
      }
    }
  }

  /// Where the training stands; newer than what was published, if anything.
  package var report: TrainingReport { state.withLock(\.report) }

  /// Whether anything runs or waits.
  package var isBusy: Bool { state.withLock { $0.isRunning || $0.pending != nil } }

  /// Asks for a retraining. A candidate that waits for the person's word is dropped: it knows too
  /// little.
  package func request(_ request: TrainingRequest) {
    let starts = state.withLock { state in
      guard !state.isStopped else { return false }
      state.candidate = nil
      state.pending = request
      if state.isRunning {
        state.report.pending = true
      } else {
        state.report = TrainingReport(state: .queued)
        state.report.hasEarlier = !state.history.isEmpty
        state.isRunning = true
        work.enter()
        throttle.submit(state.report)
        return true
      }
      throttle.submit(state.report)
      return false
    }
    if starts { queue.async { self.runPending() } }
  }

  /// Drops the waiting request and ends the running training soon; nothing is published afterwards
  /// except what was already on its way. For quitting.
  package func shutDown() {
    state.withLock { state in
      state.isStopped = true
      state.pending = nil
      state.candidate = nil
    }
  }

  /// Waits until nothing runs or waits, or until the time is over; true in the first case. For key
  /// scripts and tests, never for the screen.
  package func waitUntilIdle(seconds: Double) -> Bool {
    work.wait(timeout: .now() + seconds) == .success
  }

  private func runPending() {
    while let (request, router, generation) = nextRequest() {
      switch RetrainingPlan.make(request, router: router, options: options) {
      case .refused(let refusal): finish(.refused(refusal), request)
      case .ready(let plan):
        // The plan exists only for a router.
        if let router { train(plan, router, request, generation) }
      }
    }
    work.leave()
  }

  private func nextRequest() -> (TrainingRequest, RouterBundle?, generation: Int)? {
    state.withLock { state in
      guard let request = state.pending, !state.isStopped else {
        state.isRunning = false
        return nil
      }
      state.pending = nil
      return (request, state.router, state.generation)
    }
  }

  private func train(
    _ plan: RetrainingPlan, _ router: RouterBundle, _ request: TrainingRequest, _ generation: Int
  ) {
    let configuration = router.configuration
    var progress = TrainingProgress(total: configuration.training.iterations)
    update { report in
      report = TrainingReport(state: progress.state(step: 0))
      report.trainedOn = plan.trainedOn
      report.heldOut = plan.heldOut
      report.withoutPicture = plan.withoutPicture
      report.failures = request.failures
    }
    do {
      let result = try RouterTrainer(
        configuration: configuration.training, seed: configuration.seed, parallel: options.parallel
      ).train(from: router.base, on: plan.training, dev: plan.selection) { step in
        progress.add(step)
        if progress.isDue(after: options.publishInterval) {
          update { report in
            report.state = progress.state(step: step.number)
            report.objective = progress.curve
          }
        }
        return state.withLock { !$0.isStopped && $0.generation == generation }
      }
      guard result.isComplete else {
        finish(.idle, request)
        return
      }
      propose(result.discriminator, plan, router, request, generation, curve: progress.curve)
    } catch {
      finish(.refused(.failed("\(error)")), request)
    }
  }

  private func propose(
    _ discriminator: Discriminator, _ plan: RetrainingPlan, _ router: RouterBundle,
    _ request: TrainingRequest, _ generation: Int, curve: [Float]
  ) {
    let difference = RoutingDifference(from: router.installed, to: discriminator, on: plan.judging)
    let (before, after) = (Float(difference.before), Float(difference.after))
    let old = router.installed.routes(request.postInputs)
    let new = discriminator.routes(request.postInputs)
    let flips = request.postIDs.indices.filter { old[$0] != new[$0] }.map { request.postIDs[$0] }
    let stamp = RouterBundle.RetrainingStamp(
      trainedOn: plan.trainedOn, heldOut: plan.heldOut, corrections: plan.hash,
      heldOutBefore: before, heldOutAfter: after)
    state.withLock { state in
      guard !state.isStopped, state.pending == nil else { return }
      guard state.generation == generation else {
        state.report = TrainingReport(state: .idle)
        state.report.hasEarlier = !state.history.isEmpty
        throttle.submit(state.report)
        return
      }
      state.candidate = router.installing(
        discriminator, version: state.lastVersion + 1, stamp: stamp)
      state.corrections[state.lastVersion + 1] = request.corrections.sorted { $0.id < $1.id }
      state.report.state = .candidate(worse: after < before)
      state.report.objective = curve
      state.report.heldOutBefore = before
      state.report.heldOutAfter = after
      state.report.difference = difference.interval
      state.report.judgedOn = plan.judging.count
      state.report.flips = flips
      throttle.submit(state.report)
    }
  }

  private func finish(_ newState: TrainingReport.State, _ request: TrainingRequest) {
    update { report in
      report = TrainingReport(state: newState)
      report.failures = request.failures
    }
  }

  /// Changes the report and publishes it. The throttle is fed under the lock, so that reports
  /// cannot overtake each other.
  func update(_ change: (inout TrainingReport) -> Void) {
    state.withLock { state in
      guard !state.isStopped else { return }
      change(&state.report)
      state.report.pending = state.pending != nil
      state.report.hasEarlier = !state.history.isEmpty
      throttle.submit(state.report)
    }
  }

  /// As `update`, for changes of the whole state that may not apply; publishes when they did.
  func decide(_ change: (inout State) -> Bool) -> Bool {
    state.withLock { state in
      guard !state.isStopped, change(&state) else { return false }
      state.report.hasEarlier = !state.history.isEmpty
      throttle.submit(state.report)
      return true
    }
  }
}
