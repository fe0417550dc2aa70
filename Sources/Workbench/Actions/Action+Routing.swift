import Files
import Routing

extension Action {
  static let routing: [Action] =
    ExplanationLayer.actions + RouterHistoryLayer.actions + [
      Action(
        "train", .routing, keys: ["t"], "train the router on all corrections now",
        unavailable: needsRouter
      ) { state, _ in
        state.notice = Notice(text: "training asked for", subject: .training)
        state.askedToTrain = true
        return [.train]
      }.ofModels(),
      Action(
        "training", .routing, "train after every accepted post, or only when asked to",
        parameters: [.optional("WHEN", .word(TrainingHabit.allCases.map(\.rawValue)))],
        unavailable: needsRouter
      ) { state, arguments in
        let effects = arguments.text(0).map { state.carryOut(.training, .text($0)) }
        state.notice = Notice(text: state.trainingHabit, subject: .training)
        return effects ?? []
      },
      Action(
        "install", .routing, keys: ["i"], "use the newly trained router",
        unavailable: { state in needsRouter(state) ?? needsCandidate(state) }
      ) { _, _ in [.installCandidate] }.ofModels(),
      Action(
        "rollback", .routing, keys: ["R"],
        "drop the newly trained router, or after installing one go back to the one before",
        unavailable: { state in
          needsRouter(state)
            ?? (state.training.hasEarlier ? nil : needsCandidate(state))
        }
      ) { _, _ in [.rollBack] }.ofModels(),
      Action(
        "next-flip", .routing, keys: ["f"], "next post whose route the new router changes",
        unavailable: { state in
          needsRouter(state) ?? needsCandidate(state)
            ?? (state.flips.isEmpty
              ? state.hasLookedForFlips
                ? "no route changes"
                : "no route changes among the \(state.facts.flips.count.counted("post")) looked at so far"
              : nil)
        }
      ) { state, _ in state.goToFlip() }.ofModels(),
    ]

  @Sendable static func needsRouter(_ state: WorkbenchState) -> String? {
    state.opened.hasRouter
      ? nil
      : state.opened.hasModels
        ? WorkbenchState.noRouter
        : noModels
  }

  @Sendable private static func needsCandidate(_ state: WorkbenchState) -> String? {
    if case .candidate = state.training.state { return nil }
    return "no new router waits; t trains one"
  }
}
