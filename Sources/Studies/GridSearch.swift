import Dispatch
import Routing
import Synchronization

/// Trains a router at every point of a grid, one point on each core, and keeps what is best on dev.
///
/// Each training is its own on one thread, so which core does which point changes nothing.
package struct GridSearch: Sendable {
  /// The points.
  package let settings: [RouterConfiguration]
  /// Decides every point's first weights, batches and actions.
  package let seed: UInt64

  /// A search over some settings.
  package init(settings: [RouterConfiguration], seed: UInt64) {
    self.settings = settings
    self.seed = seed
  }

  /// What a search found.
  package struct Result: Sendable {
    /// The best point: of equals the first of the grid.
    package let best: GridPoint
    /// Its discriminator.
    package let discriminator: Discriminator
    /// Every point, in the order of the grid.
    package let points: [GridPoint]
  }

  /// Searches.
  ///
  /// - Parameters:
  ///   - width: how many points are trained side by side.
  ///   - known: points that were finished before, e.g. by an interrupted search; they are not
  ///     trained again.
  ///   - finished: called for each new point from the thread that trained it; false stops.
  /// - Returns: nil when stopped.
  /// - Throws: `RoutingError`; also when the batch of a point is larger than the split.
  package func run(
    on data: RouterData, dev: RouterData, width: Int, known: [GridPoint] = [],
    finished: @Sendable (GridPoint) -> Bool = { _ in true }
  ) throws(RoutingError) -> Result? {
    guard !settings.isEmpty else { throw .noPosts(what: "settings to search over") }
    guard dev.count > 0 else { throw .noPosts(what: "dev posts to choose a router by") }
    for setting in settings where setting.objective == .reinforce {
      guard setting.batchSize <= data.count else {
        throw .batchTooLarge(batch: setting.batchSize, posts: data.count)
      }
    }
    let before = Dictionary(known.map { ($0.configuration, $0) }) { first, _ in first }
    let state = Mutex(State(points: settings.map { before[$0] }))
    DispatchQueue.concurrentPerform(iterations: max(1, min(width, settings.count))) { _ in
      while let index = state.withLock({ $0.take() }) {
        do throws(RoutingError) {
          let result = try train(settings[index], on: data, dev: dev)
          let point = GridPoint(
            configuration: settings[index], devUnion: result.devUnion ?? 0,
            bestStep: result.bestStep)
          state.withLock { $0.points[index] = point }
          if !finished(point) { state.withLock { $0.isStopped = true } }
        } catch {
          state.withLock { $0.error = $0.error ?? error }
        }
      }
    }
    let (points, error, stopped) = state.withLock { ($0.points, $0.error, $0.isStopped) }
    if let error { throw error }
    let all = points.compactMap(\.self)
    guard !stopped, all.count == settings.count,
      let most = all.map(\.devUnion).max(), let best = all.first(where: { $0.devUnion == most })
    else { return nil }
    // Kept are numbers only; the same training once more gives the same weights.
    let winner = try train(best.configuration, on: data, dev: dev)
    return Result(best: best, discriminator: winner.discriminator, points: all)
  }

  private func train(
    _ configuration: RouterConfiguration, on data: RouterData, dev: RouterData
  ) throws(RoutingError) -> RouterTrainer.Result {
    try RouterTrainer(configuration: configuration, seed: seed, parallel: false).train(
      from: configuration.makeDiscriminator(for: data, seed: seed), on: data, dev: dev)
  }

  private struct State {
    var points: [GridPoint?]
    var next = 0
    var isStopped = false
    var error: RoutingError?

    /// The next point to train.
    mutating func take() -> Int? {
      guard !isStopped, error == nil else { return nil }
      while next < points.count, points[next] != nil { next += 1 }
      guard next < points.count else { return nil }
      next += 1
      return next - 1
    }
  }
}
