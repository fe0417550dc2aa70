import Inspection
import Workbench

extension InferenceService {
  /// Asks the experts that look at regions about a post with rectangles that were drawn by hand.
  func answer(_ question: RegionQuestion) {
    guard let post = dataset.post(id: question.post) else { return }
    let models = memory.withLock { $0.models }
    let seen = models?.see(post, of: dataset)
    let answers = models?.experts.filter(\.takesRegions).compactMap { expert in
      seen.map { expert.ask($0, under: [.regions(question.regions)]) }
    }
    mailbox.post(.answeredWithRegions(RegionAnswers(question, answers ?? [])))
  }

  /// Asks every expert and the router about a post with something changed.
  ///
  /// - Parameter isWanted: asked between experts; false drops the answer.
  func answer(_ whatIf: WhatIf, isWanted: () -> Bool = { true }) {
    guard isWanted() else { return }
    let (models, failure, before, known) = memory.withLock { memory in
      (
        memory.models, memory.failure, memory.answers.value(whatIf.post)?.analysis,
        memory.whatIfs.value(whatIf)
      )
    }
    if let known { return mailbox.post(.answeredWhatIf(whatIf, known)) }
    guard let models, !models.isEmpty, let post = dataset.post(id: whatIf.post) else {
      let reason = failure ?? models?.notices.first ?? "no expert is in the folder of models"
      return mailbox.post(.whatIfRefused(whatIf, reason: reason))
    }
    let seen = models.see(post, of: dataset)
    do {
      let answer = try models.ask(
        whatIf: whatIf.changes.interventions, of: seen, before: before ?? models.analyse(seen),
        other: { [dataset] id in dataset.post(id: id).map { models.see($0, of: dataset) } },
        goesOn: isWanted)
      guard let answer else { return }
      memory.withLock { memory in
        // Another router may have been installed meanwhile; the workbench asks again.
        let isCurrent =
          memory.models?.router?.configuration.version == models.router?.configuration.version
        if isCurrent { memory.whatIfs.insert(answer, for: whatIf) }
      }
      mailbox.post(.answeredWhatIf(whatIf, answer))
    } catch {
      mailbox.post(.whatIfRefused(whatIf, reason: "\(error)"))
    }
  }

  /// Computes and posts why a post was routed as it was.
  ///
  /// - Parameter isWanted: asked now and then; false drops the reasons.
  func giveReasons(_ id: String, isWanted: @escaping @Sendable () -> Bool = { true }) {
    guard let post = dataset.post(id: id) else { return }
    // Another router may be installed while the reasons of the one before are sought.
    for isLast in [false, true] {
      let (models, failure, known) = memory.withLock { memory in
        (memory.models, memory.failure, memory.answers.value(id)?.analysis)
      }
      let seen = models?.see(post, of: dataset)
      guard let models, let seen,
        let explanation = models.explainRoute(
          seen, known ?? models.analyse(seen),
          early: { [mailbox] in if isWanted() { mailbox.post(.explained($0)) } }, goesOn: isWanted)
      else {
        let reason = failure ?? "no router is in use, so there is nothing to explain"
        return mailbox.post(.explanationFailed(post: id, reason: reason))
      }
      guard isWanted() else { return }
      let version = memory.withLock { $0.models?.router?.configuration.version }
      if isLast || version == models.router?.configuration.version {
        return mailbox.post(.explained(explanation))
      }
    }
  }
}
