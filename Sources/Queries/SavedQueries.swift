/// A query that was given a name.
package struct SavedQuery: Sendable, Equatable {
  package let name: String
  /// As it was typed.
  package let text: String
  /// Why it cannot be used; nil when it can.
  package let problem: String?

  /// Checks a query before it is used.
  package init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
    if text.count > SavedQueries.longest {
      problem = "has \(text.count) characters, more than \(SavedQueries.longest)"
    } else {
      do throws(QueryError) {
        _ = try Query.parse(text)
        problem = nil
      } catch { problem = error.description }
    }
  }

  /// Whether a character may stand in a name.
  static func isNameCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
  }

  /// Whether a text may be a name: letters, digits, `-` and `_`.
  package static func isName(_ text: String) -> Bool {
    (1...40).contains(text.count) && text.allSatisfy(isNameCharacter)
  }
}

/// The saved queries of a dataset, by their names. They come from files that anybody may have
/// written, and are checked when they are read.
package struct SavedQueries: Sendable, Equatable {
  /// Those of the person's own file, which `:save-query` writes.
  package let own: [SavedQuery]
  /// Those of a dataset whose folder cannot be written; own ones of the same name count instead.
  package let shared: [SavedQuery]
  /// All of them, by name.
  package let all: [SavedQuery]
  /// The texts of those that can be used, for `Query.parse`.
  package let texts: [String: String]

  /// Characters of a query, and queries of a file.
  package static let longest = 2_000
  package static let most = 500

  /// Queries by their files.
  package init(own: [SavedQuery] = [], shared: [SavedQuery] = []) {
    self.own = own
    self.shared = shared
    let names = Set(own.map(\.name))
    all = (own + shared.filter { !names.contains($0.name) }).sorted { $0.name < $1.name }
    texts = Dictionary(all.filter { $0.problem == nil }.map { ($0.name, $0.text) }) {
      first, _ in first
    }
  }

  /// The query of that name.
  package func named(_ name: String) -> SavedQuery? { all.first { $0.name == name } }
}
