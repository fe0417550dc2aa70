extension Action {
  static let learning: [Action] = [
    Action(
      "hint", .program, "the keys of the lesson's task at hand",
      unavailable: { state in
        guard let lesson = state.lesson else { return needsLesson(state) }
        if lesson.isDone { return "all \(lesson.unit)s are done" }
        return lesson.isPresented ? "a lesson for a room shows no keys" : nil
      }
    ) { state, _ in
      state.lesson?.showsHint = true
      state.lesson?.fault = nil
      return []
    },
    Action(
      "task", .program, "go to a task of the lesson; without a number to the next one",
      parameters: [.optional("N", .rest)], unavailable: needsLesson
    ) { state, arguments in
      guard let lesson = state.lesson else { return [] }
      let next = min(lesson.place + 2, lesson.count)
      guard let number = arguments.text(0).map({ Int($0) }) ?? next,
        (1...lesson.count).contains(number)
      else { return state.refuse("the lesson has the \(lesson.unit)s 1 to \(lesson.count)") }
      return state.go(toTask: number - 1)
    },
    Action(
      "answer", .program, "answer the lesson's question, by the number or the words",
      parameters: [.required("ANSWER", .rest)], unavailable: needsQuiz
    ) { state, arguments in state.answerQuiz(arguments.text(0) ?? "") },
    Action(
      "reveal", .program, "show the labels and answers that the lesson's question hides",
      unavailable: needsQuiz
    ) { state, _ in state.revealQuiz() },
    Action(
      "next-step", .program, keys: ["C-n"],
      "the next step of the lesson or the replay", unavailable: needsSteps
    ) { state, _ in state.replay == nil ? state.goOn() : state.stepReplay(1) },
    Action(
      "previous-step", .program, keys: ["C-p"],
      "the step before of the lesson or the replay", unavailable: needsSteps
    ) { state, _ in
      if state.replay != nil { return state.stepReplay(-1) }
      guard let place = state.lesson?.place, place > 0 else {
        return state.refuse("this is the first step")
      }
      return state.go(toTask: place - 1)
    },
    Action(
      "pause", .program, "stop the replay, or go on with it", unavailable: needsReplay
    ) { state, _ in state.pauseReplay() },
    Action(
      "speed", .program, "how many times as fast as life the replay goes",
      parameters: [.required("N", .rest)], unavailable: needsReplay
    ) { state, arguments in
      guard let speed = arguments.text(0).flatMap(Replay.speed) else {
        return state.refuse("a speed is a number from \(Replay.speeds)")
      }
      return state.setReplay(speed: speed)
    },
  ]

  @Sendable private static func needsLesson(_ state: WorkbenchState) -> String? {
    state.lesson == nil ? "this is no lesson; start one with: twinlens tutor" : nil
  }

  @Sendable private static func needsQuiz(_ state: WorkbenchState) -> String? {
    needsLesson(state) ?? (state.quiz == nil ? "this step of the lesson asks nothing" : nil)
  }

  @Sendable private static func needsSteps(_ state: WorkbenchState) -> String? {
    state.replay != nil || state.lesson?.title != nil
      ? nil : "nothing has steps here; twinlens tour and twinlens replay do"
  }

  @Sendable private static func needsReplay(_ state: WorkbenchState) -> String? {
    state.replay == nil ? "nothing is replayed; start it with: twinlens replay STORE" : nil
  }
}
