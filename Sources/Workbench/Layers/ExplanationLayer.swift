import Corpora
import Inspection
import Routing
import Screen
import Traces

/// Why the router sent the post where it did, in the place of the tables under the text; what words
/// and regions are worth to it lies over the picture.
struct ExplanationLayer: Layer {
  let place = LayerPlace.details
  let isOfModels = true
  /// What each region is worth is part of the reasons.
  var heat: Bool? = true

  static let actions =
    [
      Action(
        "explain", .routing, keys: ["e"],
        "why the router sent this post where it did; again shows the labels",
        unavailable: { Action.needsPost($0) ?? Action.needsRouter($0) }
      ) { state, _ in
        state.layers.toggle(ExplanationLayer())
        state.choice.map = 0
        state.choice.slice = nil
        state.requested.explanation = nil
        return []
      }.ofModels()
    ] + cutActions + nearestActions

  func press(_ key: Key, in state: inout WorkbenchState) -> LayerReply {
    key == .escape ? .leaves([]) : .passes
  }

  func draw(_ state: WorkbenchState, _ pen: inout Pen, _ box: Box) {
    state.drawExplanation(&pen, box)
  }

  func signals(_ state: WorkbenchState) -> (of: String, all: [Signal])? {
    ("the router", state.explanation?.trace.signals ?? [])
  }

  func awaitsSignals(_ state: WorkbenchState) -> Bool {
    state.current.map { state.explanations[$0] == nil } ?? false
      || state.explanation?.isMeasuring == true
  }

  func crossedTokens(_ state: WorkbenchState) -> [Int] {
    state.explanation?.turningTokens ?? []
  }

  func requests(_ state: inout WorkbenchState) -> [Effect] {
    guard let index = state.current, state.requested.explanation != index else { return [] }
    state.requested.explanation = index
    return state.explanations[index] == nil ? [.explain(post: state.posts[index].id)] : []
  }
}

extension WorkbenchState {
  /// Why the post on screen was routed as it was, once that is known.
  var explanation: RouteExplanation? {
    current.flatMap { explanations[$0] }.flatMap { try? $0.get() }
  }

  fileprivate func drawExplanation(_ pen: inout Pen, _ box: Box) {
    guard let post = currentPost, !box.isEmpty else { return }
    guard let explanation else {
      let words =
        current.flatMap { explanations[$0]?.reason }
        ?? "the router is asked what each word and region is worth \(pen.look.glyphs.ellipsis)"
      pen.wrap(words, .muted, in: box, row: 0)
      return
    }
    var row = drawRouteLine(explanation, &pen, box)
    if let notice = explanation.notice { row = pen.wrap(notice, .warning, in: box, row: row) }
    row = drawRetrainings(explanation, &pen, box, row: row)
    row = drawLandscape(explanation, &pen, box, row: row)
    // What turns it stands first; on a small screen what does not has no room.
    let flips =
      explanation.flips.filter { $0.places != nil }
      + explanation.flips.filter { $0.places == nil && (box.rows >= 16 || $0.kind == .regions) }
    for flip in flips {
      row = pen.wrap(
        words(flip, explanation, post), flip.places == nil ? .muted : .text, in: box, row: row)
    }
    if explanation.isSeeking {
      row = pen.wrap(
        explanation.isMeasuring
          ? "what each word and region is worth is measured \(pen.look.glyphs.ellipsis)"
          : "the smallest change that turns it is sought \(pen.look.glyphs.ellipsis)", .muted,
        in: box, row: row)
    }
    if !explanation.tokens.isEmpty { row = drawPulls(explanation, &pen, box, row: row, post) }
    row = drawAgreement(explanation, &pen, box, row: row)
    let hasRoom = box.rows - row >= 8
    row = drawCounts(explanation, &pen, box, row: row + (hasRoom ? 1 : 0), post)
    if hasRoom { row = drawFound(explanation, &pen, box, row: row, post) }
    row = drawOtherAnswer(explanation, &pen, box, row: row, post) + (hasRoom ? 1 : 0)
    if explanation.decision?.scores != nil, box.rows >= 16 || box.rows >= 12 && box.columns >= 60 {
      row = drawNearest(&pen, box, row: row, each: box.rows >= 30 ? 3 : 1) + (hasRoom ? 1 : 0)
    }
    row = drawOtherSignals(&pen, box, row: row)
    if let parts = explanation.parts, let logit = explanation.logit {
      _ = drawParts(parts, logit, &pen, box, row: row)
    }
  }

