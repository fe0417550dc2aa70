import Corpora
import Extractors
import Files
import Foundation

/// A what-if that was given a name, with what somebody noted about it.
package struct SavedWhatIf: Sendable, Hashable {
  package let name: String
  package let whatIf: WhatIf
  package let note: String

  /// A what-if by its parts.
  package init(_ name: String, _ whatIf: WhatIf, note: String = "") {
    self.name = name
    self.whatIf = whatIf
    self.note = note
  }

  /// Characters of a name and of a note; changes of one what-if, and what-ifs of a file.
  package static let (longestName, longestNote, mostChanges, most) = (40, 1_000, 64, 500)

  /// Whether a text may be a name: letters, digits, `-` and `_`.
  package static func isName(_ text: String) -> Bool {
    (1...longestName).contains(text.count)
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
  }
}

/// Why a file of what-ifs cannot be read.
package struct SavedWhatIfError: Error, Hashable {
  /// Counted from 1; 0 when it is no line's fault.
  package let line: Int
  package let reason: String
}

/// A file of what-ifs: a record of JSON a line, `{"name": …, "post": …, "changes": […], "note":
/// …}`. Anybody may have written it, so it is checked when it is read.
package enum SavedWhatIfText {
  /// Bytes of a line.
  private static let longestLine = 1 << 17

  private struct Record: Codable {
    let name: String
    let post: String
    let changes: [String]
    let note: String?
  }

  /// Reads a file's text; a name stands there once.
  ///
  /// - Throws: `SavedWhatIfError` with the line of what cannot be read.
  package static func read(_ text: String) throws(SavedWhatIfError) -> [SavedWhatIf] {
    var result: [SavedWhatIf] = []
    var names: Set<String> = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      guard line.contains(where: { !$0.isWhitespace }) else { continue }
      guard result.count < SavedWhatIf.most else {
        throw SavedWhatIfError(line: number + 1, reason: "more than \(SavedWhatIf.most) what-ifs")
      }
      do throws(InterventionError) {
        let saved = try read(line: line)
        guard names.insert(saved.name).inserted else {
          throw InterventionError("\(saved.name) stands there a second time")
        }
        result.append(saved)
      } catch {
        throw SavedWhatIfError(line: number + 1, reason: error.description)
      }
    }
    return result
  }

  private static func read(line: Substring) throws(InterventionError) -> SavedWhatIf {
    guard line.utf8.count <= longestLine else {
      throw InterventionError("a line of more than \(longestLine) bytes")
    }
    let record: Record
    do {
      record = try JSONDecoder().decode(Record.self, from: Data(line.utf8))
    } catch {
      throw InterventionError(reason(error))
    }
    guard SavedWhatIf.isName(record.name) else {
      throw InterventionError(
        "the name \(record.name.prefix(40).debugDescription) has more than letters, digits, dashes "
          + "and underscores, or more than \(SavedWhatIf.longestName) of them")
    }
    guard !record.changes.isEmpty, record.changes.count <= SavedWhatIf.mostChanges else {
      throw InterventionError(
        "\(record.name) has \(record.changes.count.counted("change")); 1 to \(SavedWhatIf.mostChanges) can be"
      )
    }
    let note = record.note ?? ""
    guard note.count <= SavedWhatIf.longestNote else {
      throw InterventionError(
        "the note of \(record.name) has more than \(SavedWhatIf.longestNote) characters")
    }
    var changes: [PostChange] = []
    for words in record.changes { changes.append(try PostChange(words)) }
    return SavedWhatIf(record.name, WhatIf(post: record.post, changes), note: note)
  }

  private static func reason(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, _):
      "“\(key.stringValue)” is missing; a line has name, post and changes"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "“\(context.codingPath.map(\.stringValue).joined(separator: "."))” is of the wrong kind; name, "
        + "post and note are texts and changes is a list of them"
    default: "it is no record of JSON; write {\"name\": …, \"post\": …, \"changes\": [\"drop 4\"]}"
    }
  }

  /// The file's text, by name.
  package static func written(_ all: [SavedWhatIf]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return all.sorted { $0.name < $1.name }.compactMap { saved in
      let record = Record(
        name: saved.name, post: saved.whatIf.post, changes: saved.whatIf.changes.map(\.words),
        note: saved.note.isEmpty ? nil : saved.note)
      // JSON escapes line ends within texts, so a record stays on its line.
      return (try? encoder.encode(record)).map { String(decoding: $0, as: UTF8.self) + "\n" }
    }.joined()
  }
}
