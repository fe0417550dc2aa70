import Corpora
import Queries
import Settings
import TOMLKit

extension LessonCheck {
  /// One key of a step's `check` table.
  struct Kind: Sendable {
    let name: String
    /// What it takes, in words that show how to write it.
    let takes: String
    /// Whether it is about the step's post.
    var needsPost = false
    /// The check; nil where the value is none.
    let read: @Sendable (LessonReader.Value) -> LessonCheck?
  }

  /// Everything that a lesson can ask for. `signal` has `above` and `below` beside it.
  static let kinds: [Kind] = [
    Kind(name: "post", takes: "the id of a post") { $0.string.map { .post($0) } },
    Kind(
      name: "layer", takes: "one of " + LessonLayer.all.map(\.name).joined(separator: ", ")
    ) { value in LessonLayer.all.first { $0.name == value.string }.map { .layer($0) } },
    Kind(name: "system", takes: "the name of an expert") { $0.string.map { .system($0) } },
    Kind(name: "map", takes: "the name of a map over the picture") { $0.string.map { .map($0) } },
    Kind(name: "head", takes: "a number from 1, or \"mean\"") { value in
      value.string == "mean" ? .head(0) : value.int.flatMap { $0 > 0 ? .head($0) : nil }
    },
    Kind(name: "heat", takes: "true or false") { $0.bool.map { .heat($0) } },
    Kind(name: "signal", takes: "the name of a signal") {
      $0.string.map { .signal($0, LessonCheck.anyValue) }
    },
    Kind(name: "above", takes: "a number") { number($0).map { .signal("", $0...Float.infinity) } },
    Kind(name: "below", takes: "a number") { number($0).map { .signal("", -Float.infinity...$0) } },
    Kind(name: "cut", takes: "a threshold from 0 to 1") { value in
      number(value).flatMap { (0...1).contains($0) ? .cut($0) : nil }
    },
    Kind(name: "query", takes: "a query in quotes, as behind /") { value in
      value.string.flatMap { try? Query.parse($0) }.map { .query($0) }
    },
    Kind(
      name: "label", takes: "{ words = \"…\", type = \"…\" }", needsPost: true
    ) { value in
      guard let table = value.table, Set(table.keys) == ["words", "type"],
        let words = table["words"]?.string, let type = table["type"]?.string
      else { return nil }
      return .label(words: words, type: .normalized(type))
    },
    Kind(name: "accepted", takes: "true, or how many posts", needsPost: false) { value in
      value.bool == true
        ? .accepted : value.int.flatMap { (1...100_000).contains($0) ? .acceptedPosts($0) : nil }
    },
    Kind(name: "flagged", takes: "true", needsPost: true) { $0.bool == true ? .flagged : nil },
    Kind(name: "noted", takes: "true", needsPost: true) { $0.bool == true ? .noted : nil },
    Kind(name: "route", takes: "\"text\", \"multimodal\" or \"known\"") { value in
      switch value.string {
      case "text": .route(.text)
      case "multimodal": .route(.multimodal)
      case "known": .route(nil)
      default: nil
      }
    },
    Kind(
      name: "router",
      takes: "one of " + RouterStage.allCases.map(\.rawValue).joined(separator: ", ")
    ) { $0.string.flatMap(RouterStage.init(rawValue:)).map { .router($0) } },
    Kind(name: "models", takes: "true for shown, false for hidden") { $0.bool.map { .models($0) } },
  ]

  private static func number(_ value: LessonReader.Value) -> Float? {
    let number = value.double ?? value.int.map(Double.init)
    return number.flatMap { $0.isFinite ? Float($0) : nil }
  }
}

extension LessonReader {
  /// The checks of a step, in the order of the table of kinds.
  mutating func checks(
    _ table: TOMLTable, hasPost: Bool, line: (String) -> Int
  ) -> [LessonCheck] {
    check(table, known: LessonCheck.kinds.map(\.name), what: "check", line: line)
    var checks: [LessonCheck] = []
    for kind in LessonCheck.kinds {
      guard let value = table[kind.name] else { continue }
      if kind.needsPost, !hasPost {
        note(line(kind.name), "\(kind.name) is about a post: the step needs post = \"…\"")
      }
      guard let check = kind.read(value) else {
        note(line(kind.name), "\(kind.name) takes \(kind.takes)" + meantWord(kind, value))
        continue
      }
      checks = Self.adding(check, to: checks)
    }
    if case .signal("", _)? = checks.first(where: { if case .signal = $0 { true } else { false } })
    {
      note(line("signal"), "above and below are about a signal: signal = \"…\"")
    }
    if checks.contains(.accepted), !hasPost {
      note(line("accepted"), "accepted = true is about a post: the step needs post = \"…\"")
    }
    return checks
  }

  private func meantWord(_ kind: LessonCheck.Kind, _ value: Value) -> String {
    guard kind.name == "layer", let word = value.string else { return "" }
    return NearestName.find(word, among: LessonLayer.all.map(\.name))
      .map { "; did you mean \($0)?" } ?? ""
  }

  /// Bounds belong to the signal before them.
  private static func adding(_ check: LessonCheck, to checks: [LessonCheck]) -> [LessonCheck] {
    guard case .signal("", let bound) = check,
      case .signal(let name, let range)? = checks.last
    else { return checks + [check] }
    let low = max(range.lowerBound, bound.lowerBound)
    return checks.dropLast() + [
      .signal(name, low...max(low, min(range.upperBound, bound.upperBound)))
    ]
  }
}
