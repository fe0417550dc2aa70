import Corpora
import Inspection
import Routing

extension PostReport {
  /// Why the router sent the post where it did, as lines of text.
  func explanationLines() -> [String] {
    guard let explanation else { return [] }
    let route = explanation.decision?.route.rawValue ?? "no route"
    var lines = ["why \(route), by \(safe(explanation.router))"]
    if let notice = explanation.notice { lines.append("  " + notice) }
    if let parts = explanation.parts, parts.isSilent {
      lines.append("  " + RouteExplanation.Parts.silence)
    } else if let parts = explanation.parts, let logit = explanation.logit {
      lines.append(
        "  logit \(number(logit)) = \(number(parts.positive)) "
          + "\(added(parts.negative)) of the dimensions "
          + "\(added(parts.rest)) of the \(parts.isLinear ? "bias" : "mean dev post")")
      let top = parts.top(8).map { "\($0.dimension) \(number($0.contribution))" }
      lines.append("  \(Self.method(parts)), largest: " + top.joined(separator: "  "))
    }
    if !explanation.tokens.isEmpty {
      let words = zip(post.tokens, explanation.tokens)
        .map { "\(safe($0.text)) \(number($1.contribution))" }
      lines.append("  p lost without the word: " + words.joined(separator: "  "))
    }
    if let regions = explanation.regions {
      lines.append("  p lost without the region (masked with the picture's mean colour)")
      lines += grid(regions.effects.map(\.contribution), columns: regions.columns).map {
        "    " + $0
      }
    }
    if explanation.history.count > 1 {
      lines.append(
        "  p through \((explanation.history.count - 1).counted("retraining")): "
          + explanation.history.map { number($0.scores.probability) }.joined(separator: ", "))
    }
    if let gradients = explanation.gradients {
      func agreement(_ value: Float?) -> String { value.map(number) ?? "none" }
      lines.append(
        "  gradient x input against occlusion, Spearman's rho: words "
          + "\(agreement(gradients.tokenAgreement)), regions \(agreement(gradients.regionAgreement))"
      )
    }
    lines += explanation.flips.map { "  " + words($0, explanation) }
    if let landscape = explanation.landscape {
      lines += [
        ("threshold", RouteDecision.threshold), ("best threshold", landscape.best.threshold),
      ].map { name, threshold in
        let cut = landscape.cut(at: threshold)
        return
          "  \(name) \(number(threshold)) on \(landscape.probabilities.count.counted("held-out post")): "
          + "union F1 \(number(Float(cut.union.f1Percent))), multimodal share \(number(Float(cut.multimodalShare)))"
      }
    }
    return lines + counts(explanation).map { "  " + $0 } + [""]
  }

  private static func method(_ parts: RouteExplanation.Parts) -> String {
    parts.isLinear ? "weight x input" : "integrated gradients from the mean dev post"
  }

  private func words(
    _ flip: RouteExplanation.Flip, _ explanation: RouteExplanation
  ) -> String {
    let p = "p \(number(flip.probability))"
    func names(ofTokens places: [Int]) -> [String] {
      places.map { "\($0) \(safe(post.tokens[safe: $0]?.text ?? ""))" }
    }
    func names(ofRegions places: [Int]) -> [String] {
      let columns = explanation.regions?.columns ?? 1
      return places.map { "row \($0 / columns + 1) column \($0 % columns + 1)" }
    }
    let list: [String]
    switch flip.kind {
    case .blank:
      return flip.places == nil
        ? "does not turn with a blank picture: \(p)" : "turns with a blank picture: \(p)"
    case .both:
      guard let places = flip.places else {
        return "does not turn without a word and a region: \(p)"
      }
      return
        "turns without a word and a region (\((names(ofTokens: places) + names(ofRegions: flip.regions)).joined(separator: ", "))): \(p)"
    case .tokens: list = names(ofTokens: flip.places ?? [])
    case .regions: list = names(ofRegions: flip.places ?? [])
    }
    let things = flip.kind == .tokens ? "words" : "regions"
    guard let places = flip.places else {
      return "does not turn without up to \(flip.tried) \(things): \(p)"
    }
    let share = "\(places.count) of \(explanation.total(flip.kind)) \(things)"
    let what = explanation.leavesLittle(flip) ? "only when \(share) go" : "without \(share)"
    let bound = flip.isSmallest ? "" : "; all changes of fewer than \(flip.atLeast) were tried"
    return "turns \(what) (\(list.joined(separator: ", "))): \(p)\(bound)"
  }

