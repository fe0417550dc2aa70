import Routing

extension RouteExplanation.Parts {
  /// The logit of one post as a sum; of a silent post only the rest, which is all of it.
  ///
  /// The linear router: w_i x_i, and the bias is left. The MLP: integrated gradients (Sundararajan
  /// et al. 2017) on the straight way from a mean post to this one, and the logit of the mean post
  /// is left. Gradient × input would say nothing where no hidden unit is on. Along a straight line
  /// a unit's input is linear, so that the share of the way on which it is on is known and the sum
  /// is exact.
  /// - Parameters:
  ///   - x: t ⊙ v of the post.
  ///   - mean: the mean of that over dev; of no use to the linear router.
  init(_ router: Discriminator, x: [Float], mean: [Float]) {
    let logit = router.logits(x)[0]
    guard case .mlp(let hidden) = router.head else {
      let contributions = router.contributions(x)
      self.init(
        isLinear: true, contributions: contributions, rest: logit - contributions.reduce(0, +))
      return
    }
    // The way from the mean would explain how the last unit went off, not this post.
    guard !router.isSilent(x) else {
      self.init(isLinear: false, isSilent: true, contributions: [], rest: logit)
      return
    }
    let parameters = router.parameters
    let w1 = parameters["w1"]?.array ?? []
    let w2 = parameters["w2"]?.array ?? []
    let b1 = parameters["b1"]?.array ?? [Float](repeating: 0, count: hidden)
    let scales = router.deviation.map { router.inputScale / $0 }
    func features(_ x: [Float]) -> [Float] {
      x.indices.map { (x[$0] - router.mean[$0]) * scales[$0] }
    }
    let (from, to) = (features(mean), features(x))
    let way = zip(to, from).map { $0 - $1 }
    var contributions = [Float](repeating: 0, count: x.count)
    for unit in 0..<hidden {
      let row = w1[(unit * x.count)..<((unit + 1) * x.count)]
      let start = zip(row, from).reduce(b1[unit]) { $0 + $1.0 * $1.1 }
      let end = zip(row, to).reduce(b1[unit]) { $0 + $1.0 * $1.1 }
      let above = Self.shareAboveZero(start, end)
      let share = w2[unit] * (above + (1 - above) * router.leak)
      guard share != 0 else { continue }
      for (i, weight) in row.enumerated() { contributions[i] += share * weight * way[i] }
    }
    self.init(
      isLinear: false, contributions: contributions, rest: logit - contributions.reduce(0, +))
  }

  /// The share of the way between two numbers that lies above zero.
  static func shareAboveZero(_ a: Float, _ b: Float) -> Float {
    switch (a > 0, b > 0) {
    case (true, true): 1
    case (false, false): 0
    case (false, true): b / (b - a)
    case (true, false): a / (a - b)
    }
  }
}

extension RouterBundle {
  /// The mean input of the held-out posts; what the router counts from where they are not kept.
  var meanInput: [Float] {
    guard let heldOut, heldOut.count > 0 else { return installed.mean }
    var sums = [Double](repeating: 0, count: heldOut.dimensions)
    for (i, value) in heldOut.x.enumerated() { sums[i % heldOut.dimensions] += Double(value) }
    return sums.map { Float($0 / Double(heldOut.count)) }
  }
}
