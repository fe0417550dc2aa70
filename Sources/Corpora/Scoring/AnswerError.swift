import Foundation

/// Why answers cannot be scored.
public enum AnswerError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
  /// The file holds labels of the other task.
  case otherTask(file: String, wanted: ScoredTask)
  /// No label at all.
  case empty(file: String)
  /// A line that is no label.
  case notALabel(file: String, line: Int, text: String, wanted: String)
  /// A relation that none of the known ones is.
  case unknownRelation(file: String, line: Int, label: String)
  /// The two files differ in what they answer; `here` and `there` are `file:line`.
  case mismatch(here: String, what: String, there: String, instead: String)
  /// The first file ends before the second.
  case short(file: String, after: String, there: String)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .otherTask(let file, let wanted):
      wanted == .ner
        ? "\(file): holds relations, not entity mentions; say --task re"
        : "\(file): holds no relations; say --task ner, or give a file with relations"
    case .empty(let file):
      "\(file): holds no labels; give a dataset file or one label a line"
    case .notALabel(let file, let line, let text, let wanted):
      "\(file):\(line): `\(text.prefix(80))` is not \(wanted)"
    case .unknownRelation(let file, let line, let label):
      "\(file):\(line): `\(label.prefix(80))` is none of MNRE's relations and not in the gold file; "
        + "write the relation as the gold file does"
    case .mismatch(let here, let what, let there, let instead):
      "\(here): \(what), but \(there) has \(instead); both files must hold the same in the same order"
    case .short(let file, let after, let there):
      "\(file): ends after \(after), but \(there) goes on; both files must hold the same in the "
        + "same order"
    }
  }

  /// The same, for `localizedDescription`.
  public var errorDescription: String? { description }
}
