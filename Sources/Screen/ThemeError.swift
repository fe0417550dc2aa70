import Foundation

/// What can be wrong with a theme file. Lines count from 1; 0 when the line is not known.
package enum ThemeError: Error, Sendable, Hashable, LocalizedError, CustomStringConvertible {
  case syntax(file: String, line: Int, reason: String)
  case unknownKey(file: String, line: Int, key: String, known: [String])
  case badValue(file: String, line: Int, key: String, expected: String)

  /// What is wrong, where, and what to do.
  package var description: String {
    switch self {
    case .syntax(let file, let line, let reason):
      return "\(file):\(line): this is not TOML (\(reason)); correct the line"
    case .unknownKey(let file, let line, let key, let known):
      return "\(file):\(line): nothing is called \(key) here; remove it or use one of "
        + known.joined(separator: ", ")
    case .badValue(let file, let line, let key, let expected):
      return "\(file):\(line): \(key) must be \(expected)"
    }
  }

  /// The same sentence.
  package var errorDescription: String? { description }
}
