import Annotations
import Corpora
import Screen

/// The posts that say some words and label them otherwise: a list to choose from, of which all that
/// is chosen is changed at once, and taken back at once.
struct EverywhereLayer: Layer {
  let place = LayerPlace.over
  /// What is looked for, and what it is to be; nil: no mention.
  let words: [String]
  let type: EntityType?
  /// Posts with the places in them.
  private(set) var found: [Found]
  private(set) var chosen: Set<Int>
  private var cursor = 0
  /// More than anybody reviews; the list says so.
  static let most = 10_000
  private let isCut: Bool

  struct Found: Sendable, Equatable {
    let post: Int
    let ranges: [Range<Int>]
    /// Whether longer mentions stand there, which would be cut.
    let cuts: Bool
  }

  static let actions = [
    Action(
      "everywhere", .labelling, keys: ["W"],
      "list the posts that say these words and label them otherwise, to label them alike",
      place: .anywhere, unavailable: Action.needsSameWords
    ) { state, _ in
      guard let post = state.currentPost, let (range, type) = state.sameWords else { return [] }
      let layer = EverywhereLayer(post.tokens[range].map(\.text), type, state)
      guard !layer.found.isEmpty else {
        let others = state.posts.indices.contains {
          $0 != state.current && !state.posts[$0].occurrences(of: layer.words).isEmpty
        }
        state.notice = Notice(
          text: others
            ? "every post that says \(post.quote(range)) has it as "
              + (type.map(\.rawValue) ?? "no mention")
            : "no other post says \(post.quote(range))")
        return []
      }
      state.layers.open(layer)
      return []
    }.leading(to: .layer)
  ]

