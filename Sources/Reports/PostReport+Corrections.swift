import Corpora
import Extractors
import Inspection
import Routing

extension PostReport {
  /// Posts whose routes are compared with and without each correction.
  private static let mostCompared = 2_000

  /// What each correction of the installed router did: it is retrained without each of them.
  ///
  /// - Parameter progress: called with the share that is done.
  /// - Throws: `RoutingError` where it cannot be retrained.
  static func corrections(
    _ seen: SeenPost, _ models: Roster, _ dataset: Dataset, progress: (Double) -> Void
  ) throws -> RouteHistory? {
    guard let version = models.routerVersions.last else { return nil }
    let told = models.history(seen)
    var effects = CorrectionEffects(version, parallel: true)
    guard let x = models.routerInput(seen)?.product, let leaveOneOut = effects.leaveOneOut else {
      return effects.complete(told, x: [], others: [])
    }
    let posts = dataset.posts.prefix(mostCompared)
    let steps = Double(posts.count) / 100 + Double(leaveOneOut.corrections.count + 1)
    var others: [Float] = []
    for (place, post) in posts.enumerated() {
      others += models.routerInput(models.see(post, of: dataset))?.product ?? []
      progress(Double(place + 1) / 100 / steps)
    }
    effects.whole = try leaveOneOut.retrained(without: nil)
    while let next = effects.next {
      progress((Double(posts.count) / 100 + Double(effects.without.count + 1)) / steps)
      effects.without[next.id] = try leaveOneOut.retrained(without: next.id)
    }
    return effects.complete(told, x: x, others: others)
  }

  /// What the corrections did, as lines of text.
  func correctionLines() -> [String] {
    guard let history = corrections else { return [] }
    var lines = ["p through the retrainings of the router"]
    var rows = [["router", "p", "rank", "route", "corrections", "new", "held out F1"]]
    for point in history.points {
      rows.append([
        point.stamp == nil ? "as made" : "retrained \(point.stamp?.day ?? "")",
        number(point.scores.probability), number(point.scores.percentile), point.route.rawValue,
        point.stamp.map { "\($0.trainedOn + $0.heldOut)" } ?? "",
        point.difference.map { "\($0.added + $0.changed)" } ?? "",
        point.stamp.map { "\(number($0.heldOutBefore)) to \(number($0.heldOutAfter))" } ?? "",
      ])
    }
    lines += aligned(rows).map { "  " + $0 }
    if let notice = history.notice { return lines + ["  " + notice, ""] }
    lines.append("p lost without each correction, the router retrained without it")
    rows = [["correction", "p lost", "p without", "text", "multimodal", "routes turned", ""]]
    for influence in history.influences {
      let counts = influence.counts
      rows.append([
        safe(influence.correction), number(influence.contribution),
        number(influence.probability), "\(counts.text.correct)/\(counts.text.gold)",
        "\(counts.multimodal.correct)/\(counts.multimodal.gold)",
        "\(influence.routesTurned) of \(history.compared)",
        influence.teaches ? "" : "judges only",
      ])
    }
    return lines + aligned(rows).map { "  " + $0 } + [""]
  }

  /// The same as JSON; null where nobody asked for it.
  var correctionsJSON: JSONText {
    guard let history = corrections else { return .null }
    return .object([
      ("retrainings", .list(history.points.map(Self.point))),
      ("p", .optional(history.whole)), ("compared", .int(history.compared)),
      (
        "effects",
        .list(
          history.influences.map { influence in
            .object([
              ("correction", .string(influence.correction)), ("teaches", .bool(influence.teaches)),
              ("p", .float(influence.probability)),
              ("contribution", .float(influence.contribution)),
              ("routesTurned", .int(influence.routesTurned)),
            ])
          })
      ), ("notice", .optional(history.notice)),
    ])
  }
}
