import Workbench

/// The tasks of the lesson, and which of them are done.
package struct LessonReport: Sendable {
  private let done: Int

  /// - Parameter done: tasks from the first on that are done.
  package init(done: Int) { self.done = done }

  /// A line for each.
  package func text() -> String {
    TextTable.aligned(
      Lesson.topics.enumerated().map { i, topic in
        [i < 9 ? " \(i + 1)" : "\(i + 1)", topic, i < done ? "done" : ""]
      }, numbersRight: false
    ).map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
      .joined(separator: "\n")
  }

  /// The same as JSON.
  package func json() -> String {
    JSONText.list(
      Lesson.topics.enumerated().map { i, topic in
        .object([
          ("task", .int(i + 1)), ("topic", .string(topic)), ("done", .bool(i < done)),
        ])
      }
    ).text()
  }
}
