import Corpora
import Queries
import Settings
import TOMLKit

/// Takes a lesson's TOML apart; what is wrong is collected with its lines, and reading goes on.
struct LessonReader {
  let file: String
  let lines: SettingsLines
  private(set) var problems: [LessonProblem] = []

  typealias Value = any TOMLValueConvertible
  typealias Read = (title: String, dataset: String?, systems: [String], steps: [LessonFile.Step])

  init(file: String, lines: SettingsLines) { (self.file, self.lines) = (file, lines) }

  mutating func note(_ line: Int, _ words: String) {
    problems.append(LessonProblem(file, line, words))
  }

  /// The lesson; nil where it is none at all.
  mutating func lesson(_ table: TOMLTable) -> Read? {
    let lines = lines
    let line = { (key: String) in lines.line(of: key) ?? 0 }
    check(table, known: ["title", "dataset", "systems", "step"], what: "key", line: line)
    let title = text(table, "title", most: LessonFile.Bound.title, line: line)
    if title == nil, table["title"] == nil { note(0, "there is no title = \"…\"") }
    let dataset = text(table, "dataset", most: 1_000, line: line)
    let systems = strings(table, "systems", line: line)
    guard let all = table["step"]?.array, !all.isEmpty else {
      note(line("step"), "a lesson has at least one [[step]]")
      return nil
    }
    guard all.count <= LessonFile.Bound.steps else {
      note(0, "\(all.count) steps; a lesson has at most \(LessonFile.Bound.steps)")
      return nil
    }
    var steps: [LessonFile.Step] = []
    for (number, value) in all.enumerated() {
      let place = LessonFile.Place(lines: lines, number: number)
      guard let step = value.table else {
        note(place.line("title"), "a step begins with [[step]]")
        continue
      }
      if let read = self.step(step, place) { steps.append(read) }
    }
    guard let title else { return nil }
    return (title, dataset == "sample" ? nil : dataset, systems, steps)
  }

  private static let stepKeys = [
    "title", "text", "hint", "after", "slide", "notes", "post", "query", "check", "quiz",
  ]

  private mutating func step(_ table: TOMLTable, _ place: LessonFile.Place) -> LessonFile.Step? {
    let line = { (key: String) in place.line(key) }
    check(table, known: Self.stepKeys, what: "key of a step", line: line)
    let most = LessonFile.Bound.text
    let title = text(table, "title", most: LessonFile.Bound.title, line: line)
    let words = text(table, "text", most: most, line: line)
    for (key, value) in [("title", title), ("text", words)] where value == nil && table[key] == nil
    {
      note(line(key), "the step has no \(key) = \"…\"")
    }
    let hint = text(table, "hint", most: most, collapses: false, line: line) ?? ""
    let after = text(table, "after", most: most, line: line) ?? ""
    for (key, template) in [("text", words ?? ""), ("hint", hint), ("after", after)] {
      for command in LessonTemplate(template).commands { check(command: command, line(key)) }
    }
    let post = text(table, "post", most: 200, line: line)
    let query = text(table, "query", most: 1_000, line: line)
    if let query {
      do throws(QueryError) { _ = try Query.parse(query) } catch {
        note(line("query"), error.description)
      }
    }
    var checks: [LessonCheck] = []
    if let value = table["check"] {
      if let wanted = value.table {
        checks = self.checks(wanted, hasPost: post != nil) { place.line($0, in: "check") }
      } else {
        note(line("check"), "check must be a table such as { layer = \"explain\" }")
      }
    }
    var quiz: LessonQuiz?
    if let value = table["quiz"] {
      if let asked = value.table {
        quiz = self.quiz(asked, hasPost: post != nil) { place.line($0, in: "quiz") }
      } else {
        note(line("quiz"), "quiz must be a table such as { ask = \"route\" }")
      }
    }
    guard let title, let words else { return nil }
    return LessonFile.Step(
      title: title, text: words, hint: hint, after: after,
      slide: text(table, "slide", most: 80, line: line) ?? "",
      notes: text(table, "notes", most: LessonFile.Bound.notes, collapses: false, line: line) ?? "",
      post: post, query: query, checks: checks, quiz: quiz, place: place)
  }

