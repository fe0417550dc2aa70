import Corpora
import Extractors
import Queries
import Screen

/// An expert for mentions as the tables show it: a column of its own.
struct Seat: Sendable {
  /// The expert's name, or what kind of expert would sit here.
  let name: String
  /// At most six letters for the margin of the text.
  private(set) var short: String
  let role: Role
  /// What it says; nil where nobody sits.
  let prediction: Prediction?

  init(_ answer: Answer) {
    name = answer.expert
    short = String(answer.expert.prefix(6))
    role = answer.seesPicture ? .multimodalExpert : .textExpert
    prediction = answer.mentions
  }

  /// The same with another name in the margin.
  func called(_ short: String) -> Seat {
    var result = self
    result.short = short
    return result
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
  /// post to post; several stand in the roster's order. They are there before the experts answer,
  /// and none is where there are no models or they
  /// are hidden.
  var seats: [Seat] {
    guard asksModels else { return [] }
    // Who learned no labels has signals, but no column.
    let silent = Set(members.filter(\.isWithoutLabels).map(\.name)).union(
      visibleAnswers.filter { $0.mentions?.isWithoutLabels == true }.map(\.expert))
    let answers = visibleAnswers.filter { !silent.contains($0.expert) }
    let all = members.filter {
      $0.task == .entities && !choice.hidden.contains($0.name) && !silent.contains($0.name)
    }
    let seats =
      all.isEmpty && members.isEmpty
      ? answers.map { Seat($0) }
      : all.map { member in
        answers.first { $0.expert == member.name }.map { Seat($0) }
          ?? Seat(
            empty: member.name, short: String(member.name.prefix(6)),
            member.seesPicture ? .multimodalExpert : .textExpert)
      }
    let text = seats.filter { $0.role == .textExpert }
    let multimodal = seats.filter { $0.role == .multimodalExpert }
    guard silent.isEmpty, choice.hidden.isEmpty, text.count <= 1, multimodal.count <= 1,
      members.isEmpty || !all.isEmpty, members.count != 1
    else { return seats }
    return [
      text.first?.called("text") ?? Seat(empty: "text", short: "text", .textExpert),
      multimodal.first?.called("multi")
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
    let answers = visibleAnswers.compactMap(\.mentions).filter { !$0.isWithoutLabels }
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

  /// Names of all experts that are open, as far as they are known.
  var expertNames: [String] {
    members.isEmpty ? tracedSystems.map(\.system) + choice.hidden.sorted() : members.map(\.name)
  }

  /// Hides an expert, or shows it again; without a name shows all.
  mutating func hide(_ name: String?) -> [Effect] {
    guard let name else {
      choice.hidden = []
      return disputeAgain(Notice(text: "all experts are shown"))
    }
    if choice.hidden.remove(name) != nil {
      return disputeAgain(Notice(text: "\(name) is shown"))
    }
    guard expertNames.contains(name) else { return refuse("there is no expert \(name) to hide") }
    guard expertNames.count - choice.hidden.count > 1 else {
      return refuse("\(name) is the only expert on screen")
    }
    choice.hidden.insert(name)
    if choice.system == name { choice.system = nil }
    return disputeAgain(
      Notice(text: "\(name) is hidden; :hide \(name) shows it again, :hide all of them"))
  }

  /// Who is on screen decides what is disputed: a list of such posts is made again.
  private mutating func disputeAgain(_ notice: Notice) -> [Effect] {
    var effects: [Effect] = []
    if let text = queue.query, let query = parsed(text), query.needs.contains(.dispute) {
      effects = search(text, adopt: true)
    }
    self.notice = notice
    return effects
  }

  /// Why nothing can be disputed; nil when two experts on screen answer the same question.
  var nothingDisputed: String? {
    guard !members.isEmpty else { return nil }
    let shown = members.filter { !choice.hidden.contains($0.name) && !$0.isWithoutLabels }
    let isComparable = ExpertTask.allCases.contains { task in
      shown.count { $0.task == task } > 1
    }
    return isComparable
      ? nil
      : "no two experts on screen answer the same question; open more with --system A,B"
        + (choice.hidden.isEmpty ? "" : ", or show them again with :hide")
  }
}
