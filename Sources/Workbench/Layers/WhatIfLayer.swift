import Corpora
import Extractors
import Inspection
import Screen
import Traces

/// A post with something changed, in the place of the tables under the text: the changes in force,
/// and what every expert and the router say before and after. Labels cannot be edited meanwhile.
struct WhatIfLayer: Layer {
  let place = LayerPlace.details
  let isOfModels = true
  let title: String? = "what if"
  let followsSystem = true
  /// What was changed of each post so far.
  private var edits: [Post.ID: Edits] = [:]
  /// The change that is removed next.
  private(set) var chosen = 0
  /// Whether picture and heat are those of the post as it stands.
  private(set) var showsBefore = false
  /// Where the mouse was pressed on the picture.
  private var pressed: Position?

  /// The changes of one post, with those of before to go back to.
  private struct Edits {
    private(set) var steps: [[PostChange]] = [[]]
    private(set) var at = 0
    private static let most = 200

    var now: [PostChange] { steps[at] }

    mutating func set(_ changes: [PostChange]) {
      steps = Array(steps[...at].suffix(Self.most)) + [changes]
      at = steps.count - 1
    }

    /// Goes a step back or forth; false where there is none.
    mutating func step(_ by: Int) -> Bool {
      guard steps.indices.contains(at + by) else { return false }
      at += by
      return true
    }
  }

  static let actions = [
    Action(
      "what-if", .looking, keys: ["o"],
      "change the post or a model's gate and see what all answer, before and after; labels stay as they are",
      parameters: [.optional("CHANGE", .rest)],
      // What is changed is checked against what is there.
      needsAnswer: true,
      unavailable: { state in
        Action.needsPost(state) ?? (state.opened.hasModels ? nil : Action.noModels)
      }
    ) { state, arguments in
      guard let line = arguments.text(0), !line.isEmpty else {
        state.layers.toggle(WhatIfLayer())
        return []
      }
      state.layers.open(state.layers.whatIf ?? WhatIfLayer())
      return state.change(line)
    }.ofModels(),
    Action(
      "save-what-if", .looking,
      "keep the what-if on screen under a name, with a note behind it",
      parameters: [.required("NAME", .rest)], unavailable: Action.needsPost
    ) { state, arguments in state.saveWhatIf(arguments.text(0) ?? "") }.ofModels(),
    Action(
      "what-ifs", .looking, "choose from the saved what-ifs", unavailable: Action.needsPost
    ) { state, _ in
      guard !state.savedWhatIfs.isEmpty else {
        return state.refuse(
          "no what-if is saved here; \(state.keymap.label("what-if")) makes one, :save-what-if NAME keeps it"
        )
      }
      state.layers.open(SavedWhatIfsLayer())
      return []
    }.leading(to: .layer).ofModels(),
  ]

  /// Why nothing is edited while it is open.
  static func guarding(_ state: WorkbenchState) -> String {
    "a what-if is on screen, so labels stay as they are; \(state.keymap.label("what-if")) leaves it"
  }

  // MARK: Changes

  /// The changes in force of the post on screen, in the order in which they were made.
  func changes(_ state: WorkbenchState) -> [PostChange] {
    state.current.flatMap { edits[state.posts[$0].id]?.now } ?? []
  }

  /// What is asked of the models; nil while nothing is changed.
  func question(_ state: WorkbenchState) -> WhatIf? {
    guard let index = state.current, state.showsModels else { return nil }
    let changes = changes(state)
    return changes.isEmpty ? nil : WhatIf(post: state.posts[index].id, changes)
  }

  /// What the models say, or why they do not; nil while that is due.
  func answer(_ state: WorkbenchState) -> Result<WhatIfAnswer, Unanswered>? {
    question(state).flatMap { state.whatIfs[$0] }
  }

  mutating func set(_ changes: [PostChange], of post: Post.ID) {
    edits[post, default: Edits()].set(changes)
    chosen = max(0, changes.count - 1)
    showsBefore = false
  }