  private mutating func check(command: String, _ line: Int) {
    let name = command.split(separator: " ").first.map(String.init) ?? ""
    guard Action.named(name) == nil else { return }
    let nearest = NearestName.find(name, among: Action.all.map(\.name))
    note(
      line,
      "{\(command.prefix(60))} names no command"
        + (nearest.map { "; did you mean {\($0)}?" } ?? "; twinlens keys lists them"))
  }

  // MARK: Quiz

  private mutating func quiz(
    _ table: TOMLTable, hasPost: Bool, line: (String) -> Int
  ) -> LessonQuiz? {
    check(
      table, known: ["ask", "words", "type", "options", "answer", "hides"], what: "key of a quiz",
      line: line)
    let kinds = ["type", "route", "choice"]
    guard let ask = text(table, "ask", most: 20, line: line) else {
      if table["ask"] == nil {
        note(line("ask"), "a quiz asks: ask = \"type\", \"route\" or \"choice\"")
      }
      return nil
    }
    if !hasPost { note(line("ask"), "a quiz is about a post: the step needs post = \"…\"") }
    var hides = true
    if let value = table["hides"] {
      if let flag = value.bool {
        hides = flag
      } else {
        note(line("hides"), "hides must be true or false")
      }
    }
    switch ask {
    case "type":
      guard let words = text(table, "words", most: 200, line: line) else {
        if table["words"] == nil {
          note(line("ask"), "ask = \"type\" needs the words it is about: words = \"…\"")
        }
        return nil
      }
      // The right type is that of the labels, which `problems(in:)` looks up.
      return LessonQuiz(question: .type(words: words, right: EntityType("")), hides: true)
    case "route": return LessonQuiz(question: .route, hides: true)
    case "choice":
      let options = strings(table, "options", line: line)
      let answer = text(table, "answer", most: 80, line: line)
      guard (2...LessonFile.Bound.answers).contains(options.count) else {
        note(line("options"), "ask = \"choice\" needs options = [\"…\", \"…\"], from 2 to 9")
        return nil
      }
      guard let right = answer.flatMap({ options.firstIndex(of: $0) }) else {
        note(line("answer"), "answer must be one of \(options.joined(separator: ", "))")
        return nil
      }
      return LessonQuiz(question: .choice(options, right: right), hides: hides)
    default:
      note(line("ask"), "a quiz cannot ask \"\(ask)\"" + Self.meant(ask, kinds))
      return nil
    }
  }

  // MARK: Values

  /// `; did you mean X?`, or all that there are.
  static func meant(_ name: String, _ known: [String]) -> String {
    NearestName.find(name, among: known).map { "; did you mean \($0)?" }
      ?? "; there are \(known.joined(separator: ", "))"
  }

  mutating func check(
    _ table: TOMLTable, known: [String], what: String, line: (String) -> Int
  ) {
    for key in table.keys.sorted() where !known.contains(key) {
      note(line(key), "no \(what) is called \(key.prefix(60))" + Self.meant(key, known))
    }
  }

  /// A string; nil where there is none. Lines and blanks become one blank, or stay as they are.
  mutating func text(
    _ table: TOMLTable, _ key: String, most: Int, collapses: Bool = true, line: (String) -> Int
  ) -> String? {
    guard let value = table[key] else { return nil }
    guard let string = value.string else {
      note(line(key), "\(key) must be a text in quotes")
      return nil
    }
    let text =
      collapses
      ? string.split(whereSeparator: \.isWhitespace).joined(separator: " ") : string
    guard !text.isEmpty, text.count <= most else {
      note(
        line(key),
        text.isEmpty
          ? "\(key) is empty" : "\(key) has \(text.count) letters; it has at most \(most)")
      return nil
    }
    return text
  }

  mutating func strings(_ table: TOMLTable, _ key: String, line: (String) -> Int) -> [String] {
    guard let value = table[key] else { return [] }
    let all = value.array?.map { $0.string ?? "" } ?? []
    if all.isEmpty || all.contains(where: { $0.isEmpty || $0.count > 80 }) {
      note(line(key), "\(key) must be a list of short texts in quotes")
      return []
    }
    return all
  }
}
