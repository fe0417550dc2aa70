import Inspection
import Routing
import Screen

/// What became of the post's p through the retrainings of the router, and which corrections moved
/// it, in the place of the tables under the text.
struct RouterHistoryLayer: Layer {
  let place = LayerPlace.details
  let isOfModels = true
  let title: String? = "why, through the retrainings"

  static let actions = [
    Action(
      "router-history", .routing, keys: ["%"],
      "p of this post through the router's retrainings, and which corrections moved it",
      unavailable: { Action.needsPost($0) ?? Action.needsRouter($0) }
    ) { state, _ in
      state.layers.toggle(RouterHistoryLayer())
      return []
    }.ofModels(),
    Action(
      "correction", .routing, keys: ["`"],
      "history of the router: go to the correction that moved this post most; 2` to the second",
      place: .anywhere, unavailable: needsInfluence
    ) { state, arguments in
      state.goToCorrection(max(1, arguments.count ?? 1))
    }.counting(.which).ofModels(),
  ]

  @Sendable private static func needsInfluence(_ state: WorkbenchState) -> String? {
    if let reason = Action.needsPost(state) ?? Action.needsRouter(state) { return reason }
    guard state.layers[RouterHistoryLayer.self] != nil else {
      return "\(state.keymap.label("router-history")) shows the corrections first"
    }
    guard let history = state.shownRouterHistory else {
      return "the routers of before are still being asked"
    }
    return history.notice
      ?? (history.influences.isEmpty ? "no correction was tried yet" : nil)
  }

  func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    key == .escape ? .leaves([]) : .passes
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    state.drawRouterHistory(&pen, box)
  }
}

extension WorkbenchState {
  /// The history of the post on screen, once anything of it is known.
  var shownRouterHistory: RouteHistory? {
    routerHistory.flatMap { $0.post == currentPost?.id ? $0 : nil }
  }

  /// Asks for the history of the post on screen where the layer is open, once.
  mutating func requestRouterHistory() -> [Effect] {
    let post = layers[RouterHistoryLayer.self] == nil ? nil : currentPost?.id
    guard requested.routerHistory != post else { return [] }
    requested.routerHistory = post
    return [.tellRouterHistory(of: post)]
  }

  fileprivate mutating func goToCorrection(_ number: Int) -> [Effect] {
    guard let history = shownRouterHistory else { return [] }
    guard history.influences.indices.contains(number - 1) else {
      return refuse(
        "\(history.influences.count.counted("correction")) "
          + (history.influences.count == 1 ? "was" : "were") + " tried")
    }
    let influence = history.influences[number - 1]
    guard let index = indexOfID[influence.correction] else {
      return refuse("\(safe(influence.correction)) is not in this dataset any more")
    }
    show(post: index)
    notice = Notice(
      text: "without it p of \(safe(history.post)) was \(Digits.fine(influence.probability))")
    return []
  }

  /// `p through 2 retrainings .497 → .512 → .531, % tells which corrections`; nothing where the
  /// router was not retrained.
  func drawRetrainings(
    _ explanation: RouteExplanation, _ pen: inout Pen, _ box: Box, row: Int
  ) -> Int {
    let points = explanation.history
    guard points.count > 1 else { return row }
    let shown = points.count <= 4 ? points : [points[0]] + Array(points.suffix(3))
    let numbers = shown.map { Digits.fine($0.scores.probability) }
    let gap = shown.count < points.count ? [numbers[0], pen.look.glyphs.ellipsis] : [numbers[0]]
    let words =
      "p through \((points.count - 1).counted("retraining")): "
      + (gap + numbers.dropFirst()).joined(separator: " \(pen.look.glyphs.arrow) ")
      + "; \(keymap.label("router-history")) which corrections"
    return pen.wrap(words, .text, in: box, row: row)
  }

  fileprivate func drawRouterHistory(_ pen: inout Pen, _ box: Box) {
    guard !box.isEmpty else { return }
    guard let history = shownRouterHistory else {
      pen.wrap(
        "the routers of before are asked \(pen.look.glyphs.ellipsis)", .muted, in: box, row: 0)
      return
    }
    guard !history.points.isEmpty else {
      pen.wrap(
        "the router is not asked about this post, so no retraining changed its route", .muted,
        in: box, row: 0)
      return
    }
    var row = 0
    // Of many retrainings the latest matter; the base stands first always.
    let room = max(2, min(history.points.count, (box.rows - 2) / 2))
    let latest = history.points.suffix(room - 1)
    let shown =
      history.points.count <= room ? history.points : [history.points[0]] + Array(latest)
    for point in shown {
      drawPoint(point, isInUse: point == history.points.last, &pen, box, row: row)
      row += 1
    }
    if shown.count < history.points.count {
      pen.line(
        "\((history.points.count - shown.count).counted("retraining")) between are not shown",
        .muted, in: box, row: row)
      row += 1
    }
    row = drawProgress(history, &pen, box, row: row)
    drawInfluences(history, &pen, box, row: row)
  }

