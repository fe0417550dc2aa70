/// What whoever presents a lesson sees on another terminal.
package struct LessonNotes: Sendable, Hashable, Codable {
  package let lesson: String
  /// The step at hand, counted from 1; one more than there are when all are over.
  package let step: Int
  package let count: Int
  package let title: String
  package let notes: String
  /// The title of the step after it; nil for the last.
  package let next: String?
}

extension Lesson {
  /// The notes of the task at hand; nil for the tutor's, which has none.
  var notes: LessonNotes? {
    guard let title else { return nil }
    return LessonNotes(
      lesson: title, step: place + 1, count: tasks.count, title: task?.topic ?? "the end",
      notes: task?.notes ?? "",
      next: tasks.indices.contains(place + 1) ? tasks[place + 1].topic : nil)
  }
}