  /// `+ 0.3` or `− 0.3`: a summand behind another.
  private func added(_ value: Float) -> String {
    (value < 0 ? "− " : "+ ") + number(abs(value))
  }

  private func counts(_ explanation: RouteExplanation) -> [String] {
    var rows = [["against gold", "correct", "predicted", "gold", ""]]
    for answer in explanation.answers {
      let isChosen = answer.route == explanation.decision?.route
      for (what, counts) in [
        ("mentions", answer.mentionCounts(post)), ("relations", answer.relationCounts(post)),
      ] {
        guard let counts else { continue }
        let system = what == "mentions" ? answer.expert : answer.relations?.expert ?? answer.expert
        rows.append([
          "\(safe(system)), \(what)", "\(counts.correct)", "\(counts.predicted)",
          "\(counts.gold)", isChosen ? "answers" : "would answer on the other route",
        ])
      }
    }
    return rows.count > 1 ? aligned(rows) : []
  }

  /// The same as JSON; token and region effects in the order of tokens and regions.
  static func explanation(_ explanation: RouteExplanation, _ post: Post) -> JSONText {
    let parts = explanation.parts
    let route = explanation.decision?.route
    let isAsked = explanation.decision?.scores != nil
    let head: [(String, JSONText)] =
      [
        ("router", .string(explanation.router)), ("route", .optional(route?.rawValue)),
        ("logit", .optional(explanation.logit)),
      ] + scores(explanation.decision)
    return .object(
      head + [
        (
          "dimensions",
          parts.map { parts in
            .object([
              ("method", parts.isSilent ? .null : .string(method(parts))),
              ("silent", .bool(parts.isSilent)), ("positive", .float(parts.positive)),
              ("negative", .float(parts.negative)), ("rest", .float(parts.rest)),
              (
                "largest",
                .list(
                  parts.top(16).map {
                    .object([
                      ("dimension", .int($0.dimension)), ("contribution", .float($0.contribution)),
                    ])
                  })
              ), ("contributions", .floats(parts.contributions)),
            ])
          } ?? .null
        ),
        (
          "tokens",
          !isAsked
            ? .null
            : .list(
              zip(post.tokens, explanation.tokens).map { token, effect in
                .object([("token", .string(token.text))] + numbers(effect))
              })
        ),
        (
          "regions",
          explanation.regions.map { regions in
            .object([
              ("rows", .int(regions.rows)), ("columns", .int(regions.columns)),
              ("region", region(regions.seen)),
              ("effects", .list(regions.effects.map { .object(numbers($0)) })),
            ])
          } ?? .null
        ),
        (
          "gradients",
          explanation.gradients.map { gradients in
            .object([
              ("tokens", gradients.tokens.map { .floats($0) } ?? .null),
              ("regions", .floats(gradients.regions)),
              ("tokenAgreement", .optional(gradients.tokenAgreement)),
              ("regionAgreement", .optional(gradients.regionAgreement)),
            ])
          } ?? .null
        ),
        ("flips", .list(explanation.flips.map { flip($0, explanation) })),
        ("experts", .list(explanation.answers.map { expert($0, route, post) })),
        (
          "otherRoute",
          route.flatMap { explanation.answer(on: $0 == .text ? .multimodal : .text) }
            .map { expert($0, route, post) } ?? .null
        ),
        (
          "otherRouteAdds",
          explanation.otherRoute(post).map {
            .object([("right", .int($0.right)), ("wrong", .int($0.wrong))])
          } ?? .null
        ),
        ("found", explanation.found(post).map { found($0) } ?? .null),
        ("heldOut", explanation.landscape.map(heldOut) ?? .null),
        ("retrainings", .list(explanation.history.map(point))),
        ("notice", .optional(explanation.notice)),
      ])
  }

