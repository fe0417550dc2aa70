import Screen

extension WorkbenchState {
  /// Rows that the lesson's bar takes on a screen, its heading among them.
  static func lessonRows(columns: Int) -> Int { columns >= 116 ? 4 : columns >= 78 ? 5 : 6 }

  /// The task at hand; under it what the last edit left wrong, or the keys when they are asked for.
  func drawLesson(_ pen: inout Pen, _ box: Box) {
    guard let lesson else { return }
    pen.frame.fill(box, style: pen.look.theme[.popup])
    defer {
      pen.frame.restyle(box) { style in
        style.background == .standard ? style.on(pen.look.theme[.popup].background) : style
      }
    }
    let text = Box(
      column: box.column + 1, row: box.row + 1, columns: max(1, box.columns - 2),
      rows: max(0, box.rows - 2))
    let last = Box(column: text.column, row: text.endRow, columns: text.columns, rows: 1)
    guard !lesson.isDone, let words = taskWords else {
      pen.heading("lesson: all \(Lesson.count) tasks are done", in: box)
      pen.wrap(endOfLesson, .text, in: text, row: 0)
      return
    }
    pen.heading("lesson \(lesson.place + 1) of \(Lesson.count): \(words.topic)", in: box)
    pen.wrap(words.text, .text, in: text, row: 0)
    if let fault = lesson.fault {
      pen.line(safe(fault), .warning, in: last, row: 0)
    } else if lesson.showsHint {
      pen.line(
        [pen.piece("keys: ", .muted), pen.piece(words.hint, .key)], in: last, row: 0)
    } else {
      pen.line(
        ":hint shows the keys, :task the next task, :task 5 another one", .muted, in: last, row: 0)
    }
  }

  /// The task at hand in words; nil where there is none.
  private var taskWords: (topic: String, text: String, hint: String)? {
    guard let lesson, let task = lesson.task, let index = indexOfID[task.post] else { return nil }
    let words = LessonWords(state: self, right: lesson.right[index])
    return (task.topic, task.text(words), task.hint(words))
  }

  private var endOfLesson: String {
    "\(keymap.label("quit")) leaves; :task 5 goes to a task again, and \(keymap.label("help")) lists "
      + "all keys."
  }

  /// The same where there is no screen.
  var lessonSentences: [String] {
    guard let lesson else { return [] }
    guard let words = taskWords else { return ["All tasks are done. \(endOfLesson)"] }
    var sentences = ["Task \(lesson.place + 1) of \(Lesson.count), \(words.topic): \(words.text)"]
    if let fault = lesson.fault { sentences.append(safe(fault)) }
    if lesson.showsHint { sentences.append("Keys: \(words.hint).") }
    return sentences
  }
}

extension Action {
  static let learning: [Action] = [
    Action(
      "hint", .program, "the keys of the lesson's task at hand",
      unavailable: { state in
        needsLesson(state) ?? (state.lesson?.isDone == true ? "all tasks are done" : nil)
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
      let next = min(lesson.place + 2, Lesson.count)
      guard let number = arguments.text(0).map({ Int($0) }) ?? next,
        (1...Lesson.count).contains(number)
      else { return state.refuse("the lesson has the tasks 1 to \(Lesson.count)") }
      return state.go(toTask: number - 1)
    },
  ]

  @Sendable private static func needsLesson(_ state: WorkbenchState) -> String? {
    state.lesson == nil ? "this is no lesson; start one with: twinlens tutor" : nil
  }
}
