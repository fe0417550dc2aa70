import Workbench

/// What came of the questions of a lesson.
package struct QuizReport: Sendable {
  private let lesson: Lesson

  package init(_ lesson: Lesson) { self.lesson = lesson }

  /// How many answers were right; nil where nothing was asked.
  package var sentence: String? {
    let all = lesson.outcomes
    return all.isEmpty ? nil : "\(lesson.rightAnswers) of \(all.count) answers were right"
  }

  /// Every question that was revealed, and how far the lesson came.
  package func json() -> String {
    JSONText.object([
      ("lesson", .string(lesson.title ?? "")), ("steps", .int(lesson.count)),
      ("done", .int(lesson.done)), ("asked", .int(lesson.outcomes.count)),
      ("right", .int(lesson.rightAnswers)),
      (
        "questions",
        .list(
          lesson.outcomes.map { outcome in
            .object([
              ("step", .int(outcome.step)), ("title", .string(outcome.title)),
              ("post", .string(outcome.post)),
              ("given", outcome.given.map { .string($0) } ?? .null),
              ("right", .string(outcome.right)), ("isRight", .bool(outcome.isRight)),
            ])
          })
      ),
    ]).text()
  }
}
