import Corpora

/// One condition of a query at work, with what it remembers from post to post.
struct QueryLeaf {
  let condition: Query.Condition
  let looking: Looking
  private var table: PatternTable?
  /// Names that were compared, and whether they hold.
  private var names: [String: Bool] = [:]

  /// What is looked at.
  enum Looking {
    /// The bytes of a post, or of its id.
    case text(PostTexts.Needle, idsOnly: Bool)
    case pattern
    case fields
  }

  init(_ condition: Query.Condition) {
    self.condition = condition
    switch condition {
    case .text(let text): looking = .text(PostTexts.Needle(text), idsOnly: false)
    case .id(let text): looking = .text(PostTexts.Needle(text), idsOnly: true)
    case .pattern(let pattern):
      looking = .pattern
      table = PatternTable(pattern)
    default: looking = .fields
    }
  }

  var readsText: Bool { if case .fields = looking { false } else { true } }

  /// About what it takes to judge a post, 1 being some ten nanoseconds.
  var cost: Int {
    switch condition {
    case .text, .id: 10
    case .pattern: 100
    case .label, .relation, .number(.mentions, _), .number(.pairs, _): 6
    case .number(.suspicion, _): Self.suspicionCost
    case .assigned: 30
    case .disputed: 60
    case .pair, .mention: 30
    case .irregular: 200
    default: 4
    }
  }

  /// The first time the labels are compared with those that were judged.
  static let suspicionCost = 200

  /// Why a regular expression cannot be judged.
  var tooLong: String? {
    if case .pattern(let pattern) = condition {
      "its text is too long for /\(pattern.source)/"
    } else {
      nil
    }
  }

  /// Whether the regular expression occurs in a post, and the steps that took; nil when it takes
  /// too many.
  mutating func matches(_ tokens: Tokens, isPlain: Bool) -> (holds: Bool?, steps: Int) {
    var budget = MatchBudget(left: QueryMatcher.mostSteps)
    let holds = table?.occurs(in: tokens, isPlain: isPlain, &budget)
    return (holds ?? nil, QueryMatcher.mostSteps - budget.left)
  }

  /// Whether it holds of a post; nil when that is not known.
  mutating func holds(_ index: Int, _ context: inout QueryContext) -> Bool? {
    switch condition {
    case .text, .id, .pattern: return false
    case .state(let wanted): return context.review(index) == wanted
    case .label(let type): return context.mentions(index).contains { $0.type == type }
    case .relation(let text):
      for relation in context.relations(index) where holds(relation.label, text) { return true }
      return false
    case .mention(let type, let text):
      let post = context.posts[index]
      return context.mentions(index).contains { Self.holds($0, type, text, in: post) }
    case .pair(let text): return holds(pair: text, index, context)
    case .number(let measure, let range):
      return context.number(measure, index).map { $0.map(range.contains) ?? false }
    case .route(let route): return context.facts.routes[index].map { $0.route == route }
    case .split(let split): return context.posts[index].split == split
    case .annotator(let name):
      let wanted = name == Query.Condition.me ? context.annotator ?? name : name
      return context.states[index]?.annotator.map { holds($0, wanted, whole: true) } ?? false
    case .assigned(let name):
      for assignee in context.assigneesOf(context.posts[index])
      where holds(assignee, name, whole: true) {
        return true
      }
      return false
    case .note(let wanted): return holds(note: context.states[index]?.note, wanted)
    case .flagged(let isSet): return (context.states[index]?.isFlagged ?? false) == isSet
    case .skipped(let isSet): return (context.states[index]?.isSkipped ?? false) == isSet
    case .picture(let wanted):
      let fact = context.posts[index].imageID == nil ? .unnamed : context.facts.pictures[index]
      return fact.flatMap { Self.holds(wanted, $0) }
    case .imageAdds(let adds): return context.posts[index].imageAdds == adds
    case .since(let moment):
      let time = context.states[index]?.time
      return time.map { $0 >= moment.milliseconds(now: context.now) } ?? false
    case .unread: return context.unread.contains(context.posts[index].id)
    case .differs:
      return context.facts.answers[index].map { _ in context.facts.disagreements.contains(index) }
    case .disputed: return context.facts.isDisputed(index, without: context.hidden)
    case .flips:
      // Without a candidate nothing would change.
      guard context.hasCandidate else { return false }
      return context.facts.flipping.contains(index) ? true : context.facts.flips[index]
    case .irregular:
      return !context.posts[index].irregularities(reading: context.reading).isEmpty
    case .cell(let cell):
      return context.facts.pairs[index].map { $0.cell(gold: context.post(index)) == cell }
    case .changed:
      let post = context.posts[index]
      return context.states[index].map {
        $0.mentions != post.mentions || $0.relations != post.relations
      } ?? false
    case .divided: return context.divided.contains(index)
    case .picked: return context.picked.contains(index)
    }
  }

  /// Whether a mention is of a type, or of any, and has a text in its words.
  static func holds(
    _ mention: EntityMention, _ type: EntityType?, _ text: String, in post: Post
  ) -> Bool {
    guard type == nil || mention.type == type else { return false }
    let tokens = post.tokens[mention.range.clamped(to: post.tokens.indices)]
    let words: String = tokens.map(\.text).joined(separator: " ")
    return text.isEmpty || words.lowercased().holds(text)
  }

  /// Whether a name holds a text, or is it, whatever the case: names are few and come again.
  private mutating func holds(_ name: String, _ text: String, whole: Bool = false) -> Bool {
    if let known = names[name] { return known }
    let lower = name.lowercased()
    let result = whole ? lower == text : lower.contains(text)
    // More than a dataset has; what comes then is compared each time.
    if names.count < 10_000 { names[name] = result }
    return result
  }

  private mutating func holds(pair text: String, _ index: Int, _ context: QueryContext) -> Bool {
    for relation in context.relations(index) {
      if holds(relation.label, text) { return true }
      for words in [relation.head, relation.tail] {
        let tokens = context.posts[index].tokens[
          words.clamped(to: context.posts[index].tokens.indices)]
        let words: String = tokens.map(\.text).joined(separator: " ")
        if words.lowercased().holds(text) { return true }
      }
    }
    return false
  }

  private func holds(note: String?, _ wanted: Query.Note) -> Bool {
    let note = note ?? ""
    return switch wanted {
    case .isThere(let isThere): note.isEmpty != isThere
    case .text(let text): note.lowercased().holds(text)
    }
  }

  private static func holds(_ wanted: Query.Picture, _ fact: PictureFact) -> Bool? {
    switch wanted {
    case .yes: fact != .unnamed && fact != .missing
    case .no: fact == .unnamed || fact == .missing
    case .missing: fact == .missing
    case .broken: fact == .present ? nil : fact == .broken
    }
  }
}

extension Query.Condition {
  /// Whether it asks for a mention of a post by its words.
  package func names(_ mention: EntityMention, in post: Post) -> Bool {
    if case .mention(let type, let text) = self {
      QueryLeaf.holds(mention, type, text, in: post)
    } else {
      false
    }
  }
}
