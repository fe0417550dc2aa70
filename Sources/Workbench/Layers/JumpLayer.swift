import Screen

/// Letters on every word: typing a word's letters goes there.
struct JumpLayer: Layer {
  let place = LayerPlace.prompt
  /// What was typed so far, small letters.
  private var typed = ""
  /// Easy to reach first; two of them tell 676 words apart.
  private static let letters = Array("asdfghjklqwertyuiopzxcvbnm")

  static let actions = [
    Action(
      "jump", .moving, keys: [";"],
      "put letters on the words; typing them goes there, the last one as a capital selects up to there",
      unavailable: Action.needsPost
    ) { state, _ in
      state.layers.open(JumpLayer())
      return []
    }
  ]

  /// The letters of each word of a post; words behind the 676th have none.
  static func labels(_ count: Int) -> [String] {
    let n = letters.count
    if count <= n { return (0..<count).map { String(letters[$0]) } }
    return (0..<min(count, n * n)).map { String(letters[$0 / n]) + String(letters[$0 % n]) }
  }

  func tokenLabels(_ state: WorkbenchState) -> [String]? {
    state.current.map { index in
      Self.labels(state.posts[index].tokens.count).map {
        $0.hasPrefix(typed) ? String($0.dropFirst(typed.count)) : ""
      }
    }
  }

  mutating func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    switch key {
    case .escape, .control("c"), .enter: return .leaves([])
    case .backspace:
      typed = String(typed.dropLast())
      return .stays([])
    case .click: return .passes
    case .character(let character): return type(character, in: &state)
    default: return .stays([.bell])
    }
  }

  private mutating func type(
    _ character: Character, in state: inout WorkbenchState
  ) -> LayerReply {
    typed += character.lowercased()
    let labels = Self.labels(state.current.map { state.posts[$0].tokens.count } ?? 0)
    if let token = labels.firstIndex(of: typed) {
      state.notice = nil
      if character.isUppercase, state.anchor == nil { state.anchor = state.token }
      return .leaves(state.moveToken(to: token))
    }
    guard labels.contains(where: { $0.hasPrefix(typed) }) else {
      typed = String(typed.dropLast(character.lowercased().count))
      return .stays([.bell])
    }
    return .stays([])
  }

  func drawPrompt(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) -> Bool {
    pen.line(
      [
        pen.piece(" jump: ", .prompt),
        pen.piece(
          "type a word's letters; the last as a capital selects up to it; Esc leaves",
          .text),
      ], in: box, row: 0)
    return true
  }

  func hints(_ state: WorkbenchState, _ box: Box) -> HintLine? { HintLine([], last: nil, in: box) }
}
