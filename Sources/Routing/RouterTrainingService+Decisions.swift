extension RouterTrainingService {
  /// Installs the candidate; the router before it can be had back with `rollBack`.
  ///
  /// A candidate that is worse on held-out posts is installed only when asked for. Returns whether
  /// a candidate was installed.
  @discardableResult
  package func install(evenIfWorse: Bool = false) -> Bool {
    decide { state in
      guard let candidate = state.candidate, let router = state.router,
        case .candidate(let worse) = state.report.state, evenIfWorse || !worse
      else { return false }
      state.history.append(router)
      state.router = candidate
      state.lastVersion = candidate.configuration.version
      state.candidate = nil
      state.report.state = .installed
      return true
    }
  }

  /// Drops the candidate; without one, brings back the router that was installed before this one,
  /// bit for bit. Returns whether there was anything to go back from.
  @discardableResult
  package func rollBack() -> Bool {
    decide { state in
      if state.candidate != nil {
        state.candidate = nil
        state.report.state = .dropped
        return true
      } else if !state.isRunning, let earlier = state.history.popLast() {
        state.router = earlier
      } else {
        return false
      }
      state.report.state = .rolledBack
      return true
    }
  }

  /// Puts another router in place, e.g. when the person chooses one; candidate and history belong
  /// to the one before and are dropped. A running training ends soon.
  package func replaceRouter(_ router: RouterBundle?) {
    _ = decide { state in
      state.router = router
      state.history = []
      state.corrections = [:]
      state.candidate = nil
      state.lastVersion = router?.configuration.version ?? 0
      state.generation += 1
      if !state.isRunning { state.report = TrainingReport(state: .idle) }
      return true
    }
  }

  /// Versions that `rollBack` can return to, oldest first.
  package var earlierVersions: [Int] {
    state.withLock { $0.history.map(\.configuration.version) }
  }
}
