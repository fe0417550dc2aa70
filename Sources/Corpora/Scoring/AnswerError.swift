import Foundation

/// Why answers cannot be scored.
package enum AnswerError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
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
  package var description: String {
    switch self {
    case .otherTask(let file, let wanted):
      wanted == .ner
        ? "\(file): holds relations, not entity mentions; say --task re"
        : "\(file): holds no relations; say --task ner, or give a file with relations"
    case .empty(let file):
      "\(file): holds no labels; give a dataset file or one label a line"
    case .notALabel(let file, let line, let text, let wanted):
      "\(file):\(line): `\(Self.shown(text))` is not \(wanted)"
    case .unknownRelation(let file, let line, let label):
      "\(file):\(line): `\(Self.shown(label))` is none of MNRE's relations and not in the gold file; "
        + "write the relation as the gold file does"
    case .mismatch(let here, let what, let there, let instead):
      "\(here): \(Self.shown(what)), but \(there) has \(Self.shown(instead)); both files must hold the same in the same order"
    case .short(let file, let after, let there):
      "\(file): ends after \(after), but \(there) goes on; both files must hold the same in the "
        + "same order"
    }
  }

  /// Text of a file that is fit for a sentence: short, and nothing in it can steer a terminal.
  private static func shown(_ text: String) -> String {
    let short = text.unicodeScalars.prefix(80).map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        "U+" + String(scalar.value, radix: 16, uppercase: true)
      default: String(scalar)
      }
    }
    return short.joined() + (text.unicodeScalars.count > 80 ? "…" : "")
  }

  /// The same, for `localizedDescription`.
  package var errorDescription: String? { description }
}
