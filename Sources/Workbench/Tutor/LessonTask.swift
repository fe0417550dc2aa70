import Annotations
import Corpora

/// One task of a lesson: what to do, and what must hold then, whatever keys were pressed. Those of
/// `twinlens tutor` are about mistakes in the labels, those of a lesson's file about anything that
/// can be on screen.
struct LessonTask: Sendable {
  /// What it teaches, in a word or two.
  let topic: String
  /// The post that is shown first.
  let post: Post.ID
  /// Mistakes that are put into the right labels.
  var errors: [SeededError] = []
  /// An edit that is made when the task begins, to be taken back.
  var slip: SeededError?
  /// What must hold for it to be done.
  let checks: [LessonCheck]
  /// The list that it begins with; nil lists all posts.
  var query: String?
  var quiz: LessonQuiz?
  /// What to do, with the keys for it.
  let text: @Sendable (LessonWords) -> String
  /// The keys alone, one after the other, two blanks apart; empty where nothing is to be pressed.
  let hint: @Sendable (LessonWords) -> String
  /// What is to be seen once it is done; nil goes on with the next task at once.
  var after: (@Sendable (LessonWords) -> String)?
  /// The few words of it for a room.
  var slide = ""
  /// For whoever presents it.
  var notes = ""
  /// Its place in the lesson, counted from 0.
  var number = 0

  /// A task about the labels of posts.
  init(
    topic: String, post: Post.ID, errors: [SeededError], slip: SeededError? = nil,
    wants: [LessonCheck] = [], text: @escaping @Sendable (LessonWords) -> String,
    hint: @escaping @Sendable (LessonWords) -> String
  ) {
    self.init(topic: topic, post: post, checks: [.labels] + wants, text: text, hint: hint)
    (self.errors, self.slip) = (errors, slip)
  }

  /// A task that is done when checks hold.
  init(
    topic: String, post: Post.ID, checks: [LessonCheck],
    text: @escaping @Sendable (LessonWords) -> String,
    hint: @escaping @Sendable (LessonWords) -> String
  ) {
    (self.topic, self.post, self.checks, self.text, self.hint) = (topic, post, checks, text, hint)
  }

  /// The posts whose labels it is about.
  var posts: Set<Post.ID> { Set(errors.map(\.post) + [slip?.post ?? post]) }

  /// Whether it goes on only when it is told to, so that there is time to look.
  var waits: Bool { after != nil }
}

/// The keys and words that the sentences of a task are made of: the person's own keys, the words of
/// the post and the right labels.
struct LessonWords {
  let state: WorkbenchState
  /// The post with its right labels.
  let right: Post

  /// The key of a command.
  func key(_ command: String) -> String {
    let label = state.keymap.label(command)
    return label.isEmpty ? ":\(command)" : label
  }

  /// The key of a type: its letter says more than its number.
  func type(_ type: EntityType) -> String {
    let command = "type \(type.rawValue)"
    return state.keymap.keys(for: command).last.map(KeyName.label) ?? ":\(command)"
  }

  /// A sentence in which `{next-mention}` stands for the key of that command.
  func filled(_ template: String) -> String {
    LessonTemplate(template).parts.map { part in
      switch part {
      case .text(let text): state.safe(text)
      case .command(let command):
        command.hasPrefix("type ")
          ? type(EntityType(rawValue: String(command.dropFirst(5)))) : key(command)
      }
    }.joined()
  }

  /// The words of a mention in quotes, counted from 0.
  func mention(_ place: Int) -> String {
    right.mentions.indices.contains(place) ? right.quote(right.mentions[place].range) : "?"
  }

  /// The key of the right relation of the first pair.
  var relationKey: String {
    right.relations.first.flatMap { state.inventory.key(of: $0.label) }.map(String.init) ?? "?"
  }

  /// The right relation of the first pair.
  var relation: String { right.relations.first?.label ?? "?" }

  /// The letters that `jump` puts on a word; the last one as a capital where words are selected up
  /// to it.
  func jump(_ token: Int, selects: Bool = false) -> String {
    let labels = JumpLayer.labels(right.tokens.count)
    guard labels.indices.contains(token) else { return "?" }
    let letters = labels[token]
    return selects ? letters.dropLast() + letters.suffix(1).uppercased() : letters
  }

  /// The word at a token in quotes.
  func word(_ token: Int) -> String { right.quote(token..<(token + 1)) }
}
