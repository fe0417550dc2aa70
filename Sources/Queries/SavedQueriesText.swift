import Settings
import TOMLKit

/// Why a file of saved queries cannot be read.
package struct SavedQueriesError: Error, Sendable, Equatable {
  /// Counted from 1; 0 when it is no line's fault.
  package let line: Int
  package let reason: String
}

/// The file of saved queries: `NAME = "QUERY"`, a line each.
package enum SavedQueriesText {
  /// Reads it. Queries that cannot be used stay in the list, with the reason.
  /// - Throws: `SavedQueriesError` when it is no list of texts, or too long a one.
  package static func read(_ text: String) throws(SavedQueriesError) -> [SavedQuery] {
    let table: TOMLTable
    do throws(SettingsTextError) { table = try SettingsText.table(text) } catch {
      throw SavedQueriesError(line: error.line, reason: error.reason)
    }
    guard table.keys.count <= SavedQueries.most else {
      throw SavedQueriesError(
        line: 0, reason: "\(table.keys.count) queries, more than \(SavedQueries.most)")
    }
    var queries: [SavedQuery] = []
    for name in table.keys.sorted() {
      guard SavedQuery.isName(name) else {
        throw SavedQueriesError(
          line: 0,
          reason: "the name \(name.prefix(40).debugDescription) has more than letters, digits, "
            + "dashes and underscores, or more than 40 of them")
      }
      guard let query = table[name]?.string else {
        throw SavedQueriesError(line: 0, reason: "\(name) is no query in quotes")
      }
      queries.append(SavedQuery(name, query))
    }
    return queries
  }

  /// The file's text.
  package static func written(_ queries: [SavedQuery]) -> String {
    "# Saved queries of this dataset: Q in the workbench lists them, @NAME in a query refers to one.\n"
      + queries.sorted { $0.name < $1.name }
      .map { "\($0.name) = \(quoted($0.text))\n" }.joined()
  }

  /// A TOML basic string (https://toml.io/en/v1.0.0#string).
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
