import Dispatch
import Foundation
import Inspection
import Routing
import Workbench

extension InferenceService {
  /// Counts both experts' answers against the labels of one accepted post.
  func correct(_ id: String) {
    let (models, post) = memory.withLock { ($0.models, $0.reviewed[id]) }
    guard let models, let post else { return }
    do throws(CorrectionFailure) {
      let correction = try models.correction(models.see(post, of: dataset))
      memory.withLock { memory in
        memory.corrections[id] = (post, correction)
        memory.failures[id] = nil
        memory.inputs[id] = correction.input
      }
    } catch {
      let isNews = memory.withLock { memory in
        memory.failures.updateValue("\(error)", forKey: id) != "\(error)"
      }
      // Said once; the training panel goes on naming it.
      if isNews, error.isFault {
        mailbox.post(.notice("\(id) cannot teach the router: \(error)", isError: true))
      }
    }
  }

  /// Hands all corrections to the trainer, and the posts whose routes are compared.
  func requestTraining() {
    guard let service = trainer.withLock({ $0 }) else { return }
    let (corrections, failures, inputs) = memory.withLock { memory in
      (
        memory.reviewed.keys.sorted().filter { memory.failures[$0] == nil }
          .compactMap { memory.corrections[$0]?.correction },
        memory.failures.filter { memory.reviewed[$0.key] != nil }, memory.inputs
      )
    }
    var ids: [String] = []
    var numbers: [Float] = []
    for post in dataset.posts {
      guard let x = inputs[post.id]?.product else { continue }
      ids.append(post.id)
      numbers += x
    }
    service.request(
      TrainingRequest(
        corrections: corrections, failures: failures, postIDs: ids, postInputs: numbers))
  }

  /// Uses the router that waits as candidate.
  package func install() {
    guard let service = trainer.withLock({ $0 }), service.install(evenIfWorse: true) else { return }
    take(service)
  }

  /// Drops the candidate, or goes back to the router before.
  package func rollBack() {
    guard let service = trainer.withLock({ $0 }) else { return }
    let before = service.router?.configuration.version
    guard service.rollBack() else {
      mailbox.post(.notice("there is no earlier router to go back to", isError: true))
      return
    }
    if service.router?.configuration.version == before {
      mailbox.post(.training(service.report))
    } else {
      take(service)
    }
  }

  /// Waits for the trainer and returns its report, nil when there is no trainer. For key scripts.
  func finishTraining() -> TrainingReport? {
    guard let service = trainer.withLock({ $0 }) else { return nil }
    _ = service.waitUntilIdle(seconds: 600)
    return service.report
  }

  /// Routes everything with the trainer's router and keeps that router beside the annotations.
  private func take(_ service: RouterTrainingService) {
    mailbox.post(.training(service.report))
    let versions = service.versions
    guard !versions.isEmpty else { return }
    mailbox.begin()
    slowQueue.async { [self] in
      let known = memory.withLock { $0.models?.routerVersions ?? [] }
      let dated = versions.map { $0.dated(as: known, else: Self.today()) }
      guard let router = dated.last?.router else { return mailbox.finish() }
      reroute(with: router, dated)
      do {
        guard let store else { return mailbox.finish() }
        let folder = RetrainedRouter(store: store, base: router).folder
        try router.save(to: folder)
        try RouterVersion.save(dated, in: folder)
      } catch {
        mailbox.post(
          .notice("the router is in use but not kept: \(error)", isError: true))
      }
      mailbox.finish()
    }
  }

  /// The day here and now, `2026-11-21`.
  private static func today() -> String {
    let parts = Calendar(identifier: .gregorian).dateComponents(
      [.year, .month, .day], from: Date())
    return String(
      format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
  }

  private func reroute(with router: RouterBundle, _ versions: [RouterVersion]) {
    let (answers, routes) = memory.withLock { memory in
      memory.models = memory.models?.replacing(router: router, versions: versions)
      memory.whatIfs.removeAll()
      for id in memory.answers.keys {
        guard let old = memory.answers.value(id) else { continue }
        var analysis = old.analysis
        analysis.decision = old.input.flatMap { try? router.decide($0) }
        analysis.router = router.title
        memory.answers.insert(Answer(analysis: analysis, input: old.input), for: id)
      }
      return (
        memory.answers.keys.sorted().compactMap { memory.answers.value($0)?.analysis },
        memory.inputs.compactMapValues { try? router.decide($0) }
      )
    }
    mailbox.post(.routerChanged)
    mailbox.post(.routesChanged(routes))
    for analysis in answers { mailbox.post(.analysed(analysis)) }
  }

  /// Finds out the routes of other posts, a few at a time, as long as nobody waits for anything.
  func warm() {
    let starts = agenda.withLock { agenda in
      guard !agenda.isStopped, !agenda.isHidden, !agenda.isWarming, !agenda.unknown.isEmpty else {
        return false
      }
      agenda.isWarming = true
      return true
    }
    if starts { slowQueue.async { self.warmSome() } }
  }

  private func warmSome() {
    let places: [Int] = agenda.withLock { agenda in
      guard !agenda.isRunning, !agenda.isHidden, !agenda.isStopped else {
        agenda.isWarming = false
        return []
      }
      let some = Array(agenda.unknown.suffix(8).reversed())
      agenda.unknown.removeLast(some.count)
      if some.isEmpty { agenda.isWarming = false }
      return some
    }
    guard !places.isEmpty, let models = memory.withLock({ $0.models }) else { return }
    var found: [String: RouterInput] = [:]
    for post in places.map({ dataset.posts[$0] }) {
      found[post.id] = models.routerInput(models.see(post, of: dataset))
    }
    let router = memory.withLock { memory in
      memory.inputs.merge(found) { $1 }
      return memory.models?.router
    }
    if let router {
      mailbox.post(.routesChanged(found.compactMapValues { try? router.decide($0) }))
    }
    slowQueue.async { self.warmSome() }
  }
}
