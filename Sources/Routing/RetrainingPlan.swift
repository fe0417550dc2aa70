import Foundation

/// What one retraining will train and be judged on, or why it may not start. A pure function of the
/// router and the request; the order of the corrections does not matter.
struct RetrainingPlan: Sendable {
  /// Rehearsal sample and corrections, with their weights.
  let training: RouterData
  /// The router's own held-out part without the posts that teach now; checkpoints are chosen on it,
  /// as they were for the base.
  let selection: RouterData
  /// The held-out part and the held-out corrections, which before and after are compared on.
  let judging: RouterData
  /// Corrections that are trained on, and those that are only judged on.
  let trainedOn: Int
  let heldOut: Int
  /// Corrections that would teach if they had a picture: the router is not asked about them.
  let withoutPicture: Int
  /// Hash of all corrections, in hexadecimal.
  let hash: String

  /// A plan or a refusal.
  enum Outcome {
    case ready(RetrainingPlan)
    case refused(TrainingReport.Refusal)
  }

  static func make(
    _ request: TrainingRequest, router: RouterBundle?, options: RetrainingOptions
  ) -> Outcome {
    guard let router else { return .refused(.noRouter) }
    guard let rehearsal = router.rehearsal, let heldOut = router.heldOut else {
      return .refused(.noCachedCounts(router.configuration.name))
    }
    let known = Set(router.configuration.labels)
    let foreign = request.corrections.reduce(into: Set<String>()) { $0.formUnion($1.labels) }
      .subtracting(known)
    if !known.isEmpty, !foreign.isEmpty { return .refused(.foreignLabels(foreign.sorted())) }
    do {
      let sorted = try sort(request.corrections)
      try checkInputs(request, dimensions: rehearsal.dimensions)
      return try make(sorted, request.accepted, rehearsal, heldOut, options)
    } catch {
      return .refused(.failed("\(error)"))
    }
  }

  private static func make(
    _ corrections: [Correction], _ accepted: Int, _ rehearsal: RouterData,
    _ heldOut: RouterData, _ options: RetrainingOptions
  ) throws(RoutingError) -> Outcome {
    var heldOutCounts = heldOut.counts
    var rehearsed = Set(rehearsal.ids.indices)
    var selected = Set(heldOut.ids.indices)
    let rehearsalPlaces = places(rehearsal)
    let heldOutPlaces = places(heldOut)
    var (train, judge) = ([Correction](), [Correction]())
    var judged = 0
    for correction in corrections {
      if let x = correction.input.product, x.count != rehearsal.dimensions {
        throw .wrongDimensions(have: x.count, need: rehearsal.dimensions)
      }
      func isSame(_ data: RouterData, _ place: Int) -> Bool {
        guard let x = correction.input.product else { return !data.isAsked[place] }
        return data.isAsked[place] && Self.isSame(x, data.row(place))
      }
      for place in rehearsalPlaces[correction.id, default: []] where isSame(rehearsal, place) {
        rehearsed.remove(place)
      }
      let own = heldOutPlaces[correction.id, default: []].filter { isSame(heldOut, $0) }
      if !correction.isHeldOut {
        // What teaches must not judge as well, wherever it came from.
        selected.subtract(own)
        train.append(correction)
      } else if own.isEmpty {
        judge.append(correction)
      } else {
        for place in own { heldOutCounts[place] = correction.counts }
        judged += 1
      }
    }
    let teaching = train.count { $0.input.product != nil }
    if teaching < options.minimumCorrections {
      return .refused(
        .tooFewCorrections(
          teaching: teaching, accepted: accepted, need: options.minimumCorrections))
    }
    let selection = try RouterData(
      dimensions: heldOut.dimensions, ids: heldOut.ids, x: heldOut.x, isAsked: heldOut.isAsked,
      counts: heldOutCounts, imageAdds: heldOut.imageAdds
    ).subset(selected.sorted())
    let kept = rehearsal.subset(rehearsed.sorted())
    let weight = options.weight(corrections: teaching, rehearsal: kept.count)
    let judging = try selection.appending(data(judge, weight: 1, kept.dimensions))
    guard judging.count > 0 else { return .refused(.nothingHeldOut(accepted: accepted)) }
    return .ready(
      RetrainingPlan(
        training: try kept.appending(data(train, weight: weight, kept.dimensions)),
        selection: selection.count > 0 ? selection : judging, judging: judging,
        trainedOn: teaching, heldOut: judge.count + judged,
        withoutPicture: train.count - teaching, hash: hash(corrections)))
  }

  private static func sort(
    _ corrections: [Correction]
  ) throws(RoutingError) -> [Correction] {
    // By bytes, not by Unicode's rules: two ids that only look the same stay two posts.
    let sorted = corrections.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    for (a, b) in zip(sorted, sorted.dropFirst()) where a.id.utf8.elementsEqual(b.id.utf8) {
      throw .repeatedPost(a.id)
    }
    return sorted
  }

  private static func checkInputs(
    _ request: TrainingRequest, dimensions: Int
  ) throws(RoutingError) {
    guard request.postInputs.count == request.postIDs.count * dimensions else {
      let posts = max(request.postIDs.count, 1)
      if request.postInputs.count.isMultiple(of: posts) {
        throw .wrongDimensions(have: request.postInputs.count / posts, need: dimensions)
      }
      throw .unequalCounts(
        what: "embeddings", have: request.postInputs.count / dimensions,
        posts: request.postIDs.count)
    }
  }

  private static func places(_ data: RouterData) -> [String: [Int]] {
    Dictionary(grouping: data.ids.indices) { data.ids[$0] }
  }

  /// Ids of two datasets may collide: a post is the same only when its embedding is, up to
  /// rounding.
  private static func isSame(_ x: [Float], _ row: ArraySlice<Float>) -> Bool {
    let difference = zip(x, row).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    let size = row.reduce(0.0) { $0 + Double($1) * Double($1) }
    return difference <= 1e-4 * size
  }

  private static func data(
    _ corrections: [Correction], weight: Float, _ dimensions: Int
  ) throws(RoutingError) -> RouterData {
    try RouterData(
      dimensions: dimensions, ids: corrections.map(\.id),
      inputs: corrections.map(\.input), counts: corrections.map(\.counts),
      weights: [Float](repeating: weight, count: corrections.count))
  }

  private static func hash(_ corrections: [Correction]) -> String {
    var hash = StableHash()
    for correction in corrections {
      hash.add(correction.id)
      for value in correction.input.product ?? [] { hash.add(UInt64(value.bitPattern)) }
      for counts in [correction.counts.text, correction.counts.multimodal] {
        for number in [counts.correct, counts.predicted, counts.gold] {
          hash.add(UInt64(bitPattern: Int64(number)))
        }
      }
    }
    return hash.digits
  }
}
