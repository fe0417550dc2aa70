/// What can be wrong with a command line. The wording stands here and nowhere else.
enum CommandError: Error, Equatable, CustomStringConvertible {
  case unknownCommand(String, nearest: String?)
  case missingArgument(String, usage: String)
  case tooManyArguments(String, usage: String)
  case notANumber(String, parameter: String, usage: String)
  case tokenOutside(Int, count: Int)
  case endOutside(Int, count: Int)
  case placeOutside(Int, count: Int)
  case emptyRange(Int, Int)
  case unknownType(String, known: [String])
  case unknownRelation(String, known: [String])
  case unknownPost(String)
  case unknownSystem(String, known: [String])
  case sliceOutside(String, count: Int)
  case unknownWord(String, parameter: String, known: [String])
  case unavailable(String, reason: String)
  case noPost
  case noCount(String)
  case noSuch(String, Int, count: Int)

  var description: String {
    switch self {
    case .unknownCommand(let name, let nearest):
      "no command \"\(name)\"" + (nearest.map { "; did you mean :\($0)?" } ?? "; ? lists them all")
    case .missingArgument(let name, let usage): "\(name) is missing; usage :\(usage)"
    case .tooManyArguments(let extra, let usage): "\"\(extra)\" is too much; usage :\(usage)"
    case .notANumber(let text, let parameter, let usage):
      "\(parameter) must be a number, not \"\(text)\"; usage :\(usage)"
    case .tokenOutside(let n, let count):
      "there is no token \(n); this post has tokens 0 to \(count - 1)"
    case .endOutside(let n, let count):
      "a range of this post ends at \(count) at most, one past its last token, not at \(n)"
    case .placeOutside(let n, let count):
      "there is no post \(n) in this list; it has 1 to \(count)"
    case .emptyRange(let from, let to):
      "\(from) to \(to) covers no token; the end is one past the last token"
    case .unknownType(let name, let known):
      "no entity type \"\(name)\" here; types are \(known.joined(separator: " "))"
    case .unknownRelation(let name, let known):
      "no relation \"\(name)\" here; "
        + (known.isEmpty
          ? "this dataset has none" : "relations are \(known.prefix(4).joined(separator: " ")) …")
    case .unknownPost(let id): "no post \"\(id)\" in this dataset; / searches"
    case .unknownSystem(let name, let known):
      "no system \"\(name)\" answered here; "
        + (known.isEmpty ? "none did" : "there is \(known.joined(separator: ", "))")
    case .sliceOutside(let text, let count):
      count == 0
        ? "no map with heads is shown here"
        : "no head \"\(text)\"; give 1 to \(count), or mean"
    case .unknownWord(let word, let parameter, let known):
      "\(parameter) is \(known.joined(separator: " or ")), not \"\(word)\""
    case .unavailable(let name, let reason): "\(name): \(reason)"
    case .noCount(let name): "\(name) takes no number before it"
    case .noSuch(let what, let n, let count):
      count == 0
        ? "this post has no \(what)" : "there is no \(what) \(n); this post has \(count)"
    case .noPost: "no post is listed; Esc ends the search"
    }
  }
}
