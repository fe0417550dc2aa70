import Annotations
import Corpora
import Screen

/// The posts on which annotators disagree: a list, and for the post that is chosen each place of
/// disagreement with what everybody says there, of which one key takes what is right.
///
/// Nothing is edited before the last place is decided on; then all edits of the post are made
/// together, and are taken back with one key.
struct AdjudicationLayer: Layer {
  let place = LayerPlace.over
  /// Posts with a place to decide on, in the dataset's order.
  private(set) var found: [Dispute]
  /// The post of the list that is chosen.
  private(set) var cursor: Int
  /// What was decided so far of that post; nil while the list is on screen.
  private(set) var walk: Walk?

  /// The way through the disagreements of a post.
  struct Walk: Sendable, Equatable {
    /// The disagreement on screen.
    var place = 0
    var choices: [PostReadings.Choice?]

    init(_ item: Dispute) { choices = item.verdict ?? item.disagreements.map { _ in nil } }

    /// How many places are left to decide on: none where the post is rejected.
    func left(_ item: Dispute) -> Int {
      item.readings.rejects(taking: readings) ? 0 : choices.count { $0 == nil }
    }

    /// The reading that was taken at each place, nil for none.
    var readings: [Int?] {
      choices.map { if case .reading(let number)? = $0 { number } else { nil } }
    }
  }

  static let actions = [
    Action(
      "adjudicate", .labelling, keys: ["J"],
      "list the posts that annotators accepted with different labels, or only some of them, and decide",
      unavailable: Action.needsPost
    ) { state, _ in
      let disputes = state.disputes
      guard !disputes.open.isEmpty else {
        state.notice = Notice(text: Self.nothingFound(disputes))
        return []
      }
      // From the post on screen on.
      let here = disputes.open.firstIndex { $0.post >= state.current ?? 0 } ?? 0
      state.layers.open(AdjudicationLayer(found: disputes.open, cursor: here, walk: nil))
      return []
    }.leading(to: .layer)
  ]

  private static func nothingFound(_ disputes: Disputes) -> String {
    let (agreed, decided) = (disputes.agreed, disputes.decided)
    guard decided == 0 else {
      return "every disagreement is settled: \(decided.counted("post"))"
        + (agreed > 0 ? "; annotators agree on \(agreed) more" : "")
    }
    guard agreed > 0 else {
      return "no post is accepted by two annotators here; `twinlens annotations merge` adds the "
        + "stores of others"
    }
    return agreed == 1
      ? "annotators agree on the one post that two of them accepted"
      : "annotators agree on all \(agreed) posts that two of them accepted"
  }

