import Annotations
import Corpora
import Routing

/// What the search line asks for: words, `name:value` filters and one regex, all of which must
/// hold.
///
///     ferry state:unreviewed route:text label:ORG /^RT/
struct Query: Sendable, Equatable {
  /// Lower-case texts that must stand in the post or its id.
  var words: [String] = []
  var filters: [Filter] = []
  /// A regular expression over the post's text.
  var regex: String?

  enum Filter: Sendable, Equatable {
    case state(ReviewState)
    case unreviewed
    case route(Route)
    case label(EntityType)
    case relation(String)
    case split(Split)
    case id(String)
    case picture(Bool)
    case differs
    case flips
  }

  /// What completion offers.
  static let filterNames = [
    "state:untouched", "state:edited", "state:reviewed", "state:unreviewed", "route:text",
    "route:multimodal", "label:", "relation:", "split:train", "split:dev", "split:test", "id:",
    "picture:yes", "picture:no", "is:different", "is:flip",
  ]

  /// What can be wrong with a query. The wording stands here.
  enum Failure: Error, Equatable, CustomStringConvertible {
    case unknownFilter(String)
    case unknownValue(String, of: String, known: [String])
    case notARegex(String)

    var description: String {
      switch self {
      case .unknownFilter(let name):
        "no filter \"\(name):\"; there is state: route: label: relation: split: id: picture: is:"
      case .unknownValue(let value, let name, let known):
        "\(name): knows \(known.joined(separator: ", ")), not \"\(value)\""
      case .notARegex(let text): "/\(text)/ is not a regular expression"
      }
    }
  }

  /// Reads a search line. Text in slashes is a regex, which may hold spaces.
  static func parse(_ line: String) throws(Failure) -> Query {
    var query = Query()
    var rest = line
    if let open = line.firstIndex(of: "/"), let close = line.lastIndex(of: "/"), open < close {
      let pattern = String(line[line.index(after: open)..<close])
      guard (try? Regex(pattern)) != nil else { throw .notARegex(pattern) }
      query.regex = pattern
      rest = line[..<open] + " " + line[line.index(after: close)...]
    }
    for word in rest.split(separator: " ") {
      let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2, parts[0].allSatisfy({ $0.isASCII && $0.isLetter }), !parts[0].isEmpty,
        !parts[1].hasPrefix("//")
      {
        // An unfinished `label:` filters nothing yet.
        if parts[1].isEmpty { continue }
        query.filters.append(try filter(String(parts[0]).lowercased(), String(parts[1])))
      } else {
        query.words.append(word.lowercased())
      }
    }
    return query
  }

  private static func filter(_ name: String, _ value: String) throws(Failure) -> Filter {
    let lower = value.lowercased()
    switch name {
    case "state":
      if lower == "unreviewed" { return .unreviewed }
      if let state = ReviewState(rawValue: lower) { return .state(state) }
      let known = ReviewState.allCases.map(\.rawValue) + ["unreviewed"]
      throw .unknownValue(value, of: name, known: known)
    case "route":
      if let route = Route(rawValue: lower) { return .route(route) }
      throw .unknownValue(value, of: name, known: ["text", "multimodal"])
    case "label": return .label(EntityType(value.uppercased()))
    case "relation": return .relation(lower)
    case "split":
      if let split = Split(rawValue: lower) { return .split(split) }
      throw .unknownValue(value, of: name, known: Split.allCases.map(\.rawValue))
    case "id": return .id(lower)
    case "picture":
      guard ["yes", "no"].contains(lower) else {
        throw .unknownValue(value, of: name, known: ["yes", "no"])
      }
      return .picture(lower == "yes")
    case "is":
      if lower == "different" { return .differs }
      if lower == "flip" { return .flips }
      throw .unknownValue(value, of: name, known: ["different", "flip"])
    default: throw .unknownFilter(name)
    }
  }
}
