import Annotations
import Corpora
import Extractors
import Inspection

/// Something that an expert says of the post on screen and the labels do not: a mention, or another
/// relation of a pair. A snapshot: a later answer does not change what the keys act on.
struct Suggestion: Sendable, Equatable {
  /// Where the cursor goes: the words of the mention, or the head of the pair.
  let range: Range<Int>
  /// Who says so: the routed expert where it says so, else the other.
  let system: String
  let kind: Kind

  enum Kind: Sendable, Equatable {
    case mention(EntityType)
    case relation(tail: Range<Int>, label: String)
  }

  /// The words that a type key labels; nil for a relation.
  var mentionRange: Range<Int>? {
    if case .mention = kind { range } else { nil }
  }

  /// What would be set: a type or a relation.
  var label: String {
    switch kind {
    case .mention(let type): type.rawValue
    case .relation(_, let label): label
    }
  }

  /// Order in the text; mentions before relations that begin with the same words.
  fileprivate var place: (Int, Int, Int, Int) {
    switch kind {
    case .mention: (range.lowerBound, range.upperBound, 0, 0)
    case .relation(let tail, _):
      (range.lowerBound, range.upperBound, tail.lowerBound + 1, tail.upperBound)
    }
  }
}

extension WorkbenchState {
  /// All suggestions for the post on screen, in the order of the text.
  var suggestions: [Suggestion] {
    guard let analysis else { return [] }
    let names = seats.map(\.name)
    let routed = analysis.chosen?.expert
    let mentions = mentionRows.compactMap { row -> Suggestion? in
      let answers = names.compactMap { name in
        row.answers[name].map { ($0.mention.type, name) }
      }
      guard let (type, system) = answers.first(where: { $0.1 == routed }) ?? answers.first,
        type != row.gold
      else { return nil }
      return Suggestion(range: row.range, system: system, kind: .mention(type))
    }
    let relations = differingRelations(of: analysis.chosenRelations).map { pair, label, system in
      Suggestion(range: pair.head, system: system, kind: .relation(tail: pair.tail, label: label))
    }
    return (mentions + relations).sorted { $0.place < $1.place }
  }

  /// Pairs of which an expert for relations says something else, where the dataset has a name for
  /// that.
  private func differingRelations(
    of answers: RelationAnswers?
  ) -> [(pair: RelationMention, label: String, system: String)] {
    guard let answers else { return [] }
    return pairs.compactMap { pair in
      guard let label = answers[pair.head, pair.tail]?.label, label != pair.label,
        label == RelationInventory.none || inventory.labels.contains(label)
      else { return nil }
      return (pair, label, answers.expert)
    }
  }

  /// Goes to the next or previous suggestion.
  mutating func moveToSuggestion(forward: Bool) -> [Effect] {
    let all = suggestions
    let next: Suggestion? =
      if let here = suggestion?.place {
        forward ? all.first { $0.place > here } : all.last { $0.place < here }
      } else {
        forward
          ? all.first { $0.range.lowerBound >= token } : all.last { $0.range.lowerBound <= token }
      }
    guard let next else {
      notice = Notice(text: "no suggestion \(forward ? "after" : "before") this")
      return []
    }
    anchor = nil
    let effects = moveToken(to: next.range.lowerBound)
    if case .relation(let tail, _) = next.kind { point(at: next.range, tail) }
    suggestion = next
    return effects
  }

  /// What `take` takes: the suggestion that the person went to, else the one under the cursor, else
  /// that for the pair on screen.
  var takenSuggestion: Suggestion? {
    if let suggestion { return suggestion }
    let all = suggestions
    // Where an expert says what the labels say, only the routed one is preferred to it unless the
    // person goes to the other's words: else taking again would go back and forth between the two.
    let routed = analysis?.chosen?.expert
    let agreed = agreedRanges
    return all.first { suggestion in
      guard let range = suggestion.mentionRange, range.contains(token) else { return false }
      return suggestion.system == routed || !agreed.contains { $0.overlaps(range) }
    }
      ?? pair.flatMap { pair in
        all.first {
          guard case .relation(let tail, _) = $0.kind else { return false }
          return $0.range == pair.head && tail == pair.tail
        }
      }
  }

