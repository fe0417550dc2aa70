import Corpora
import Settings
import TOMLKit

/// A lesson as somebody wrote it, in TOML: `docs/teaching.md` has the format. What is read is known
/// to be whole in itself; whether the dataset has its posts and the models their signals is for
/// `problems(in:)` and `problems(answers:)`.
package struct LessonFile: Sendable {
  /// The file's path, as errors name it.
  package let file: String
  package let title: String
  /// The dataset as it is written; nil for the embedded sample.
  package let dataset: String?
  /// Names of experts to open; none: the router's.
  package let systems: [String]
  package internal(set) var steps: [Step]

  /// One step as it is written.
  package struct Step: Sendable {
    let title: String
    let text: String
    let hint: String
    let after: String
    let slide: String
    let notes: String
    let post: Post.ID?
    let query: String?
    let checks: [LessonCheck]
    var quiz: LessonQuiz?
    /// Where it stands in the file.
    let place: Place
  }

  /// The lines of a step's keys.
  struct Place: Sendable {
    let lines: SettingsLines
    let number: Int

    /// The line of a key, or of one in a table of the step; 0 where it is not found.
    func line(_ key: String, in table: String? = nil) -> Int {
      if let table, lines.entries.contains(where: { isHere($0, "step.\(table)") && $0.key == key })
      {
        return lines.line(of: key, in: "step.\(table)", number: number) ?? 0
      }
      return lines.line(of: table ?? key, in: "step", number: number) ?? 0
    }

    private func isHere(_ entry: SettingsLines.Entry, _ table: String) -> Bool {
      entry.table == table && entry.number == number
    }
  }

  /// Bounds for files from anywhere.
  enum Bound {
    static let bytes = 1 << 18
    static let steps = 200
    static let title = 40
    /// As much as a screen of 80 columns has room for beside what it is about.
    static let text = 400
    static let notes = 4_000
    static let answers = 9
  }

  /// Reads a lesson.
  /// - Throws: `LessonProblems` with everything that is wrong in itself.
  package init(_ text: String, file: String) throws(LessonProblems) {
    guard text.utf8.count <= Bound.bytes else {
      throw LessonProblems([LessonProblem(file, 0, "larger than 256 KB; is this a lesson?")])
    }
    let table: TOMLTable
    do throws(SettingsTextError) { table = try SettingsText.table(text) } catch {
      throw LessonProblems([LessonProblem(file, error.line, "not TOML: \(error.reason)")])
    }
    var reader = LessonReader(file: file, lines: SettingsLines(text))
    let read = reader.lesson(table)
    guard let read, reader.problems.isEmpty else { throw LessonProblems(reader.problems) }
    (self.file, title, dataset, systems, steps) = (
      file, read.title, read.dataset, read.systems, read.steps
    )
  }

  /// What the steps teach, in their order.
  package var topics: [String] { steps.map(\.title) }
}

extension LessonFile.Step {
  /// The step as a task.
  /// - Parameter start: the first post of the dataset, for steps that name none.
  func task(_ start: Post.ID) -> LessonTask {
    var task = LessonTask(
      topic: title, post: post ?? start, checks: checks + (quiz == nil ? [] : [.revealed]),
      text: { [text] in $0.filled(text) }, hint: { [hint] in $0.filled(hint) })
    task.after = { [after] in $0.filled(after) }
    (task.query, task.quiz, task.slide, task.notes) = (query, quiz, slide, notes)
    return task
  }
}

/// Something that is wrong with a lesson's file.
package struct LessonProblem: Error, Sendable, Hashable, CustomStringConvertible {
  package let file: String
  /// Counted from 1; 0 where it is no line's fault.
  package let line: Int
  package let words: String

  init(_ file: String, _ line: Int, _ words: String) {
    (self.file, self.line, self.words) = (file, line, words)
  }

  package var description: String { line > 0 ? "\(file):\(line): \(words)" : "\(file): \(words)" }
}

/// All that is wrong with a lesson's file, in the order of the lines.
package struct LessonProblems: Error, Sendable, Hashable, CustomStringConvertible {
  package let all: [LessonProblem]

  package init(_ all: [LessonProblem]) {
    self.all = all.sorted { ($0.line, $0.words) < ($1.line, $1.words) }
  }

  /// More than these help nobody.
  private static let mostShown = 20

  package var description: String {
    let rest = all.count - Self.mostShown
    return all.prefix(Self.mostShown).map(\.description).joined(separator: "\n")
      + (rest > 0 ? "\nand \(rest) more" : "")
  }
}
