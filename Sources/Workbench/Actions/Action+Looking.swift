extension Action {
  static let looking: [Action] =
    [
      Action(
        "heat", .looking, keys: ["H"], "heat over the picture on or off", needsAnswer: true,
        ofSignals: true,
        unavailable: needsMap
      ) { state, _ in
        state.showsHeat.toggle()
        return []
      }
    ] + NumbersLayer.actions + RegionLayer.actions + WhatIfLayer.actions + [
      attention, WitnessLayer.action, HeadsLayer.action, RegionCursorLayer.action,
      Action(
        "next-head", .looking, keys: ["."],
        "next head, layer or slot of what is shown, after the mean",
        needsAnswer: true, ofSignals: true, unavailable: needsSlices
      ) { state, _ in state.stepSlice(1) }.counting(.times),
      Action(
        "previous-head", .looking, keys: [","], "previous head, layer or slot",
        needsAnswer: true, ofSignals: true, unavailable: needsSlices
      ) { state, _ in state.stepSlice(-1) }.counting(.times),
      Action(
        "head", .looking, "this head, layer or slot, or mean",
        parameters: [.required("N", .slice)], needsAnswer: true, ofSignals: true,
        unavailable: needsSlices
      ) { state, arguments in
        state.choice.slice = arguments.number(0).flatMap { $0 == 0 ? nil : $0 - 1 }
        state.notice = Notice(text: state.stepTitle)
        return []
      },
      Action(
        "map", .looking, keys: ["m"], "next map that the shown system has", needsAnswer: true,
        ofSignals: true,
        unavailable: { state in
          needsMap(state) ?? (state.spatialSignals.count < 2 ? "there is only one map" : nil)
        }
      ) { state, _ in
        let count = max(1, state.spatialSignals.count)
        state.choice.map = (state.choice.map + 1) % count
        state.choice.slice = nil
        if let map = state.spatialSignal {
          state.notice = Notice(
            text: "map \(state.choice.map + 1) of \(count): \(map.caption) (\(map.name))")
        }
        return []
      },
      Action(
        "system", .looking, keys: ["s"],
        "show the next expert, or the one of this name; its column comes first",
        parameters: [.optional("NAME", .system)], needsAnswer: true, unavailable: needsAnalysis
      ) { state, arguments in state.chooseSystem(arguments.text(0)) },
      Action(
        "hide", .looking, "hide an expert, or show it again; without a name all are shown",
        parameters: [.optional("NAME", .expert)], needsAnswer: true,
        unavailable: { $0.opened.hasModels ? nil : noModels }
      ) { state, arguments in state.hide(arguments.text(0)) },
      Action(
        "full", .looking, keys: ["z"],
        "the picture alone on the screen, then the text, then the values, then everything"
      ) { state, _ in
        state.choice.fullScreen = state.nextFullScreen
        return []
      },
    ]

  /// Reason of the actions that need an analysis.
  @Sendable static func needsAnalysis(_ state: WorkbenchState) -> String? {
    if !state.opened.hasModels { return noModels }
    if let reason = needsPost(state) { return reason }
    guard state.tracedSystems.isEmpty else { return nil }
    let isHidden = state.analysis?.answers.contains { state.choice.hidden.contains($0.expert) }
    return isHidden == true
      ? "the experts that answered are hidden; :hide shows them again"
      : "no system has answered for this post yet"
  }

  /// Reason of the actions that need a map over the picture.
  @Sendable static func needsMap(_ state: WorkbenchState) -> String? {
    if let reason = needsAnalysis(state) { return reason }
    guard state.spatialSignals.isEmpty else { return nil }
    if state.currentPost?.imageID == nil {
      return "this post has no picture that a map could lie over"
    }
    return
      "\(state.shownName ?? "this system") has no map over the picture; s shows the next system"
  }

  /// Reason of the actions that step through heads, layers or slots.
  @Sendable static func needsSlices(_ state: WorkbenchState) -> String? {
    if let reason = needsAnalysis(state) { return reason }
    guard state.stepped.isEmpty else { return nil }
    let name = state.shownName ?? "this system"
    if state.spatialSignal != nil { return "the map of \(name) has one slice only" }
    let isAlone = state.tracedSystems.count < 2
    return "\(name) shows nothing here that has heads, layers or slots"
      + (isAlone ? "" : "; \(state.keymap.label("system")) shows the next system")
  }
}