  private func drawRouteLine(
    _ explanation: RouteExplanation, _ pen: inout Pen, _ box: Box
  ) -> Int {
    guard let decision = explanation.decision else { return 0 }
    let role: Role = decision.route == .text ? .routeText : .routeMultimodal
    var pieces = [pen.piece("to \(decision.route.rawValue) ", role)]
    if let scores = decision.scores {
      pieces += [
        pen.piece("p ", .muted), pen.piece(Digits.fine(scores.probability), role),
        pen.piece(" rank ", .muted), pen.piece(Digits.percent(scores.percentile)),
      ]
    }
    if box.columns >= 48 {
      if let scores = decision.scores {
        pieces += [pen.piece(" cos ", .muted), pen.piece(Digits.short(scores.cosine))]
      }
      // A post without a picture is sent without asking.
      if decision.scores != nil {
        pieces.append(pen.piece("  by \(safe(explanation.router))", .muted))
      }
    }
    pen.line(pieces, in: box, row: 0)
    return 1
  }

  /// `turns without 'mist' (4), 'mist' (9), p .521`: equal words are told apart by their places,
  /// which the text marks with the same cross.
  private func words(
    _ flip: RouteExplanation.Flip, _ explanation: RouteExplanation, _ post: Post
  ) -> String {
    let p = "p \(Digits.fine(flip.probability))"
    func names(ofTokens places: [Int]) -> String {
      places.map { "\(safe(post.quote($0..<($0 + 1)))) (\($0))" }.joined(separator: ", ")
    }
    func names(ofRegions places: [Int]) -> String {
      guard let columns = explanation.regions?.columns, columns > 0 else { return "" }
      return places.prefix(6).map { "row \($0 / columns + 1) column \($0 % columns + 1)" }
        .joined(separator: ", ") + (places.count > 6 ? ", \(look.glyphs.ellipsis)" : "")
    }
    switch flip.kind {
    case .blank:
      let turns =
        flip.places == nil ? "a blank picture does not turn it" : "turns with a blank picture"
      return explanation.decision?.route == .multimodal
        ? "turns without the picture, as the router is not asked then; "
          + (flip.places == nil ? turns : "with a blank one, too") + ", \(p)"
        : "\(turns), \(p)"
    case .both:
      guard let places = flip.places else { return "no word and region together turn it, \(p)" }
      return "\(look.glyphs.cross) turns without \(names(ofTokens: places)) and "
        + "\(names(ofRegions: flip.regions)), \(p)"
    case .tokens, .regions: break
    }
    let isTokens = flip.kind == .tokens
    let things = isTokens ? "words" : "regions"
    // What a larger change is beside those that were all tried.
    let bound =
      flip.isSmallest || flip.atLeast < 2 ? "" : "; no \(flip.atLeast == 2 ? "one" : "two") alone"
    guard let places = flip.places else {
      return "no turn within \(flip.tried) \(things), \(p)"
    }
    let share = "\(places.count) of \(explanation.total(flip.kind)) \(things)"
    let isMost = explanation.leavesLittle(flip)
    let list = isTokens ? names(ofTokens: places) : names(ofRegions: places)
    var what = isTokens ? "without \(list)" : "without \(share) (\(list))"
    if isMost { what = "only when \(share) go" + (isTokens ? ": \(list)" : "") }
    return (isTokens ? "\(look.glyphs.cross) " : "") + "turns \(what), \(p)\(bound)"
  }