  /// - Complexity: one comparison a token of the dataset.
  init(_ words: [String], _ type: EntityType?, _ state: WorkbenchState) {
    (self.words, self.type) = (words, type)
    var found: [Found] = []
    for index in state.posts.indices where found.count <= Self.most {
      let places = state.posts[index].occurrences(of: words)
      guard !places.isEmpty else { continue }
      let post = state.post(index)
      let other = places.filter { place in
        let there = post.mentions.filter { $0.range.overlaps(place) }
        return type == nil
          ? !there.isEmpty : there != [EntityMention(place, type ?? .person)]
      }
      // A row for each thing that stands there, so that none hides behind another.
      let rows = Dictionary(grouping: other) { place in
        post.mentions.filter { $0.range.overlaps(place) }
      }
      let new = rows.map { there, ranges in
        Found(
          post: index, ranges: ranges,
          cuts: there.contains { $0.range.count > words.count && $0.range.contains(ranges[0]) })
      }
      found += new.sorted {
        ($0.cuts ? 1 : 0, $0.ranges[0].lowerBound) < ($1.cuts ? 1 : 0, $1.ranges[0].lowerBound)
      }
    }
    isCut = found.count > Self.most
    let kept = Array(found.prefix(Self.most))
    self.found = kept
    // `Trump` is no reason to cut `Donald Trump`; who wants that says so.
    chosen = Set(kept.indices.filter { !kept[$0].cuts })
  }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    state.notice = nil
    let last = max(0, found.count - 1)
    let page = max(1, box(state).rows - 2)
    switch key {
    case .escape, .control("c"): return .leaves([])
    case .up, .character("k"): cursor = max(0, cursor - 1)
    case .down, .character("j"): cursor = min(last, cursor + 1)
    case .pageUp: cursor = max(0, cursor - page)
    case .pageDown: cursor = min(last, cursor + page)
    case .home: cursor = 0
    case .end: cursor = last
    case .character(" "), .character("x"):
      if chosen.remove(cursor) == nil { chosen.insert(cursor) }
      cursor = min(last, cursor + 1)
    case .character("a"): chosen = chosen.count == found.count ? [] : Set(found.indices)
    case .enter:
      guard !chosen.isEmpty else {
        return .stays(state.refuse("no post is chosen; Space chooses one, a all"))
      }
      return .leaves(apply(&state))
    default: return .stays([.bell])
    }
    return .stays([])
  }

  private func apply(_ state: inout WorkbenchState) -> [Effect] {
    var effects: [Effect] = []
    let posts = chosen.sorted().map { found[$0] }
    let here = state.current
    let decided = Set(posts.map(\.post)).filter { state.review($0).isDecided }
    state.together { state in
      for item in posts { effects += state.label(item.ranges, type, ofPost: item.post) }
    }
    if let here { state.show(post: here) }
    let places = posts.reduce(0) { $0 + $1.ranges.count }
    let count = Set(posts.map(\.post)).count
    let reopened = decided.count { !state.review($0).isDecided }
    let cut = posts.reduce(0) { $0 + ($1.cuts ? $1.ranges.count : 0) }
    state.notice = Notice(
      text: "\(type.map(\.rawValue) ?? "no mention") on '\(words.joined(separator: " "))' in "
        + "\(count.counted("post")), \(places.counted("place"))"
        + (cut > 0 ? ", \(cut.counted("longer mention")) cut" : "")
        + (reopened > 0 ? ", \(reopened) to be decided on again" : "")
        + "; \(state.keymap.label("undo")) takes all back")
    return effects
  }

  /// How many posts some of the rows are of.
  private func posts(_ rows: some Sequence<Int>) -> Int { Set(rows.map { found[$0].post }).count }

  // MARK: On screen

  private func box(_ state: WorkbenchState) -> Box {
    Box(column: 0, row: 1, columns: state.size.columns, rows: state.size.rows - 3)
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    let box = self.box(state)
    pen.frame.fill(box, style: pen.look.theme[.popup])
    let title =
      "\(state.safe(words.joined(separator: " "))) as \(type.map { state.safe($0.rawValue) } ?? "no mention"): "
      + "\(state.grouped(posts(chosen))) of \(isCut ? "the first " : "")"
      + "\(state.grouped(posts(found.indices))) "
      + "\(posts(found.indices) == 1 ? "post that labels" : "posts that label") it otherwise"
      + (found.contains(where: \.cuts) ? "; longer mentions only if chosen" : "")
    pen.line(" " + title, .title, in: box, row: 0)
    let rows = box.rows - 1
    let top = max(0, min(cursor - rows / 2, found.count - rows))
    for (row, number) in (top..<min(found.count, top + rows)).enumerated() {
      draw(number, state, &pen, box, row: row + 1)
    }
    pen.frame.restyle(box) { style in
      style.background == .standard ? style.on(pen.look.theme[.popup].background) : style
    }
  }

  private func draw(
    _ number: Int, _ state: WorkbenchState, _ pen: inout Pen, _ box: Box, row: Int
  ) {
    let item = found[number]
    let post = state.post(item.post)
    guard let range = item.ranges.first else { return }
    let there = post.mentions.filter { $0.range.overlaps(range) }
      .map { "\($0.type.rawValue)\($0.range == range ? "" : " \(post.quote($0.range))")" }
    let before = post.tokens[max(0, range.lowerBound - 4)..<range.lowerBound].map(\.text)
    let after = post.tokens[range.upperBound..<min(post.tokens.count, range.upperBound + 8)]
      .map(\.text)
    func text(_ words: some Sequence<String>) -> String {
      state.safe(words.joined(separator: " "))
    }
    let mark = chosen.contains(number) ? (pen.look.glyphs.isUnicode ? "✓" : "x") : " "
    pen.line(
      [
        pen.piece(number == cursor ? pen.look.glyphs.pointer : " ", .title),
        pen.piece("\(mark) ", number == cursor ? .title : .text),
        pen.piece("\(state.safe(post.id))  ", .muted),
        pen.piece(
          (there.isEmpty ? "no mention" : state.safe(there.joined(separator: ", ")))
            + (item.ranges.count > 1 ? ", \(item.ranges.count) places" : "") + "  ", .warning),
        pen.piece(text(before) + (before.isEmpty ? "" : " "), .muted),
        pen.piece(text(words), .title),
        pen.piece(" " + text(after), .muted),
      ], in: box, row: row)
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    HintLine(
      [
        Hint(label: "Enter", words: "labels the chosen ones", key: .enter),
        Hint(label: "Space", words: "chooses", key: .character(" ")),
        Hint(
          label: "a", words: chosen.count == found.count ? "none" : "all", key: .character("a")),
        Hint(label: "Esc", words: "leaves", key: .escape),
      ], last: nil, in: box)
  }
}

extension WorkbenchState {
  /// Labels places of a post that need not be on screen.
  fileprivate mutating func label(
    _ ranges: [Range<Int>], _ type: EntityType?, ofPost index: Int
  ) -> [Effect] {
    let before = post(index)
    guard let edit = Edit.setting(type, over: ranges, in: before) else { return [] }
    return apply(edit, toPost: index)
  }
}