  // MARK: Keys

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    state.notice = nil
    return walk == nil ? pressInList(key, &state) : pressInWalk(key, &state)
  }

  private mutating func pressInList(_ key: Key, _ state: inout WorkbenchState) -> LayerReply {
    let last = found.count - 1
    let page = max(1, box(state).rows - 2)
    switch key {
    case .escape, .control("c"), .character("q"): return .leaves([])
    case .up, .character("k"): cursor = max(0, cursor - 1)
    case .down, .character("j"): cursor = min(last, cursor + 1)
    case .pageUp: cursor = max(0, cursor - page)
    case .pageDown: cursor = min(last, cursor + page)
    case .home, .character("g"): cursor = 0
    case .end, .character("G"): cursor = last
    case .enter: begin(&state)
    default: return .stays([.bell])
    }
    return .stays([])
  }

  /// Shows the disagreements of the chosen post, with its picture beside them.
  private mutating func begin(_ state: inout WorkbenchState) {
    walk = Walk(found[cursor])
    state.show(post: found[cursor].post)
  }

  private mutating func pressInWalk(_ key: Key, _ state: inout WorkbenchState) -> LayerReply {
    guard var walk else { return .passes }
    let item = found[cursor]
    let last = item.disagreements.count - 1
    switch key {
    case .escape, .control("c"):
      self.walk = nil
      return .stays([])
    case .up, .left, .backTab, .character("k"): walk.place = max(0, walk.place - 1)
    case .down, .right, .tab, .character("j"): walk.place = min(last, walk.place + 1)
    case .character("u"):
      if walk.choices[walk.place] == nil { walk.place = max(0, walk.place - 1) }
      walk.choices[walk.place] = nil
    case .character(let character):
      guard character.isASCII, let digit = character.wholeNumberValue,
        digit <= item.disagreements[walk.place].readings.count,
        digit > 0 || item.disagreements[walk.place].place != .post
      else {
        return .stays(
          state.refuse(
            "\(state.safe(String(character))) is no answer; the numbers stand beside them"))
      }
      walk.choices[walk.place] = digit == 0 ? PostReadings.Choice.none : .reading(digit - 1)
      walk.place = min(last, walk.place + 1)
    case .enter:
      let left = walk.left(item)
      guard left == 0 else {
        walk.place = walk.choices.firstIndex { $0 == nil } ?? walk.place
        self.walk = walk
        return .stays(
          state.refuse(
            left == 1
              ? "one place is left; its number, or 0, decides"
              : "\(left) places are left; a number, or 0, decides on each"))
      }
      return finish(item, walk, &state)
    default: return .stays([.bell])
    }
    self.walk = walk
    return .stays([])
  }

  /// Makes the edits, and goes on to the next post.
  private mutating func finish(
    _ item: Dispute, _ walk: Walk, _ state: inout WorkbenchState
  ) -> LayerReply {
    let effects = state.adjudicate(item, walk)
    found.remove(at: cursor)
    guard !found.isEmpty else {
      self.walk = nil
      let words = state.notice?.text ?? ""
      state.notice = Notice(text: words + "; every disagreement is settled")
      return .leaves(effects)
    }
    cursor = min(cursor, found.count - 1)
    begin(&state)
    return .stays(effects)
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    guard let walk else {
      return HintLine(
        [
          Hint(label: "Enter", words: "decides on this post", key: .enter),
          Hint(label: "j", words: "next", key: .character("j")),
          Hint(label: "k", words: "previous", key: .character("k")),
          Hint(label: "Esc", words: "leaves", key: .escape),
        ], last: nil, in: box)
    }
    let item = found[cursor]
    let done = Hint(label: "Enter", words: "adjudicates, next post", key: .enter)
    let keys =
      [Hint(label: "number", words: "is right", key: nil)]
      + (item.disagreements[walk.place].place == .post
        || item.disagreements[walk.place].readings.contains(where: \.said.isNone)
        ? [] : [Hint(label: "0", words: "none is", key: .character("0"))])
      + [
        Hint(label: "j", words: "next place", key: .character("j")),
        Hint(label: "u", words: "undecided", key: .character("u")),
        Hint(label: "Esc", words: "list", key: .escape),
      ]
    return HintLine(walk.left(item) == 0 ? [done] + keys : keys, last: nil, in: box)
  }

  /// The left and the middle column: the picture stays to be seen.
  func box(_ state: WorkbenchState) -> Box {
    let panes = Panes(state)
    let left = panes.queue ?? panes.centre
    return Box(
      column: left.column, row: panes.headings.row,
      columns: panes.centre.endColumn - left.column,
      rows: panes.centre.endRow - panes.headings.row)
  }
}

extension WorkbenchState {
  /// Gives a post the labels that were decided on, as edits that one key takes back.
  fileprivate mutating func adjudicate(
    _ item: Dispute, _ walk: AdjudicationLayer.Walk
  ) -> [Effect] {
    let isRejected = item.readings.rejects(taking: walk.readings)
    // A list of `is:divided` counts it no more.
    divided.remove(item.post)
    let edits =
      isRejected
      ? []
      : item.readings.edits(
        taking: walk.readings, none: inventory.hasNone ? RelationInventory.none : nil,
        in: post(item.post))
    var effects: [Effect] = []
    together { state in
      for edit in edits { effects += state.apply(edit, toPost: item.post) }
      let base = state.posts[item.post]
      // What rejects a post here decided between others, too.
      for review in [.adjudicated] + (isRejected ? [ReviewState.rejected] : []) {
        if let edit = Edit.reviewing(base, from: state.review(item.post), to: review) {
          effects += state.apply(edit, toPost: item.post)
        }
      }
    }
    if notice?.isError != true {
      notice = Notice(
        text:
          "\(posts[item.post].id) is \(isRejected ? "rejected" : "adjudicated"); outside this list "
          + "\(keymap.label("undo")) takes it back")
    }
    return effects
  }
}
