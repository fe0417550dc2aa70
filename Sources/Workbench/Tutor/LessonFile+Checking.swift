import Corpora
import Settings
import Traces

extension LessonFile {
  /// The lesson with what the labels of a dataset say, where it has all that the lesson names.
  /// - Throws: `LessonProblems` that say which posts, words or types are not there, and what is.
  package func fitting(_ dataset: Dataset) throws(LessonProblems) -> LessonFile {
    var problems: [LessonProblem] = []
    let types = dataset.labelInventory
    let steps = steps.map { step in
      var step = step
      func note(_ key: String, in table: String? = nil, _ words: String) {
        problems.append(LessonProblem(file, step.place.line(key, in: table), words))
      }
      func known(_ id: Post.ID, _ key: String, in table: String? = nil) -> Post? {
        if let post = dataset.post(id: id) { return post }
        let nearest = NearestName.find(id, among: dataset.posts.lazy.map(\.id))
        note(
          key, in: table,
          "no post \(id.prefix(80)) in \(dataset.name)"
            + (nearest.map { "; did you mean \($0)?" }
              ?? dataset.posts.first.map { "; the first is \($0.id)" } ?? ""))
        return nil
      }
      let post = step.post.flatMap { known($0, "post") }
      for check in step.checks {
        switch check {
        case .post(let id): _ = known(id, "post", in: "check")
        case .label(let words, let type):
          if let post, post.range(ofWords: words) == nil {
            note("label", in: "check", Self.noWords(words, post))
          }
          if !types.contains(type) {
            note(
              "label", in: "check",
              "no type \(type.rawValue.prefix(40)) in \(dataset.name)"
                + LessonReader.meant(type.rawValue, types.map(\.rawValue)))
          }
        default: break
        }
      }
      guard case .type(let words, _)? = step.quiz?.question, let post else { return step }
      guard let mention = post.mentions.first(where: { post.words($0.range) == words }) else {
        let mentions = post.mentions.map { "\"\(post.words($0.range))\"" }.joined(separator: ", ")
        note(
          "words", in: "quiz",
          post.range(ofWords: words) == nil
            ? Self.noWords(words, post)
            : "post \(post.id) has no label on \"\(words)\"; "
              + (mentions.isEmpty ? "it has none" : "its labels are on \(mentions)"))
        return step
      }
      step.quiz = LessonQuiz(question: .type(words: words, right: mention.type), hides: true)
      return step
    }
    guard problems.isEmpty else { throw LessonProblems(problems) }
    var result = self
    result.steps = steps
    return result
  }

  private static func noWords(_ words: String, _ post: Post) -> String {
    "post \(post.id) does not say \"\(words.prefix(80))\"; its words are: "
      + post.words(0..<min(40, post.tokens.count))
  }

  /// Whether it names what only the models know.
  package var asksModels: Bool { steps.contains { $0.asksModels } }

  /// One system's signals of a post.
  package typealias Shown = (system: String, signals: [Signal])

  /// What of the lesson the models do not have: experts, signals, heads.
  /// - Parameter shown: what every system, the router's reasons among them, shows of a post.
  package func problems(_ shown: (Post.ID?) -> [Shown]) -> [LessonProblem] {
    var problems: [LessonProblem] = []
    // A step goes on where the one before it left off.
    var (post, system, map): (Post.ID?, String?, String?) = (nil, nil, nil)
    for step in steps {
      if step.post != nil { post = step.post }
      guard step.asksModels else { continue }
      let all = shown(post)
      func note(_ key: String, _ words: String) {
        problems.append(LessonProblem(file, step.place.line(key, in: "check"), words))
      }
      for check in step.checks {
        switch check {
        case .system(let name):
          if all.contains(where: { $0.system == name }) {
            (system, map) = (name, nil)
          } else {
            note(
              "system",
              "no expert \(name.prefix(60)) is open" + LessonReader.meant(name, all.map(\.system)))
          }
        case .map(let name):
          let maps = signals(all, system).filter(\.isSpatial).map(\.name)
          if maps.contains(name) {
            map = name
          } else {
            note("map", Self.unknown("map", name, maps, system))
          }
        case .signal(let name, _):
          let names = signals(all, system).map(\.name)
          if !names.contains(name) { note("signal", Self.unknown("signal", name, names, system)) }
        case .head(let number):
          let maps = signals(all, system).filter { map == nil ? $0.sliceCount > 1 : $0.name == map }
          let most = maps.map(\.sliceCount).max() ?? 0
          if number > most || most < 2 {
            note(
              "head",
              most < 2
                ? "nothing that \(system ?? "any expert") shows of \(post ?? "the post") has heads, layers or slots"
                : "there is no head \(number) here; there are 1 to \(most)")
          }
        default: break
        }
      }
    }
    return problems
  }

  private func signals(_ all: [Shown], _ system: String?) -> [Signal] {
    all.filter { system == nil || $0.system == system || $0.system == Self.router }
      .flatMap(\.signals)
  }

  /// What the reasons of a route are filed under.
  package static let router = "the router"

  private static func unknown(
    _ what: String, _ name: String, _ known: [String], _ system: String?
  ) -> String {
    var names: [String] = []
    for name in known where !names.contains(name) { names.append(name) }
    return
      "\(system ?? "no expert") \(system == nil ? "shows a" : "shows no") \(what) \(name.prefix(60)) here"
      + (names.isEmpty ? "; it shows none of this post" : LessonReader.meant(name, names))
  }
}

extension LessonFile.Step {
  fileprivate var asksModels: Bool {
    checks.contains {
      switch $0 {
      case .system, .map, .signal, .head: true
      default: false
      }
    }
  }
}