  // MARK: Keys

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    guard let index = state.current else { return .passes }
    let post = state.posts[index].id
    let changes = changes(state)
    let notice = state.notice
    state.notice = nil
    /// A line that is run with the layer in its place.
    func run(_ line: String) -> LayerReply {
      var effects: [Effect] = []
      with(&state) { effects = $0.change(line) }
      return .stays(effects)
    }
    switch key {
    case .escape: return .leaves([])
    case .enter: state.layers.open(WhatIfLine(.change))
    case .character("e"): state.layers.open(WhatIfLine(.change, "edit \(state.token) "))
    case .character("v"): state.layers.open(WhatIfLine(.change, "set "))
    case .character("a"):
      guard !changes.isEmpty else {
        return .stays(state.refuse("nothing is changed, so there is nothing to keep"))
      }
      state.layers.open(WhatIfLine(.name))
    case .character("w"): return run("without picture")
    case .character("b"): return run("blank picture")
    case .character("c"): return run("colours only")
    case .character("d"): return run("drop \(state.token)")
    case .character("r"):
      guard !changes.isEmpty else { return .stays(state.refuse("nothing is changed yet")) }
      showsBefore.toggle()
      state.notice = Notice(
        text: showsBefore ? "picture and heat as they stand" : "picture and heat after the change")
    case .tab: chosen = changes.isEmpty ? 0 : (min(chosen, changes.count - 1) + 1) % changes.count
    case .backTab:
      chosen =
        changes.isEmpty ? 0 : (min(chosen, changes.count - 1) + changes.count - 1) % changes.count
    case .character("x"), .delete:
      guard !changes.isEmpty else { return .stays(state.refuse("nothing is changed")) }
      var left = changes
      let gone = left.remove(at: min(chosen, changes.count - 1))
      set(left, of: post)
      state.notice = Notice(text: "removed: \(state.safe(gone.words))")
    case .character("u"), .control("r"):
      let back = key == .character("u")
      guard edits[post]?.step(back ? -1 : 1) == true else {
        return .stays(
          state.refuse(
            back ? "no change of this post is left to take back" : "nothing was taken back"))
      }
      chosen = max(0, self.changes(state).count - 1)
    case .click(let place):
      pressed = state.picturePoint(at: place) == nil ? nil : place
      state.notice = notice
      return pressed == nil ? .passes : .stays([])
    case .release(let place):
      guard let start = pressed else { return .stays([]) }
      pressed = nil
      return mask(from: start, to: place, state).map(run) ?? .stays([])
    default:
      state.notice = notice
      return .passes
    }
    return .stays([])
  }

  /// Runs something that finds this layer on the stack, and takes it back.
  private mutating func with(_ state: inout WorkbenchState, _ run: (inout WorkbenchState) -> Void) {
    state.layers.open(self)
    run(&state)
    if let changed = state.layers[WhatIfLayer.self] { self = changed }
    state.layers.remove(WhatIfLayer.self)
  }

  /// The change that covers what the mouse drew: a rectangle, or the cell that was clicked.
  private func mask(from start: Position, to end: Position, _ state: WorkbenchState) -> String? {
    guard let one = state.picturePoint(at: start), let other = state.picturePoint(at: end) else {
      return nil
    }
    if start != end {
      return (try? PostChange(masking: ImageRegion(one, other)))?.words
    }
    let grid = PostChange.grid
    func cell(_ share: Double) -> Int { min(grid, max(1, Int(share * Double(grid)) + 1)) }
    return "mask \(cell(one.y)),\(cell(one.x))"
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? {
    func hint(_ label: String, _ words: String, _ key: Key) -> Hint {
      Hint(label: label, words: words, key: key)
    }
    let changing = [
      hint("Enter", "change", .enter), hint("w", "without picture", .character("w")),
      hint("b", "blank", .character("b")), hint("d", "drop word", .character("d")),
      hint("e", "edit", .character("e")), hint("v", "gate", .character("v")),
      hint("c", "colours", .character("c")),
    ]
    let changes = changes(state)
    let more = [
      hint("u", "back", .character("u")), hint("x", "remove", .character("x")),
      hint("r", showsBefore ? "after" : "before", .character("r")),
      hint("a", "keep", .character("a")),
    ]
    return HintLine(
      changes.isEmpty ? changing : Array(changing.prefix(1)) + more + changing.dropFirst(),
      last: state.hint("what-if", "done"), in: box)
  }

  // MARK: Picture and text

  func pictureChanges(_ state: WorkbenchState) -> [Intervention]? {
    guard !showsBefore, case .success(let answer)? = answer(state) else { return nil }
    return answer.interventions.filter(\.isOfPicture)
  }

  func crossedTokens(_ state: WorkbenchState) -> [Int] {
    var places: Set<Int> = []
    for change in changes(state) {
      switch change.intervention {
      case .dropWords(let dropped): places.formUnion(dropped)
      case .editWord(let place, _): places.insert(place)
      default: break
      }
    }
    return places.sorted()
  }

  func signals(_ state: WorkbenchState) -> (of: String, all: [Signal])? {
    guard !showsBefore, case .success(let answer)? = answer(state),
      let system = state.traced?.system
    else { return nil }
    let pair = state.pair.map { ($0.head, $0.tail) }
    let all = answer.signals(of: system, pair: pair)
    // Words that are left out have moved the places of the others.
    guard answer.changed.tokens.count != answer.post.tokens.count else { return (system, all) }
    return (system, all.filter { !$0.kind.isOfWords })
  }
}

extension LayerStack {
  /// The what-if on screen, or as it was left.
  var whatIf: WhatIfLayer? { self[WhatIfLayer.self] ?? earlier(WhatIfLayer.self) }
}

extension Signal.Kind {
  /// Whether values stand for words of the post.
  fileprivate var isOfWords: Bool {
    switch self {
    case .words, .wordsByImage, .wordDistributions, .matrix: true
    case .scalar, .imageMap, .distribution, .regions, .series: false
    }
  }
}
