import Corpora
import Extractors
import Screen

/// An expert for mentions as the tables show it: a column of its own.
struct Seat: Sendable {
  /// The expert's name, or what kind of expert would sit here.
  let name: String
  /// At most five letters for the margin of the text.
  let short: String
  let role: Role
  /// What it says; nil where nobody sits.
  let prediction: Prediction?

  init(_ answer: Answer, short: String? = nil) {
    name = answer.expert
    self.short = short ?? String(answer.expert.prefix(5))
    role = answer.seesPicture ? .multimodalExpert : .textExpert
    prediction = answer.mentions
  }

  init(empty name: String, short: String, _ role: Role) {
    (self.name, self.short, self.role, prediction) = (name, short, role, nil)
  }
}

extension WorkbenchState {
  /// Answers with mentions of experts that are not hidden.
  var visibleAnswers: [Answer] {
    (analysis?.mentionAnswers ?? []).filter { !choice.hidden.contains($0.expert) }
  }

  /// The experts' columns. One expert of each kind has a fixed place, so that nothing moves from
  /// post to post; several stand in the roster's order.
  var seats: [Seat] {
    let answers = visibleAnswers
    let (text, multimodal) = (
      answers.filter { !$0.seesPicture }, answers.filter(\.seesPicture)
    )
    guard choice.hidden.isEmpty, text.count <= 1, multimodal.count <= 1 else {
      return answers.map { Seat($0) }
    }
    return [
      text.first.map { Seat($0, short: "text") }
        ?? Seat(empty: "text", short: "text", .textExpert),
      multimodal.first.map { Seat($0, short: "multi") }
        ?? Seat(empty: "multimodal", short: "multi", .multimodalExpert),
    ]
  }

  /// As many of the columns as fit, taking turns: the shown expert's first where not all do.
  func seats(fitting count: Int) -> [Seat] {
    let all = seats
    guard all.count > max(1, count) else { return all }
    let first = all.firstIndex { $0.name == shown?.expert } ?? 0
    return (0..<max(1, count)).map { all[(first + $0) % all.count] }
  }

  /// Ranges of the post of which the visible experts say different things.
  var disputedRanges: [Range<Int>] {
    let answers = visibleAnswers.compactMap(\.mentions)
    guard answers.count > 1 else { return [] }
    let sets = answers.map { Set($0.mentions.map(\.mention)) }
    let all = sets.reduce(into: Set<EntityMention>()) { $0.formUnion($1) }
    return all.filter { mention in !sets.allSatisfy { $0.contains(mention) } }.map(\.range)
  }

  /// Whether the visible relation experts say different things of a pair.
  func isDisputed(_ pair: RelationMention) -> Bool {
    Set(
      relationAnswers.compactMap { answers, _ in answers[pair.head, pair.tail]?.label }
    ).count > 1
  }

  /// Hides an expert, or shows it again; without a name shows all.
  mutating func hide(_ name: String?) -> [Effect] {
    guard let name else {
      choice.hidden = []
      notice = Notice(text: "all experts are shown")
      return []
    }
    if choice.hidden.remove(name) != nil {
      notice = Notice(text: "\(name) is shown")
      return []
    }
    guard tracedSystems.contains(where: { $0.system == name }) else {
      return refuse("there is no expert \(name) to hide")
    }
    guard tracedSystems.count > 1 else { return refuse("\(name) is the only expert on screen") }
    choice.hidden.insert(name)
    if choice.system == name { choice.system = nil }
    notice = Notice(text: "\(name) is hidden; \(keymap.label("hide")) shows it again")
    return []
  }

  /// Whether the experts on screen disagree on a post; nil as long as nobody has asked them.
  func isDisputed(post index: Int) -> Bool? {
    guard let verdicts = facts.verdicts[index] else { return nil }
    // Numbers of different tasks differ in their last bit.
    let shown = verdicts.filter { !choice.hidden.contains($0.key) }.values
    let mentions = Set(shown.filter { $0 & 1 == 0 })
    let relations = Set(shown.filter { $0 & 1 == 1 })
    return mentions.count > 1 || relations.count > 1
  }
}
