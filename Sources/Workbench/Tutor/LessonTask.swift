import Annotations
import Corpora

/// One task of a lesson: a mistake to be corrected, and what to do about it. The labels decide
/// whether it is done, whatever keys were pressed.
struct LessonTask: Sendable {
  /// What it teaches, in a word or two.
  let topic: String
  /// The post that is shown first.
  let post: Post.ID
  let errors: [SeededError]
  /// An edit that is made when the task begins, to be taken back.
  var slip: SeededError?
  /// What is asked for beside right labels.
  var wants: Set<Want> = []
  /// What to do, with the keys for it.
  let text: @Sendable (LessonWords) -> String
  /// The keys alone, one after the other.
  let hint: @Sendable (LessonWords) -> String

  enum Want: Sendable, Hashable, CaseIterable {
    case accepted, flagged, noted

    /// What is still to be done.
    var words: String {
      switch self {
      case .accepted: "the labels are right; the post is not accepted"
      case .flagged: "the post is not flagged"
      case .noted: "the post has no note"
      }
    }
  }

  /// The posts whose labels it is about.
  var posts: Set<Post.ID> { Set(errors.map(\.post) + [slip?.post ?? post]) }
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