  /// Both experts' answers counted against the labels as they are now.
  private func drawCounts(
    _ explanation: RouteExplanation, _ pen: inout Pen, _ box: Box, row: Int, _ post: Post
  ) -> Int {
    guard !explanation.answers.isEmpty else { return row }
    let names = max(8, box.columns - 19)
    func numbers(_ counts: MatchCounts) -> String {
      [counts.correct, counts.predicted, counts.gold].map { right("\($0)", 6) }.joined()
    }
    pen.line(
      pen.cell(" experts", min(names, 24)) + " right answ. gold", .muted, in: box, row: row)
    var row = row + 1
    for answer in explanation.answers {
      let isChosen = answer.route == explanation.decision?.route
      let role: Role = answer.route == .text ? .textExpert : .multimodalExpert
      guard let counts = answer.counts(post) else { continue }
      pen.line(
        [
          pen.piece(isChosen ? pen.look.glyphs.pointer : " ", .title),
          pen.piece(pen.cell(answer.expert, min(names, 24) - 1), role),
          pen.piece(numbers(counts), isChosen ? .title : .text),
        ], in: box, row: row)
      row += 1
    }
    return row
  }

  /// Which labels both experts give, which one of them alone, and which neither.
  private func drawFound(
    _ explanation: RouteExplanation, _ pen: inout Pen, _ box: Box, row: Int, _ post: Post
  ) -> Int {
    guard let found = explanation.found(post) else { return row }
    func list(_ labels: [RouteExplanation.Label]?) -> String? {
      guard let labels, !labels.isEmpty else { return nil }
      return labels.map { label in
        switch label {
        case .mention(let mention):
          "\(safe(mention.type.rawValue)) \(safe(post.quote(mention.range)))"
        case .relation(let pair):
          "\(safe(pair.label)) of \(safe(post.quote(pair.head))) "
            + "\(look.glyphs.arrow) \(safe(post.quote(pair.tail)))"
        }
      }.joined(separator: ", ")
    }
    var parts = list(found.both).map { ["both find \($0)"] } ?? []
    for answer in explanation.answers {
      if let words = list(found.only[answer.route]) {
        parts.append("only \(safe(answer.expert)) finds \(words)")
      }
    }
    if let words = list(found.neither) { parts.append("neither finds \(words)") }
    guard !parts.isEmpty else { return row }
    return pen.wrap(parts.joined(separator: "; "), .text, in: box, row: row)
  }

  private func right(_ text: String, _ columns: Int) -> String {
    String(repeating: " ", count: max(0, columns - text.count)) + text
  }

  /// What the expert on the other route says that the chosen one does not, and the reverse.
  private func drawOtherAnswer(
    _ explanation: RouteExplanation, _ pen: inout Pen, _ box: Box, row: Int, _ post: Post
  ) -> Int {
    guard let route = explanation.decision?.route, let chosen = explanation.answer(on: route),
      let other = explanation.answer(on: route == .text ? .multimodal : .text)
    else { return row }
    let (a, b) = (chosen.mentions ?? [], other.mentions ?? [])
    func list(_ mentions: [EntityMention]) -> String {
      mentions.map { "\(safe($0.type.rawValue)) \(safe(post.quote($0.range)))" }
        .joined(separator: ", ")
    }
    let more = b.filter { !a.contains($0) }
    let less = a.filter { !b.contains($0) }
    var parts = more.isEmpty ? [] : ["adds \(list(more))"]
    if !less.isEmpty { parts.append("leaves out \(list(less))") }
    for pair in post.relations {
      guard let mine = chosen.relations?[pair.head, pair.tail]?.label,
        let theirs = other.relations?[pair.head, pair.tail]?.label, mine != theirs
      else { continue }
      parts.append(
        "says \(safe(theirs)) of \(safe(post.quote(pair.head))) "
          + "\(look.glyphs.arrow) \(safe(post.quote(pair.tail)))")
    }
    let words =
      parts.isEmpty
      ? "says the same" : parts.joined(separator: "; ") + cost(explanation, post)
    return pen.wrap("the other, \(safe(other.expert)), \(words)", .text, in: box, row: row)
  }

