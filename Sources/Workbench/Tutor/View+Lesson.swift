import Screen

extension WorkbenchState {
  /// Rows that the lesson's bar takes on a screen, its heading among them.
  var lessonRows: Int {
    guard let lesson else { return 0 }
    guard lesson.title != nil else {
      return size.columns >= 116 ? 4 : size.columns >= 78 ? 5 : 6
    }
    if lesson.isPresented { return SlideText.rows(on: size) }
    let lines = taskWords.map { words in
      [words.text, words.after].map { Wrapping.lines($0, columns: size.columns - 2).count }
    }
    // What comes after it has as much room: the picture under it keeps its size.
    return 2 + min(max(1, lines?.max() ?? 1), max(3, size.rows / 3 - 2))
  }

  /// The task at hand; under it what the last edit left wrong, or the keys when they are asked for.
  func drawLesson(_ pen: inout Pen, _ box: Box) {
    guard let lesson else { return }
    pen.frame.fill(box, style: pen.look.theme[.popup])
    defer {
      pen.frame.restyle(box) { style in
        style.background == .standard ? style.on(pen.look.theme[.popup].background) : style
      }
    }
    if lesson.isPresented { return drawSlide(lesson, &pen, box) }
    let text = Box(
      column: box.column + 1, row: box.row + 1, columns: max(1, box.columns - 2),
      rows: max(0, box.rows - 2))
    let last = Box(column: text.column, row: text.endRow, columns: text.columns, rows: 1)
    guard !lesson.isDone, let words = taskWords else {
      let name = lesson.title.map { safe($0) } ?? "lesson"
      pen.heading("\(name): all \(lesson.count) \(lesson.unit)s are done", in: box)
      pen.wrap(endOfLesson, .text, in: text, row: 0)
      return
    }
    let name = lesson.title.map { "\(safe($0)), step" } ?? "lesson"
    pen.heading("\(name) \(lesson.place + 1) of \(lesson.count): \(words.topic)", in: box)
    pen.wrap(
      lesson.isMet && !words.after.isEmpty ? words.after : words.text, .text, in: text, row: 0)
    pen.markCut(in: text)
    pen.cut = 0
    pen.line(footOfLesson(words, columns: last.columns), in: last, row: 0)
  }

  /// The last line of the bar.
  private func footOfLesson(_ words: TaskWords, columns: Int) -> [Pen.Piece] {
    guard let lesson else { return [] }
    func piece(_ text: String, _ role: Role) -> Pen.Piece {
      Pen.Piece(text: text, style: look.theme[role])
    }
    let next = keymap.label("next-step")
    if lesson.isMet, lesson.showsHint == false {
      let said = quizSentence ?? (words.after.isEmpty ? "done" : "")
      return [
        piece(said + (said.isEmpty ? "" : "  "), .warning), piece(next, .key),
        piece(" goes on", .muted),
      ]
    }
    if let fault = lesson.fault { return [piece(safe(fault), .warning)] }
    if lesson.showsHint { return [piece("keys: ", .muted), piece(words.hint, .key)] }
    guard lesson.title != nil, let task = lesson.task else {
      return [piece(":hint shows the keys, :task the next task, :task 5 another one", .muted)]
    }
    if let quizSentence { return [piece(quizSentence, .warning)] }
    if task.checks.isEmpty { return [piece(next, .key), piece(" goes on", .muted)] }
    let left = "to do: " + toDo(task).joined(separator: "; ")
    let way = [piece(":hint", .key), piece(" shows the keys", .muted)]
    // The way out is never what is cut off.
    return TextWidth.columns(of: left + "  :hint shows the keys") <= columns
      ? [piece(left + "  ", .muted)] + way : way + [piece("  " + left, .muted)]
  }

  private typealias TaskWords = (topic: String, text: String, hint: String, after: String)

  /// The task at hand in words; nil where there is none.
  private var taskWords: TaskWords? {
    guard let lesson, let task = lesson.task, let index = indexOfID[task.post] else { return nil }
    let words = LessonWords(state: self, right: lesson.right[index])
    return (safe(task.topic), task.text(words), task.hint(words), task.after?(words) ?? "")
  }

  private var endOfLesson: String {
    let score = lesson.flatMap { lesson in
      lesson.outcomes.isEmpty
        ? nil : "\(lesson.rightAnswers) of \(lesson.outcomes.count) answers were right. "
    }
    let some = min(5, lesson?.count ?? 5)
    return (score ?? "")
      + "\(keymap.label("quit")) leaves; :task \(some) goes to a \(lesson?.unit ?? "task") again, and "
      + "\(keymap.label("help")) lists all keys."
  }

  /// The same where there is no screen.
  var lessonSentences: [String] {
    guard let lesson else { return [] }
    let unit = lesson.unit
    guard let words = taskWords else { return ["All \(unit)s are done. \(endOfLesson)"] }
    let name = lesson.title == nil ? "Task" : "Step"
    var sentences = [
      "\(name) \(lesson.place + 1) of \(lesson.count), \(words.topic): \(words.text)"
    ]
    if let quizSentence { sentences.append("Quiz: \(quizSentence).") }
    if let fault = lesson.fault { sentences.append(safe(fault)) }
    if lesson.isMet {
      sentences.append(words.after.isEmpty ? "Done." : words.after)
      sentences.append(":next-step goes on.")
    } else if lesson.title != nil, let task = lesson.task, !task.checks.isEmpty {
      sentences.append("To do: \(toDo(task).joined(separator: "; ")).")
    }
    if lesson.showsHint { sentences.append("Keys: \(words.hint).") }
    return sentences
  }
}
