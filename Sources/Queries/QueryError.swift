/// What is wrong with a query, and where. The wording stands here.
package struct QueryError: Error, Sendable, Equatable, CustomStringConvertible {
  package let problem: Problem
  /// The characters of the line that are meant.
  package let place: Range<Int>

  package enum Problem: Error, Sendable, Equatable {
    case unknownField(String, nearest: String?)
    case unknownValue(String, of: String, known: [String], nearest: String?)
    case notARange(String, of: String, NumberRange.Scale)
    case notAMoment(String, of: String)
    case notARegex(String, Pattern.Failure)
    case orderInside
    case tooDeep
    case tooLong
    indirect case saved(String, Problem)
  }

  package var description: String { problem.words(" (column \(place.lowerBound + 1))") }

  /// The query with a line under it that points at what is meant, for messages of several lines.
  /// - Parameter width: columns of a character.
  package func pointing(at line: String, width: (Character) -> Int) -> String {
    let characters = Array(line)
    let end = min(characters.count, place.upperBound)
    let start = min(place.lowerBound, end)
    let before = characters[..<start].reduce(0) { $0 + width($1) }
    let marked = characters[start..<end].reduce(0) { $0 + width($1) }
    return line + "\n" + String(repeating: " ", count: before)
      + String(repeating: "^", count: max(1, marked))
  }
}

extension QueryError.Problem {
  /// - Parameter place: where, in parentheses, behind what is wrong.
  func words(_ place: String) -> String {
    switch self {
    case .unknownField(let name, let nearest):
      "there is no field \(name):\(place)" + Self.meant(nearest.map { $0 + ":" })
        + "; fields are " + QueryField.allNames.map { $0 + ":" }.joined(separator: " ")
        + " (quote \"\(name):…\" to search for the text)"
    case .unknownValue(let value, let name, let known, let nearest):
      "\(name): takes \(known.joined(separator: ", ")), not \"\(value)\"\(place)"
        + Self.meant(nearest)
    case .notARange(let text, let name, .share):
      "\(name): takes a range from 0 to 1 such as >.6, <.4 or .4-.6, not \"\(text)\"\(place)"
    case .notARange(let text, let name, .count):
      "\(name): takes a number or a range such as 4, >20, <=3 or 2..5, not \"\(text)\"\(place)"
    case .notAMoment(let text, let name):
      "\(name): takes a day such as 2026-11-21, a minute such as 2026-11-21T08:30, or how long ago: "
        + "90m, 2h, 3d, 1w; not \"\(text)\"\(place)"
    case .notARegex(let text, let failure): "/\(text)/: \(failure)\(place)"
    case .orderInside: "sort: stands outside parentheses and without a not\(place)"
    case .tooDeep:
      "more than \(QueryReader.mostDepth) parentheses or nots stand in each other\(place)"
    case .tooLong: "a query has at most \(QueryReader.mostTerms) terms\(place)"
    case .saved(let name, let problem): "@\(name)\(place): " + problem.words("")
    }
  }

  private static func meant(_ nearest: String?) -> String {
    nearest.map { "; did you mean \($0)?" } ?? ""
  }
}