  /// `: 1 right fewer, 2 wrong more`, what the other route would have cost or gained.
  private func cost(_ explanation: RouteExplanation, _ post: Post) -> String {
    guard let other = explanation.otherRoute(post) else { return "" }
    let parts = [(other.right, "right"), (other.wrong, "wrong")].filter { $0.0 != 0 }
      .map { "\(abs($0.0)) \($0.1) \($0.0 > 0 ? "more" : "fewer")" }
    return ": " + (parts.isEmpty ? "as many right and wrong" : parts.joined(separator: ", "))
  }

  /// The words that pull most to either side, in points of p.
  private func drawPulls(
    _ explanation: RouteExplanation, _ pen: inout Pen, _ box: Box, row: Int, _ post: Post
  ) -> Int {
    var row = row
    let isWide = box.columns >= 48
    let all = explanation.tokens.indices.filter { post.tokens.indices.contains($0) }
    for (route, sign) in [(Route.multimodal, Float(1)), (.text, -1)] {
      let pulls = all.filter {
        Digits.rounded(100 * sign * explanation.tokens[$0].contribution) > 0
      }
      .sorted { a, b in
        let (x, y) = (explanation.tokens[a].contribution, explanation.tokens[b].contribution)
        return (-sign * x, a) < (-sign * y, b)
      }
      let words = pulls.prefix(isWide ? 4 : 2).map { index in
        "\(safe(post.tokens[index].text)) "
          + Digits.score(100 * explanation.tokens[index].contribution, signed: true)
      }
      let room = box.columns - (isWide ? 15 : 10)
      pen.line(
        [
          pen.piece(
            pen.cell(
              "for \(isWide ? route.rawValue : String(route.rawValue.prefix(5)))", isWide ? 15 : 10),
            route == .text ? .routeText : .routeMultimodal),
          pen.piece(words.isEmpty ? "no word" : whole(words, columns: room)),
        ], in: box, row: row)
      row += 1
    }
    return row
  }

  private func drawParts(
    _ parts: RouteExplanation.Parts, _ logit: Float, _ pen: inout Pen, _ box: Box, row: Int
  ) -> Int {
    guard !parts.isSilent else {
      return pen.wrap(RouteExplanation.Parts.silence, .warning, in: box, row: row)
    }
    guard !parts.contributions.isEmpty else { return row }
    func signed(_ value: Float) -> String { (value < 0 ? "" : "+") + Digits.short(value) }
    pen.line(
      [
        pen.piece("logit ", .muted), pen.piece(Digits.short(logit)), pen.piece(" = ", .muted),
        pen.piece(signed(parts.positive), .routeMultimodal), pen.piece(" "),
        pen.piece(signed(parts.negative), .routeText), pen.piece(" "),
        pen.piece(signed(Digits.rest(logit, parts.positive, parts.negative))),
        pen.piece(
          box.columns >= 48
            ? parts.isLinear ? " (bias)" : " (mean dev post)" : parts.isLinear ? " bias" : " mean",
          .muted),
      ], in: box, row: row)
    let how = parts.isLinear ? "weight × input, dimension" : "from the mean, dimension"
    let top = parts.top(box.columns >= 60 ? 6 : 3).map {
      "\($0.dimension): \(signed($0.contribution))"
    }
    pen.line(
      [
        pen.piece(box.columns >= 48 ? "\(how) " : "", .muted),
        pen.piece(
          whole(top, columns: box.columns - (box.columns >= 48 ? how.count + 1 : 0))),
      ], in: box, row: row + 1)
    return row + 2
  }
}