  /// Mentions of which an expert says what the labels say.
  private var agreedRanges: [Range<Int>] {
    mentionRows.filter { row in
      row.gold != nil && row.answers.values.contains { $0.mention.type == row.gold }
    }.map(\.range)
  }

  /// Makes one suggestion a label: the one of a number, the one that is meant, else the next one.
  mutating func takeSuggestion(_ count: Int? = nil) -> [Effect] {
    let taken: Suggestion
    if let count {
      let all = suggestions
      guard all.indices.contains(count - 1) else {
        return refuse(CommandError.noSuch("suggestion", count, count: all.count).description)
      }
      taken = all[count - 1]
    } else if let meant = takenSuggestion {
      taken = meant
    } else {
      // None is under the cursor: the next one behind it, which is shown by taking it.
      let (agreed, routed) = (agreedRanges, analysis?.chosen?.expert)
      let next = suggestions.first { suggestion in
        suggestion.range.lowerBound > token
          && (suggestion.system == routed
            || !agreed.contains { $0.overlaps(suggestion.range) })
      }
      guard let next else {
        return refuse(
          "no suggestion is under the cursor or behind it; "
            + "\(keymap.label("previous-suggestion")) goes to one before")
      }
      taken = next
    }
    anchor = nil
    return asSuggestion {
      switch taken.kind {
      case .mention(let type): $0.set(type, over: taken.range)
      case .relation(let tail, let label): $0.relate(head: taken.range, tail: tail, label: label)
      }
    }
  }

  /// Makes all that the routed expert answers the labels: its mentions, or its relations where the
  /// router chooses between experts for relations.
  mutating func adopt() -> [Effect] {
    guard let post = currentPost, let analysis else { return [] }
    if let answers = analysis.chosenRelations, analysis.task == .relations || analysis.chosen == nil
    {
      return adoptRelations(answers.expert)
    }
    guard let answer = analysis.chosen else { return [] }
    return adopt(answer.mentions.map(\.mention), of: answer.expert, in: post)
  }

  private mutating func adopt(
    _ mentions: [EntityMention], of expert: String, in post: Post
  ) -> [Effect] {
    let all = 0..<post.tokens.count
    let after = mentions.filter { $0.range.clamped(to: all) == $0.range }
      .sorted { $0.range.lowerBound < $1.range.lowerBound }
    guard after != post.mentions else {
      notice = Notice(text: "\(expert) says the same already")
      return []
    }
    let effects = asSuggestion {
      $0.apply(
        Edit(
          post: post.id, action: .mentions(range: all, before: post.mentions, after: after)))
    }
    name(source: expert)
    return effects
  }

  /// Makes all that the expert on screen answers the labels.
  mutating func adoptShown() -> [Effect] {
    guard let post = currentPost, let name = traced?.system, let answer = analysis?.answer(name)
    else { return refuse("no expert on screen has answered for this post") }
    guard let found = answer.mentions else { return adoptRelations(name) }
    return adopt(found.mentions.map(\.mention), of: name, in: post)
  }

  private mutating func adoptRelations(_ system: String) -> [Effect] {
    let differing = differingRelations(of: analysis?.answer(system)?.relations)
    guard !differing.isEmpty else {
      notice = Notice(text: "\(system) says the same already")
      return []
    }
    var effects: [Effect] = []
    var names: [String] = []
    together {
      for (pair, label, _) in differing {
        effects += $0.asSuggestion {
          $0.relate(head: pair.head, tail: pair.tail, label: label)
        }
        if let notice = $0.notice { names.append(notice.text) }
      }
    }
    notice = Notice(text: names.joined(separator: "; "))
    name(source: system)
    return effects
  }

  /// Makes edits that take an expert's answer as it is: nobody has judged the labels by that.
  private mutating func asSuggestion(
    _ make: (inout WorkbenchState) -> [Effect]
  ) -> [Effect] {
    takesSuggestion = true
    defer { takesSuggestion = false }
    return make(&self)
  }

  /// Says in the notice of an edit whose answer it is.
  private mutating func name(source: String) {
    guard let words = notice, !words.isError else { return }
    notice = Notice(text: "from \(source): \(words.text)")
  }
}