  /// `▸ 2  2026-11-30  7 corrections (+7)  held out 87.1 → 87.3  p .512  58%  multimodal`.
  private func drawPoint(
    _ point: RouteHistory.Point, isInUse: Bool, _ pen: inout Pen, _ box: Box, row: Int
  ) {
    let role: Role = point.route == .text ? .routeText : .routeMultimodal
    var pieces = [
      pen.piece(isInUse ? "\(pen.look.glyphs.pointer) " : "  ", .title),
      pen.piece("p \(Digits.fine(point.scores.probability)) ", role),
      pen.piece(
        box.columns < 40 ? "" : pen.cell(Digits.percent(point.scores.percentile), 5), .muted),
      pen.piece(pen.cell(point.route.rawValue, 11), role),
    ]
    let isWide = box.columns >= 64
    guard let stamp = point.stamp else {
      pieces.append(pen.piece(isWide ? "the router as it was made" : "as made", .muted))
      pen.line(pieces, in: box, row: row)
      return
    }
    let count = (stamp.trainedOn + stamp.heldOut).counted("correction")
    pieces.append(pen.piece(isWide ? "retrained on \(count)" : count))
    if let difference = point.difference {
      let parts = [
        (difference.added, "new"), (difference.changed, "changed"), (difference.gone, "gone"),
      ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
      if !parts.isEmpty { pieces.append(pen.piece(" (\(parts.joined(separator: ", ")))")) }
    }
    pieces.append(
      pen.piece(
        "  held out \(Digits.score(stamp.heldOutBefore)) \(pen.look.glyphs.arrow) "
          + Digits.score(stamp.heldOutAfter), .muted))
    if let day = stamp.day { pieces.append(pen.piece("  \(safe(day))", .muted)) }
    pen.line(pieces, in: box, row: row)
  }

  private func drawProgress(
    _ history: RouteHistory, _ pen: inout Pen, _ box: Box, row: Int
  ) -> Int {
    if let notice = history.notice { return pen.wrap(notice, .muted, in: box, row: row) }
    let total = history.total ?? 0
    guard let whole = history.whole else {
      return pen.wrap(
        "the router is retrained without each correction \(pen.look.glyphs.ellipsis)", .muted,
        in: box, row: row)
    }
    var row = row
    if let installed = history.points.last?.scores.probability, abs(installed - whole) > 1e-4 {
      row = pen.wrap(
        "retrained here on all corrections, p is \(Digits.fine(whole)); effects are against that",
        .warning, in: box, row: row)
    }
    let key = keymap.label("correction")
    guard !history.isWhole else {
      return pen.wrap(
        "p lost without each correction, the router retrained without it (\(key) goes there):",
        .muted, in: box, row: row)
    }
    let left = history.secondsLeft.map { ", \(Digits.duration($0)) left" } ?? ""
    row = pen.wrap(
      "p lost without each correction: \(history.influences.count) of \(total) tried\(left)",
      .saving, in: box, row: row)
    bar(
      &pen, box, row: row,
      value: total > 0 ? Double(history.influences.count) / Double(total) : 0)
    return row + 1
  }

  private func drawInfluences(_ history: RouteHistory, _ pen: inout Pen, _ box: Box, row: Int) {
    var row = row
    let silent = history.influences.filter { !$0.moves }
    let moving = history.influences.filter(\.moves)
    let room = max(0, box.rows - row - (silent.isEmpty ? 0 : 1))
    let shown = moving.count <= room ? moving[...] : moving.prefix(max(0, room - 1))
    for influence in shown {
      pen.line(pieces(influence, history, pen, isWide: box.columns >= 64), in: box, row: row)
      row += 1
    }
    if shown.count < moving.count {
      pen.line(
        "  \((moving.count - shown.count).counted("more correction")) moved it less", .muted,
        in: box, row: row)
      row += 1
    }
    if !silent.isEmpty, row < box.rows {
      let turned = silent.count { $0.routesTurned > 0 }
      pen.line(
        "  \(silent.count.counted("correction")) did not move it"
          + (turned > 0 ? "; \(turned) of them turned routes of other posts" : ""), .muted,
        in: box, row: row)
    }
  }

  /// `+3.1 dev-00012  1/2 2/2  turns 3 routes  Great win for…`: points of p, which post, what of
  /// its labels the text and the multimodal expert find, and how many routes are others without it.
  private func pieces(
    _ influence: RouteHistory.Influence, _ history: RouteHistory, _ pen: Pen, isWide: Bool
  ) -> [Pen.Piece] {
    let turns =
      (influence.probability > RouteDecision.threshold)
      != ((history.whole ?? 0) > RouteDecision.threshold)
    var pieces = [
      pen.piece(
        "  \(pen.cell(Digits.points(influence.contribution), 6))",
        influence.contribution < 0 ? .routeText : .routeMultimodal),
      pen.piece("\(safe(influence.correction))  ", .title),
    ]
    if turns { pieces.append(pen.piece("turns it  ", .warning)) }
    if !influence.teaches { pieces.append(pen.piece("judges only  ", .muted)) }
    pieces.append(
      pen.piece(
        "\(influence.counts.text.correct)/\(influence.counts.text.gold) "
          + "\(influence.counts.multimodal.correct)/\(influence.counts.multimodal.gold)  ", .muted))
    if isWide, history.compared > 1 {
      pieces.append(
        pen.piece(
          "\(influence.routesTurned) of \(grouped(history.compared)) routes turn  ", .muted))
    }
    if let index = indexOfID[influence.correction] {
      pieces.append(
        pen.piece(safe(posts[index].tokens.prefix(12).map(\.text).joined(separator: " ")), .muted))
    }
    return pieces
  }
}

extension RouteHistory.Influence {
  /// Whether its effect on the post is large enough to be written.
  fileprivate var moves: Bool { Digits.rounded(100 * contribution) != 0 }
}
