import Workbench

/// The tasks of the lesson, and which of them are done.
package struct LessonReport: Sendable {
  private let topics: [String]
  private let done: Int

  /// - Parameter done: tasks from the first on that are done.
  package init(_ topics: [String] = Lesson.topics, done: Int) {
    (self.topics, self.done) = (topics, done)
  }

  /// A line for each.
  package func text() -> String {
    TextTable.aligned(
      topics.enumerated().map { i, topic in
        [i < 9 ? " \(i + 1)" : "\(i + 1)", topic, i < done ? "done" : ""]
      }, numbersRight: false
    ).map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
      .joined(separator: "\n")
  }

  /// The same as JSON.
  package func json() -> String {
    JSONText.list(
      topics.enumerated().map { i, topic in
        .object([
          ("task", .int(i + 1)), ("topic", .string(topic)), ("done", .bool(i < done)),
        ])
      }
    ).text()
  }
}
