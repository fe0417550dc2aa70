/// What Tab offers in a query.
package enum QueryCompletion {
  /// What the last word of a line could become, in order: names of fields; once only one is left,
  /// or the colon is there, its values.
  /// - Parameters:
  ///   - values: what a field may take in this dataset.
  ///   - saved: names of saved queries.
  package static func candidates(
    of word: String, saved: [String], values: (QueryField) -> [String]
  ) -> [String] {
    let signs = word.prefix { $0 == "-" || $0 == "(" }
    let stem = word.dropFirst(signs.count)
    return found(String(stem), saved, values).prefix(most).map { signs + $0 }
  }

  /// More than anybody goes through.
  private static let most = 50

  private static func found(
    _ stem: String, _ saved: [String], _ values: (QueryField) -> [String]
  ) -> [String] {
    if stem.hasPrefix("@") {
      return saved.map { "@" + $0 }.filter { $0.lowercased().hasPrefix(stem.lowercased()) }
    }
    if let colon = stem.firstIndex(of: ":") {
      guard let field = QueryField.named(String(stem[..<colon])) else { return [] }
      let value = stem[stem.index(after: colon)...].drop { $0 == "\"" }.lowercased()
      return values(field).filter { $0.lowercased().hasPrefix(value) }
        .map { stem[...colon] + quoted($0) }
    }
    let lower = stem.lowercased()
    let fields = QueryField.all.filter { field in
      ([field.name] + field.aliases).contains { $0.lowercased().hasPrefix(lower) }
    }
    let flags = QueryField.flags.keys.filter { $0.hasPrefix(lower) }.sorted()
    if fields.count == 1, flags.isEmpty, case .words(let words) = fields[0].values {
      return words.map { "\(fields[0].name):\($0)" }
    }
    let names = fields.map { field in
      let all = [field.name] + field.aliases
      return (all.first { $0.lowercased().hasPrefix(lower) } ?? field.name) + ":"
    }
    return names + flags
  }

  private static func quoted(_ value: String) -> String {
    value.contains(where: \.isWhitespace) ? "\"\(value)\"" : value
  }
}
