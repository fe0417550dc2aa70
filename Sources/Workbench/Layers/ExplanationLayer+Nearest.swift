import Inspection
import Routing
import Screen

/// The posts that are most like the one on screen to the router.
extension ExplanationLayer {
  static let nearestActions = [
    Action(
      "similar-other", .routing, keys: ["'"],
      "why: go to the most similar post that is routed the other way; 2' to the second",
      place: .anywhere, unavailable: needsNearest
    ) { state, arguments in
      state.goToNearest(state.nearest?.other ?? [], arguments.count, "the other way")
    }.counting(.which).ofModels(),
    Action(
      "similar-same", .routing, keys: ["\""],
      "why: go to the most similar post that is routed the same way; 2\" to the second",
      place: .anywhere, unavailable: needsNearest
    ) { state, arguments in
      state.goToNearest(state.nearest?.same ?? [], arguments.count, "the same way")
    }.counting(.which).ofModels(),
  ]

  @Sendable private static func needsNearest(_ state: WorkbenchState) -> String? {
    if let reason = Action.needsPost(state) ?? Action.needsRouter(state) { return reason }
    guard state.layers[ExplanationLayer.self] != nil else {
      return "\(state.keymap.label("explain")) asks why first"
    }
    guard let nearest = state.nearest, nearest.of == state.current else {
      return state.explanation?.decision?.scores == nil && state.explanation != nil
        ? "the router is not asked about this post" : "similar posts are still being sought"
    }
    return nil
  }
}

extension WorkbenchState {
  fileprivate mutating func goToNearest(
    _ found: [RouteNeighbours.Neighbour], _ count: Int?, _ way: String
  ) -> [Effect] {
    let number = max(1, count ?? 1)
    guard found.indices.contains(number - 1) else {
      let among = nearest.map {
        $0.isWhole ? "" : " among the \(grouped($0.lookedAt)) looked at so far"
      }
      return refuse(
        (found.isEmpty ? "no other post" : "only \(found.count.counted("post"))")
          + " routed \(way)\(among ?? "")")
    }
    let from = currentPost?.id ?? ""
    let neighbour = found[number - 1]
    show(post: neighbour.post)
    notice = Notice(
      text: "like \(safe(from)) \(Digits.short(neighbour.similarity)), routed \(way)")
    return []
  }

  /// A row for the nearest post of each way, or more where there is room. Returns the next free
  /// row.
  func drawNearest(_ pen: inout Pen, _ box: Box, row: Int, each: Int) -> Int {
    guard let nearest, nearest.of == current else {
      return pen.wrap(
        "similar posts are sought \(pen.look.glyphs.ellipsis)", .muted, in: box, row: row)
    }
    var row = row
    let among =
      nearest.isWhole
      ? "" : " of \(grouped(nearest.lookedAt)) looked at \(pen.look.glyphs.ellipsis)"
    for (key, way, route, found) in [
      ("similar-other", "the other way", nearest.route.other, nearest.other),
      ("similar-same", "the same way", nearest.route, nearest.same),
    ] {
      let role: Role = route == .text ? .routeText : .routeMultimodal
      guard row < box.rows else {
        pen.miss(row, in: box)
        row += 1
        continue
      }
      pen.line(
        [
          pen.piece("\(keymap.label(key)) ", .key),
          pen.piece("nearest routed \(way), to \(route.rawValue)", role),
          pen.piece(found.isEmpty ? ": none\(among)" : among, .muted),
        ], in: box, row: row)
      row += 1
      for neighbour in found.prefix(each) {
        guard row < box.rows else {
          pen.miss(row, in: box)
          row += 1
          continue
        }
        pen.line(pieces(neighbour, nearest, pen, isWide: box.columns >= 64), in: box, row: row)
        row += 1
      }
    }
    return row
  }

  /// `.93 hb_0003  p .49  R +.33  1/2 2/2  Great win for…`: how like it is, where it goes, what its
  /// route earns alone, and what of its labels the text and the multimodal expert find.
  private func pieces(
    _ neighbour: RouteNeighbours.Neighbour, _ nearest: RouteNeighbours, _ pen: Pen, isWide: Bool
  ) -> [Pen.Piece] {
    let gold = post(neighbour.post)
    var pieces = [
      pen.piece("  \(Digits.short(neighbour.similarity)) ", .text),
      pen.piece("\(safe(gold.id))  ", .title),
      pen.piece("p \(Digits.fine(neighbour.scores.probability))  ", .muted),
    ]
    if let counts = neighbour.counts(gold: gold),
      let reward = neighbour.reward(gold: gold, alpha: nearest.alpha)
    {
      pieces.append(
        pen.piece("R \(reward < 0 ? "" : "+")\(Digits.short(Float(reward)))  ", .text))
      pieces.append(
        pen.piece(
          "\(counts.text.correct)/\(counts.text.gold) "
            + "\(counts.multimodal.correct)/\(counts.multimodal.gold)  ", .muted))
    }
    if isWide, let swapped = neighbour.swapped {
      let turns = (swapped.probability > RouteDecision.threshold) != (nearest.route == .multimodal)
      pieces += [
        pen.piece("its picture here: p \(Digits.fine(swapped.probability))", .muted),
        pen.piece(turns ? " turns  " : "  ", turns ? .warning : .muted),
      ]
    }
    pieces.append(
      pen.piece(safe(gold.tokens.prefix(12).map(\.text).joined(separator: " ")), .muted))
    return pieces
  }
}