  /// What one router of the line says.
  static func point(_ point: RouteHistory.Point) -> JSONText {
    .object([
      ("version", .int(point.version)), ("day", .optional(point.stamp?.day)),
      ("trainedOn", .optional(point.stamp?.trainedOn)),
      ("heldOut", .optional(point.stamp?.heldOut)),
      ("heldOutBefore", .optional(point.stamp?.heldOutBefore)),
      ("heldOutAfter", .optional(point.stamp?.heldOutAfter)),
      ("new", .optional(point.difference?.added)),
      ("changed", .optional(point.difference?.changed)),
      ("gone", .optional(point.difference?.gone)), ("p", .float(point.scores.probability)),
      ("percentile", .float(point.scores.percentile)), ("route", .string(point.route.rawValue)),
    ])
  }

  /// Which labels are given by whom.
  private static func found(_ found: RouteExplanation.Found) -> JSONText {
    func list(_ labels: [RouteExplanation.Label]) -> JSONText {
      .list(
        labels.map { label in
          switch label {
          case .mention(let mention): Self.mention(mention)
          case .relation(let pair):
            .object([
              ("head", .list([.int(pair.head.lowerBound), .int(pair.head.upperBound)])),
              ("tail", .list([.int(pair.tail.lowerBound), .int(pair.tail.upperBound)])),
              ("label", .string(pair.label)),
            ])
          }
        })
    }
    return .object([
      ("both", list(found.both)), ("text", list(found.only[.text] ?? [])),
      ("multimodal", list(found.only[.multimodal] ?? [])), ("neither", list(found.neither)),
    ])
  }

  /// p of the posts that the router is judged on, and what thresholds are worth there.
  private static func heldOut(_ landscape: RouteLandscape) -> JSONText {
    func cut(_ cut: RouteLandscape.Cut) -> JSONText {
      .object([
        ("threshold", .float(cut.threshold)), ("unionF1", .double(cut.union.f1Percent)),
        ("multimodalShare", .double(cut.multimodalShare)),
      ])
    }
    return .object([
      ("p", .floats(landscape.probabilities)),
      ("usual", cut(landscape.cut(at: RouteDecision.threshold))), ("best", cut(landscape.best)),
    ])
  }

  private static func numbers(_ effect: RouteExplanation.Effect) -> [(String, JSONText)] {
    [
      ("p", .float(effect.probability)), ("contribution", .float(effect.contribution)),
      ("logit", .float(effect.logit)),
    ]
  }

  private static func flip(
    _ flip: RouteExplanation.Flip, _ explanation: RouteExplanation
  ) -> JSONText {
    .object([
      ("by", .string(flip.kind.rawValue)),
      ("places", flip.places.map { .list($0.map(JSONText.int)) } ?? .null),
      ("regions", .list(flip.regions.map(JSONText.int))), ("atLeast", .int(flip.atLeast)),
      ("smallest", .bool(flip.isSmallest)),
      ("of", .int(explanation.total(flip.kind))),
      ("leavesLittle", .bool(explanation.leavesLittle(flip))),
      ("p", .float(flip.probability)), ("tried", .int(flip.tried)),
    ])
  }

  private static func expert(
    _ answer: RouteExplanation.Answer, _ chosen: Route?, _ post: Post
  ) -> JSONText {
    func counts(_ counts: MatchCounts?) -> JSONText {
      counts.map {
        .object([
          ("correct", .int($0.correct)), ("predicted", .int($0.predicted)), ("gold", .int($0.gold)),
        ])
      } ?? .null
    }
    return .object([
      ("name", .string(answer.expert)), ("route", .string(answer.route.rawValue)),
      ("answers", .bool(answer.route == chosen)),
      ("mentions", answer.mentions.map { .list($0.map { mention($0) }) } ?? .null),
      ("mentionCounts", counts(answer.mentionCounts(post))),
      ("relations", answer.relations.map { .object(relations($0)) } ?? .null),
      ("relationCounts", counts(answer.relationCounts(post))),
    ])
  }
}
