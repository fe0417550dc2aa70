import Inspection
import Routing
import Screen

/// Where p lies among those of the held-out posts, and what another threshold would do there. The
/// route stays what it is: this only asks.
extension ExplanationLayer {
  static let cutActions = [
    Action(
      "raise-cut", .routing, keys: ["^"],
      "why: ask what a higher threshold would do on the held-out posts", unavailable: needsLandscape
    ) { state, _ in moveCut(by: 1, &state) }.counting(.times).ofModels(),
    Action(
      "lower-cut", .routing, keys: ["_"],
      "why: ask what a lower threshold would do on the held-out posts", unavailable: needsLandscape
    ) { state, _ in moveCut(by: -1, &state) }.counting(.times).ofModels(),
    Action(
      "cut", .routing, "why: ask about this threshold, 0 to 1, or the best; alone, about .50",
      parameters: [.optional("P", .rest)], unavailable: needsLandscape
    ) { state, arguments in
      guard let landscape = state.explanation?.landscape else { return [] }
      switch arguments.text(0)?.lowercased() {
      case nil, "": state.choice.cut = nil
      case "best": state.choice.cut = landscape.best.threshold
      case let text?:
        guard let value = Float(text), (0...1).contains(value) else {
          return state.refuse("\(state.safe(text)) is no threshold; 0 to 1, or best")
        }
        state.choice.cut = value
      }
      return tell(&state)
    }.ofModels(),
  ]

  @Sendable private static func needsLandscape(_ state: WorkbenchState) -> String? {
    if let reason = Action.needsPost(state) ?? Action.needsRouter(state) { return reason }
    guard state.layers[ExplanationLayer.self] != nil else {
      return "\(state.keymap.label("explain")) asks why first"
    }
    guard let explanation = state.explanation else { return "the router is still being asked" }
    return explanation.landscape == nil ? "the router keeps no held-out posts to ask about" : nil
  }

  private static func moveCut(by steps: Int, _ state: inout WorkbenchState) -> [Effect] {
    guard let landscape = state.explanation?.landscape else { return [] }
    let moved = landscape.threshold(moving: state.cut, by: steps)
    guard moved != state.cut else {
      return state.refuse(
        steps > 0 ? "no held-out post has a larger p" : "no held-out post has a smaller p")
    }
    state.choice.cut = moved
    return tell(&state)
  }

  private static func tell(_ state: inout WorkbenchState) -> [Effect] {
    guard let explanation = state.explanation, let landscape = explanation.landscape else {
      return []
    }
    if state.choice.cut == RouteDecision.threshold { state.choice.cut = nil }
    state.notice = Notice(text: state.words(landscape.cut(at: state.cut), explanation))
    return []
  }
}

extension WorkbenchState {
  /// The threshold that is asked about; ½ unless it was moved.
  var cut: Float { choice.cut ?? RouteDecision.threshold }

  /// The p of the held-out posts from the smallest to the largest, with this post's and the
  /// threshold marked, and what the threshold is worth. Returns the next free row.
  func drawLandscape(
    _ explanation: RouteExplanation, _ pen: inout Pen, _ box: Box, row: Int
  ) -> Int {
    guard let landscape = explanation.landscape, let scores = explanation.decision?.scores else {
      return row
    }
    guard row < box.rows else {
      pen.miss(row, in: box)
      return row + 1
    }
    let range = landscape.range(with: scores.probability)
    let (low, high) = (Digits.short(range.lowerBound) + " ", " " + Digits.short(range.upperBound))
    let parts = box.columns - low.count - high.count
    guard parts >= 8 else { return row }
    let counts = landscape.histogram(range, parts: parts)
    let most = Double(counts.max() ?? 1)
    pen.line(
      [
        pen.piece(low, .muted),
        pen.piece(counts.map { pen.look.glyphs.level(Double($0) / most) }.joined(), .bar),
        pen.piece(high, .muted),
      ], in: box, row: row)
    let start = Position(column: box.column + low.count, row: box.row + row)
    let cutPart = RouteLandscape.part(of: cut, in: range, parts: parts)
    pen.frame.write(
      pen.look.glyphs.vertical, at: Position(column: start.column + cutPart, row: start.row),
      style: pen.look.theme[.warning])
    let own = RouteLandscape.part(of: scores.probability, in: range, parts: parts)
    pen.frame.restyle(Box(column: start.column + own, row: start.row, columns: 1, rows: 1)) { _ in
      pen.look.theme[.selection]
    }
    // At the usual threshold it is said where there is room; one that was moved is said always.
    guard choice.cut != nil || box.rows >= 20 else { return row + 1 }
    return pen.wrap(
      words(landscape.cut(at: cut), explanation), choice.cut == nil ? .muted : .text, in: box,
      row: row + 1)
  }

  /// `at .42: union F1 88.1 (+.2), 64% multimodal; this post to text`.
  fileprivate func words(
    _ cut: RouteLandscape.Cut, _ explanation: RouteExplanation
  ) -> String {
    var words =
      "threshold \(Digits.fine(cut.threshold)): held-out union F1 "
      + Digits.score(Float(cut.union.f1Percent))
    if self.choice.cut != nil, let usual = explanation.landscape?.cut(at: RouteDecision.threshold) {
      let change = Digits.score(
        Digits.rounded(Float(cut.union.f1Percent)) - Digits.rounded(Float(usual.union.f1Percent)),
        signed: true)
      words += " (\(change))"
    }
    words += ", \(Digits.percent(Float(cut.multimodalShare))) multimodal"
    if self.choice.cut != nil, let p = explanation.decision?.scores?.probability {
      words += "; this post to \((p > cut.threshold ? Route.multimodal : .text).rawValue)"
    }
    return words
  }
}
