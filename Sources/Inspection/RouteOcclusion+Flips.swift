import Encoders
import Routing

/// Changes of a post that turn its route: the smallest there are up to two, beyond that the
/// smallest that was found.
extension RouteOcclusion {
  /// By another picture, by words, by regions, and by a word and a region together where neither
  /// kind alone does with two.
  func flips() throws(EncoderInputError) -> [RouteExplanation.Flip] {
    let byTokens = try flipByTokens()
    let byRegions = try flipByRegions()
    var flips = [try flipByBlank(), byTokens, byRegions]
    func isSmall(_ flip: RouteExplanation.Flip) -> Bool {
      flip.places.map { $0.count <= 2 } ?? false
    }
    if !isSmall(byTokens), !isSmall(byRegions), goesOn() { flips.append(flipByBoth()) }
    return flips
  }

  /// The picture in its mean colour alone.
  func flipByBlank() throws(EncoderInputError) -> RouteExplanation.Flip {
    let z = try logits(masking: [Array(0..<(Self.grid * Self.grid))]).first ?? whole
    return RouteExplanation.Flip(
      kind: .blank, places: turns(z) ? [] : nil, probability: Self.sigmoid(z), tried: 1)
  }

  /// One word, two words, then one word after the other, each time the one that brings the logit
  /// furthest over.
  func flipByTokens() throws(EncoderInputError) -> RouteExplanation.Flip {
    let all = Array(tokens.indices.prefix(dual.longestText))
    // One word stays.
    let most = min(Self.mostTokens, tokens.count - 1)
    let pairs = most < 2 ? [] : Self.pairs(all)
    // Of a hostile post's hundreds of words not every two are tried.
    let isExact = pairs.count <= Self.mostPairs
    func flip(_ places: [Int]?, _ z: Float, atLeast: Int) -> RouteExplanation.Flip {
      RouteExplanation.Flip(
        kind: .tokens, places: places, probability: Self.sigmoid(z), tried: max(0, most),
        atLeast: atLeast)
    }
    guard most > 0 else { return flip(nil, whole, atLeast: 1) }
    let singles = tokenEffects.map { whole - $0.logit }
    guard var (best, z) = furthest(singles) else { return flip(nil, whole, atLeast: 1) }
    var dropped = [all[best]]
    if turns(z) { return flip(dropped, z, atLeast: 1) }
    if isExact, let found = furthest(try logits(dropping: pairs)) {
      (best, z) = found
      dropped = pairs[best]
      if turns(z) { return flip(dropped, z, atLeast: 2) }
    }
    let atLeast = isExact ? min(3, most + 1) : 2
    while dropped.count < most, goesOn() {
      let left = all.filter { !dropped.contains($0) }
      guard let next = furthest(try logits(dropping: left.map { dropped + [$0] })) else { break }
      dropped.append(left[next.place])
      z = next.logit
      if turns(z) { return flip(dropped, z, atLeast: atLeast) }
    }
    return flip(nil, z, atLeast: atLeast)
  }

  /// One region, two regions, then regions in the order of their own effects until the route turns,
  /// of which those are given back that were not needed.
  func flipByRegions() throws(EncoderInputError) -> RouteExplanation.Flip {
    let singles = regionEffects.map { whole - $0.logit }
    let order = singles.indices.sorted { (-gain(singles[$0]), $0) < (-gain(singles[$1]), $1) }
    let most = min(Self.mostRegions, order.count)
    func flip(_ places: [Int]?, _ z: Float, atLeast: Int) -> RouteExplanation.Flip {
      RouteExplanation.Flip(
        kind: .regions, places: places, probability: Self.sigmoid(z), tried: most,
        atLeast: atLeast)
    }
    guard let first = order.first else { return flip(nil, whole, atLeast: 1) }
    if turns(singles[first]) { return flip([first], singles[first], atLeast: 1) }
    // From the strongest on, so that a search that is cut short has looked at the likeliest.
    let pairs = Self.pairs(order)
    if let (best, z) = furthest(try logits(masking: pairs)), turns(z) {
      return flip(pairs[best], z, atLeast: 2)
    }
    let sets = (1...max(1, most)).map { Array(order.prefix($0)) }
    let all = try logits(masking: sets)
    guard let first = all.indices.first(where: { turns(all[$0]) }) else {
      return flip(nil, all.last ?? whole, atLeast: 3)
    }
    var places = sets[first]
    var z = all[first]
    while places.count > 3, goesOn() {
      let fewer = places.indices.map { left in
        places.enumerated().filter { $0.offset != left }.map(\.element)
      }
      guard let (best, next) = furthest(try logits(masking: fewer)), turns(next) else { break }
      places = fewer[best]
      z = next
    }
    return flip(places, z, atLeast: 3)
  }

  /// The word and the region that together bring the logit furthest over.
  func flipByBoth() -> RouteExplanation.Flip {
    let all = logitsOfBoth()
    var best: (word: Int, region: Int, logit: Float)?
    for (word, logits) in all.enumerated() {
      guard let (region, z) = furthest(logits), best.map({ gain(z) > gain($0.logit) }) ?? true
      else { continue }
      best = (word, region, z)
    }
    guard let best else {
      return RouteExplanation.Flip(
        kind: .both, places: nil, probability: Self.sigmoid(whole), tried: 1)
    }
    return RouteExplanation.Flip(
      kind: .both, places: turns(best.logit) ? [best.word] : nil,
      regions: turns(best.logit) ? [best.region] : [], probability: Self.sigmoid(best.logit),
      tried: 1, atLeast: 2)
  }

  /// Pairs of words that are all tried.
  static let mostPairs = 3_000

  private static func pairs(_ places: [Int]) -> [[Int]] {
    places.indices.flatMap { i in places[(i + 1)...].map { [places[i], $0] } }
  }

  /// The first of the changes that bring the logit furthest over; nil without any.
  private func furthest(_ logits: [Float]) -> (place: Int, logit: Float)? {
    logits.indices.min { gain(logits[$0]) > gain(logits[$1]) }.map { ($0, logits[$0]) }
  }

  /// How far a logit lies on the way to the other route; larger is further.
  private func gain(_ z: Float) -> Float { isMultimodal(whole) ? -z : z }

  private func turns(_ z: Float) -> Bool { isMultimodal(z) != isMultimodal(whole) }

  /// The prediction rule, p > 0.5.
  private func isMultimodal(_ z: Float) -> Bool { Self.sigmoid(z) > RouteDecision.threshold }
}
