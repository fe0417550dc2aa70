import Corpora
import Routing

/// A question of a lesson: labels and answers are hidden until it is revealed.
package struct LessonQuiz: Sendable, Equatable {
  let question: Question
  /// Whether the post's labels and what the models say are hidden.
  let hides: Bool

  enum Question: Sendable, Equatable {
    /// Which type the mention of these words has, by the labels of the file.
    case type(words: String, right: EntityType)
    /// Where the router sends the post.
    case route
    /// One of several answers, the right one counted from 0.
    case choice([String], right: Int)
  }

  /// What can be answered.
  func options(types: [EntityType]) -> [String] {
    switch question {
    case .type: types.map(\.rawValue)
    case .route: [Route.text, .multimodal].map(\.rawValue)
    case .choice(let options, _): options
    }
  }

  /// The question of a step as it stands while a lesson is given.
  struct Asked: Sendable, Equatable {
    var given: String?
    var isRevealed = false
    /// Right or wrong, once that is known.
    var outcome: Outcome?
  }

  /// What came of a question.
  package struct Outcome: Sendable, Equatable {
    /// The step, counted from 1.
    package let step: Int
    package let title: String
    package let post: Post.ID
    /// What was answered; nil where it was revealed without an answer.
    package let given: String?
    package let right: String
    package var isRight: Bool { given == right }
  }
}

extension WorkbenchState {
  /// The question at hand; nil where the step asks none.
  var quiz: LessonQuiz? { lesson?.task?.quiz }

  /// What is hidden of a step that asks something and is not revealed.
  var hidesForQuiz: Bool {
    guard let lesson, let quiz else { return false }
    return quiz.hides && lesson.quizzes[lesson.place]?.isRevealed != true
  }

  /// Takes an answer: one of the options, its number, or its beginning.
  mutating func answerQuiz(_ text: String) -> [Effect] {
    guard let lesson, let quiz else { return [] }
    guard lesson.quizzes[lesson.place]?.isRevealed != true else {
      return refuse("the answer is revealed; what is answered now does not count")
    }
    let options = quiz.options(types: opened.types)
    let wanted = text.lowercased()
    let begun = options.filter { $0.lowercased().hasPrefix(wanted) }
    let found =
      Int(text).flatMap { options.indices.contains($0 - 1) ? options[$0 - 1] : nil }
      ?? options.first { $0.lowercased() == wanted } ?? (begun.count == 1 ? begun[0] : nil)
    guard let found, !wanted.isEmpty else {
      return refuse("no answer \"\(safe(text))\"; there are \(safe(quizOptions))")
    }
    self.lesson?.quizzes[lesson.place, default: LessonQuiz.Asked()].given = found
    notice = Notice(text: "your answer: \(safe(found)); :reveal shows the right one")
    return []
  }

  /// `1 PER, 2 LOC, 3 ORG, 4 MISC`.
  var quizOptions: String {
    (quiz?.options(types: opened.types) ?? []).enumerated().map { "\($0 + 1) \($1)" }
      .joined(separator: ", ")
  }

  /// Shows labels and answers; what was answered counts.
  mutating func revealQuiz() -> [Effect] {
    guard let lesson, let task = lesson.task, task.quiz != nil else { return [] }
    guard lesson.quizzes[lesson.place]?.isRevealed != true else {
      return refuse("it is revealed already")
    }
    self.lesson?.quizzes[lesson.place, default: LessonQuiz.Asked()].isRevealed = true
    if let index = indexOfID[task.post] { giveRightLabels(index) }
    return showModels(true)
  }

  /// Labelling the words that are asked about answers; counts what was revealed as soon as the
  /// right answer is known.
  mutating func followQuiz() {
    guard let lesson, let task = lesson.task, let quiz = task.quiz,
      let index = indexOfID[task.post]
    else { return }
    var asked = lesson.quizzes[lesson.place] ?? LessonQuiz.Asked()
    if !asked.isRevealed, case .type(let words, _) = quiz.question,
      let mention = post(index).mentions.first(where: { posts[index].words($0.range) == words })
    {
      asked.given = mention.type.rawValue
    }
    if asked.isRevealed, asked.outcome == nil, let right = rightAnswer(quiz, index) {
      asked.outcome = LessonQuiz.Outcome(
        step: lesson.place + 1, title: task.topic, post: task.post, given: asked.given,
        right: right)
    }
    self.lesson?.quizzes[lesson.place] = asked
  }

  private func rightAnswer(_ quiz: LessonQuiz, _ index: Int) -> String? {
    switch quiz.question {
    case .type(_, let right): right.rawValue
    case .route: shownRoute(index)?.route.rawValue
    case .choice(let options, let right): options.indices.contains(right) ? options[right] : nil
    }
  }

  /// What came of the question at hand, or what is to do.
  var quizSentence: String? {
    guard let lesson, quiz != nil else { return nil }
    let asked = lesson.quizzes[lesson.place] ?? LessonQuiz.Asked()
    guard asked.isRevealed else {
      let given = asked.given.map { "your answer: \(safe($0)); " } ?? ""
      return "\(given):answer N with \(safe(quizOptions)); :reveal shows the right one"
    }
    guard let outcome = asked.outcome else { return "the models are reading" }
    let score = "\(lesson.rightAnswers) of \(lesson.outcomes.count) right"
    switch outcome.given {
    case nil: return "the answer is \(safe(outcome.right)); \(score)"
    case outcome.right: return "right: \(safe(outcome.right)); \(score)"
    case let given?:
      return "wrong: \(safe(given)), and it is \(safe(outcome.right)); \(score)"
    }
  }
}
